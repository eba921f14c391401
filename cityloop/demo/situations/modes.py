"""How other cities organise their platform, each at a case that keeps that flow beside the city's.

Every title begins with the mode. Shares of the clock that still run are a day long, so that
whoever opens an example can act on it; the one that runs out has the mode's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from cityloop.cases import modes, queries
from cityloop.cases.models import Case
from cityloop.demo.situations import platforms
from cityloop.demo.situations.chained import A_DAY
from cityloop.demo.situations.scene import Scene

DISTRICT, SUB_CITY = "330106", "330102"


def make(scene: Scene) -> list[str]:
    """Each mode with a case or two; the city's own mode holds afterwards."""
    scene.begin(hours=4)
    return [_one_hall(scene), *_two_axes(scene), _core(scene), _sub_city(scene),
            *_four_levels(scene)]  # fmt: skip


def _mode(name: str, *impatient: str) -> dict[str, Any]:
    """The parameters of a mode, with a day for every level but these."""
    found = dict(modes.read_mode(Path(settings.BASE_DIR) / f"data/modes/{name}.toml").parameters)
    if "command" in found:
        found["command"] = [one if one["level"] in impatient else {**one, "minutes": A_DAY}
                            for one in found["command"]]  # fmt: skip
    return found


def _in(area: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The city's own parameters, with these for the district or street alone."""
    return modes.applied(queries.current_flow().parameters, parameters, area)


def _one_hall(scene: Scene) -> str:
    platforms.merged_hall()
    with scene.flow("yunnan-hall", **_mode("yunnan-hall")):
        case = scene.case("reported", district=DISTRICT)
    for action in ("accept", "file", "dispatch"):
        case = scene.step(case, action, platforms.HALL, **scene.usual(case, action))
    case = scene.carry(case, "handled")
    case = scene.step(case, "send_check", platforms.HALL, **scene.usual(case, "send_check"))
    case = scene.carry(case, "checked")
    return scene.show(case, "一厅合并：受理、立案、派遣和结案为同一人，历史中注明",
                      "One merged hall: who accepted, filed and dispatched also closes; "
                      "the history says so", platforms.HALL)  # fmt: skip


def _two_axes(scene: Scene) -> list[str]:
    """The coordination platform dispatches; the centre files and sends to the check."""
    platforms.coordination(scene)
    with scene.flow("hz-axes", **_mode("hz-axes")):
        waits, handled = (scene.case("filed", district=DISTRICT) for _ in range(2))
    scene.show(waits, "新两轴：由协同平台派遣，中心不派遣",
               "New two axes: the coordination platform dispatches, not the centre",
               platforms.AXES)  # fmt: skip
    handled = scene.step(handled, "dispatch", platforms.AXES, **scene.usual(handled, "dispatch"))
    handled = scene.carry(handled, "handled")
    scene.show(handled, "新两轴：处置完成，只有中心能派核查",
               "New two axes: handled, and only the centre sends it to the check",
               "acceptor")  # fmt: skip
    return [waits.number, handled.number]


def _core(scene: Scene) -> str:
    with scene.flow("hz-core", **_mode("hz-core")):
        case = scene.case("filed", district=DISTRICT)
    case = scene.step(case, "pass_down", "dispatcher", opinion="属地处置，请区级派遣。")
    return scene.show(case, "主城模式：市级监督，下交区级指挥",
                      "Core city: the city supervises, the district dispatches",
                      "dispatcher")  # fmt: skip


def _sub_city(scene: Scene) -> str:
    """One flow for the city; this district alone has another command."""
    with scene.flow("hz-sub", **_in(SUB_CITY, _mode("hz-sub"))):
        case = scene.case("filed", district=SUB_CITY)
    return scene.show(case, "副城模式：区级自行指挥，上面没有派遣平台",
                      "Sub-city: the district commands alone, no platform above it",
                      "dispatcher")  # fmt: skip


def _four_levels(scene: Scene) -> list[str]:
    """City, district, street, community, and the person: the lowest that can begins."""
    desks = platforms.down_to_the_community(scene, DISTRICT)
    street, community = desks.street.region_code, desks.community.region_code
    with scene.flow("pudong", **_in(street, _mode("pudong"))):
        graver = _filed(scene, street, level="2")
        small, named = (_filed(scene, community) for _ in range(2))
    named = scene.step(named, "dispatch", platforms.COMMUNITY, unit=desks.team)
    named = scene.step(named, "receive", platforms.TEAM)
    named = scene.step(named, "assign", platforms.TEAM, worker=desks.worker)
    risen = _risen(scene, street, community)
    scene.show(graver, "四级派单：街道平台持有案件",
               "Four dispatch levels: the street platform holds it",
               platforms.STREET)  # fmt: skip
    scene.show(small, "四级派单：社区持有案件，社区的时限单独计算",
               "Four dispatch levels: a community holds it, with its own share of the clock",
               platforms.COMMUNITY)  # fmt: skip
    scene.show(named, "四级派单：社区派单到人",
               "Four dispatch levels: from the community to a person",
               platforms.WORKER)  # fmt: skip
    scene.show(risen, "四级派单：社区逾时未派，自动升至街道",
               "Four dispatch levels: let lie by the community, risen to the street",
               platforms.STREET)  # fmt: skip
    return [graver.number, small.number, named.number, risen.number]


def _risen(scene: Scene, street: str, community: str) -> Case:
    """The community's share of half an hour ran out; the street has a day."""
    with scene.flow("pudong", **_in(street, _mode("pudong", "community"))):
        case = _filed(scene, community)
    scene.wait(minutes=31)
    return scene.sweep(case)


def _filed(scene: Scene, area: str, *, level: str = "1") -> Case:
    """A case that waits for dispatch; so grave, as who accepted it judged."""
    case = scene.case("reported", district=area)
    case = scene.step(case, "accept", "acceptor", level=level)
    return scene.carry(case, "filed")
