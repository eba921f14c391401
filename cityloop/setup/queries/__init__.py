"""Every read with which a city begins."""

from cityloop.setup.queries.choices import allowed
from cityloop.setup.queries.ground import District, ground, ground_works
from cityloop.setup.queries.missing import missing
from cityloop.setup.queries.shipped import Shipped, cities, districts, shipped_editions

__all__ = [
    "District",
    "Shipped",
    "allowed",
    "cities",
    "districts",
    "ground",
    "ground_works",
    "missing",
    "shipped_editions",
]
