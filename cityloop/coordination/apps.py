from cityloop.kernel.manifest import MenuItem, Subsystem


class CoordinationConfig(Subsystem):
    """Disputed responsibility and work that several units do together."""

    name = "cityloop.coordination"
    label = "coordination"
    title = "Coordination"
    menu = (MenuItem("Coordination", "/disputes/", "scale", "coordination.view", 30),)
    permissions = ("coordination.view", "coordination.manage", "coordination.decide")
    open_items = "open_items"
    subscriptions = {
        "case.freeze": "open_dispute",
        "case.left_open": "open_dispute",  # fixed by another first
        "case.disputed": "follow_case",  # any step while it is open
        "case.decide": "follow_case",  # what ends it
        "case.name_liable": "follow_case",
    }
