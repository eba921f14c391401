"""Where somebody works at the bench: a box, how its list is narrowed, and what comes next in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.db.models import QuerySet
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cityloop.cases import queries as cases
from cityloop.cases.models import Case
from cityloop.desks import asking, boxes, queries
from cityloop.desks.boxes import Box
from cityloop.kernel import paging
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound

ORDERS = {
    "due": ("due_at", "id"),
    "latest": ("-reported_at", "-id"),
    "oldest": ("reported_at", "id"),
}
NAMES = {
    "due": gettext_lazy("Time left"), "latest": gettext_lazy("Latest first"),
    "oldest": gettext_lazy("Oldest first"),
}  # fmt: skip
KEPT = ("q", "order", "cursor")  # what of an address says how the list is narrowed
LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Place:
    """A box and what its address says besides; wrong values count as none."""

    box: Box
    given: dict[str, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """What is searched for within the box."""
        return self.given.get("q", "")[: asking.LONGEST]

    @property
    def order(self) -> str:
        """A key of ORDERS: the time left, where ended cases lie too the latest first."""
        asked = self.given.get("order", "")
        return asked if asked in ORDERS else "due" if self.box.counted else "latest"

    @property
    def path(self) -> str:
        """The address of the box alone."""
        return reverse("desk", args=[self.box.key])

    @property
    def filters(self) -> str:
        """The same list as filters of all cases, as the address of that list has them."""
        said = {"box": self.box.key, "q": self.words, "order": self.order}
        return urlencode({name: value for name, value in said.items() if value})

    def at(self, number: str = "", **other: str) -> str:
        """The address of the list, with a case opened beside it where a number is given."""
        found = {**self.given, **other, "case": number}
        said = {name: value for name, value in found.items() if value}
        return f"{self.path}?{urlencode(said)}" if said else self.path


def place(key: str, given: Mapping[str, str]) -> Place:
    """The place that an address names; raises NotFound for a box that is none."""
    box = boxes.BY_KEY.get(key)
    if box is None:
        raise NotFound(_("there is no list %(key)s") % {"key": key[:40]})
    return Place(box, {name: given[name] for name in KEPT if given.get(name)})


def sent(address: str) -> Place | None:
    """The place whose address came with a form; None for everything else."""
    if not address or len(address) > LONGEST:
        return None
    parts = urlsplit(address)
    try:
        found = resolve(parts.path) if not parts.netloc else None
    except Resolver404:
        return None
    if found is None or found.url_name != "desk":
        return None
    try:
        return place(found.kwargs["box"], dict(parse_qsl(parts.query)))
    except NotFound:
        return None


def asked_of(actor: Actor, at: Place, *, now: datetime) -> asking.Asked:
    """What the search within the place says."""
    return asking.asked(at.words, actor=actor, now=now)


def rows(actor: Actor, at: Place, *, now: datetime) -> QuerySet[Case]:
    """The cases of the place that the actor may see, unordered."""
    said = asked_of(actor, at, now=now)
    filters = cases.Filters(words=said.words, besides=said.condition)
    return queries.listed(actor, filters, box=at.box.key, now=now)


def page(actor: Actor, at: Place, *, now: datetime, size: int) -> paging.Page[Case]:
    """One page of the list; raises Invalid on a cursor that is none of it."""
    return paging.page(
        rows(actor, at, now=now), order=ORDERS[at.order], cursor=at.given.get("cursor"), size=size
    )


def following(actor: Actor, at: Place, behind: Case, *, now: datetime) -> str:
    """The number of the case behind this one as it was, round to the first of the list; '' where
    no other is left."""
    order = ORDERS[at.order]
    others = rows(actor, at, now=now).exclude(pk=behind.pk)
    cursor = paging.cursor_of(behind, order)
    found = paging.page(others, order=order, cursor=cursor, size=1).items
    found = found or paging.page(others, order=order, size=1).items
    return found[0].number if found else ""
