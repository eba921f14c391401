from cityloop.kernel.manifest import Kept, MenuItem, OfficeTab, Schedule, Subsystem

# Steps that somebody at work is told of.
TOLD = ("assign", "send_verify", "send_check", "urge", "reply", "accept_reply", "send_back_reply",
        "overdue", "recall_check", "recall_verify", "remind", "settle_by_reminder", "call_duty",
        "call_substitute")  # fmt: skip

# What becomes of a unit's request, and of its case, by the word of others: step -> function.
HEARD = {
    **dict.fromkeys(("approve_extension", "approve_long_limit", "approve_suspension",
                     "approve_deferral", "approve_appeal"), "tell_granted"),
    **dict.fromkeys(("refuse_extension", "refuse_long_limit", "refuse_suspension",
                     "refuse_deferral", "refuse_appeal"), "tell_not_granted"),
    **dict.fromkeys(("resume", "resume_early"), "tell_goes_on"),
    "substitute": "tell_taken",
    **dict.fromkeys(("decide", "name_liable"), "tell_settled"),
}  # fmt: skip


class NotifyConfig(Subsystem):
    """Who is told what, by which medium, with proof of delivery."""

    name = "cityloop.notify"
    label = "notify"
    title = "Messages"
    keeps = (  # what citizens were told
        Kept("notify_message", "reply", ("topic", "notice_id", "case_id", "version", "text",
             "ordered_at", "ordered_by", "author_id"), "t.notice_id IS NOT NULL"),
        # When and by whom; what did not arrive is owed again, and told anew.
        Kept("intake_notice", "as_told", ("state", "settled_at", "settled_by", "medium", "note",
             "paper_id", "written"), "t.state <> 'owed'", unless=(
                 "EXISTS (SELECT FROM notify_message m"
                 " WHERE m.notice_id = t.id AND m.state = 'failed')"
             )),
    )  # fmt: skip
    missing = "missing"
    menu = (
        MenuItem("Replies", "/replies/", "reply", "intake.reporter", 35),
        MenuItem("Messages", "/messages/", "mail", position=60, terminal=True),
    )
    office = (
        OfficeTab("Texts of messages", "wordings", "message-square-text", "notify.configure", 86),
    )
    changes = "changes"
    permissions = ("notify.configure",)
    open_items = "open_items"
    health = "health"
    subscriptions = {f"case.{action}": f"tell_{action}" for action in TOLD} | {
        **{f"case.{action}": function for action, function in HEARD.items()},
        "notify.deliver": "deliver",
        "notify.tell": "tell_members",
        "notify.tell_case": "tell_named",
        "member.invited": "send_invitation",
    }
    schedules = (Schedule("queue_due", 5), Schedule("send_owed", 5),
                 Schedule("forget_questions", 3600),
                 Schedule("draw_replies", 600))  # fmt: skip

    def ready(self) -> None:
        """Who signs out is told in that browser no more."""
        from django.contrib.auth.signals import user_logged_out

        from cityloop.notify.views.push import signed_out

        super().ready()
        user_logged_out.connect(signed_out, dispatch_uid="notify.push")
