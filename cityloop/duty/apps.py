from cityloop.kernel.manifest import MenuItem, Schedule, Subsystem

# Steps by which a unit gets a case: who is on duty there is called.
SENT = ("dispatch", "dispatch_by_order", "dispatch_across", "decide", "substitute", "rework")
# Steps after which a unit that keeps no roster is told at its desk, and units that assist always.
TOLD = (*SENT, "ask_better_proof", "ask_assist")
# Steps by which somebody of the unit shows that the dispatch has been seen.
SEEN = ("open_dispatch", "receive", "assign")


class DutyConfig(Subsystem):
    """Duty rosters, calls to who is on duty, handover of shifts and of secondments."""

    name = "cityloop.duty"
    label = "duty"
    title = "Duty and handover"
    menu = (MenuItem("Duty and handover", "/duty/", "calendar-clock", "duty.view", 45),)
    permissions = ("duty.view", "duty.manage", "duty.hand_over")
    subscriptions = {f"case.{action}": "call_on_duty" for action in TOLD} | {
        f"case.{action}": "note_seen" for action in SEEN
    }
    schedules = (Schedule("call_substitutes", 30), Schedule("hand_over_ended", 60),
                 Schedule("tell_teams", 60))  # fmt: skip
