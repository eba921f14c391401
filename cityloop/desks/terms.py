# ruff: noqa: E501 (a table: one row, one line)
"""The terms of a search, one row each: what may stand before the colon, and what it narrows by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import translation
from django.utils.translation import pgettext_lazy

from cityloop.cases.models import ClosingKind
from cityloop.desks import readers
from cityloop.desks.readers import Reader
from cityloop.intake import channels


@dataclass(frozen=True, slots=True)
class Term:
    """`keys`: what stands before the colon, in any language; the first is shown in English, the
    second in Chinese."""

    keys: tuple[str, ...]
    label: Any
    example: tuple[str, ...]  # of the value: in English, and in Chinese where it differs
    read: Reader

    @property
    def key(self) -> str:
        """The key as it is written in the reader's language."""
        return self.keys[0 if _english() else 1]

    @property
    def shown(self) -> str:
        """An example as it is typed."""
        return f"{self.key}:{self.example[0 if _english() else -1]}"


def _english() -> bool:
    return (translation.get_language() or "").startswith("en")


KINDS = (
    ("component", pgettext_lazy("kind", "component")), ("event", pgettext_lazy("kind", "event")),
)  # fmt: skip

# fmt: off
TERMS = (
    Term(("status", "状态", "环节", "阶段"),   pgettext_lazy("term", "Status"),            ("open", "未结"), readers.status),
    Term(("class", "类别", "小类", "类"),      pgettext_lazy("term", "Class"),             ("C0101", "上水井盖"), readers.problem_class),
    Term(("kind", "类型"),                     pgettext_lazy("term", "Component or event"), ("event", "事件"), readers.one_of("problem_class__kind", lambda: KINDS)),
    Term(("unit", "单位", "处置单位"),         pgettext_lazy("term", "Unit"),              ("water", "水务"), readers.unit),
    Term(("worker", "处置人", "处置人员"),     pgettext_lazy("term", "Worker"),            ("li", "李"), readers.worker),
    Term(("area", "区域", "街道", "社区"),     pgettext_lazy("term", "Area"),              ("330106", "西湖"), readers.area),
    Term(("grid", "网格", "单元网格"),         pgettext_lazy("term", "Unit grid"),         ("330106001",), readers.prefix("grid_code")),
    Term(("channel", "来源", "渠道"),          pgettext_lazy("term", "Channel"),           ("citizen", "市民"), readers.one_of("channel", lambda: ((one.code, one.label) for one in channels.TABLE))),
    Term(("outer", "外部编号"),                pgettext_lazy("term", "Outer number"),      ("12345-7",), readers.prefix("external_number")),
    Term(("component", "部件", "部件编码"),    pgettext_lazy("term", "Component"),         ("330106",), readers.prefix("component__code")),
    Term(("level", "级别", "等级"),            pgettext_lazy("term", "Level"),             (">2",), readers.count("level")),
    Term(("overdue", "超时", "超期"),          pgettext_lazy("term", "Overdue"),           ("yes", "是"), readers.flag(readers.overdue)),
    Term(("age", "天数"),                      pgettext_lazy("term", "Days since the report"), (">7",), readers.age),
    Term(("reported", "上报"),                 pgettext_lazy("term", "Reported"),          ("7d", "7天"), readers.when("reported_at")),
    Term(("filed", "立案"),                    pgettext_lazy("term", "Filed"),             ("2026-11",), readers.when("filed_at")),
    Term(("closed", "结案"),                   pgettext_lazy("term", "Closed"),            ("today", "今天"), readers.when("closed_at")),
    Term(("closing", "结案方式"),              pgettext_lazy("term", "Way of closing"),    ("forced", "强制"), readers.one_of("closing_kind", lambda: ClosingKind.choices)),
    Term(("dispatches", "派遣", "派遣次数"),   pgettext_lazy("term", "Dispatches"),        (">1",), readers.count("dispatches")),
    Term(("returns", "回退", "回退次数"),      pgettext_lazy("term", "Returns"),           ("2..4",), readers.count("returns")),
    Term(("reworks", "返工", "返工次数"),      pgettext_lazy("term", "Reworks"),           (">0",), readers.count("reworks")),
    Term(("urges", "催办", "催办次数"),        pgettext_lazy("term", "Urged"),             (">0",), readers.count("urges")),
    Term(("reports", "举报", "上报次数"),      pgettext_lazy("term", "Reports of it"),     (">1",), readers.count("reports")),
    Term(("photo", "照片"),                    pgettext_lazy("term", "Photo with the report"), ("no", "否"), readers.flag(readers.photographed)),
    Term(("trial", "试运行"),                  pgettext_lazy("term", "Trial"),             ("no", "否"), readers.flag(lambda _reading: Q(trial=True))),
)
# fmt: on
BY_KEY = {key: term for term in TERMS for key in term.keys}
