from cityloop.kernel.manifest import MenuItem, Subsystem


class PermitsConfig(Subsystem):
    """The register of permits, and what it says of who answers for a case."""

    name = "cityloop.permits"
    label = "permits"
    title = "Permits"
    menu = (MenuItem("Permits", "/permits/", "file-badge", "permits.view", 45),)
    changes = "configured"
    permissions = ("permits.view", "permits.holder", "permits.manage", "permits.kinds")
    subscriptions = {"grids.began": "follow_grids"}
    testimony = "testimony"
