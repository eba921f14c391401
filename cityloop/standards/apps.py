from cityloop.kernel.manifest import MenuItem, OfficeTab, Subsystem


class StandardsConfig(Subsystem):
    name = "cityloop.standards"
    label = "standards"
    title = "Standards"
    missing = "missing"
    menu = (
        MenuItem("Command manual", "/manual/", "book-open", "manual.view", 60),
        MenuItem("Working calendar", "/calendar/", "calendar-days", "manual.view", 64),
        MenuItem("Protection periods", "/protection/", "shield", "manual.view", 65),
    )
    office = (
        OfficeTab("Catalogue editions", "office-editions", "library", "standards.manage", 80),
    )
    permissions = ("manual.view", "standards.manage")
