from cityloop.kernel.manifest import Schedule, Subsystem


class KernelConfig(Subsystem):
    name = "cityloop.kernel"
    label = "kernel"
    title = "Kernel"
    schedules = (Schedule("forget_old_calls", 3600), Schedule("retry_stalled_jobs", 300))
