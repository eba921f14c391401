"""Back office: a table sent as a file, looked at row by row, taken or dropped; templates."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cityloop.kernel import clock, office, reports, uploads
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotAllowed, NotFound, Problem, Stale
from cityloop.kernel.models import Upload
from cityloop.kernel.page import actor_of
from cityloop.kernel.reports import Effect, ImportReport, Rejection
from cityloop.kernel.templatetags.ui import named
from cityloop.people.operations import MembersReport
from cityloop.setup import forms, operations, queries, workbooks
from cityloop.setup.sheets import SHEETS, Sheet

TAB = "office-imports"
MOST = 500  # rows that a page shows
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What can be imported, each with its template."""
    actor = actor_of(request)
    found = [one for one in SHEETS.values() if actor.may(one.permission)]
    if not found:
        raise NotAllowed(_("this is not for you"))
    return office.page(request, "setup/imports.html", TAB, {"sheets": found})


def _keeper(request: HttpRequest, kind: str) -> tuple[Actor, Sheet]:
    actor, sheet = actor_of(request), SHEETS.get(kind)
    if sheet is None:
        raise NotFound(_("there is nothing at this address"))
    actor.require(sheet.permission)
    return actor, sheet


@require_safe
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """The workbook to fill in."""
    actor, sheet = _keeper(request, kind)
    values = queries.allowed(sheet, actor, on=timezone.localdate(clock.now()))
    answer = HttpResponse(workbooks.workbook(sheet, values), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="cityloop-{kind}.xlsx"'
    return answer


@require_http_methods(["GET", "POST"])
def send(request: HttpRequest, kind: str) -> HttpResponse:
    """Send a file; nothing of it is taken yet."""
    actor, sheet = _keeper(request, kind)
    sent = request.method == "POST"
    given = (request.POST, request.FILES) if sent else ()
    form = forms.UploadForm(*given, sheet=sheet, on=timezone.localdate(clock.now()))
    if sent and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            row = uploads.put_up(
                kind, file.name or "", file.read(), actor=actor, now=clock.now(),
                options=form.options,
            )  # fmt: skip
        except Problem as problem:
            office.object_to(form, problem)
        else:
            return redirect("office-import-preview", kind=kind, upload_id=row.pk)
    status = 400 if form.errors else 200
    facts = {"form": form, "sheet": sheet}
    return office.page(request, "setup/import.html", TAB, facts, status=status)


@never_cache
@require_safe
def preview(request: HttpRequest, kind: str, upload_id: int) -> HttpResponse:
    """What the file changes, row by row, and which rows are wrong."""
    actor, sheet = _keeper(request, kind)
    row = uploads.upload_of(actor, kind, upload_id)
    trial = operations.look_at(row, actor=actor, now=clock.now())
    facts = _facts(request, sheet, row, trial.report)
    return office.page(request, "setup/import_preview.html", TAB, {**facts, "stamp": trial.stamp})


def _facts(request: HttpRequest, sheet: Sheet, row: Upload, report: ImportReport) -> dict[str, Any]:
    by = {what: [one for one in report.effects if one.what == what] for what in WHAT}
    wrong = len(report.rejected_rows())
    counts = {"wrong": wrong, **{what: len(found) for what, found in by.items()}}
    chosen = request.GET.get("show", "")
    if chosen not in counts:
        chosen = next((name for name in counts if counts[name]), "same")
    return {
        "sheet": sheet, "upload": row, "report": report, "wrong": wrong, "chosen": chosen,
        "more": max(0, counts[chosen] - MOST),
        "flaws": _flaws(sheet, report)[:MOST] if chosen == "wrong" else (),
        "rows": [(one, _changes(sheet, one)) for one in by.get(chosen, [])[:MOST]],
        "good": counts[reports.NEW] + counts[reports.CHANGED],
        "may_take": not report.refused and (sheet.partly or not wrong)
                    and bool(counts[reports.NEW] + counts[reports.CHANGED]),
        "tabs_of": [
            (f"?show={name}", f"{WORDS[name]()} {count}", ICONS[name], name == chosen)
            for name, count in counts.items() if count or name == chosen
        ],
    }  # fmt: skip


def _flaws(sheet: Sheet, report: ImportReport) -> list[tuple[Rejection, str, str]]:
    """Each flaw with the name of its column and the reason, which need not name it again."""
    return [
        (one, _label(sheet, one.column), one.reason.removeprefix(f"{one.column}: "))
        for one in sorted(report.rejected, key=lambda one: one.row)
    ]


def _changes(sheet: Sheet, one: Effect) -> list[tuple[str, str, str]]:
    return [(_label(sheet, name), was, will) for name, was, will in one.fields]


def _label(sheet: Sheet, name: str) -> str:
    """A column as the reader calls it; its own name where no template has it."""
    return named(sheet.names[name], "head") if name in sheet.names else name


WHAT = (reports.NEW, reports.CHANGED, reports.SAME)
WORDS = {
    "wrong": lambda: _("Wrong"), reports.NEW: lambda: _("New"),
    reports.CHANGED: lambda: _("Changed"), reports.SAME: lambda: _("As it is"),
}  # fmt: skip
ICONS = {"wrong": "octagon-alert", "new": "plus", "changed": "pencil", "same": "equal"}


@require_POST
def take(request: HttpRequest, kind: str, upload_id: int) -> HttpResponse:
    """Take the file as it was shown."""
    actor, sheet = _keeper(request, kind)
    row = uploads.upload_of(actor, kind, upload_id)
    stamp = request.POST.get("stamp", "")
    try:
        report = operations.take_in(row, sheet, stamp=stamp, actor=actor, now=clock.now())
    except Stale as problem:
        messages.error(request, str(problem))
        return redirect("office-import-preview", kind=kind, upload_id=upload_id)
    told = ngettext("%(n)s row is taken.", "%(n)s rows are taken.", report.imported + report.joined)
    messages.success(request, told % {"n": report.imported + report.joined})
    if isinstance(report, MembersReport) and report.invited:
        return _handed_out(request, report)
    return redirect(sheet.back)


def _handed_out(request: HttpRequest, report: MembersReport) -> HttpResponse:
    """The codes, once: a page to print, kept by no browser."""
    facts = {"invited": report.invited, "link": request.build_absolute_uri("/invited/")}
    answer = office.page(request, "setup/invitations.html", TAB, facts)
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
def drop(request: HttpRequest, kind: str, upload_id: int) -> HttpResponse:
    """Forget the file."""
    actor, _sheet = _keeper(request, kind)
    uploads.upload_of(actor, kind, upload_id).delete()
    messages.success(request, _("The file is dropped; nothing was changed."))
    return redirect("office-import", kind=kind)


urlpatterns = [
    path("office/imports/", index, name=TAB),
    path("office/imports/<str:kind>/", send, name="office-import"),
    path("office/imports/<str:kind>/template/", template, name="office-import-template"),
    path("office/imports/<str:kind>/<int:upload_id>/", preview, name="office-import-preview"),
    path("office/imports/<str:kind>/<int:upload_id>/take/", take, name="office-import-take"),
    path("office/imports/<str:kind>/<int:upload_id>/drop/", drop, name="office-import-drop"),
]
