from cityloop.kernel.manifest import MenuItem, Schedule, Subsystem


class DisciplineConfig(Subsystem):
    """Random re-inspection of closed cases."""

    name = "cityloop.discipline"
    label = "discipline"
    title = "Discipline"
    menu = (MenuItem("Re-inspection", "/discipline/", "shuffle", "discipline.view", 60),)
    permissions = ("discipline.view",)
    subscriptions = {
        "case.recheck_confirmed": "note_confirmed",
        "case.recheck_false": "note_false",
    }
    schedules = (Schedule("draw_rechecks", 600),)
