from cityloop.kernel.manifest import MenuItem, OfficeTab, Subsystem


class DesksConfig(Subsystem):
    """The work benches: start page, lists, case page, intake form, map."""

    name = "cityloop.desks"
    label = "desks"
    title = "Desks"
    menu = (
        MenuItem("Start", "/", "house", position=0, terminal=True),
        MenuItem("New report", "/intake/new/", "plus", "intake.receive", 20),
        MenuItem("Figures", "/figures/", "chart-column", "cases.view", 39),
        MenuItem("Time granted", "/granted/", "hourglass", "cases.view", 40),
        MenuItem("Rules of dispatch", "/rules/", "target", "people.view", 55),
        MenuItem("Map", "/map/", "map", "map.view", 30),
    )
    office = (
        OfficeTab("Ready texts", "office-texts", "notebook-pen", "notify.configure", 85),
        OfficeTab("Lists taken away", "taken-lists", "file-down", "people.manage", 240),
    )
    changes = "changes"
