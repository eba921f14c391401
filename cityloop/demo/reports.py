"""How problems are reported in the simulated city: by whom, in which words, with which photos."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from cityloop.cases.guards.filing import USUAL_LEVEL
from cityloop.demo.scenes import light_at
from cityloop.demo.town import Matter, Spot, Town

# Channel: (share by day, share by night, role that brings it in).
CHANNELS: dict[str, tuple[float, float, str]] = {
    "inspector": (72, 0, "inspector"), "hotline12345": (9, 40, "acceptor"),
    "app": (7, 22, "acceptor"), "hotline12319": (4, 16, "acceptor"), "web": (3, 12, "acceptor"),
    "community": (2, 0, "acceptor"), "police": (1, 8, "acceptor"), "media": (1, 1, "acceptor"),
    "leader": (0.6, 0, "acceptor"), "petition": (0.4, 1, "acceptor"),
}  # fmt: skip
PUBLISHED = ("都市晚报", "https://news.example/wenming")  # source and link of a media report
SURNAMES = "王李张刘陈杨赵黄周吴徐孙"
REPEATED = 0.07  # share of reports about something that was reported just before
FRESH = timedelta(hours=20)
REMEMBERED = 120


class Shot(NamedTuple):
    """A photo to be taken: what, where, when, for which stage."""

    stage: str
    drawing: str
    place: int
    at: datetime
    lon: float
    lat: float
    fixed: bool
    seed: int


@dataclass(frozen=True, slots=True)
class Told:
    """A report before it is handed in."""

    channel: str
    kind: str
    text: str
    spot: Spot
    matter: Matter
    member_id: int
    shots: tuple[Shot, ...] = ()
    reporter: tuple[str, str] = ("", "")
    source_key: str = ""
    vague: bool = False  # no class given: the text must do


class Memory:
    """What was reported lately, so that somebody else can report it too."""

    def __init__(self) -> None:
        self.lately: deque[tuple[datetime, Told]] = deque(maxlen=REMEMBERED)

    def keep(self, at: datetime, told: Told) -> None:
        """A report that opened a case."""
        self.lately.append((at, told))

    def again(self, town: Town, now: datetime) -> Told | None:
        """One of the last day's reports."""
        fresh = [told for at, told in self.lately if timedelta() < now - at < FRESH]
        return town.chance.choice(fresh) if fresh else None


def think_up(town: Town, memory: Memory, now: datetime) -> Told:
    """The next report of the city."""
    chance = town.chance
    before = memory.again(town, now) if chance.random() < REPEATED else None
    channel = _channel(town, now)
    spot = _near(town, before.spot) if before else town.spot()
    matter = before.matter if before else town.matter(spot)
    kind = "report" if before else _kind(town, channel, matter)
    role = CHANNELS[channel][2]
    member = town.walker(spot.grid) if role == "inspector" else _operator(town, now, spot)
    told = Told(
        channel=channel,
        kind=kind,
        text=before.text if before else _words(town, channel, spot, matter),
        spot=spot,
        matter=matter,
        member_id=member,
        vague=channel != "inspector" and chance.random() < 0.25,
    )
    told = replace(told, shots=_shots(town, told, now))
    return told if channel == "inspector" else _called(town, told, now)


def _channel(town: Town, now: datetime) -> str:
    night = light_at(now) == "night"
    weights = [dark if night else bright for bright, dark, _role in CHANNELS.values()]
    return town.chance.choices(list(CHANNELS), weights=weights)[0]


def _near(town: Town, spot: Spot) -> Spot:
    """A few metres beside it, as two phones say."""
    shift = [town.chance.uniform(-8e-5, 8e-5) for _ in range(2)]
    return replace(
        spot, lon=round(spot.lon + shift[0], 6), lat=round(spot.lat + shift[1], 6)
    )  # fmt: skip


def _kind(town: Town, channel: str, matter: Matter) -> str:
    if channel != "inspector":
        return "report"
    dice = town.chance.random()
    if matter.level == 1 and dice < 0.28:
        return "self_handle"
    if dice > 0.96:
        return "remind" if matter.level <= USUAL_LEVEL else "report"
    return "quick_report" if dice > 0.92 else "report"


def _operator(town: Town, now: datetime, spot: Spot) -> int:
    actor = town.person("acceptor", now=now, region=spot.grid)
    return actor.member_id or 0


def _words(town: Town, channel: str, spot: Spot, matter: Matter) -> str:
    """Inspectors report in set words, citizens in their own."""
    if channel != "inspector":
        return town.chance.choice(matter.told)
    where = f"{spot.address}附近，" if spot.address else "巡查发现，"
    return f"{where}{matter.found}。"


def _called(town: Town, told: Told, now: datetime) -> Told:
    """Brought in by a made-up person; the number is one that nobody has."""
    chance = town.chance
    name = f"{chance.choice(SURNAMES)}{chance.choice(('先生', '女士'))}"
    phone = f"0571-0000{chance.randrange(10_000):04}"
    key = f"{told.channel}-{now:%Y%m%d%H%M%S}-{chance.randrange(10_000):04}"
    return replace(told, reporter=(name, phone), source_key=key)


def _shots(town: Town, told: Told, now: datetime) -> tuple[Shot, ...]:
    if told.channel not in ("inspector", "app"):
        return ()
    stages: Sequence[tuple[str, int]] = (("report", 0),)
    if told.kind == "self_handle":
        stages = (("before", -14), ("after", -2))
    return tuple(
        shot(town, stage, told.matter, told.spot, now + timedelta(minutes=minutes))
        for stage, minutes in stages
    )


def shot(town: Town, stage: str, matter: Matter, spot: Spot, at: datetime) -> Shot:
    """A photo for a stage: before handling the thing is there, afterwards it is put right."""
    return Shot(
        stage="check" if stage == "recheck" else stage,
        drawing=matter.drawing,
        place=spot.place,
        at=at,
        lon=round(spot.lon + town.chance.uniform(-4e-5, 4e-5), 6),
        lat=round(spot.lat + town.chance.uniform(-4e-5, 4e-5), 6),
        fixed=stage in ("after", "check"),
        seed=town.chance.randrange(1 << 30),
    )
