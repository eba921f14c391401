"""Who reported is answered: a progress reply owed, closing blocked, the queue, the public page."""

from __future__ import annotations

from cityloop.cases.models import Case, CaseEvent
from cityloop.demo.situations.scene import PHONE, Scene
from cityloop.intake import operations as intake
from cityloop.intake.models import ReporterNotice


def make(scene: Scene) -> list[str]:
    """One of each."""
    scene.begin(days=2)
    numbers = [_progress(scene), _blocked(scene)]
    scene.begin(hours=5)
    return [*numbers, _queue(scene), _public(scene)]


def _late(scene: Scene) -> Case:
    """A case of a citizen whose handling has run out: two replies are owed."""
    case = scene.case(channel="hotline12319")
    filing = CaseEvent.objects.get(case=case, action="file")
    intake.owe_all(number=case.number, version=filing.version, topic="filed", now=scene.now)
    begun = scene.now
    scene.now = case.handling_due_at or scene.now
    case = scene.sweep(case)
    intake.owe_progress(number=case.number, version=case.version, now=scene.now)
    scene.now = begun
    return scene.again(case)


def _progress(scene: Scene) -> str:
    case = _late(scene)
    notice = ReporterNotice.objects.get(report__case=case, topic="progress")
    zh, en = "超时案件，待进展答复市民", "Overdue: a progress reply to the citizen is due"
    scene.show(f"/replies/{notice.pk}/", zh, en, "acceptor")
    return case.number


def _blocked(scene: Scene) -> str:
    case = _late(scene)
    scene.wait(hours=12)
    case = scene.carry(case, "checked")
    return scene.show(case, "核查已通过，未答复市民，不能结案",
                      "Checked, but not closed: a reply is missing", "shift_leader")  # fmt: skip


def _queue(scene: Scene) -> str:
    case = scene.case("checked", channel="hotline12319")
    return scene.show(case, "公众案件，结案前待值班长复核",
                      "A case of a citizen in the review queue", "shift_leader")  # fmt: skip


def _public(scene: Scene) -> str:
    case = scene.case(channel="hotline12319")
    zh = f"公众查询：编号 {case.number}，电话尾号 {PHONE[-4:]}"
    en = f"Public query: number {case.number}, end of the phone {PHONE[-4:]}"
    scene.show("/query/", zh, en, "acceptor")
    return case.number
