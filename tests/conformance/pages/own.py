"""What is open to everybody, and what every member has."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings

from cityloop.cases.models import Case
from cityloop.notify import signing
from cityloop.notify.queries import public_photo
from tests import town as towns
from tests.conformance.city import City
from tests.conformance.pages.shape import Page
from tests.conformance.values import Values, nothing, wish


def _photo_link(city: City) -> Mapping[str, Any]:
    """The link in the reply of a closed case."""
    photo = public_photo(Case.objects.get(number=city.cases["closed"]))
    assert photo is not None
    until = int((city.town.now + timedelta(days=400)).timestamp())
    return {"token": signing.photo_token(settings.SECRET_KEY, photo.pk, until)}


def _tile(layer: str) -> Values:
    return lambda city: {"layer": layer, "z": 12, "x": 3413, "y": 1686}


PAGES = (
    # open to everybody
    Page("healthz", by="", refused=(), anonymous=200),
    Page("sign-in", by="", refused=(), anonymous=200),
    Page("public-query", by="", refused=(), anonymous=200),
    Page("published-standards", by="", refused=(), anonymous=200),
    Page("public-photo", by="", refused=(), anonymous=200, at=_photo_link),
    Page("theme", by="", refused=(), data=lambda city: {"theme": "dark"}, status=302),
    Page("keys", by="", refused=(), data=lambda city: {"keys": "on"}, status=302),
    # one's own
    Page("start", refused=()),
    Page("account", refused=()),
    Page("account-language", refused=(), data=lambda city: {"language": "en"}, status=302),
    Page("sign-out", refused=(), data=nothing, status=302),
    # what hinders
    Page("feedback", refused=()),
    Page("feedback-new", refused=(), query=lambda city: {"page": "/cases/", "title": "案件"}),
    Page("feedback-wishes", refused=()),
    Page("feedback-entry", refused=(towns.STRANGER, "inspector", "leader"), at=wish),
    Page("feedback-picture", refused=(towns.STRANGER, "inspector", "leader"), at=wish),
    Page("feedback-support", by="inspector", refused=(), at=wish, data=nothing, status=302),
    # map
    Page("map"),
    Page("addresses", query=lambda city: {"address": "人民路"}),
    Page("tile", refused=(towns.STRANGER,), at=_tile("grids"), anonymous=401),
    # manual
    Page("manual"),
    Page("ui", refused=()),
)  # fmt: skip
