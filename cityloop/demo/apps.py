from cityloop.kernel.manifest import Subsystem


class DemoConfig(Subsystem):
    name = "cityloop.demo"
    label = "demo"
    title = "Demo"
