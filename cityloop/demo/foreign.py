"""Whether a database holds another city than the demo city, whole or half built."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Model

from cityloop.assets.models import Component
from cityloop.cases.models import Case
from cityloop.geo.models import Region
from cityloop.kernel.models import Marker
from cityloop.people.models import Member, Organisation
from cityloop.standards.models import Edition

# The demo city comes part by part; each is whole or not there, and kept in the value of BEGUN.
BEGUN, BUILT = "demo city begun", "demo city built"
STANDARDS, GROUND, PEOPLE, COMPONENTS, TEXTS = (
    "standards", "regions and grids", "people", "components", "text model",
)  # fmt: skip
# What a city consists of, and the part after which the demo city has such rows, too.
HELD: tuple[tuple[type[Model], str, str], ...] = (
    (Organisation, "organisations", PEOPLE),
    (Member, "accounts", PEOPLE),
    (Region, "regions", GROUND),
    (Component, "components", COMPONENTS),
    (Case, "cases", BUILT),
)


def stands() -> bool:
    """True once the demo city is built."""
    return _is_there(Marker) and Marker.objects.filter(pk=BUILT).exists()


def of_another_city() -> list[str]:
    """What this database holds of another city, as "22 organisations"; writes nothing.

    Also asks a database of an earlier version, or without a table.
    """
    if stands():
        return []
    done = parts_done()
    found = [(_count(model), words) for model, words, part in HELD if part not in done]
    found.append((_foreign_editions(), "editions of classes that the demo city does not have"))
    return [f"{count} {words}" for count, words in found if count]


def parts_done() -> frozenset[str]:
    """The parts of a demo city whose building was begun."""
    if not _is_there(Marker):
        return frozenset()
    marker = Marker.objects.filter(pk=BEGUN).first()
    return frozenset(marker.value["parts"]) if marker else frozenset()


def edition_folders() -> list[Path]:
    """The editions that the demo city has."""
    return sorted(path.parent for path in settings.BASE_DIR.glob("data/standards/*/edition.toml"))


def _foreign_editions() -> int:
    if not _is_there(Edition):
        return 0
    return Edition.objects.exclude(code__in=_codes(edition_folders())).count()


def _codes(folders: Iterable[Path]) -> list[str]:
    return [tomllib.loads((one / "edition.toml").read_text("utf-8"))["code"] for one in folders]


def _count(model: type[Model]) -> int:
    return model._default_manager.count() if _is_there(model) else 0


def _is_there(model: type[Model]) -> bool:
    return model._meta.db_table in connection.introspection.table_names()
