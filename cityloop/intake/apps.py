from cityloop.kernel.manifest import Schedule, Subsystem

# The moments of a case that its reporters hear of.
TOLD = ("reject", "approve_void", "close", "force_close", "reopen", "recheck_false")


class IntakeConfig(Subsystem):
    name = "cityloop.intake"
    label = "intake"
    title = "Intake"
    permissions = ("intake.receive", "intake.reporter")
    subscriptions = {f"case.{action}": f"tell_{action}" for action in TOLD} | {
        "intake.unambiguous": "file_unambiguous"
    }
    schedules = (Schedule("write_up_book", 60), Schedule("forget_reporters", 3600))
