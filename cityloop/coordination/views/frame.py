"""What all pages of coordination share: tabs, forms that call one operation, uploads."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import FileResponse, HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy

from cityloop.kernel import files
from cityloop.kernel.actor import Actor
from cityloop.kernel.models import StoredFile
from cityloop.kernel.page import actor_of

Words = str | Promise
TABS = (
    # (name of the address, title, icon)
    ("disputes", lazy("Disputes"), "scale"),
    ("meetings", lazy("Joint meetings"), "presentation"),
    ("matters", lazy("Key matters"), "target"),
    ("joint-operations", lazy("Joint operations"), "users"),
)


def reader(request: HttpRequest) -> Actor:
    """The actor, who may see coordination."""
    actor = actor_of(request)
    actor.require("coordination.view")
    return actor


def tabs(current: str) -> list[tuple[str, Words, str, bool]]:
    """The tabs as ui/tabs.html wants them."""
    return [(reverse(name), title, icon, name == current) for name, title, icon in TABS]


def stored(upload: Any, *, now: datetime) -> StoredFile | None:
    """The upload of a form, kept; None without one."""
    if not upload:
        return None
    return files.store(chunks=upload.chunks(), filename=upload.name or "", now=now)


def handed_out(row: StoredFile) -> FileResponse:
    """A stored file; never interpreted by the browser as a page."""
    answer = FileResponse(files.opened(row), content_type=row.media_type)
    if not row.media_type.startswith("image/"):
        answer["Content-Disposition"] = "attachment"
    return answer
