"""/healthz: is this installation well? For load balancers and watchers; tells no secret."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.http import require_safe

from cityloop.kernel import clock, health


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when database, queue, disk and clock are well, else 503; each finding in words."""
    findings = [finding.as_dict() for finding in health.examine(now=clock.now())]
    well = all(finding["well"] for finding in findings)
    answer = JsonResponse({"well": well, "findings": findings}, status=200 if well else 503)
    answer["Cache-Control"] = "no-store"
    return answer


urlpatterns = [path("healthz", healthz, name="healthz")]
