"""The hotline: a caller with a history, an order of 12345 with its number and deadline."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from cityloop.cases.models import Case
from cityloop.demo.situations.scene import PHONE, Scene
from cityloop.hotline import operations as hotline
from cityloop.hotline.models import Order
from cityloop.hotline.reading import Row

EXTENSION = "8001"
OUTER, SETTLED, REFUSED = "12345-202600017", "12345-202600018", "12345-202600019"
RECORDING = "https://calls.example/demo-1.mp3"


def make(scene: Scene) -> list[str]:
    """One of each."""
    scene.begin(hours=6)
    earlier = scene.case("closed", channel="hotline12319", text="路灯不亮，影响出行。")
    numbers = [_call(scene, earlier.number), _order(scene), _settled(scene)]
    return [*numbers, *_refused(scene)]


def _call(scene: Scene, earlier: str) -> str:
    """Who has called before calls again; the operator sees what became of it."""
    hotline.sign_on(EXTENSION, actor=scene.actor("acceptor"), now=scene.now)
    for event, recording in (("ringing", ""), ("answered", ""), ("ended", RECORDING)):
        scene.wait(minutes=2)
        told = hotline.CallEvent("DEMO-1", event, EXTENSION, caller=PHONE, recording=recording)
        call = hotline.note_call(told, actor=scene.actor("exchange"), now=scene.now)
    hotline.tell(call.pk, earlier, actor=scene.actor("acceptor"), now=scene.now)
    zh = "热线来电：来电历史、周边在办案件、录音"
    en = "A call: history of the caller, open cases nearby, recording"
    scene.show(f"/hotline/calls/{call.pk}/", zh, en, "acceptor")
    return earlier


def _order(scene: Scene) -> str:
    spot = scene.place("330106")
    row = _delivered(scene, OUTER, "小区门口垃圾堆放多日无人清理。", lon=str(spot.lon),
                     lat=str(spot.lat), address=spot.address)  # fmt: skip
    zh, en = "12345转办工单：外部编号与时限", "An order of 12345 with its number and deadline"
    return scene.show(row.report.case, zh, en, "acceptor")


def _delivered(scene: Scene, number: str, text: str, **more: str) -> Order:
    """The order comes in a file, or once more."""
    due = timezone.localtime(scene.present + timedelta(days=3)).isoformat(timespec="minutes")
    cells = {"number": number, "due_at": due, "name": "陈女士", "phone": "0571-00009012",
             "text": text, **more}  # fmt: skip
    hotline.import_orders([Row(1, cells)], name="12345.csv", actor=scene.actor("acceptor"),
                          now=scene.now)  # fmt: skip
    rows = Order.objects.filter(outer_number=number).select_related("report__case")
    return rows.order_by("-round")[0]


def _typed_in(scene: Scene, number: str, text: str) -> Case:
    """An order that somebody typed in before its file came."""
    case = scene.case("reported", channel="hotline12345", source_key=number, text=text)
    _delivered(scene, number, text)
    return case


def _settled(scene: Scene) -> str:
    """The case is closed, and 12345 gets number, result and time back."""
    case = _typed_in(scene, SETTLED, "路口垃圾桶满溢，污水外流。")
    walker = scene.town.member(scene.town.walker(case.grid_code))
    case = scene.step(case, "send_verify", "acceptor", inspector=walker)
    case = scene.step(case, "verified", "inspector", opinion="现场情况属实。")
    case = scene.carry(case, "closed")
    hotline.note_result(number=case.number, version=case.version)
    return scene.show(case, "12345工单已办结，结果回传", "An order of 12345, settled: its result "
                      "goes back", "acceptor")  # fmt: skip


def _refused(scene: Scene) -> list[str]:
    """What was refused for want of a place is sent again with one: another round, another case."""
    first = _typed_in(scene, REFUSED, "有人乱倒垃圾，请处理。")
    first = scene.step(first, "reject", "acceptor", reason_code="too_vague",
                       reason="地点不清，请补充。")  # fmt: skip
    hotline.note_result(number=first.number, version=first.version)
    scene.wait(minutes=30)
    spot, sent = scene.place("330106"), timezone.localtime(scene.now).isoformat(timespec="seconds")
    again = _delivered(scene, REFUSED, "有人乱倒垃圾，就在路口公交站旁。", sent_at=sent,
                       lon=str(spot.lon), lat=str(spot.lat), address=spot.address)  # fmt: skip
    scene.show(again.report.case, "12345工单退回后再次派来，第二轮",
               "An order of 12345, refused and sent again", "acceptor")  # fmt: skip
    return [first.number, again.report.case.number]
