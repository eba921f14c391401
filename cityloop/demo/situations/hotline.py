"""The hotline: a caller with a history, an order of 12345 with its number and deadline."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from cityloop.demo.situations.scene import PHONE, Scene
from cityloop.hotline import operations as hotline
from cityloop.hotline.models import Order
from cityloop.hotline.reading import Row

EXTENSION, OUTER = "8001", "12345-202600017"
RECORDING = "https://calls.example/demo-1.mp3"


def make(scene: Scene) -> list[str]:
    """One of each."""
    scene.begin(hours=6)
    earlier = scene.case("closed", channel="hotline12319", text="路灯不亮，影响出行。")
    return [_call(scene, earlier.number), _order(scene)]


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
    due = timezone.localtime(scene.present + timedelta(days=3)).isoformat(timespec="minutes")
    cells = {
        "number": OUTER, "due_at": due, "name": "陈女士", "phone": "0571-00009012",
        "text": "小区门口垃圾堆放多日无人清理。", "lon": str(spot.lon), "lat": str(spot.lat),
        "address": spot.address,
    }  # fmt: skip
    hotline.import_orders([Row(1, cells)], name="12345.csv", actor=scene.actor("acceptor"),
                          now=scene.now)  # fmt: skip
    row = Order.objects.get(outer_number=OUTER)
    zh, en = "12345转办工单：外部编号与时限", "An order of 12345 with its number and deadline"
    return scene.show(row.report.case, zh, en, "acceptor")
