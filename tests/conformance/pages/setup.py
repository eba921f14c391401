"""How a city begins: imports with a look at them before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.conformance.city import City
from tests.conformance.pages.office import office, posted
from tests.conformance.pages.shape import Page
from tests.conformance.values import nothing


def _kind(city: City) -> Mapping[str, Any]:
    return {"kind": "organisations"}


def _table(city: City) -> Mapping[str, Any]:
    return {"kind": "organisations", "upload_id": city.table_file}


def _regions() -> SimpleUploadedFile:
    return SimpleUploadedFile("a.geojson", b'{"type": "FeatureCollection", "features": []}')


PAGES = (
    Page("set-up", by="", refused=(), anonymous=200),  # nobody here has a password
    office("office-first-steps"),
    posted("office-trial", data=lambda city: {"trial": "on"}),
    office("office-shipped"),
    office("first-ground"),
    posted("first-ground-city", data=lambda city: {"city": "330200"}),
    office("first-ground-cut", data=nothing, status=400),  # no district is named
    posted("first-ground-file", data=lambda city: {"file": _regions(), "kind": "regions"}),
    office("office-member-invite", data=nothing,
           at=lambda city: {"member_id": city.town.members["stranger"].pk}),
    office("office-imports"),
    office("office-import", at=_kind),
    office("office-import-template", at=_kind),
    office("office-import-preview", at=_table),
    posted("office-import-take", at=_table, data=lambda city: {"stamp": city.table_stamp}),
    posted("office-import-drop", at=_table, data=nothing),
    Page("invited", by="", refused=(), anonymous=200),
    Page("invitation", by="", refused=(), anonymous=200,
         at=lambda city: {"code": city.invitation}),
)  # fmt: skip
