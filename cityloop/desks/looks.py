"""How statuses, actions, clocks and channels look: icon, tone and word, one row each."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Look(NamedTuple):
    """Icon of the Lucide set, tone of the token set, and the word beside it."""

    icon: str
    tone: str
    label: str | Promise


# fmt: off
STATUS = {
    "reported":     Look("inbox",           "blue",   _("to accept")),
    "verifying":    Look("scan-search",     "purple", _("verifying")),
    "accepted":     Look("file-check",      "blue",   _("to file")),
    "voiding":      Look("file-x",          "orange", _("void requested")),
    "filed":        Look("send",            "teal",   _("to dispatch")),
    "dispatched":   Look("mailbox",         "yellow", _("to receive")),
    "handling":     Look("hammer",          "yellow", _("handling")),
    "handed_in":    Look("clipboard-check", "yellow", _("to confirm")),
    "handled":      Look("package-check",   "teal",   _("to send to check")),
    "checking":     Look("scan-eye",        "purple", _("checking")),
    "check_failed": Look("rotate-ccw",      "orange", _("to rework")),
    "checked":      Look("badge-check",     "green",  _("to close")),
    "closed":       Look("circle-check-big", "green", _("closed")),
    "rejected":     Look("circle-slash",    "grey",   _("not accepted")),
    "voided":       Look("ban",             "grey",   _("voided")),
}

# The word on the button, and the icon and tone of the history line.
ACTION = {
    "report":               Look("megaphone",        "blue",   _("Report")),
    "quick_report":         Look("zap",              "blue",   _("Quick report")),
    "self_handle":          Look("hand-helping",     "green",  _("Handled on the spot")),
    "remind":               Look("bell",             "blue",   _("Remind")),
    "accept":               Look("inbox",            "blue",   _("Accept")),
    "correct":              Look("pencil",           "grey",   _("Correct")),
    "send_verify":          Look("scan-search",      "purple", _("Send to verify")),
    "verified":             Look("eye",              "green",  _("Verified: it is there")),
    "not_found":            Look("eye-off",          "orange", _("Not found")),
    "recall_verify":        Look("undo-2",           "grey",   _("Recall verification")),
    "reject":               Look("circle-slash",     "red",    _("Do not accept")),
    "file":                 Look("file-check",       "green",  _("File")),
    "refuse_filing":        Look("undo-2",           "orange", _("Refuse filing")),
    "return_to_acceptance": Look("undo-2",           "orange", _("Return to acceptance")),
    "request_void":         Look("file-x",           "orange", _("Request void")),
    "approve_void":         Look("ban",              "red",    _("Approve void")),
    "refuse_void":          Look("undo-2",           "grey",   _("Refuse void")),
    "dispatch":             Look("send",             "teal",   _("Dispatch")),
    "dispatch_by_order":    Look("send",             "purple", _("Dispatch by order")),
    "return":               Look("undo-2",           "orange", _("Return")),
    "receive":              Look("mailbox",          "yellow", _("Receive")),
    "assign":               Look("user-check",       "yellow", _("Assign a person")),
    "hand_in":              Look("clipboard-check",  "yellow", _("Hand in the result")),
    "hand_back":            Look("undo-2",           "orange", _("Hand back to the person")),
    "finish":               Look("package-check",    "green",  _("Finish handling")),
    "ask_better_proof":     Look("image-up",         "orange", _("Ask for better proof")),
    "send_check":           Look("scan-eye",         "purple", _("Send to check")),
    "check_passed":         Look("badge-check",      "green",  _("Check passed")),
    "check_failed":         Look("circle-x",         "red",    _("Check failed")),
    "recall_check":         Look("undo-2",           "grey",   _("Recall check")),
    "rework":               Look("rotate-ccw",       "orange", _("Send to rework")),
    "check_again":          Look("refresh-cw",       "orange", _("Check again")),
    "demand_rework":        Look("rotate-ccw",       "orange", _("Demand rework")),
    "close":                Look("circle-check-big", "green",  _("Close")),
    "force_close":          Look("octagon-x",        "red",    _("Close by force")),
    "reopen":               Look("folder-open",      "orange", _("Reopen")),
    "review_passed":        Look("badge-check",      "green",  _("Review passed")),
    "review_failed":        Look("circle-x",         "red",    _("Review failed")),
    "urge":                 Look("megaphone",        "red",    _("Urge")),
    "reply":                Look("reply",            "blue",   _("Reply")),
    "join_report":          Look("copy-plus",        "blue",   _("Another report joined")),
    "overdue":              Look("octagon-alert",    "red",    _("Deadline passed")),
    "escalate":             Look("flame",            "purple", _("Escalated")),
}

# Buttons that end a case or take it back: drawn as a warning, behind the others.
GRAVE = frozenset({"reject", "approve_void", "force_close", "check_failed", "review_failed"})

CLOCK_STATE = {
    "running": Look("timer",          "blue",  _("running")),
    "paused":  Look("circle-pause",   "grey",  _("paused")),
    "met":     Look("circle-check",   "green", _("met")),
    "late":    Look("octagon-alert",  "red",   _("late")),
}

UNIT = {
    "minute":      _("%(amount)s minutes, on the clock"),
    "urgent_hour": _("%(amount)s urgent hours, day and night"),
    "work_hour":   _("%(amount)s working hours"),
    "work_day":    _("%(amount)s working days"),
    "natural_day": _("%(amount)s natural days"),
}

PLACE_LEVEL = {"A": _("A: strictly kept"), "B": _("B: normally kept"), "C": _("C: simply kept")}
CASE_LEVEL = {1: _("1: settled on the spot"), 2: _("2: ordinary"), 3: _("3: serious"), 4: _("4: major")}

STAGE = {
    "report": _("Reported"), "verify": _("Verified"), "before": _("Before"), "after": _("After"),
    "check": _("Checked"), "paper": _("Paper"),
}
# fmt: on

# The road of a case as five stops, for the bar at the head of its page.
ROAD = (
    (_("Accept"), ("reported", "verifying")),
    (_("File"), ("accepted", "voiding")),
    (_("Dispatch"), ("filed",)),
    (_("Handle"), ("dispatched", "handling", "handed_in", "check_failed")),
    (_("Check"), ("handled", "checking")),
    (_("Close"), ("checked", "closed")),
)


def limit_words(amount: object, unit: str) -> str:
    """A limit in words: "4 working hours, ..."."""
    plain = f"{float(str(amount)):g}"
    return str(UNIT.get(unit, "%(amount)s")) % {"amount": plain}
