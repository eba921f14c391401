# ruff: noqa: E501 (a table: one row, one line)
"""Findings in words: one row a kind. Pure."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from cityloop.evidence.models import Finding, Kind


def _reused(finding: Finding) -> str:
    facts = {"cases": "、".join(finding.facts["cases"]), "n": finding.facts["differs"]}
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


WORDS: dict[str, Callable[[Finding], str]] = {Kind.REUSED: _reused}


def words_of(finding: Finding) -> str:
    """What was found, as a sentence."""
    return WORDS[finding.kind](finding)
