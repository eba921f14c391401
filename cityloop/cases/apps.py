from cityloop.kernel.manifest import MenuItem, Schedule, Subsystem


class CasesConfig(Subsystem):
    name = "cityloop.cases"
    label = "cases"
    title = "Cases"
    missing = "missing"
    menu = (MenuItem("Cases", "/cases/", "list-checks", "cases.view", 10, terminal=True),)
    permissions = ("cases.view", "cases.step", "cases.export", "cases.configure")
    open_items = "open_items"
    succession = "filed_since"
    filed_under = "filed_by_edition"
    subscriptions = {"calendar.changed": "follow_calendar"}
    schedules = (Schedule("fire_timers", 1), Schedule("seal_history", 60))
