"""Vector tiles, and the pages of the office that change the ground."""

from __future__ import annotations

import hashlib

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from cityloop.geo import queries
from cityloop.geo.views import areas, ground, region
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


urlpatterns = [
    path("tiles/<slug:layer>/<int:z>/<int:x>/<int:y>.mvt", tile, name="tile"),
    path("office/ground/", ground.regions, name="office-ground"),
    path("office/ground/new/", ground.new, name="office-ground-new"),
    path("office/ground/changes/<int:change_id>/move/", region.move, name="office-ground-move"),
    path("office/ground/changes/<int:change_id>/cancel/", region.cancel,
         name="office-ground-cancel"),
    path("office/ground/<str:code>/", ground.region, name="office-ground-region"),
    path("office/ground/<str:code>/outline/", ground.outline, name="office-ground-outline"),
    path("office/ground/<str:code>/shapes/", ground.shapes, name="office-ground-shapes"),
    path("office/service-areas/", areas.areas, name="office-areas"),
    path("office/service-areas/new/", areas.new, name="office-area-new"),
    path("office/service-areas/<int:area_id>/", areas.change, name="office-area"),
    path("office/service-areas/<int:area_id>/remove/", areas.remove, name="office-area-remove"),
]  # fmt: skip
