from cityloop.kernel.manifest import OfficeTab, Schedule, Subsystem


class KernelConfig(Subsystem):
    name = "cityloop.kernel"
    label = "kernel"
    title = "Kernel"
    office = (OfficeTab("Health", "office-health", "activity", "health.view", 94),)
    permissions = ("health.view",)
    schedules = (
        Schedule("forget_old_calls", 3600),
        Schedule("retry_stalled_jobs", 300),
        Schedule("note_disks", 3600),
        Schedule("take_fingerprints", 600),
    )
