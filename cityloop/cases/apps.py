from cityloop.kernel.manifest import MenuItem, OfficeTab, Schedule, Subsystem


class CasesConfig(Subsystem):
    name = "cityloop.cases"
    label = "cases"
    title = "Cases"
    search = "find"
    missing = "missing"
    menu = (MenuItem("Cases", "/cases/", "list-checks", "cases.view", 10, terminal=True),)
    office = (OfficeTab("Workflow", "office-flow", "workflow", "cases.configure", 82),)
    changes = "changes"
    permissions = ("cases.view", "cases.step", "cases.export", "cases.configure")
    open_items = "open_items"
    hanging = "hanging"
    health = "health"
    succession = "filed_since"
    filed_under = "filed_by_edition"
    subscriptions = {"calendar.changed": "follow_calendar"}
    schedules = (Schedule("fire_timers", 1), Schedule("seal_history", 60))
