from cityloop.kernel.manifest import Schedule, Subsystem


class EvidenceConfig(Subsystem):
    name = "cityloop.evidence"
    label = "evidence"
    title = "Photo evidence"
    subscriptions = {"case.papers": "examine_photos"}
    schedules = (Schedule("print_stock", 60),)
