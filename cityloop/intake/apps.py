from cityloop.kernel.manifest import OfficeTab, Schedule, Subsystem

# The moments of a case that its reporters hear of.
TOLD = ("file", "reject", "approve_void", "close", "force_close", "reopen", "recheck_false",
        "settle_by_reminder")  # fmt: skip
# The moments at which a progress reply may become owed.
SLOW = (
    "dispatch",
    "dispatch_by_order",
    "dispatch_across",
    "approve_long_limit",
    "overdue",
    "handled_late",
)


class IntakeConfig(Subsystem):
    name = "cityloop.intake"
    label = "intake"
    title = "Intake"
    office = (OfficeTab("Report channels", "office-channels", "inbox", "cases.configure", 84),)
    changes = "changes"
    missing = "missing"
    permissions = ("intake.receive", "intake.reporter")
    subscriptions = (
        {f"case.{action}": f"tell_{action}" for action in TOLD}
        | {f"case.{action}": f"look_at_{action}" for action in SLOW}
        | {"intake.unambiguous": "file_unambiguous", "token.asked": "know_channel"}
        | {"channel.asked": "have_channel"}
        | {"case.before_closing": "before_closing"}
    )
    schedules = (
        Schedule("write_up_book", 60),
        Schedule("owe_missing", 60),
        Schedule("forget_reporters", 3600),
    )
