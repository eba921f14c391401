from cityloop.kernel.manifest import Kept, Schedule, Subsystem


class EvidenceConfig(Subsystem):
    name = "cityloop.evidence"
    label = "evidence"
    title = "Photo evidence"
    keeps = (Kept("evidence_finding", "odd", when="t.odd"),)  # the others warn of nothing
    subscriptions = {"case.papers": "examine_photos"}
    schedules = (Schedule("print_stock", 60),)
