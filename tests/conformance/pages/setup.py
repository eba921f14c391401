"""How a city begins: imports with a look at them before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.conformance.city import City
from tests.conformance.pages.office import office, posted
from tests.conformance.pages.shape import Page
from tests.conformance.values import nothing


def _kind(city: City) -> Mapping[str, Any]:
    return {"kind": "organisations"}


def _table(city: City) -> Mapping[str, Any]:
    return {"kind": "organisations", "upload_id": city.table_file}


PAGES = (
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
