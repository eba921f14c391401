from cityloop.kernel.manifest import Kept, MenuItem, OfficeTab, Subsystem


class StandardsConfig(Subsystem):
    name = "cityloop.standards"
    label = "standards"
    title = "Standards"
    keeps = (Kept("standards_calendarchange", "as_recorded"),)
    search = "find"
    missing = "missing"
    menu = (
        MenuItem("Command manual", "/manual/", "book-open", "manual.view", 60),
        MenuItem("Working calendar", "/calendar/", "calendar-days", "manual.view", 64),
        MenuItem("Protection periods", "/protection/", "shield", "manual.view", 65),
    )
    office = (
        OfficeTab(
            "Catalogue editions",
            "office-editions",
            "library",
            "standards.manage",
            80,
            "Standards and flow",
            for_city=True,
        ),
    )
    health = "health"
    changes = "changes"
    permissions = ("manual.view", "standards.manage")
