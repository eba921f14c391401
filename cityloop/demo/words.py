"""Words that the people of the demo city write often."""

from __future__ import annotations

from datetime import datetime

from cityloop.desks import operations as desks
from cityloop.desks import queries
from cityloop.kernel.actor import Actor

ACTOR = Actor.system("demo")
TEXTS = (
    ("report", "占道经营", "商贩占用人行道摆摊经营，影响行人通行。"),
    ("report", "垃圾堆放", "路边有暴露垃圾，已堆放多日无人清运。"),
    ("opinion", "已核实", "现场核实情况属实，请按立案条件办理。"),
    ("opinion", "请尽快处置", "涉及行人安全，请尽快到现场处置。"),
    ("reason", "不属本单位职责", "经查，该部件产权不属本单位，请核对责任单位后重新派遣。"),
    ("reason", "现场未发现", "按上报地点到达现场，未发现所述问题。"),
    ("result", "已清理", "现场垃圾已清理干净，路面已清扫。"),
    ("result", "已修复", "损坏部件已更换，现场恢复原状。"),
)


def begin(now: datetime) -> None:
    """Offer them, once."""
    if queries.ready_texts().exists():
        return
    for use, title, text in TEXTS:
        desks.keep_text(use=use, title=title, text=text, actor=ACTOR, now=now)
