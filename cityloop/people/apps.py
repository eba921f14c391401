from cityloop.kernel.manifest import Subsystem


class PeopleConfig(Subsystem):
    name = "cityloop.people"
    label = "people"
    title = "People"
