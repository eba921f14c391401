"""Areas in which another body than the street stands for the territory."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField

from cityloop.people.models.columns import PERIOD_IS_ONE
from cityloop.people.models.organisations import Organisation


class Territory(models.Model):
    """A polygon in which a body, as a large company on its own ground, is the territorial unit.

    `grid_codes`: the unit grids whose middle lies in it; by these a case is known to lie there.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    geom = models.MultiPolygonField(srid=4326, spatial_index=False)
    grid_codes = ArrayField(models.CharField(max_length=15))
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source_document = models.CharField(max_length=200)

    class Meta:
        db_table = "people_territory"
        constraints = [models.CheckConstraint(condition=PERIOD_IS_ONE, name="territory_period")]

    def __str__(self) -> str:
        return self.name
