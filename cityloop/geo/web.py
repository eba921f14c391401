"""Vector tiles."""

from __future__ import annotations

import hashlib

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from cityloop.geo import queries
from cityloop.kernel import clock
from cityloop.kernel.page import actor_of


@require_safe
def tile(request: HttpRequest, layer: str, z: int, x: int, y: int) -> HttpResponse:
    """A Mapbox vector tile of what the actor may see; 304 when the browser has it already."""
    actor = actor_of(request)
    made = queries.tile(layer, z, x, y, actor, on=timezone.localdate(clock.now()))
    etag = f'"{hashlib.blake2b(made, digest_size=12).hexdigest()}"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        answer = HttpResponse(status=304)
    else:
        answer = HttpResponse(made, content_type="application/vnd.mapbox-vector-tile")
    answer["ETag"] = etag
    max_age = queries.tile_layer(layer, actor).max_age
    # Private: two people may see different cases under one address.
    answer["Cache-Control"] = f"private, max-age={max_age}"
    answer["Vary"] = "Cookie, Authorization"
    return answer


urlpatterns = [path("tiles/<slug:layer>/<int:z>/<int:x>/<int:y>.mvt", tile, name="tile")]
