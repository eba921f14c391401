"""Has each parameter of a flow the shape that it is read by? Asked before anything reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from django.utils.translation import gettext as _

from cityloop.cases.command import Level
from cityloop.cases.flow import DISTRICTS, Parameters

DEFAULTS = Parameters()
A_DAY = 24 * 60  # minutes
LEVEL = {field.name: type(getattr(Level("city"), field.name)) for field in fields(Level)}


def wrong_shapes(stored: Mapping[Any, Any]) -> Iterator[str]:
    """A sentence for each parameter of another shape; names that do not exist are not asked here.

    Asked of the values as they are stored: one that equals a sound one, such as 1 and true, is
    none.
    """
    for name, value in stored.items():
        if not isinstance(name, str):
            yield _means_nothing(name, value)
        elif name == "auto_reply_minutes":
            if not _minutes_or_never(value):
                yield _("%(name)s: %(value)s is no whole number from 0 to %(most)s, nor null") % {
                    "name": name, "value": value, "most": A_DAY,
                }  # fmt: skip
        elif name in SHAPES:
            fits, example = SHAPES[name]
            if not fits(value):
                yield _("%(name)s: %(value)s has not the shape of %(example)s") % {
                    "name": name, "value": value, "example": example,
                }  # fmt: skip
        elif name != DISTRICTS and hasattr(DEFAULTS, name) and not _plain(name, value):
            yield _means_nothing(name, value)


def _means_nothing(name: Any, value: Any) -> str:
    return _("%(name)s: %(value)s means nothing") % {"name": name, "value": value}


def _plain(name: str, value: Any) -> bool:
    """A switch, a word, or a number that is one and lets time pass."""
    default = getattr(DEFAULTS, name)
    if isinstance(default, bool) or not isinstance(default, int | float):
        return isinstance(value, type(default))
    if not _number(value) or not value >= 0:  # as also what is not a number at all
        return False
    if value == 0 and name.endswith("_minutes"):
        return False
    return isinstance(default, float) or isinstance(value, int)


def _minutes_or_never(value: Any) -> bool:
    """Nought is at once here, and nothing is never."""
    return value is None or (_number(value) and isinstance(value, int) and 0 <= value <= A_DAY)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _listed(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _words(value: Any) -> bool:
    return _listed(value) and all(isinstance(one, str) for one in value)


def _numbers(value: Any) -> bool:
    return _listed(value) and all(_number(one) for one in value)


def _pairs(value: Any) -> bool:
    """Something for each of some names: an object, or a list of pairs."""
    if isinstance(value, Mapping):
        return all(isinstance(name, str) for name in value)
    return _listed(value) and all(
        _listed(one) and len(one) == 2 and isinstance(one[0], str) for one in value
    )


def _levels(value: Any) -> bool:
    return _listed(value) and all(_is_level(one) for one in value)


def _is_level(value: Any) -> bool:
    """A level's own values, each of the kind that it has; `true` is no number of minutes."""
    if not _pairs(value):
        return False
    given = dict(value)
    return "level" in given and all(
        name in LEVEL and type(one) is LEVEL[name] for name, one in given.items()
    )


SHAPES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "no_second_eye": (_listed, '["C0101", "E"]'),
    "reviewed_channels": (_listed, '["app", "sms"]'),
    "public_photos": (_words, '["C"]'),
    "supervision": (_words, '["city"]'),
    "escalate_at": (_numbers, "[1, 2]"),
    "auto_from": (_pairs, '{"C01": 0.9}'),
    "roles": (_pairs, '{"close": ["shift_leader"]}'),
    "command": (_levels, '[{"level": "city", "minutes": 30}]'),
}
