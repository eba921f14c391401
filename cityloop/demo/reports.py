"""How problems are reported in the simulated city, and the photos that people take."""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import datetime

from cityloop.cases.change import Paper
from cityloop.cases.models import Case
from cityloop.demo import scenes
from cityloop.demo.town import Matter, Spot, Town
from cityloop.intake import operations as intake
from cityloop.kernel import files
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Problem
from cityloop.people import queries as people

# Channel: (share, role that brings it in). Most problems are found by inspectors.
CHANNELS = {
    "inspector": (72, "inspector"), "hotline12345": (9, "acceptor"), "app": (7, "acceptor"),
    "hotline12319": (4, "acceptor"), "web": (3, "acceptor"), "community": (2, "acceptor"),
    "police": (1, "acceptor"), "media": (1, "acceptor"), "leader": (1, "acceptor"),
}  # fmt: skip
SURNAMES, REPEATED = "王李张刘陈杨赵黄", 0.05


def send(town: Town, *, now: datetime) -> intake.Receipt | None:
    """One report, now; None when intake refuses it."""
    chance = town.chance
    channel = chance.choices(list(CHANNELS), weights=[share for share, _ in CHANNELS.values()])[0]
    spot = town.spot()
    matter = town.spoken.get(spot.class_code) or town.matter()
    kind = _kind(town, channel, matter)
    actor = _reporter(town, channel, spot, now)
    given = intake.Incoming(
        channel=channel,
        kind=kind,
        text=chance.choice(matter.words),
        x=spot.lon,
        y=spot.lat,
        class_code=matter.code,
        component_code=spot.component,
        photos=_photos(town, channel, kind, matter, spot, now),
    )
    if channel != "inspector":
        given = _called(town, given, now)
    try:
        return intake.receive(given, actor=actor, now=now)
    except Problem:
        return None


def _kind(town: Town, channel: str, matter: Matter) -> str:
    if channel != "inspector":
        return "report"
    dice = town.chance.random()
    if matter.level == 1 and dice < 0.35:
        return "self_handle"
    if dice > 0.93:
        return "remind" if dice > 0.965 else "quick_report"
    return "report"


def _reporter(town: Town, channel: str, spot: Spot, now: datetime) -> Actor:
    """The inspector of the place, or the operator who takes the call."""
    role = CHANNELS[channel][1]
    member = town.chance.choice(town.posts[role])[0]
    return people.actor_for(member, now)


def _called(town: Town, given: intake.Incoming, now: datetime) -> intake.Incoming:
    """Brought in by a made-up person; the number is one that nobody has."""
    chance = town.chance
    return replace(
        given,
        reporter_name=f"{chance.choice(SURNAMES)}{chance.choice(('先生', '女士'))}",
        reporter_phone=f"0571-0000{chance.randrange(10_000):04}",
        source_key=f"{given.channel}-{now:%Y%m%d%H%M%S}-{chance.randrange(1000):03}",
    )


def _photos(
    town: Town, channel: str, kind: str, matter: Matter, spot: Spot, now: datetime
) -> list[intake.PhotoIn]:
    if channel not in ("inspector", "app"):
        return []
    stages = ("before", "after") if kind == "self_handle" else ("report",)
    return [
        intake.PhotoIn(
            sha256=_taken(town, matter.drawing, spot.lon, spot.lat, now, stage == "after").sha256,
            stage=stage,
            filename=f"{stage}.jpg",
        )
        for stage in stages
    ]


def _taken(town: Town, drawing: str, lon: float, lat: float, now: datetime, fixed: bool):  # type: ignore[no-untyped-def]
    place = zlib.crc32(f"{lon:.4f},{lat:.4f}".encode())
    content = scenes.photo(
        town.chance, problem=drawing, at=now, lon=lon, lat=lat, fixed=fixed, place=place
    )
    return files.store(chunks=[content], filename="photo.jpg", now=now)


def papers(town: Town, case: Case, stage: str, *, now: datetime) -> list[Paper]:
    """The photo that a step needs: with the problem before handling, without it afterwards."""
    if not stage or case.point is None:
        return []
    chosen = case.problem_class
    drawing = "E01"
    if chosen is not None:
        drawing = f"E{chosen.major_code}" if chosen.kind == "event" else chosen.major_code
    file = _taken(town, drawing, case.point.x, case.point.y, now, stage in ("after", "check"))
    return [Paper(file=file, stage=stage, filename=f"{stage}.jpg")]
