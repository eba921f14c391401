from cityloop.kernel.manifest import MenuItem, Subsystem


class OversightConfig(Subsystem):
    """Supervision orders, reminders and named lists."""

    name = "cityloop.oversight"
    label = "oversight"
    title = "Supervision"
    menu = (MenuItem("Supervision", "/oversight/", "megaphone", "oversight.view", 45),)
    permissions = ("oversight.view", "oversight.manage")
    open_items = "open_items"
