from cityloop.kernel.manifest import Schedule, Subsystem

# The steps that bring photos.
WITH_PHOTOS = (
    "report", "quick_report", "self_handle", "join_report", "verified", "not_found", "hand_in",
    "finish", "check_passed", "check_failed", "recheck_confirmed", "recheck_false",
)  # fmt: skip


class EvidenceConfig(Subsystem):
    name = "cityloop.evidence"
    label = "evidence"
    title = "Photo evidence"
    subscriptions = {f"case.{action}": "examine_photos" for action in WITH_PHOTOS}
    schedules = (Schedule("print_stock", 60),)
