"""Codes of regions and unit grids: read, build, check. Pure.

Regions: GB/T 2260 division (2 province, 4 city, 6 district), then 3 digits street or town
(GB/T 10114) and 3 digits community: 2, 4, 6, 9 or 12 digits.
Unit grids: community + sequence: 15 digits in GB/T 30428.1-2013 (sequence 001-999), 14 digits in
CJ/T 213-2005 (sequence 01-99). Facts: domain/standards.md 1.1.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext

from cityloop.kernel.errors import Invalid

# The digits that each level's code has, top to bottom.
LEVELS = {"province": 2, "city": 4, "district": 6, "street": 9, "community": 12}
_LEVEL_OF = {digits: level for level, digits in LEVELS.items()}
MOST_GRIDS = 999
_SEQUENCE_DIGITS = {"2013": 3, "2005": 2}


class BadCode(Invalid):
    """A code that cannot be one of a region or unit grid."""

    code = "bad-code"


@dataclass(frozen=True, slots=True)
class RegionCode:
    """A region's code, its level and the code of its parent ('' for a province)."""

    code: str
    level: str
    parent: str


@dataclass(frozen=True, slots=True)
class GridCode:
    """A unit grid's code taken apart."""

    code: str
    district: str
    street: str
    community: str
    sequence: int
    edition: str


def parse_region_code(text: str) -> RegionCode:
    """A region code; the 6- and 12-digit spellings padded with zeros are understood.

    '330000' and '33' are the same province, '330106000000' and '330106' the same district.
    Raises BadCode.
    """
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in _LEVEL_OF:
        raise BadCode(
            gettext("%(text)s is no region code: it takes 2, 4, 6, 9 or 12 digits") % {"text": text}
        )
    code = _unpadded(digits)
    level = _LEVEL_OF[len(code)]
    if any(not int(part) for part in _parts(code)):
        raise BadCode(gettext("%(text)s is no region code: a part of it is zero") % {"text": text})
    return RegionCode(code, level, parent_code(code))


def parent_code(code: str) -> str:
    """The code of the region above, '' above a province."""
    above = [n for n in LEVELS.values() if n < len(code)]
    return code[: above[-1]] if above else ""


def parse_grid_code(text: str) -> GridCode:
    """A 15- or 14-digit unit grid code. Raises BadCode."""
    code = text.strip()
    if not (code.isascii() and code.isdigit()) or len(code) not in (14, 15):
        raise BadCode(
            gettext("%(text)s is no unit grid code: it takes 15 digits (or 14, edition 2005)")
            % {"text": text}
        )
    community = parse_region_code(code[:12])
    if community.level != "community":
        raise BadCode(
            gettext("%(text)s is no unit grid code: %(code)s is no community")
            % {"text": text, "code": code[:12]}
        )
    sequence = int(code[12:])
    if not sequence:
        raise BadCode(
            gettext("%(text)s is no unit grid code: sequences start at 1") % {"text": text}
        )
    edition = "2013" if len(code) == 15 else "2005"
    return GridCode(code, code[:6], code[:9], code[:12], sequence, edition)


def build_grid_code(community: str, sequence: int, edition: str = "2013") -> str:
    """The code of the community's unit grid with this sequence number. Raises BadCode."""
    digits = _SEQUENCE_DIGITS.get(edition)
    if digits is None:
        raise BadCode(
            gettext("unknown edition %(edition)s of unit grid codes; known: 2013, 2005")
            % {"edition": edition}
        )
    if parse_region_code(community).level != "community":
        raise BadCode(gettext("%(community)s is no community") % {"community": community})
    if not 1 <= sequence < 10**digits:
        raise BadCode(
            gettext("sequence %(sequence)s does not fit into %(digits)s digits")
            % {"sequence": sequence, "digits": digits}
        )
    return f"{community}{sequence:0{digits}d}"


def as_15_digits(code: str) -> str:
    """The 15-digit spelling of a 14-digit code; a 15-digit one as it is. Raises BadCode."""
    grid = parse_grid_code(code)
    return build_grid_code(grid.community, grid.sequence)


def _unpadded(digits: str) -> str:
    if len(digits) == 12 and digits.endswith("000"):
        digits = digits[:9]
    if len(digits) == 9 and digits.endswith("000"):
        digits = digits[:6]
    while len(digits) in (4, 6) and digits.endswith("00"):
        digits = digits[:-2]
    return digits


def _parts(code: str) -> list[str]:
    starts = [0, 2, 4, 6, 9]
    ends = [2, 4, 6, 9, 12]
    return [code[a:b] for a, b in zip(starts, ends, strict=True) if b <= len(code)]
