"""The kinds of permits that a city begins with, and the problem classes that each speaks of.

Classes are those of the national catalogue GB/T 30428.2-2013: a city's own class counts through the
national one that it corresponds to. Which kind speaks of which class belongs to the city once the
rows exist (PermitKind).
"""

from __future__ import annotations

from dataclasses import dataclass

CATALOGUE = "GBT30428.2-2013"


@dataclass(frozen=True, slots=True)
class KindSeed:
    """A kind as it is seeded. `after_days`: how long after its end a permit still speaks;
    `near_m`: how far beside the permitted ground a case still counts as there, metres."""

    code: str
    name_zh: str
    name_en: str
    classes: tuple[str, ...]
    after_days: int
    near_m: int


# fmt: off
SEEDS = (
    # Ground that was dug up shows its faults after the permit has ended: a year of warranty.
    KindSeed("excavation",  "占道挖掘", "Excavation and road occupation",
             ("E0113", "E0302", "E0303", "E0307", "E0310"), 365, 30),
    KindSeed("advertising", "户外广告", "Outdoor advertising",
             ("C0306", "E0203", "E0204", "E0205", "E0206"), 90, 30),
    KindSeed("stall",       "占道经营", "Stall or market",
             ("E0401", "E0402", "E0405", "E0406"), 30, 30),
    KindSeed("muck",        "渣土运输", "Muck transport",
             ("E0111", "E0114", "E0304", "E0305", "E0311", "E0312"), 30, 100),
    KindSeed("night_works", "夜间施工", "Night construction",
             ("E0301",), 7, 150),
    KindSeed("trees",       "绿化砍伐移植", "Tree felling or moving",
             ("E0122", "E0123"), 180, 30),
)
# fmt: on
