"""Back office: an edition sent as a file, looked at, kept as a draft or dropped."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cityloop.kernel import clock
from cityloop.kernel.errors import Invalid, Problem, Refused, Stale
from cityloop.kernel.models import Upload
from cityloop.standards import forms, operations, wording
from cityloop.standards.models import Edition
from cityloop.standards.operations import BadCatalogue, Trial
from cityloop.standards.views import frame

MOST_FLAWS = 1000  # of a file that is wrong throughout, the first are enough


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Send a file; what is wrong with it is told row by row, and nothing of it is kept then."""
    actor = frame.keeper(request)
    sent = request.method == "POST"
    form = forms.UploadForm(request.POST, request.FILES) if sent else forms.UploadForm()
    if sent and form.is_valid():
        files = [(one.name or "", one.read()) for one in form.cleaned_data["file"]]
        try:
            row = operations.put_up(files, actor=actor, now=clock.now())
        except Problem as problem:
            return _refused(request, form, problem)
        return redirect("office-edition-preview", upload_id=row.pk)
    status = 422 if form.errors else 200
    return frame.page(request, "standards/office_upload.html", {"form": form}, status=status)


@require_safe
def preview(request: HttpRequest, upload_id: int) -> HttpResponse:
    """What keeping the file as a draft changes, and what publishing it would do then."""
    actor = frame.keeper(request)
    row = operations.upload_of(actor, upload_id)
    try:
        trial = operations.try_upload(row, actor=actor, now=clock.now())
    except Problem as problem:
        return _refused(request, forms.UploadForm(), problem)
    facts = _facts(request, row, trial)
    return frame.page(request, "standards/office_preview.html", facts)


@require_POST
def keep(request: HttpRequest, upload_id: int) -> HttpResponse:
    """Keep the file as a draft."""
    actor = frame.keeper(request)
    try:
        report = operations.keep_upload(
            upload_id, stamp=request.POST.get("stamp", ""), actor=actor, now=clock.now()
        )
    except Stale as problem:
        messages.error(request, str(problem))
        return redirect("office-edition-preview", upload_id=upload_id)
    except (Invalid, Refused) as problem:
        return _refused(request, forms.UploadForm(), problem)
    messages.success(request, _("%(code)s is kept as a draft.") % {"code": report.edition})
    frame.tell_difference(request, report.difference)
    return redirect("office-edition", code=report.edition)


@require_POST
def drop(request: HttpRequest, upload_id: int) -> HttpResponse:
    """Forget the file."""
    operations.drop_upload(upload_id, actor=frame.keeper(request))
    messages.success(request, _("The file is dropped; nothing was changed."))
    return redirect(frame.TAB)


def _refused(request: HttpRequest, form: forms.UploadForm, problem: Problem) -> HttpResponse:
    """The form again, with every flaw of the file in a table."""
    flaws = problem.flaws if isinstance(problem, BadCatalogue) else ()
    facts = {
        "form": form, "flaws": flaws[:MOST_FLAWS], "number": len(flaws),
        "further": len(flaws) - MOST_FLAWS, "reasons": () if flaws else problem.reasons,
    }  # fmt: skip
    template = "standards/office_upload.html"
    return frame.page(request, template, facts, status=problem.status)


def _facts(request: HttpRequest, row: Upload, trial: Trial) -> dict[str, Any]:
    report, draft = trial.report, trial.report.earlier_draft
    chosen = draft if draft is not None and request.GET.get("against") == "draft" else None
    found = report.difference if chosen is None else chosen
    asked = {} if chosen is None else {"against": "draft"}
    return {
        "upload": row, "trial": trial, "outlook": trial.outlook,
        "notes": [one for one in report.notes if one not in trial.outlook.notes],
        "kind": wording.KINDS[Edition.Kind(trial.edition.kind)],
        "total": report.imported + report.joined, "draft": draft,
        "old_name": (found.old or "–") if chosen is None else _("Earlier draft"),
        "against": [
            ("?", _("Against %(code)s") % {"code": report.difference.old}
             if report.difference.old else _("New altogether"), "git-compare", chosen is None),
            ("?against=draft", _("Against the earlier draft"), "history", chosen is not None),
        ],
        **frame.parts_of(request, found, trial.names, **asked),
    }  # fmt: skip


urlpatterns = [
    path("office/editions/upload/", upload, name="office-edition-upload"),
    path("office/editions/uploads/<int:upload_id>/", preview, name="office-edition-preview"),
    path("office/editions/uploads/<int:upload_id>/keep/", keep, name="office-edition-keep"),
    path("office/editions/uploads/<int:upload_id>/drop/", drop, name="office-edition-drop"),
]
