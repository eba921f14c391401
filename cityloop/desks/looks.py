# ruff: noqa: E501 (a table: one row, one line)
"""How statuses, actions, clocks and channels look: icon, tone and word, one row each."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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

# The word on the button, and the icon and tone of the history line.
ACTION = {
    "report":               Look("megaphone",        "blue",   pgettext_lazy("action", "Report")),
    "quick_report":         Look("zap",              "blue",   pgettext_lazy("action", "Quick report")),
    "self_handle":          Look("hand-helping",     "green",  pgettext_lazy("action", "Handled on the spot")),
    "remind":               Look("bell",             "blue",   pgettext_lazy("action", "Remind")),
    "accept":               Look("inbox",            "blue",   pgettext_lazy("action", "Accept")),
    "locate":               Look("map-pin",          "grey",   pgettext_lazy("action", "Give it its place")),
    "correct":              Look("pencil",           "grey",   pgettext_lazy("action", "Correct")),
    "send_verify":          Look("scan-search",      "purple", pgettext_lazy("action", "Send to verify")),
    "verified":             Look("eye",              "green",  pgettext_lazy("action", "Verified: it is there")),
    "not_found":            Look("eye-off",          "orange", pgettext_lazy("action", "Not found")),
    "recall_verify":        Look("undo-2",           "grey",   pgettext_lazy("action", "Recall verification")),
    "reject":               Look("circle-slash",     "red",    pgettext_lazy("action", "Do not accept")),
    "file":                 Look("file-check",       "green",  pgettext_lazy("action", "File")),
    "refuse_filing":        Look("undo-2",           "orange", pgettext_lazy("action", "Refuse filing")),
    "return_to_acceptance": Look("undo-2",           "orange", pgettext_lazy("action", "Return to acceptance")),
    "request_void":         Look("file-x",           "orange", pgettext_lazy("action", "Request void")),
    "approve_void":         Look("ban",              "red",    pgettext_lazy("action", "Approve void")),
    "refuse_void":          Look("undo-2",           "grey",   pgettext_lazy("action", "Refuse void")),
    "dispatch":             Look("send",             "teal",   pgettext_lazy("action", "Dispatch")),
    "dispatch_by_order":    Look("send",             "purple", pgettext_lazy("action", "Dispatch by order")),
    "return":               Look("undo-2",           "orange", pgettext_lazy("action", "Return")),
    "receive":              Look("mailbox",          "yellow", pgettext_lazy("action", "Receive")),
    "assign":               Look("user-check",       "yellow", pgettext_lazy("action", "Assign a person")),
    "hand_in":              Look("clipboard-check",  "yellow", pgettext_lazy("action", "Hand in the result")),
    "hand_back":            Look("undo-2",           "orange", pgettext_lazy("action", "Hand back to the person")),
    "finish":               Look("package-check",    "green",  pgettext_lazy("action", "Finish handling")),
    "ask_better_proof":     Look("image-up",         "orange", pgettext_lazy("action", "Ask for better proof")),
    "send_check":           Look("scan-eye",         "purple", pgettext_lazy("action", "Send to check")),
    "check_passed":         Look("badge-check",      "green",  pgettext_lazy("action", "Check passed")),
    "check_failed":         Look("circle-x",         "red",    pgettext_lazy("action", "Check failed")),
    "recall_check":         Look("undo-2",           "grey",   pgettext_lazy("action", "Recall check")),
    "rework":               Look("rotate-ccw",       "orange", pgettext_lazy("action", "Send to rework")),
    "check_again":          Look("refresh-cw",       "orange", pgettext_lazy("action", "Check again")),
    "demand_rework":        Look("rotate-ccw",       "orange", pgettext_lazy("action", "Demand rework")),
    "close":                Look("circle-check-big", "green",  pgettext_lazy("action", "Close")),
    "force_close":          Look("octagon-x",        "red",    pgettext_lazy("action", "Close by force")),
    "reopen":               Look("folder-open",      "orange", pgettext_lazy("action", "Reopen")),
    "review_passed":        Look("badge-check",      "green",  pgettext_lazy("action", "Review passed")),
    "review_failed":        Look("circle-x",         "red",    pgettext_lazy("action", "Review failed")),
    "send_back":            Look("undo-2",           "orange", pgettext_lazy("action", "Send back to a step")),
    "draw_recheck":         Look("shuffle",          "purple", pgettext_lazy("action", "Drawn for re-inspection")),
    "recheck_confirmed":    Look("badge-check",      "green",  pgettext_lazy("action", "Re-inspection: rightly closed")),
    "recheck_false":        Look("circle-x",         "red",    pgettext_lazy("action", "Re-inspection: falsely closed")),
    "urge":                 Look("megaphone",        "red",    pgettext_lazy("action", "Give a supervision order")),
    "reply":                Look("reply",            "blue",   pgettext_lazy("action", "Answer the order")),
    "accept_reply":         Look("badge-check",      "green",  pgettext_lazy("action", "Accept the answer")),
    "send_back_reply":      Look("undo-2",           "orange", pgettext_lazy("action", "Send the answer back")),
    "settle_by_reminder":   Look("bell",             "grey",   pgettext_lazy("action", "Settle by a reminder")),
    "join_report":          Look("copy-plus",        "blue",   pgettext_lazy("action", "Another report joined")),
    "pass_down":            Look("arrow-down-to-line", "teal", pgettext_lazy("action", "Pass down")),
    "pass_up":              Look("arrow-up-from-line", "orange", pgettext_lazy("action", "Pass up")),
    "rise":                 Look("arrow-up-narrow-wide", "red", pgettext_lazy("action", "Passed up by the clock")),
    "overdue":              Look("octagon-alert",    "red",    pgettext_lazy("action", "Deadline passed")),
    "substitute":           Look("shovel",           "purple", pgettext_lazy("action", "Order substitute works")),
    "escalate":             Look("flame",            "purple", pgettext_lazy("action", "Escalated")),
    "review_case":          Look("list-checks",      "grey",   pgettext_lazy("action", "Review before closing")),
    "owe_reply":            Look("reply",            "orange", pgettext_lazy("action", "Replies owed before closing")),
    "reply_sent":           Look("reply",            "green",  pgettext_lazy("action", "Replies sent")),
    "attach_report":        Look("file-check",       "grey",   pgettext_lazy("action", "Attach the written report")),
    "ask_assist":           Look("users",            "teal",   pgettext_lazy("action", "Ask a unit to assist")),
    "assist_done":          Look("handshake",        "green",  pgettext_lazy("action", "Our part is done")),
    "waive_assist":         Look("user-minus",       "orange", pgettext_lazy("action", "Waive a sub-task")),
    "dispatch_across":      Look("split",            "teal",   pgettext_lazy("action", "Dispatch across a border")),
    "freeze":               Look("snowflake",        "orange", pgettext_lazy("action", "Freeze for coordination")),
    "raise_dispute":        Look("chevrons-up",      "purple", pgettext_lazy("action", "Pass the dispute up")),
    "decide":               Look("gavel",            "teal",   pgettext_lazy("action", "Decide whose duty it is")),
    "name_liable":          Look("gavel",            "grey",   pgettext_lazy("action", "Decide whose duty it was")),
    "fixed_meanwhile":      Look("wrench",           "green",  pgettext_lazy("action", "Fixed meanwhile")),
    "wish_extension":       Look("alarm-clock-plus", "orange", pgettext_lazy("action", "Ask the unit for more time")),
    "ask_extension":        Look("alarm-clock-plus", "orange", pgettext_lazy("action", "Ask for an extension")),
    "pass_extension":       Look("forward",          "blue",   pgettext_lazy("action", "Pass the extension on")),
    "advise_extension":     Look("message-square",   "blue",   pgettext_lazy("action", "Extension: opinion for the leader")),
    "approve_extension":    Look("alarm-clock-check", "green", pgettext_lazy("action", "Approve the extension")),
    "refuse_extension":     Look("alarm-clock-off",  "red",    pgettext_lazy("action", "Refuse the extension")),
    "ask_long_limit":       Look("pickaxe",          "orange", pgettext_lazy("action", "Ask for the engineering limit")),
    "approve_long_limit":   Look("pickaxe",          "green",  pgettext_lazy("action", "Approve the engineering limit")),
    "refuse_long_limit":    Look("pickaxe",          "red",    pgettext_lazy("action", "Refuse the engineering limit")),
    "ask_suspension":       Look("circle-pause",     "orange", pgettext_lazy("action", "Ask for suspension")),
    "approve_suspension":   Look("circle-pause",     "grey",   pgettext_lazy("action", "Suspend")),
    "refuse_suspension":    Look("circle-play",      "red",    pgettext_lazy("action", "Refuse suspension")),
    "ask_deferral":         Look("hourglass",        "orange", pgettext_lazy("action", "Ask for deferral")),
    "support_deferral":     Look("thumbs-up",        "blue",   pgettext_lazy("action", "Support the deferral")),
    "approve_deferral":     Look("hourglass",        "grey",   pgettext_lazy("action", "Defer")),
    "refuse_deferral":      Look("circle-play",      "red",    pgettext_lazy("action", "Refuse deferral")),
    "resume_early":         Look("circle-play",      "orange", pgettext_lazy("action", "Resume early")),
    "resume":               Look("circle-play",      "blue",   pgettext_lazy("action", "Resumed")),
    "become_backlog":       Look("archive",          "red",    pgettext_lazy("action", "Became backlog")),
    "recompute":            Look("calendar-sync",    "purple", pgettext_lazy("action", "Deadlines follow the calendar")),
    "give_notice":          Look("file-warning",     "red",    pgettext_lazy("action", "Give an overdue notice")),
    "ask_appeal":           Look("scale",            "orange", pgettext_lazy("action", "Appeal against lateness")),
    "support_appeal":       Look("thumbs-up",        "blue",   pgettext_lazy("action", "Support the appeal")),
    "approve_appeal":       Look("scale",            "green",  pgettext_lazy("action", "Grant the appeal")),
    "refuse_appeal":        Look("scale",            "red",    pgettext_lazy("action", "Refuse the appeal")),
    "call_duty":            Look("phone-outgoing",   "blue",   pgettext_lazy("action", "Called who is on duty")),
    "call_substitute":      Look("phone-forwarded",  "orange", pgettext_lazy("action", "Called a substitute")),
    "open_dispatch":        Look("mail-open",        "teal",   pgettext_lazy("action", "Open the dispatch")),
    "hand_on":              Look("arrow-right-left", "purple", pgettext_lazy("action", "Handed over by who leaves the post")),
    "note_fraud":           Look("shield-alert",     "red",    pgettext_lazy("action", "Fraud upheld")),
    "withdraw_fraud":       Look("shield-check",     "green",  pgettext_lazy("action", "Fraud taken back after an appeal")),
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
