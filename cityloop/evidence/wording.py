# ruff: noqa: E501 (a table: one row, one line)
"""Findings in words: one row a kind. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cityloop.cases import privacy
from cityloop.evidence.models import Finding, Kind

PROVES = {
    "report": gettext_noop("photo of the report"),
    "verify": gettext_noop("photo of the verification"),
    "before": gettext_noop("photo before handling"),
    "after": gettext_noop("photo of the result"),
    "check": gettext_noop("photo of the check"),
}


def _reused(finding: Finding) -> str:
    if "stage" in finding.facts:
        return _(
            "The same picture, perhaps edited, stands in this case already: %(stage)s (%(n)s of 64 marks differ)"
        ) % {
            "stage": _(PROVES[finding.facts["stage"]]),
            "n": finding.facts["differs"],
        }  # fmt: skip
    facts = {"cases": privacy.case_names(finding.facts), "n": finding.facts["differs"]}
    if finding.facts["part"] == "whole":
        return (
            _(
                "The same picture, perhaps edited, belongs to case %(cases)s (%(n)s of 64 marks differ)"
            )
            % facts
        )
    return (
        _(
            "A part of it, or the whole of it, is a picture of case %(cases)s (%(n)s of 64 marks differ)"
        )
        % facts
    )


VERDICTS = {
    "same": gettext_noop("The same scene as before: %(matched)s features agree (score %(score)s)"),
    "unclear": gettext_noop(
        "Perhaps the scene of before: %(matched)s features agree (score %(score)s)"
    ),
    "other": gettext_noop(
        "Not the scene of before, as it seems: %(matched)s features agree (score %(score)s)"
    ),
    "unknown": gettext_noop("Too little to see for comparing it with the picture before"),
}


def _scene(finding: Finding) -> str:
    score = "–" if finding.score is None else f"{finding.score:.2f}"
    return _(VERDICTS[finding.facts["verdict"]]) % {
        "matched": finding.facts["matched"],
        "score": score,
    }


def _stamp(finding: Finding) -> str:
    return _("On the picture: %(text)s") % {"text": finding.facts["text"]}


def _no_stamp(finding: Finding) -> str:
    if finding.facts.get("framed"):
        return _("Taken on the page, without a date of its own: its time is that of the step")
    return _("No date on the picture")


def _stamp_time(finding: Finding) -> str:
    facts = finding.facts
    form = "Y-m-d H:i" if facts["timed"] else "Y-m-d"
    parts = [_("The picture says %(at)s") % {"at": _moment(facts["at"], form)}]
    if "camera" in facts:
        parts.append(_("the camera says %(at)s") % {"at": _moment(facts["camera"])})
    if "step" in facts:
        parts.append(_("the step was taken %(at)s") % {"at": _moment(facts["step"])})
    if "since" in facts:
        about = {"at": _moment(facts["since"])}
        parts.append(_("what it is to prove was not there before %(at)s") % about)
    if "others" in facts:
        about = {"at": ", ".join(_moment(one) for one in facts["others"])}
        parts.append(_("another stamp on it says %(at)s") % about)
    return "; ".join(parts)


def _stamp_place(finding: Finding) -> str:
    facts = finding.facts
    parts = []
    if "district" in facts:
        about = {"other": facts["district"], "here": facts["here"]}
        parts.append(_("the picture was taken in %(other)s, the case lies in %(here)s") % about)
    if "street" in facts:
        names = ", ".join(facts["street"])
        parts.append(_("another street or community of the district: %(names)s") % {"names": names})
    if "unknown" in facts:
        names = ", ".join(facts["unknown"])
        parts.append(_("no district of this city: %(names)s") % {"names": names})
    said = _("The picture names %(place)s, the case %(address)s") % {
        "place": facts["place"], "address": facts["address"] or "–",
    }  # fmt: skip
    return "; ".join((said, *parts))


def _too_small(finding: Finding) -> str:
    about = {name: finding.facts[name] for name in ("side", "least")}
    return (
        _(
            "Only %(side)s pixels at its shorter side: neither stamp nor scene can be looked at below %(least)s"
        )
        % about
    )


def _moment(text: str, form: str = "Y-m-d H:i") -> str:
    return date_format(timezone.localtime(datetime.fromisoformat(text)), form)


WORDS: dict[str, Callable[[Finding], str]] = {
    Kind.REUSED: _reused, Kind.SCENE: _scene, Kind.STAMP: _stamp, Kind.NO_STAMP: _no_stamp,
    Kind.STAMP_TIME: _stamp_time, Kind.STAMP_PLACE: _stamp_place, Kind.TOO_SMALL: _too_small,
}  # fmt: skip


def words_of(finding: Finding) -> str:
    """What was found, as a sentence."""
    return WORDS[finding.kind](finding)
