"""What comes with the product and its packages: editions, names of cities and districts."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from cityloop.standards.models import Edition


@dataclass(frozen=True, slots=True)
class Shipped:
    """An edition of data/standards: what it says of itself, how many rows, its state here."""

    code: str
    name_zh: str
    name_en: str
    kind: str
    based_on: str
    classes: int
    rules: int
    state: str  # '', draft or published

    @property
    def common(self) -> bool:
        """Of the country or the trade: no city's own."""
        return self.kind in (Edition.Kind.NATIONAL, Edition.Kind.INDUSTRY)


def folders() -> dict[str, Path]:
    """The folders of the editions by code."""
    place = Path(settings.BASE_DIR) / "data" / "standards"
    return {one.parent.name: one.parent for one in sorted(place.glob("*/edition.toml"))}


def shipped_editions() -> list[Shipped]:
    """Every edition that comes along, those for every city first."""
    states = dict(Edition.objects.values_list("code", "status"))
    found = [_shipped(path, states.get(code, "")) for code, path in folders().items()]
    return sorted(found, key=lambda one: (not one.common, one.code))


def _shipped(folder: Path, state: str) -> Shipped:
    said = tomllib.loads((folder / "edition.toml").read_text(encoding="utf-8"))
    rows = {name: sum(1 for _row in _rows(folder / f"{name}.csv"))
            for name in ("classes", "filing_rules")}  # fmt: skip
    return Shipped(
        folder.name, said["name_zh"], said.get("name_en", ""), said["kind"],
        said.get("based_on", ""), rows["classes"], rows["filing_rules"], state,
    )  # fmt: skip


@lru_cache(maxsize=1)
def cities() -> tuple[tuple[str, str], ...]:
    """Code of six digits and name of every city, with its province; none without the package."""
    provinces = dict(_named("provinces"))
    found = []
    for code, name in _named("cities"):
        above = provinces.get(code[:2], "")
        plain = name.startswith(("市辖区", "县", "省直辖", "自治区直辖"))
        found.append((f"{code}00", f"{above}{'' if plain else name}"))
    return tuple(dict(reversed(found)).items())[::-1]


def districts(city: str) -> list[tuple[str, str]]:
    """Code and name of the districts of a city ("3301")."""
    return [(code, name) for code, name in _named("areas") if city and code.startswith(city[:4])]


@lru_cache(maxsize=3)
def _named(what: str) -> tuple[tuple[str, str], ...]:
    path = settings.NODE_MODULES / "china-division" / "dist" / f"{what}.csv"
    if not path.is_file():
        return ()
    return tuple((row["code"], row["name"]) for row in _rows(path))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    if not path.is_file():
        return
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)
