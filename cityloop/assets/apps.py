from cityloop.kernel.manifest import MenuItem, Subsystem


class AssetsConfig(Subsystem):
    """Managed components: register, history, import."""

    name = "cityloop.assets"
    label = "assets"
    title = "Components"
    search = "find"
    menu = (MenuItem("Components", "/components/", "boxes", "components.view", 40),)
    changes = "configured"
    permissions = ("components.view", "components.manage")
    subscriptions = {"grids.began": "follow_grids"}
