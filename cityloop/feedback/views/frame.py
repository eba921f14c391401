"""What the pages of feedback share: tabs, tones, pager, forms that call one operation, pictures."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from cityloop.feedback.models import Deed, Entry, Kind, State
from cityloop.feedback.queries import SAME

SIZE = 50
TABS = (
    # (name of the address, title, icon)
    ("feedback-new", lazy("Say what hinders you"), "message-square-warning"),
    ("feedback", lazy("My feedback"), "message-square-heart"),
    ("feedback-wishes", lazy("Wishes of colleagues"), "lightbulb"),
)
KINDS = {
    # kind: (tone, icon)
    Kind.FAULT: ("orange", "bug"),
    Kind.WISH: ("blue", "lightbulb"),
    Kind.QUESTION: ("teal", "message-circle-question"),
}
STATES: dict[str, tuple[str | Promise, str, str]] = {
    # state: (words, tone, icon)
    State.OPEN: (State.OPEN.label, "yellow", "inbox"),
    State.PLANNED: (State.PLANNED.label, "blue", "calendar-check"),
    State.DONE: (State.DONE.label, "green", "circle-check"),
    State.DECLINED: (State.DECLINED.label, "grey", "circle-slash"),
    SAME: (pgettext_lazy("feedback", "repeated"), "grey", "merge"),
}
DEEDS: dict[str, str] = {
    # deed: icon
    Deed.ANSWER: "reply", Deed.SAME: "merge", Deed.APART: "split", Deed.PUBLISH: "eye",
    Deed.WITHDRAW: "eye-off",
}  # fmt: skip


def tabs(here: str) -> list[tuple[str, Any, str, bool]]:
    """(path, title, icon, here) of the tabs of everybody's pages."""
    return [(reverse(name), title, icon, name == here) for name, title, icon in TABS]


def kind_of(entry: Entry) -> tuple[str, str, str]:
    """(words, tone, icon) of what it is."""
    return (str(entry.get_kind_display()), *KINDS[Kind(entry.kind)])


def state_of(entry: Entry) -> tuple[str | Promise, str, str]:
    """(words, tone, icon) of where it stands, by whatever entry is answered for it."""
    return STATES[entry.head.state]


def post_of(entry: Entry) -> str:
    """The writer's posts alone, of a label as "上城区平台·派遣员 王芳"; '' for none."""
    return entry.post.partition("·")[2].removesuffix(entry.member.name).strip()
