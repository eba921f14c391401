"""What stands beside a report that is being written: class, place, duplicates, the caller."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cityloop.assets import queries as assets
from cityloop.desks import frequent
from cityloop.geo import coordinates
from cityloop.geo import queries as geo
from cityloop.intake import queries as reports
from cityloop.intake import reference
from cityloop.kernel import clock
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotAllowed
from cityloop.kernel.page import actor_of
from cityloop.standards import queries as standards
from cityloop.standards.models import FilingRule, RulePhoto

PERMISSION = "intake.receive"
FOUND_CLASSES = 8
SHOWN_RULES = 6
FOUND_ADDRESSES = 5


@dataclass(frozen=True, slots=True)
class RuleCard:
    """A filing rule of the chosen class: when it holds, its limit, its example pictures, and how
    much of the words speaks for it (0..1)."""

    rule: FilingRule
    limit: str
    photos: list[RulePhoto]
    share: float


@dataclass(frozen=True, slots=True)
class Beside:
    """What the machine knows of a report that is being written."""

    chosen: reference.KnownClass | None
    common: list[tuple[str, reference.KnownClass]]
    rules: list[RuleCard]
    guesses: list[reports.ClassGuess]
    found: list[Any]
    lon: float | None
    lat: float | None
    place: geo.Place | None
    nearest: geo.FoundAddress | None
    addresses: list[geo.FoundAddress]
    components: list[Any]
    alike: list[Any]
    earlier: list[Any]
    same_as: str
    unreadable: str


def beside(data: Any, *, actor: Actor, now: datetime) -> Beside:
    """Class suggestions, place, components, likely duplicates and the caller's earlier reports."""
    on = timezone.localdate(now)
    data = {name: str(value).replace("\x00", "") for name, value in data.items()}
    text = data.get("text", "")[:2000]
    lon, lat, unreadable = point_of(data)
    known = reference.classes(on)
    chosen = known.by_code.get(str(data.get("class_code", "")))
    point = (lon, lat) if lon is not None and lat is not None else None
    return Beside(
        chosen=chosen,
        common=frequent.commonest(actor, on=on, now=now),
        rules=rule_cards(chosen, text, on=on) if chosen else [],
        guesses=reports.suggest_classes(text, on=on),
        found=searched(str(data.get("class_words", "")), on=on),
        lon=lon,
        lat=lat,
        place=geo.locate(*point, on=on) if point else None,
        nearest=geo.nearest_address(*point) if point else None,
        addresses=addresses_of(data) if point is None else [],
        components=list(assets.nearest(actor, *point, within_m=50, limit=5)) if point else [],
        alike=duplicates(data, chosen, lon, lat, text=text, actor=actor, now=now),
        earlier=earlier(actor, str(data.get("reporter_phone", "")).strip()),
        same_as=str(data.get("same_as", "")),
        unreadable=unreadable,
    )


def point_of(data: Any) -> tuple[float | None, float | None, str]:
    """WGS 84 of the coordinates as typed, or a sentence about what is wrong with them."""
    raw = [str(data.get(name, "")).strip() for name in ("x", "y")]
    if not all(raw):
        return None, None, ""
    try:
        lon, lat = coordinates.to_wgs84(float(raw[0]), float(raw[1]), data.get("system", "wgs84"))
    except ValueError:
        return None, None, _("the coordinates are not numbers")
    except Invalid as problem:
        return None, None, "; ".join(problem.reasons)
    return lon, lat, ""


def rule_cards(chosen: reference.KnownClass, text: str, *, on: Any) -> list[RuleCard]:
    """The rules under which a case of this class may be filed, the likeliest for the text first."""
    guesses = reports.suggest_rules(chosen.id, text, on=on)[:SHOWN_RULES]
    photos = RulePhoto.objects.select_related("file").order_by("-verdict", "id")
    prefetch_related_objects([one.rule for one in guesses], Prefetch("photos", queryset=photos))
    return [
        RuleCard(
            one.rule, standards.limit_text(one.rule.limit_amount, one.rule.limit_unit),
            list(one.rule.photos.all()), one.confidence,
        )
        for one in guesses
    ]  # fmt: skip


def searched(words: str, *, on: Any) -> list[Any]:
    """Classes for typed words."""
    if not words.strip():
        return []
    return standards.search_classes(words, standards.current_edition(on), limit=FOUND_CLASSES)


def addresses_of(data: Any) -> list[geo.FoundAddress]:
    """Addresses for the words typed."""
    words = str(data.get("address", "")).strip()[:100]
    return geo.search_address(words, limit=FOUND_ADDRESSES) if words else []


def duplicates(
    data: Any, chosen: Any, lon: float | None, lat: float | None,
    *, text: str, actor: Actor, now: datetime,
) -> list[Any]:  # fmt: skip
    """Cases nearby that may be the same problem, surest first."""
    if lon is None or lat is None:
        return []
    channel = reference.channel(str(data.get("channel", "")) or "hotline12319")
    asked = reports.Question(
        channel=channel, now=now, on=timezone.localdate(now), lon=lon, lat=lat,
        class_id=chosen.id if chosen else None,
        component_code=str(data.get("component_code", ""))[:32],
    )  # fmt: skip
    return reports.duplicates(actor, asked, text)


def earlier(actor: Actor, phone: str) -> list[Any]:
    """What this caller reported before, for those who may know reporters."""
    digits = sum(sign.isdigit() for sign in phone)
    if digits < 7:
        return []
    try:
        return reports.earlier_reports(actor, phone, limit=5)
    except NotAllowed:
        return []


@require_POST
def look_beside(request: HttpRequest) -> HttpResponse:
    """What stands beside the form, for htmx while it is being filled in."""
    actor, now = actor_of(request), clock.now()
    actor.require(PERMISSION)
    found = beside(request.POST, actor=actor, now=now)
    return render(request, "desks/_beside.html", {"beside": found, "now": now, "fragment": True})
