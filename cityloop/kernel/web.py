"""Is this installation well? /healthz for load balancers and watchers, tells no secret; a page for
administrators."""

from __future__ import annotations

from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_safe

from cityloop.kernel import clock, health, office, upkeep
from cityloop.kernel.errors import NotSignedIn
from cityloop.kernel.page import actor_of, actor_with

LIGHTS = {
    # light: (word, tone, icon)
    upkeep.WELL: (lazy("well"), "green", "circle-check"),
    upkeep.WATCH: (lazy("look at it"), "yellow", "triangle-alert"),
    upkeep.BAD: (lazy("act now"), "red", "octagon-alert"),
}


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when database, queue, disk and clock are well, else 503.

    Everybody learns the state of each part; an administrator also the words, with folders and
    versions, which `cityloop check` shows on the machine itself.
    """
    findings = health.examine(now=clock.now())
    well = all(finding.well for finding in findings)
    told = health.Finding.as_dict if _administers(request) else health.Finding.state
    shown = [told(finding) for finding in findings]
    answer = JsonResponse({"well": well, "findings": shown}, status=200 if well else 503)
    answer["Cache-Control"] = "no-store"
    return answer


def _administers(request: HttpRequest) -> bool:
    """False also where the database cannot say who asks."""
    try:
        return "administrator" in actor_of(request).roles
    except (NotSignedIn, Error):
        return False


@require_safe
def office_health(request: HttpRequest) -> HttpResponse:
    """Part by part: how it stands, what is seen, what to do."""
    actor_with(request, "health.view")
    rows = upkeep.rows(now=clock.now())
    return office.page(request, "office/health.html", "office-health", {
        "rows": [(row, *LIGHTS[row.light]) for row in rows], "topics": upkeep.topics(),
        "bad": sum(row.light == upkeep.BAD for row in rows),
        "watch": sum(row.light == upkeep.WATCH for row in rows),
    })  # fmt: skip


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("office/health/", office_health, name="office-health"),
]
