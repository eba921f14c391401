from cityloop.kernel.manifest import MenuItem, Subsystem


class PrecedentsConfig(Subsystem):
    """The library of precedents."""

    name = "cityloop.precedents"
    label = "precedents"
    title = "Precedents"
    menu = (MenuItem("Precedents", "/precedents/", "book-marked", "precedents.view", 55),)
    permissions = ("precedents.view", "precedents.mark")
