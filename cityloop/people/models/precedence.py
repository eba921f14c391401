"""The order in which the matrix compares lines of a kind, as the city decided it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Precedence(models.Model):
    """From a day on, what goes first for a kind of problem. Without a row: the common order, events
    by territory first, components by owner first."""

    class Kind(models.TextChoices):
        EVENT = "event", _("events")
        COMPONENT = "component", _("components")

    class First(models.TextChoices):
        TERRITORY = "territory", _("territory before owner")
        OWNER = "owner", _("owner before territory")

    kind = models.CharField(max_length=16, choices=Kind)
    first = models.CharField(max_length=16, choices=First)
    valid_from = models.DateField()
    source_document = models.CharField(max_length=200)

    class Meta:
        db_table = "people_precedence"
        constraints = [
            models.UniqueConstraint("kind", "valid_from", name="precedence_once_a_day"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["event", "component"])
                & models.Q(first__in=["territory", "owner"]),
                name="precedence_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.first}"
