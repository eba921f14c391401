"""/healthz: is this installation well? For load balancers and watchers; tells no secret."""

from __future__ import annotations

from django.db import Error
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.http import require_safe

from cityloop.kernel import clock, health
from cityloop.kernel.errors import NotSignedIn
from cityloop.kernel.page import actor_of


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


urlpatterns = [path("healthz", healthz, name="healthz")]
