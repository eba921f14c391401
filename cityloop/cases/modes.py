"""Ways in which cities organise their platform, as files: data/modes. No query, nothing written."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from cityloop.cases.flow import DISTRICTS
from cityloop.kernel.errors import Invalid

# What a mode decides as a whole, said or not; everything else of the city's flow stays as it is.
DECIDES = frozenset(
    {"command", "dispatch_begins", "supervision", "roles", "second_eye", "merge_posts"}
)
LONGEST_CODE = 11  # with its number behind it, and a channel's code behind that, still one code


@dataclass(frozen=True, slots=True)
class Post:
    """A post that this way of working needs: at the platform of a level, with these roles."""

    level: str
    name_zh: str
    name_en: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mode:
    """One file: a name, where it was seen, its parameters and the posts that staff it."""

    code: str
    title_zh: str
    title_en: str
    source: str
    parameters: Mapping[str, Any]
    posts: tuple[Post, ...] = ()


def read_mode(path: Path) -> Mode:
    """The mode of a file; raises Invalid with a sentence when it is none."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        posts = tuple(
            Post(one["level"], one["name_zh"], one.get("name_en", ""), tuple(one["roles"]))
            for one in raw.get("posts", ())
        )
        if not isinstance(raw["parameters"], dict):
            raise TypeError("parameters")
        mode = Mode(
            raw["code"], raw["title_zh"], raw["title_en"], raw["source"], raw["parameters"], posts
        )
    except KeyError as error:
        raise Invalid(
            _("%(file)s is no mode: it does not say %(name)s")
            % {"file": path.name, "name": error.args[0]}
        ) from error
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise Invalid(
            _("%(file)s is no mode: %(error)s") % {"file": path.name, "error": error}
        ) from error
    if not 0 < len(mode.code) <= LONGEST_CODE:
        raise Invalid(_("a mode's code has at most %(n)s characters") % {"n": LONGEST_CODE})
    return mode


def laid_over(
    stored: Mapping[str, Any], parameters: Mapping[str, Any], area: str
) -> dict[str, Any]:
    """The flow that holds, with other parameters for the city or for one district or street.

    Districts that differ keep their own when the city's parameters change.
    """
    areas = stored.get(DISTRICTS)
    if area:
        return {**stored, DISTRICTS: {**(areas or {}), area: dict(parameters)}}
    return {**({DISTRICTS: areas} if areas else {}), **parameters}


def applied(
    stored: Mapping[str, Any], parameters: Mapping[str, Any], area: str = ""
) -> dict[str, Any]:
    """The flow that holds, with the organisation of a mode for the city or for one area.

    Limits, shares and whatever else a mode does not decide stay as the city has set them.
    """
    own = (stored.get(DISTRICTS) or {}).get(area, {}) if area else stored
    kept = {name: value for name, value in own.items() if name not in DECIDES and name != DISTRICTS}
    return laid_over(stored, {**kept, **parameters}, area)
