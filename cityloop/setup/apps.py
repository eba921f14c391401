from cityloop.kernel.manifest import OfficeTab, Subsystem


class SetupConfig(Subsystem):
    """How a city begins: the first account, what is missing, imports with a preview."""

    name = "cityloop.setup"
    label = "setup"
    title = "Setting up"
    missing = "missing"
    office = (
        OfficeTab("Import", "office-imports", "file-up", "people.manage", 75),
        OfficeTab("First steps", "office-first-steps", "list-checks", "people.manage", 95),
    )
    subscriptions = {"setup.ground": "do_ground_work"}
