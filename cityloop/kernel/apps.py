from django.core.signals import request_started

from cityloop.kernel.manifest import Schedule, Subsystem


class KernelConfig(Subsystem):
    name = "cityloop.kernel"
    label = "kernel"
    title = "Kernel"
    schedules = (Schedule("forget_old_calls", 3600), Schedule("retry_stalled_jobs", 300))

    def ready(self) -> None:
        """Requests of people look after their thread's connection as those of machines do."""
        from cityloop.kernel.session import drop_own_lost

        request_started.connect(drop_own_lost, dispatch_uid="drop_own_lost")
