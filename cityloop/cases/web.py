"""Files of cases: the original and a small picture, for those who may see the case."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cityloop.cases import queries
from cityloop.kernel import files
from cityloop.kernel.errors import NotFound
from cityloop.kernel.models import StoredFile
from cityloop.kernel.page import actor_of

# The address names the content; only for a day, since the right to see it may end.
DAY = "private, max-age=86400, immutable"


def _stored(request: HttpRequest, sha256: str) -> StoredFile:
    actor = actor_of(request)
    row = StoredFile.objects.filter(sha256=sha256).first()
    if row is None or not queries.case_of_file(actor, sha256):
        raise NotFound(_("there is no such file"))
    return row


@require_safe
def original(request: HttpRequest, sha256: str) -> HttpResponseBase:
    """The file as it came; never interpreted by the browser as a page."""
    row = _stored(request, sha256)
    answer = FileResponse(files.opened(row), content_type=row.media_type)
    answer["Cache-Control"] = DAY
    if not row.media_type.startswith("image/"):
        answer["Content-Disposition"] = "attachment"
    return answer


@require_safe
def small(request: HttpRequest, sha256: str, side: int) -> HttpResponse:
    """A JPEG of at most `side` pixels: 160, 480 or 1280."""
    row = _stored(request, sha256)
    if side not in (160, 480, 1280) or not row.media_type.startswith("image/"):
        raise NotFound(_("there is no such picture"))
    answer = HttpResponse(files.thumbnail(row, side), content_type="image/jpeg")
    answer["Cache-Control"] = DAY
    return answer


urlpatterns = [
    path("files/<str:sha256>", original, name="file"),
    path("files/<str:sha256>/<int:side>", small, name="file-small"),
]
