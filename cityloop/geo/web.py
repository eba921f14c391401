"""Vector tiles; pages of the back office about the ground."""

from __future__ import annotations

import hashlib

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from cityloop.geo import queries
from cityloop.geo.views import ground, map_sources, region, service_areas
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
    path("office/map-services/", map_sources.map_sources, name="office-map-sources"),
    path("office/map-services/new/", map_sources.new, name="office-map-source-new"),
    path("office/map-services/<int:source_id>/", map_sources.change, name="office-map-source"),
    path("office/map-services/<int:source_id>/remove/", map_sources.remove,
         name="office-map-source-remove"),
    path("office/service-areas/", service_areas.service_areas, name="office-service-areas"),
    path("office/service-areas/new/", service_areas.new, name="office-service-area-new"),
    path("office/service-areas/<int:area_id>/", service_areas.change, name="office-service-area"),
    path("office/service-areas/<int:area_id>/remove/", service_areas.remove,
         name="office-service-area-remove"),
]  # fmt: skip
