from cityloop.kernel.manifest import MenuItem, Subsystem


class StandardsConfig(Subsystem):
    name = "cityloop.standards"
    label = "standards"
    title = "Standards"
    menu = (MenuItem("Command manual", "/manual/", "book-open", "manual.view", 60),)
    permissions = ("manual.view", "standards.manage")
