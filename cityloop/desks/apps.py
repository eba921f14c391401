from cityloop.kernel.manifest import Subsystem


class DesksConfig(Subsystem):
    name = "cityloop.desks"
    label = "desks"
    title = "Desks"
