"""The hash chain of a case: each history line covers its content and the line before.

Anyone can recompute it: SHA-256 over the previous hash and the line as JSON with sorted keys,
UTF-8, times in UTC with microseconds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import orjson


def line_hash(number: str, line: Mapping[str, Any]) -> str:
    """Hex SHA-256 of a history line of the case with this number, told by its columns."""
    content = {
        "number": number,
        "version": line["version"],
        "action": line["action"],
        "source": line["source"],
        "target": line["target"],
        "role": line["role"],
        "member": line["member_id"],
        "actor": line["actor"],
        "at": instant(line["at"]),
        "recorded_at": instant(line["recorded_at"]),
        "facts": line["facts"],
        "imported": line["imported"],
    }
    if line["state"]:  # a line within a change has none, nor have those from before there was one
        content["state"] = line["state"]
    body = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(line["previous"].encode() + body).hexdigest()


def broken_from(case: Any, lines: Iterable[Any]) -> int | None:
    """The version of the first line, of all of a case as they are stored, whose hash, link or turn
    does not fit; where only the head does not, that of the last. None: the chain is whole."""
    previous, version, before = "", 0, None
    for line in lines:
        version = int(line.version)
        here = Told(line.at, line.imported)
        fits = line.previous == previous and line.hash == line_hash(case.number, vars(line))
        if not fits or out_of_turn(here, before, brought=case.imported):
            return version
        previous, before = line.hash, here
    return None if previous == case.head else version


class Told(NamedTuple):
    """Of a line: when its step was, and whether it says that another system took it."""

    at: datetime
    imported: bool


def out_of_turn(line: Told, before: Told | None, *, brought: bool) -> str | None:
    """Why a line cannot stand behind the one before it. Time does not run back within a case; what
    another system did has its own order, belongs to a case that was brought from there, and ends
    where its life here begins."""
    if not line.imported:
        early = before is not None and line.at < before.at
        return "the line is dated before the one in front of it" if early else None
    stranger = not brought or (before is not None and not before.imported)
    return "the line says it was imported, and the case lives here" if stranger else None


def paper_digest(*, filename: str, from_album: bool, remarks: Sequence[Any]) -> str:
    """Hex SHA-256 of what is noted of a paper: stands in the line beside its stage and content."""
    body = orjson.dumps([filename, from_album, list(remarks)], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(body).hexdigest()


def flow_digest(
    code: str, parameters: Mapping[str, Any], published_at: datetime | None = None
) -> str:
    """Hex SHA-256 of a flow: stands in the first line of the cases that began with it.

    Without its moment of publication it is what lines said before they told of that.
    """
    told = [code, parameters, *([instant(published_at)] if published_at else [])]
    body = orjson.dumps(told, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(body).hexdigest()


RULE = ("edition_id", "problem_class_id", "seq", "condition_zh", "condition_en", "closing_zh",
        "closing_en", "limit_amount", "limit_unit", "place_level", "season_from", "season_to",
        "engineering_amount", "engineering_unit")  # fmt: skip
_AMOUNTS = {RULE.index("limit_amount"), RULE.index("engineering_amount")}


CLASS = ("edition_id", "code", "kind", "major_code", "major_zh", "minor_code", "name_zh",
         "name_en", "level", "second_eye")  # fmt: skip


def rule_digest(rule: Any) -> str:
    """Hex SHA-256 of a filing rule: stands in the lines by which cases were filed under it."""
    return _rule_digest(tuple(getattr(rule, name) for name in RULE))


def class_digest(problem_class: Any) -> str:
    """Hex SHA-256 of a class: stands beside that of the rule."""
    told = [getattr(problem_class, name) for name in CLASS]
    return hashlib.sha256(orjson.dumps(told)).hexdigest()


def rule_and_class_digest(rule: Any) -> str:
    """Both in one, as lines from before they named the class by itself have it."""
    of_class = (rule.problem_class.name_zh, rule.problem_class.level)
    return _rule_digest((*(getattr(rule, name) for name in RULE), *of_class))


@lru_cache(maxsize=2048)
def _rule_digest(values: tuple[Any, ...]) -> str:
    told = [
        f"{value:.2f}" if place in _AMOUNTS and value is not None else value
        for place, value in enumerate(values)
    ]
    return hashlib.sha256(orjson.dumps(told)).hexdigest()


WHOLE_SECOND = len("2026-03-02T01:00:00")


@lru_cache(maxsize=1024)
def instant(moment: datetime) -> str:
    """A moment as the chain writes it: 2026-03-02T01:00:00.000000Z."""
    told = orjson.dumps(moment.astimezone(UTC))[1:-7].decode()  # without +00:00
    return f"{told}Z" if len(told) > WHOLE_SECOND else f"{told}.000000Z"
