"""A matter that came twice as a petition, a joint visit, a suggestion, a media report."""

from __future__ import annotations

from django.utils import timezone

from cityloop.demo.reports import PUBLISHED
from cityloop.demo.situations.scene import Scene
from cityloop.petitions import operations, queries, wording
from cityloop.petitions.models import Petition

LETTER = "河道边长期有人倾倒垃圾，夏天气味难闻，盼尽快清理并安排人员巡查。"


def make(scene: Scene) -> list[str]:
    """One of each."""
    scene.begin(days=20)
    first = _letter(scene, "letter", "河道边暴露垃圾", LETTER)
    numbers = [_transferred(scene, first)]
    scene.wait(days=9)
    again = _letter(scene, "visit", "垃圾仍未清理", f"再次反映：{LETTER}")
    clerk = scene.actor("acceptor")
    for one in queries.repetitions_of(clerk, again):
        operations.decide(again.number, one.earlier.number, same=True, actor=clerk, now=scene.now)
    scene.show(f"/petitions/{again.number}/", "重信重访：同一人同一事项，已串联",
               "A repeated petition, chained to the one before", "acceptor")  # fmt: skip
    _joint_visit(scene)
    _suggestion(scene)
    scene.wait(days=2)
    case = scene.case(
        "reported", channel="media", source=PUBLISHED[0], link=PUBLISHED[1],
        reporter_name="", reporter_phone="",
    )  # fmt: skip
    scene.show(
        case, "媒体反映：注明来源和链接，先由监督员核实",
        "A media report with source and link, verified on site first", "acceptor",
    )  # fmt: skip
    return [*numbers, case.number]


def _letter(scene: Scene, kind: str, subject: str, text: str) -> Petition:
    given = operations.NewPetition(
        kind=kind, received_on=timezone.localdate(scene.now), subject=subject, text=text,
        name="周女士", phone="0571-00006699", address="试验街9号", place="河道边",
    )  # fmt: skip
    return operations.register(given, actor=scene.actor("acceptor"), now=scene.now)


def _transferred(scene: Scene, row: Petition) -> str:
    """A letter that became a case and was answered in writing; the number of the case."""
    scene.wait(hours=1)
    clerk, spot = scene.actor("acceptor"), scene.place()
    told = operations.Transfer(
        text=row.text, address=spot.address, class_code="E0110", x=spot.lon, y=spot.lat
    )
    row = operations.transfer(row.number, told, actor=clerk, now=scene.now)
    scene.wait(hours=2)
    operations.send_letter(
        row.number, text=wording.draft(row), medium="post", actor=clerk, now=scene.now
    )
    scene.show(f"/petitions/{row.number}/", "来信：登记、转办、书面答复",
               "A letter, registered, transferred and answered in writing", "acceptor")  # fmt: skip
    if row.report is None:
        raise LookupError(row.number)
    return row.report.case.number


def _joint_visit(scene: Scene) -> None:
    given = operations.NewPetition(
        kind="joint_visit", received_on=timezone.localdate(scene.now), head_count=12,
        subject="夜间施工扰民", text="工地连续多日夜间施工，居民无法休息，要求约谈施工单位。",
        name="居民代表吴先生", phone="0571-00007788",
    )  # fmt: skip
    row = operations.register(given, actor=scene.actor("acceptor"), now=scene.now)
    scene.show(f"/petitions/{row.number}/", "集体来访：12人，登记人数",
               "A joint visit of twelve people", "acceptor")  # fmt: skip


def _suggestion(scene: Scene) -> None:
    new = operations.NewSuggestion(
        subject="公厕夜间照明", text="建议主次干道公厕指示牌改为夜间发光，方便老人寻找。"
    )
    row = operations.suggest(new, caller="demo", limited=False, now=scene.now)
    scene.wait(days=3)
    operations.answer_suggestion(
        row.number, outcome="partly", text="已列入下半年公厕改造，先在主干道试行。",
        actor=scene.actor("supervisor"), now=scene.now,
    )  # fmt: skip
    scene.show(f"/suggestions/{row.number}/", "市民建议：单独答复，不作为案件",
               "A suggestion of a citizen, answered by itself", "supervisor")  # fmt: skip
