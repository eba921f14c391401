"""Files of cases: the original, a small picture, a stamped one, for those who may see the case."""

from __future__ import annotations

import hashlib

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cityloop.cases import photos, queries
from cityloop.kernel import bands, files
from cityloop.kernel.errors import NotFound
from cityloop.kernel.models import StoredFile
from cityloop.kernel.page import actor_of

# The address names the content; only for a day, since the right to see it may end.
DAY = "private, max-age=86400, immutable"
# The place of a case may be corrected, and its stamp says so from then on.
ASK = "private, no-cache"
LARGE = 1280


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


@require_safe
def stamped(request: HttpRequest, sha256: str, paper_id: int) -> HttpResponseBase:
    """A photo as a step of its case has it, a JPEG of at most 1280 pixels and a band below: when,
    where, of which case. 304 when the browser has it already."""
    paper = queries.photo(actor_of(request), paper_id, sha256)
    words = photos.stamp(paper)
    told = "\n".join([bands.LOOK, sha256, *words]).encode()
    etag = f'"{hashlib.blake2b(told, digest_size=12).hexdigest()}"'
    answer = get_conditional_response(request, etag=etag)
    if answer is None:
        made = files.stamped(paper.file, LARGE, words)
        answer = HttpResponse(made, content_type="image/jpeg")
    answer["ETag"], answer["Cache-Control"] = etag, ASK
    return answer


urlpatterns = [
    path("files/<str:sha256>", original, name="file"),
    path("files/<str:sha256>/<int:side>", small, name="file-small"),
    path(f"files/<str:sha256>/{LARGE}/<int:paper_id>", stamped, name="file-stamped"),
]
