from cityloop.kernel.manifest import Subsystem


class StandardsConfig(Subsystem):
    name = "cityloop.standards"
    label = "standards"
    title = "Standards"
