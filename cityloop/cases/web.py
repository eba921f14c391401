"""Files of cases, for those who may see the case; the flow's pages in the back office."""

from __future__ import annotations

import hashlib
from itertools import pairwise

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cityloop.cases import flow_office, photos, queries, workflow
from cityloop.cases.flow import parameters
from cityloop.cases.flow_forms import PublishForm
from cityloop.cases.models import Flow
from cityloop.geo import queries as geo
from cityloop.kernel import bands, clock, files
from cityloop.kernel.errors import NotFound
from cityloop.kernel.models import StoredFile
from cityloop.kernel.office import page
from cityloop.kernel.page import actor_of, actor_with
from cityloop.people.scope import sees_all

# The address names the content; only for a day, since the right to see it may end.
DAY = "private, max-age=86400, immutable"
# The place of a case may be corrected, and its stamp says so from then on.
ASK = "private, no-cache"
LARGE = 1280
TAB, PERMISSION = "office-flow", "cases.configure"
MOST_TOLD = 20


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


@require_safe
def flow(request: HttpRequest) -> HttpResponse:
    """The flow in force, what it does without, where to begin another, and those before."""
    actor, now = actor_with(request, PERMISSION), queries.current_flow()
    flows = queries.city_flows()[: MOST_TOLD + 1]
    told = [(row.published_at, row.actor or "–", *_told(row, before))
            for row, before in pairwise(flows)]  # fmt: skip
    warnings = flow_office.in_names(workflow.warnings(now.parameters))
    return page(request, "cases/flow.html", TAB, {
        "flow": now, "own": flow_office.own(now.parameters), "may": sees_all(actor), "told": told,
        "warnings": warnings, "trial": parameters(now.parameters).trial,
        "districts": flow_office.districts(now.parameters), "modes": flow_office.all_modes(),
        "areas": geo.regions_of(actor, levels=("district", "street")),
        "trial_form": PublishForm(auto_id="trial-%s"),
    })  # fmt: skip


def _told(row: Flow, before: Flow) -> tuple[list[str], str]:
    """What a flow changed, and why."""
    return flow_office.differences(before.parameters, row.parameters), f"{row.code} {row.reason}"


@require_http_methods(["GET", "POST"])
def edit_flow(request: HttpRequest) -> HttpResponse:
    """Another flow: checked while it is written, published when nothing is wrong with it."""
    actor, asks = actor_with(request, PERMISSION), "publish" in request.POST
    draft = flow_office.draft_of(request.GET.get("area", ""), request.GET.get("mode", ""))
    form = flow_office.form_of(draft, request.POST or None)
    publish = PublishForm(request.POST if asks else None, auto_id="publish-%s")
    facts = flow_office.verdict(form, draft, clock.now())
    if request.headers.get("HX-Request") == "true":
        return render(request, "cases/_flow_verdict.html", facts)
    ready = asks and publish.is_valid() and facts["wanted"] is not None
    if ready and flow_office.published(publish, draft, facts["wanted"], actor, clock.now()):
        messages.success(request, _("The flow is published: cases opened from now on follow it."))
        return redirect(TAB)
    return page(request, "cases/flow_edit.html", TAB, facts | {
        "publish": publish, "draft": draft, "groups": flow_office.groups(form),
        "place": flow_office.place(draft), "levels": flow_office.level_rows(form),
        "may": sees_all(actor),
    }, status=400 if asks else 200)  # fmt: skip


@require_POST
def switch_trial(request: HttpRequest) -> HttpResponse:
    """Switch trial mode: the flow in force, published again with it on or off."""
    actor, current = actor_with(request, PERMISSION), queries.current_flow()
    form, on = PublishForm(request.POST), not parameters(current.parameters).trial
    if not form.is_valid():
        messages.error(request, _("Say why, and try again: nothing was changed."))
        return redirect(TAB)
    draft = flow_office.draft_of("", "")
    if flow_office.published(form, draft, {**current.parameters, "trial": on}, actor, clock.now()):
        messages.success(request, _("Trial mode is on.") if on else _("Trial mode is off."))
    for why in form.non_field_errors():
        messages.error(request, str(why))
    return redirect(TAB)


urlpatterns = [
    path("office/flow/", flow, name="office-flow"),
    path("office/flow/edit/", edit_flow, name="office-flow-edit"),
    path("office/flow/trial/", switch_trial, name="office-flow-trial"),
    path("files/<str:sha256>", original, name="file"),
    path("files/<str:sha256>/<int:side>", small, name="file-small"),
    path(f"files/<str:sha256>/{LARGE}/<int:paper_id>", stamped, name="file-stamped"),
]
