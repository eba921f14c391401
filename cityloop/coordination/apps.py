from cityloop.kernel.manifest import MenuItem, Subsystem


class CoordinationConfig(Subsystem):
    """Disputed responsibility and work that several units do together."""

    name = "cityloop.coordination"
    label = "coordination"
    title = "Coordination"
    menu = (MenuItem("Coordination", "/disputes/", "scale", "coordination.view", 30),)
    permissions = ("coordination.view", "coordination.manage", "coordination.decide")
    subscriptions = {
        "case.freeze": "open_dispute",
        "case.raise_dispute": "follow_case",
        "case.decide": "follow_case",
        "case.name_liable": "follow_case",
        "case.fixed_meanwhile": "follow_case",
    }
