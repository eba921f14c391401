"""Below a case, and before one: a reminder, reports without a place."""

from __future__ import annotations

from cityloop.demo.situations.scene import Scene

PLACELESS = "小区门口有一堆垃圾好几天没人清理，请派人看看。"


def make(scene: Scene) -> list[str]:
    """One of each."""
    scene.begin(hours=3)
    return [_reminded(scene), _settled(scene), _somewhere(scene), _found(scene)]


def _reminded(scene: Scene) -> str:
    """The inspector told whoever was there; it is counted apart."""
    case = scene.case("closed", kind="remind", text="沿街商户店外摆放，已当场提醒。")
    return scene.show(case, "提示类问题：监督员现场提醒，另行计数",
                      "A reminder by the inspector, counted apart", "supervisor")  # fmt: skip


def _settled(scene: Scene) -> str:
    """A citizen's report below a case, seen and reviewed: the unit is told, nothing is filed."""
    case = scene.case("reported", channel="hotline12319", text="门前散落少量纸屑。")
    case = scene.step(scene.seen(case), "review_case", "shift_leader",
                      opinion="属实，情节轻微，可以提示办结。")  # fmt: skip
    case = scene.step(case, "settle_by_reminder", "acceptor", addressee=scene.unit(case),
                      opinion="情节轻微，提示责任单位清扫。")  # fmt: skip
    return scene.show(case, "以提示办结：告知责任单位，不立案",
                      "Settled by a reminder: the unit is told, nothing is filed",
                      "acceptor")  # fmt: skip


def _somewhere(scene: Scene) -> str:
    case = scene.case("reported", channel="sms", text=PLACELESS, x=None, y=None, address="")
    return scene.show(case, "短信反映，没有地点，待受理员问明",
                      "A text message without a place, to be located", "acceptor")  # fmt: skip


def _found(scene: Scene) -> str:
    """The operator called back, and the case lies on the map."""
    case = scene.case("reported", channel="sms", text=PLACELESS, x=None, y=None, address="")
    spot = scene.place("330106")
    case = scene.step(case, "locate", "acceptor", point=f"{spot.lon:.6f}, {spot.lat:.6f}",
                      reason="回拨电话问明。")  # fmt: skip
    return scene.show(case, "地点经回拨问明后补定", "A place found by calling back",
                      "acceptor")  # fmt: skip
