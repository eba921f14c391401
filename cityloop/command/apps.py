from cityloop.kernel.manifest import MenuItem, Schedule, Subsystem


class CommandConfig(Subsystem):
    """The pages of leaders, and the wall: few numbers, each with its reason and its cases."""

    name = "cityloop.command"
    label = "command"
    title = "Command"
    menu = (MenuItem("Overview", "/today/", "gauge", "command.view", 5),)
    permissions = ("command.view",)
    schedules = (
        Schedule("count_days", 120),
        Schedule("count_heat", 1800),
        Schedule("send_digests", 900),
    )
