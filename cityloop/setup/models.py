"""Long work on the ground of a city, with how far it is."""

from __future__ import annotations

from django.db import models


class GroundWork(models.Model):
    """Regions, grids or roads that the worker imports or makes.

    `options`: how to read the file, or the codes of districts. The content goes when it is done.
    `report`: as ImportReport.as_dict, with `refused` where the whole of it was.
    """

    class Kind(models.TextChoices):
        CITY = "city", "outlines from packages"
        CUT = "cut", "unit grids cut"
        REGIONS = "regions", "regions of a file"
        GRIDS = "grids", "unit grids of a file"
        ROADS = "roads", "roads of a file"

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        RUNNING = "running", "running"
        DONE = "done", "done"
        REFUSED = "refused", "refused"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    name = models.CharField(max_length=120)
    options = models.JSONField(default=dict)
    content = models.BinaryField(null=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    report = models.JSONField(default=dict)
    member_id = models.BigIntegerField()
    at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "setup_ground_work"

    def __str__(self) -> str:
        return f"{self.kind} {self.name} {self.state}"
