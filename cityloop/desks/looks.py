# ruff: noqa: E501 (a table: one row, one line)
"""How statuses, actions, clocks and channels look: icon, tone and word, one row each."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cityloop.cases.naming import STEPS


class Look(NamedTuple):
    """Icon of the Lucide set, tone of the token set, and the word beside it."""

    icon: str
    tone: str
    label: str | Promise


# fmt: off
STATUS = {
    "reported":     Look("inbox",           "blue",   pgettext_lazy("status", "to accept")),
    "verifying":    Look("scan-search",     "purple", pgettext_lazy("status", "verifying")),
    "accepted":     Look("file-check",      "blue",   pgettext_lazy("status", "to file")),
    "voiding":      Look("file-x",          "orange", pgettext_lazy("status", "void requested")),
    "filed":        Look("send",            "teal",   pgettext_lazy("status", "to dispatch")),
    "coordinating": Look("scale",           "orange", pgettext_lazy("status", "in coordination")),
    "dispatched":   Look("mailbox",         "yellow", pgettext_lazy("status", "to receive")),
    "handling":     Look("hammer",          "yellow", pgettext_lazy("status", "handling")),
    "handed_in":    Look("clipboard-check", "yellow", pgettext_lazy("status", "to confirm")),
    "handled":      Look("package-check",   "teal",   pgettext_lazy("status", "to send to check")),
    "checking":     Look("scan-eye",        "purple", pgettext_lazy("status", "checking")),
    "check_failed": Look("rotate-ccw",      "orange", pgettext_lazy("status", "to rework")),
    "checked":      Look("badge-check",     "green",  pgettext_lazy("status", "to close")),
    "suspended":    Look("circle-pause",    "grey",   pgettext_lazy("status", "suspended")),
    "deferred":     Look("hourglass",       "orange", pgettext_lazy("status", "deferred")),
    "closed":       Look("circle-check-big", "green", pgettext_lazy("status", "closed")),
    "rejected":     Look("circle-slash",    "grey",   pgettext_lazy("status", "not accepted")),
    "voided":       Look("ban",             "grey",   pgettext_lazy("status", "voided")),
}

# The icon and tone of the button and of the history line; the word is that of the step.
ACTION = {
    "report":               Look("megaphone",        "blue",   STEPS["report"]),
    "quick_report":         Look("zap",              "blue",   STEPS["quick_report"]),
    "self_handle":          Look("hand-helping",     "green",  STEPS["self_handle"]),
    "remind":               Look("bell",             "blue",   STEPS["remind"]),
    "accept":               Look("inbox",            "blue",   STEPS["accept"]),
    "locate":               Look("map-pin",          "grey",   STEPS["locate"]),
    "correct":              Look("pencil",           "grey",   STEPS["correct"]),
    "send_verify":          Look("scan-search",      "purple", STEPS["send_verify"]),
    "verified":             Look("eye",              "green",  STEPS["verified"]),
    "not_found":            Look("eye-off",          "orange", STEPS["not_found"]),
    "recall_verify":        Look("undo-2",           "grey",   STEPS["recall_verify"]),
    "reject":               Look("circle-slash",     "red",    STEPS["reject"]),
    "file":                 Look("file-check",       "green",  STEPS["file"]),
    "refuse_filing":        Look("undo-2",           "orange", STEPS["refuse_filing"]),
    "return_to_acceptance": Look("undo-2",           "orange", STEPS["return_to_acceptance"]),
    "request_void":         Look("file-x",           "orange", STEPS["request_void"]),
    "approve_void":         Look("ban",              "red",    STEPS["approve_void"]),
    "refuse_void":          Look("undo-2",           "grey",   STEPS["refuse_void"]),
    "dispatch":             Look("send",             "teal",   STEPS["dispatch"]),
    "dispatch_by_order":    Look("send",             "purple", STEPS["dispatch_by_order"]),
    "return":               Look("undo-2",           "orange", STEPS["return"]),
    "receive":              Look("mailbox",          "yellow", STEPS["receive"]),
    "assign":               Look("user-check",       "yellow", STEPS["assign"]),
    "hand_in":              Look("clipboard-check",  "yellow", STEPS["hand_in"]),
    "hand_back":            Look("undo-2",           "orange", STEPS["hand_back"]),
    "finish":               Look("package-check",    "green",  STEPS["finish"]),
    "ask_better_proof":     Look("image-up",         "orange", STEPS["ask_better_proof"]),
    "send_check":           Look("scan-eye",         "purple", STEPS["send_check"]),
    "check_passed":         Look("badge-check",      "green",  STEPS["check_passed"]),
    "check_failed":         Look("circle-x",         "red",    STEPS["check_failed"]),
    "recall_check":         Look("undo-2",           "grey",   STEPS["recall_check"]),
    "rework":               Look("rotate-ccw",       "orange", STEPS["rework"]),
    "check_again":          Look("refresh-cw",       "orange", STEPS["check_again"]),
    "demand_rework":        Look("rotate-ccw",       "orange", STEPS["demand_rework"]),
    "close":                Look("circle-check-big", "green",  STEPS["close"]),
    "force_close":          Look("octagon-x",        "red",    STEPS["force_close"]),
    "reopen":               Look("folder-open",      "orange", STEPS["reopen"]),
    "review_passed":        Look("badge-check",      "green",  STEPS["review_passed"]),
    "review_failed":        Look("circle-x",         "red",    STEPS["review_failed"]),
    "send_back":            Look("undo-2",           "orange", STEPS["send_back"]),
    "draw_recheck":         Look("shuffle",          "purple", STEPS["draw_recheck"]),
    "recheck_confirmed":    Look("badge-check",      "green",  STEPS["recheck_confirmed"]),
    "recheck_false":        Look("circle-x",         "red",    STEPS["recheck_false"]),
    "urge":                 Look("megaphone",        "red",    STEPS["urge"]),
    "reply":                Look("reply",            "blue",   STEPS["reply"]),
    "accept_reply":         Look("badge-check",      "green",  STEPS["accept_reply"]),
    "send_back_reply":      Look("undo-2",           "orange", STEPS["send_back_reply"]),
    "settle_by_reminder":   Look("bell",             "grey",   STEPS["settle_by_reminder"]),
    "join_report":          Look("copy-plus",        "blue",   STEPS["join_report"]),
    "pass_down":            Look("arrow-down-to-line", "teal", STEPS["pass_down"]),
    "pass_up":              Look("arrow-up-from-line", "orange", STEPS["pass_up"]),
    "rise":                 Look("arrow-up-narrow-wide", "red", STEPS["rise"]),
    "overdue":              Look("octagon-alert",    "red",    STEPS["overdue"]),
    "substitute":           Look("shovel",           "purple", STEPS["substitute"]),
    "escalate":             Look("flame",            "purple", STEPS["escalate"]),
    "review_case":          Look("list-checks",      "grey",   STEPS["review_case"]),
    "owe_reply":            Look("reply",            "orange", STEPS["owe_reply"]),
    "reply_sent":           Look("reply",            "green",  STEPS["reply_sent"]),
    "attach_report":        Look("file-check",       "grey",   STEPS["attach_report"]),
    "ask_assist":           Look("users",            "teal",   STEPS["ask_assist"]),
    "assist_done":          Look("handshake",        "green",  STEPS["assist_done"]),
    "waive_assist":         Look("user-minus",       "orange", STEPS["waive_assist"]),
    "dispatch_across":      Look("split",            "teal",   STEPS["dispatch_across"]),
    "freeze":               Look("snowflake",        "orange", STEPS["freeze"]),
    "raise_dispute":        Look("chevrons-up",      "purple", STEPS["raise_dispute"]),
    "decide":               Look("gavel",            "teal",   STEPS["decide"]),
    "name_liable":          Look("gavel",            "grey",   STEPS["name_liable"]),
    "fixed_meanwhile":      Look("wrench",           "green",  STEPS["fixed_meanwhile"]),
    "wish_extension":       Look("alarm-clock-plus", "orange", STEPS["wish_extension"]),
    "ask_extension":        Look("alarm-clock-plus", "orange", STEPS["ask_extension"]),
    "pass_extension":       Look("forward",          "blue",   STEPS["pass_extension"]),
    "advise_extension":     Look("message-square",   "blue",   STEPS["advise_extension"]),
    "approve_extension":    Look("alarm-clock-check", "green", STEPS["approve_extension"]),
    "refuse_extension":     Look("alarm-clock-off",  "red",    STEPS["refuse_extension"]),
    "ask_long_limit":       Look("pickaxe",          "orange", STEPS["ask_long_limit"]),
    "approve_long_limit":   Look("pickaxe",          "green",  STEPS["approve_long_limit"]),
    "refuse_long_limit":    Look("pickaxe",          "red",    STEPS["refuse_long_limit"]),
    "ask_suspension":       Look("circle-pause",     "orange", STEPS["ask_suspension"]),
    "approve_suspension":   Look("circle-pause",     "grey",   STEPS["approve_suspension"]),
    "refuse_suspension":    Look("circle-play",      "red",    STEPS["refuse_suspension"]),
    "ask_deferral":         Look("hourglass",        "orange", STEPS["ask_deferral"]),
    "support_deferral":     Look("thumbs-up",        "blue",   STEPS["support_deferral"]),
    "approve_deferral":     Look("hourglass",        "grey",   STEPS["approve_deferral"]),
    "refuse_deferral":      Look("circle-play",      "red",    STEPS["refuse_deferral"]),
    "resume_early":         Look("circle-play",      "orange", STEPS["resume_early"]),
    "resume":               Look("circle-play",      "blue",   STEPS["resume"]),
    "become_backlog":       Look("archive",          "red",    STEPS["become_backlog"]),
    "recompute":            Look("calendar-sync",    "purple", STEPS["recompute"]),
    "give_notice":          Look("file-warning",     "red",    STEPS["give_notice"]),
    "ask_appeal":           Look("scale",            "orange", STEPS["ask_appeal"]),
    "support_appeal":       Look("thumbs-up",        "blue",   STEPS["support_appeal"]),
    "approve_appeal":       Look("scale",            "green",  STEPS["approve_appeal"]),
    "refuse_appeal":        Look("scale",            "red",    STEPS["refuse_appeal"]),
    "call_duty":            Look("phone-outgoing",   "blue",   STEPS["call_duty"]),
    "call_substitute":      Look("phone-forwarded",  "orange", STEPS["call_substitute"]),
    "open_dispatch":        Look("mail-open",        "teal",   STEPS["open_dispatch"]),
    "hand_on":              Look("arrow-right-left", "purple", STEPS["hand_on"]),
    "note_fraud":           Look("shield-alert",     "red",    STEPS["note_fraud"]),
    "withdraw_fraud":       Look("shield-check",     "green",  STEPS["withdraw_fraud"]),
}

# Buttons that end a case or take it back: drawn as a warning, behind the others.
GRAVE = frozenset({"reject", "approve_void", "force_close", "check_failed", "review_failed", "recheck_false"})

CLOCK_STATE = {
    "running": Look("timer",          "blue",  pgettext_lazy("clock", "running")),
    "paused":  Look("circle-pause",   "grey",  pgettext_lazy("clock", "paused")),
    "met":     Look("circle-check",   "green", pgettext_lazy("clock", "met")),
    "late":    Look("octagon-alert",  "red",   pgettext_lazy("clock", "late")),
    "ended":   Look("circle-stop",    "grey",  pgettext_lazy("clock", "ended")),
}

PLACE_LEVEL = {"A": _("A: strictly kept"), "B": _("B: normally kept"), "C": _("C: simply kept")}
CASE_LEVEL = {1: _("1: settled on the spot"), 2: _("2: ordinary"), 3: _("3: serious"), 4: _("4: major")}

STAGE = {
    "report": pgettext_lazy("stage", "Reported"), "verify": pgettext_lazy("stage", "Verified"), "before": pgettext_lazy("stage", "Before"), "after": pgettext_lazy("stage", "After"),
    "check": pgettext_lazy("stage", "Checked"), "paper": pgettext_lazy("stage", "Paper"),
}
MEDIUM = {
    "phone": pgettext_lazy("medium", "Telephone"), "sms": pgettext_lazy("medium", "Text message"), "letter": pgettext_lazy("medium", "Letter"), "mail": pgettext_lazy("medium", "E-mail"),
    "web": pgettext_lazy("medium", "Web page"), "app": pgettext_lazy("medium", "Mobile app"), "platform": pgettext_lazy("medium", "Other platform"),
}
TOPIC = {
    "joined": _("the report joined this case"), "rejected": _("the case was not accepted"),
    "voided": _("the case was voided"), "closed": _("the case was closed"),
    "reopened": _("the case was opened again"), "filed": _("the case was filed"),
    "progress": _("handling takes longer"),
}
# fmt: on

# The road of a case as five stops, for the bar at the head of its page.
ROAD = (
    (pgettext_lazy("road", "Accept"), ("reported", "verifying")),
    (pgettext_lazy("road", "File"), ("accepted", "voiding")),
    (pgettext_lazy("road", "Dispatch"), ("filed", "coordinating")),
    (
        pgettext_lazy("road", "Handle"),
        ("dispatched", "handling", "handed_in", "check_failed", "suspended", "deferred"),
    ),
    (pgettext_lazy("road", "Check"), ("handled", "checking")),
    (pgettext_lazy("road", "Close"), ("checked", "closed")),
)
