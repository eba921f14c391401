"""What the office's pages of editions share: who may see them, their tab, a difference in parts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.kernel import clock
from cityloop.kernel.actor import Actor
from cityloop.kernel.page import actor_of, office
from cityloop.standards import operations, wording
from cityloop.standards.difference import Change, Difference

TAB = "office-editions"
SIZE = 50  # rows of a page
CHANGES = 25  # changed rows of a page, each of several lines


def keeper(request: HttpRequest) -> Actor:
    """The actor, who must manage the standards of the city."""
    actor = actor_of(request)
    actor.require_for_city(operations.PERMISSION)
    return actor


def today() -> date:
    """The city's day."""
    return timezone.localdate(clock.now())


def page(
    request: HttpRequest, template: str, facts: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """A page of the office below its tabs."""
    return render(request, template, {"tabs": office(request, TAB), **facts}, status=status)


def tell_difference(request: HttpRequest, found: Difference) -> None:
    """Say how an edition differs from the one in force before it, where there is one."""
    if found.old:
        told = {"new": found.new, "old": found.old, "counts": wording.in_words(found)}
        messages.info(request, _("%(new)s against %(old)s: %(counts)s") % told)


def parts_of(
    request: HttpRequest, found: Difference, names: wording.Names, **asked: str
) -> dict[str, Any]:
    """A difference for standards/_difference.html: its kinds of change to choose from (`chips`) and
    a page of rows. `asked`: what the addresses of other parts must repeat."""
    counted = wording.counted(found)
    names = {**{one.before.key: (one.before.name_zh, one.before.name_en)
                for one in found.classes if one.before}, **names}  # fmt: skip
    show = request.GET.get("show", "")
    rows = _chosen(found, show if show in dict.fromkeys(key for key, *_rest in counted) else "")
    start = _number(request.GET.get("from", ""))
    here = {**asked, **({"show": show} if show else {})}
    chips = [
        (f"?{urlencode({**asked, 'show': key})}", words, key == show) for key, words, _n in counted
    ]
    return {
        "difference": found, "chips": chips, "all": f"?{urlencode(asked)}", "show": show,
        "number": len(found.classes) + len(found.rules),
        "rows": [wording.shown(one, names) for one in rows[start : start + CHANGES]],
        "next": _further(here, start + CHANGES) if len(rows) > start + CHANGES else "",
        "first": f"?{urlencode(here)}" if start else "",
    }  # fmt: skip


def _chosen(found: Difference, show: str) -> list[Change]:
    """The changes of one kind, as classes_added, or all."""
    if not show:
        return [*found.classes, *found.rules]
    table, _name, what = show.partition("_")
    rows = found.classes if table == "classes" else found.rules
    return [one for one in rows if one.what == what]


def _further(here: Mapping[str, str], start: int) -> str:
    return f"?{urlencode({**here, 'from': start})}"


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
