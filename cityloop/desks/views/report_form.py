"""The form of a hotline operator, a clerk or an inspector, and what becomes of what it sends."""

from __future__ import annotations

import uuid
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cityloop.desks import chains, kept, queries, uploads
from cityloop.desks.forms import FilesField, FilesInput, photos_sent, show_problem, texts_of
from cityloop.desks.models import Use
from cityloop.desks.views.report_beside import PERMISSION, beside
from cityloop.hotline import operations as hotline
from cityloop.hotline import queries as hotline_calls
from cityloop.intake import checks, reference
from cityloop.intake import operations as intake
from cityloop.intake import queries as reports
from cityloop.intake.channels import Channel
from cityloop.intake.models import Kind
from cityloop.kernel import clock, files
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotAllowed, Problem, Refused, TooLarge
from cityloop.kernel.middleware import problem_response
from cityloop.kernel.page import actor_of
from cityloop.petitions import operations as petitions
from cityloop.petitions import queries as register

REPORTER = "intake.reporter"
MOST_FILES = 21  # of one field: one more than a report may have, so that it is refused, not cut
SYSTEMS = (
    ("wgs84", "WGS 84"),
    ("cgcs2000", "CGCS2000"),
    ("gcj02", gettext_lazy("GCJ-02 (Amap, Tencent)")),
    ("bd09", gettext_lazy("BD-09 (Baidu)")),
)
# Which kinds of report a post may bring, beside the ordinary one.
KINDS_OF = {"inspector": tuple(Kind), "acceptor": (Kind.REPORT, Kind.REMIND)}
ON_SITE = "inspector"  # the group of channels whose photos are taken at the place
BESIDE = {"data-beside": ""}  # inputs that what stands beside the form depends on


class ReportForm(forms.Form):
    """The shape of a report; what may be is decided by intake."""

    repeat_key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    by = forms.IntegerField(widget=forms.HiddenInput, required=False)
    call = forms.IntegerField(widget=forms.HiddenInput, required=False)
    same_as = forms.CharField(required=False, max_length=40)
    petition = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), widget=forms.Select(BESIDE))
    kind = forms.ChoiceField(label=gettext_lazy("Kind of report"))
    reporter_name = forms.CharField(
        label=gettext_lazy("Name of the caller"), required=False, max_length=60,
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    reporter_phone = forms.CharField(
        label=gettext_lazy("Telephone"), required=False, max_length=30,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off", **BESIDE}),
    )  # fmt: skip
    answer_wanted = forms.BooleanField(
        label=gettext_lazy("Wants an answer"), required=False, initial=True
    )
    source_key = forms.CharField(
        label=gettext_lazy("Number at the sender"), required=False, max_length=120,
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    source = forms.CharField(
        label=gettext_lazy("Newspaper, programme or account"), required=False, max_length=80,
    )  # fmt: skip
    link = forms.CharField(
        label=gettext_lazy("Link to the report"), required=False, max_length=500,
        widget=forms.URLInput({"autocomplete": "off", "placeholder": "https://"}),
        help_text=gettext_lazy("Or the clip itself, below with the photos."),
    )  # fmt: skip
    text = forms.CharField(
        label=gettext_lazy("What is the matter?"), required=False,
        widget=forms.Textarea({"rows": 3, "maxlength": 2000, **BESIDE, **texts_of("text")}),
    )  # fmt: skip
    class_words = forms.CharField(
        label=gettext_lazy("Class: words, code or pinyin initials"), required=False, max_length=60,
        widget=forms.TextInput({"type": "search", "autocomplete": "off", **BESIDE}),
    )  # fmt: skip
    class_code = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
    component_code = forms.CharField(
        label=gettext_lazy("Component"), required=False, max_length=32,
        widget=forms.TextInput({"autocomplete": "off", **BESIDE}),
    )  # fmt: skip
    address = forms.CharField(
        label=gettext_lazy("Address"), required=False, max_length=200,
        widget=forms.TextInput({"type": "search", "autocomplete": "off", **BESIDE}),
    )  # fmt: skip
    x = forms.FloatField(
        label=gettext_lazy("Longitude"), required=False,
        widget=forms.TextInput({"inputmode": "decimal", **BESIDE}),
    )  # fmt: skip
    y = forms.FloatField(
        label=gettext_lazy("Latitude"), required=False,
        widget=forms.TextInput({"inputmode": "decimal", **BESIDE}),
    )  # fmt: skip
    system = forms.ChoiceField(
        label=gettext_lazy("Coordinate system"), choices=SYSTEMS, widget=forms.Select(BESIDE)
    )
    accuracy_m = forms.FloatField(widget=forms.HiddenInput, required=False)
    occurred_at = forms.DateTimeField(
        label=gettext_lazy("When it was seen"), required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip
    photos = FilesField(label=gettext_lazy("Photos and recordings"), required=False)
    photos_after = FilesField(
        label=gettext_lazy("Photos after handling"), required=False,
        help_text=gettext_lazy("Only for what was settled on the spot."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, actor: Actor, initial: Any = None) -> None:
        super().__init__(data, auto_id="report-%s", initial=initial)
        for name, options in (("channel", channels_of(actor)), ("kind", kinds_of(actor))):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 (declared above)
            field.choices = options
        groups = {one.group for one in _open_to(actor)}
        # Who only tells what they saw themselves has no caller, no medium and awaits no answer.
        self.own_eyes, self.on_site = groups <= {ON_SITE}, ON_SITE in groups
        # Who may take the steps behind the report need not open its case for the usual one.
        self.passes_on = bool(actor.roles & chains.ROLES)
        self.settles = Kind.SELF_HANDLE in dict(kinds_of(actor))
        self.one_channel = self.own_eyes and len(channels_of(actor)) == 1
        if self.one_channel:  # nothing to choose
            self.fields["channel"].widget = forms.HiddenInput(BESIDE)
            self.fields["channel"].initial = channels_of(actor)[0][0]
        for name in ("photos", "photos_after"):
            widget = self.fields[name].widget
            assert isinstance(widget, FilesInput)  # noqa: S101 (declared above)
            widget.camera = self.on_site


def _open_to(actor: Actor) -> list[Channel]:
    """The open channels whose reports the actor's posts bring in."""
    return [
        one
        for one in reference.all_channels()
        if one.enabled and (actor.roles & one.brought_by or "system" in actor.roles)
    ]


def channels_of(actor: Actor) -> list[tuple[str, Any]]:
    """The open channels of the actor as choices."""
    return [(one.code, one.label) for one in _open_to(actor)]


def kinds_of(actor: Actor) -> list[tuple[str, Any]]:
    """The kinds of report that the actor's posts may bring."""
    allowed = {kind for role in actor.roles for kind in KINDS_OF.get(role, ())} | {Kind.REPORT}
    return [(kind.value, kind.label) for kind in Kind if kind in allowed]


@require_http_methods(["GET", "HEAD", "POST"])
def new_report(request: HttpRequest) -> HttpResponse:
    """The empty form, or the report taken; "look" asks only for what stands beside it."""
    if request.method == "POST" and kept.by_script(request):
        return told(request)
    actor, now = actor_of(request), clock.now()
    actor.require(PERMISSION)
    if request.method != "POST":
        asked = {name: request.GET[name] for name in ("x", "y", "channel") if name in request.GET}
        start = {"repeat_key": uuid.uuid4().hex, "by": actor.member_id, **asked,
                 **of_call(request, actor), **of_petition(request, actor)}  # fmt: skip
        return page(request, ReportForm(actor=actor, initial=start), start, actor=actor, now=now)
    form = ReportForm(request.POST, actor=actor)
    if "look" in request.POST or not form.is_valid():
        status = 200 if "look" in request.POST else 422
        return page(request, form, request.POST, actor=actor, now=now, status=status)
    try:
        receipt = take(request, form, actor=actor, now=now)
    except (Invalid, Refused, TooLarge, NotAllowed) as problem:
        show_problem(form, named_here(problem))
        return page(request, form, request.POST, actor=actor, now=now, status=problem.status)
    followed(request, receipt, actor=actor, now=now)
    return HttpResponseRedirect(reverse("report", args=[receipt.number]), status=303)


def told(request: HttpRequest) -> HttpResponse:
    """The answer for the page's script: {report, case, joined, repeated, address} as JSON, or
    problem+json whose sentences name the fields by their labels."""
    try:
        actor, now = actor_of(request), clock.now()
        actor.require(PERMISSION)
        form = ReportForm(request.POST, actor=actor)
        if not form.is_valid():
            raise Invalid(fields={name: " ".join(map(str, e)) for name, e in form.errors.items()})
        receipt = take(request, form, actor=actor, now=now)
        followed(request, receipt, actor=actor, now=now)
    except Problem as problem:
        labels = {name: str(one.label or "") for name, one in ReportForm.base_fields.items()}
        return problem_response(kept.labelled(named_here(problem), labels))
    return JsonResponse({
        "report": receipt.number, "case": receipt.case, "joined": receipt.joined,
        "repeated": receipt.repeated, "address": reverse("report", args=[receipt.number]),
    })  # fmt: skip


def followed(request: HttpRequest, receipt: intake.Receipt, *, actor: Actor, now: datetime) -> None:
    """The step that was wished with the report, and a word on what became of it."""
    if request.POST.get("then") != "on" or receipt.joined or receipt.repeated:
        return
    passed = chains.pass_on(receipt.case, actor=actor, now=now)
    if passed.step:
        messages.success(request, _("Done: %(step)s") % {"step": passed.step})
    else:
        why = "; ".join(passed.reasons)
        messages.warning(request, _("Taken, but not passed on: %(why)s") % {"why": why or "–"})


def take(request: HttpRequest, form: ReportForm, *, actor: Actor, now: datetime) -> intake.Receipt:
    """The report, noted at the call or the petition that it belongs to; a petition's with it or
    not at all."""
    number = form.cleaned_data["petition"]
    kept.require_own(request, actor)
    with transaction.atomic() if number else nullcontext():
        receipt = intake.receive(incoming(request, form, now=now), actor=actor, now=now)
        if number:
            petitions.link_report(number, receipt.number, actor=actor, now=now)
    if call := form.cleaned_data["call"]:
        taken = reports.report(actor, receipt.number)
        hotline.link_report(call, taken.pk, actor=actor, now=now)
    return receipt


def of_call(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    """What a call of the hotline says of the report that is taken during it."""
    asked = request.GET.get("call", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        return {}
    call = hotline_calls.call_seen(actor, int(asked))
    phone = hotline_calls.phone_of(call) if actor.may(REPORTER) else ""
    return {"call": call.pk, "channel": "hotline12319", "reporter_phone": phone}


def of_petition(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    """What the register of petitions says of the matter that is transferred with this form."""
    number = request.GET.get("petition", "")
    if not number:
        return {}
    row = register.petition(actor, number)
    person = register.petitioner_of(actor, row)
    return {
        "petition": row.number, "channel": register.CHANNEL, "source_key": row.number,
        "text": row.matter[:2000], "address": row.place, "answer_wanted": False,
        "class_code": row.problem_class.code if row.problem_class else "",
        "reporter_name": person.name if person else "",
        "reporter_phone": person.phone if person else "",
    }  # fmt: skip


# Intake speaks of "class" and "point"; the form has these fields for them.
FIELD_OF = {"same_as": "", "class": "class_words", "class_code": "class_words", "point": "x"}


def named_here(problem: Problem) -> Problem:
    """The problem with the form's own field names."""
    problem.fields = {FIELD_OF.get(name, name): why for name, why in problem.fields.items()}
    return problem


def page(
    request: HttpRequest, form: ReportForm, data: Any, *, actor: Actor, now: datetime,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    """The form with what stands beside it."""
    found = beside(data, actor=actor, now=now)
    texts = queries.ready_texts().filter(use=Use.REPORT)
    context = {"form": form, "beside": found, "now": now, "texts": texts}
    return render(request, "desks/report_form.html", context, status=status)


def incoming(request: HttpRequest, form: ReportForm, *, now: datetime) -> intake.Incoming:
    """The form as intake takes it; its files are stored first."""
    given = form.cleaned_data
    settled = given["kind"] == Kind.SELF_HANDLE
    seen = reference.channel(given["channel"]).group == ON_SITE
    photos = stored(request, "photos", "before" if settled else "report", seen=seen, now=now)
    if settled:
        photos += stored(request, "photos_after", "after", seen=seen, now=now)
    same = (
        "channel", "kind", "text", "x", "y", "system", "accuracy_m", "address", "source", "link",
        "class_code", "component_code", "occurred_at", "reporter_name", "reporter_phone",
        "answer_wanted", "source_key", "repeat_key", "same_as",
    )  # fmt: skip
    return intake.Incoming(photos=photos, **{name: given[name] for name in same})


def stored(
    request: HttpRequest, name: str, stage: str, *, seen: bool, now: datetime
) -> list[intake.PhotoIn]:
    """The uploads of one field, kept. Of what was seen by the one who reports it, a photo that the
    camera did not take just now is marked as one from the album (F08)."""
    found = []
    sent = photos_sent(request.FILES, name)[:MOST_FILES]
    for row, filename, taken in uploads.kept(sent, field=name, now=now):
        album = seen and not taken and row.media_type.startswith("image/")
        found.append(intake.PhotoIn(row.sha256, stage, filename[:120], from_album=album))
    return found


@require_POST
def notice_told(request: HttpRequest, notice_id: int) -> HttpResponse:
    """A reporter was told what became of the report."""
    actor, now = actor_of(request), clock.now()
    actor.require(REPORTER)
    notice = queries.notice_seen(actor, notice_id)
    sent = request.FILES.get("paper")
    paper = files.store(chunks=sent.chunks(), filename=sent.name or "", now=now) if sent else None
    intake.settle(
        notice_id, medium=request.POST.get("medium", ""), note=request.POST.get("note", ""),
        paper_sha256=paper.sha256 if paper else "", actor=actor, now=now,
    )  # fmt: skip
    messages.success(request, _("The reporter was told."))
    return HttpResponseRedirect(reverse("case", args=[notice.report.case.number]), status=303)


@require_safe
def report(request: HttpRequest, number: str) -> HttpResponse:
    """What became of a report: opened or joined, what was noticed, what the text suggests."""
    actor, now = actor_of(request), clock.now()
    actor.require("cases.view")  # as over the API; the reporter is for few
    one = reports.report(actor, number)
    known = reference.classes(timezone.localdate(now)).by_id
    context = {
        "report": one, "number": number, "case": one.case,
        "checks": [checks.sentence(finding) for finding in one.checks],
        "suggestions": [(known[pk], share) for pk, share in one.suggestions if pk in known],
        "reporter": reports.reporter_of(actor, one), "notices": reports.notices_of(one),
    }  # fmt: skip
    return render(request, "desks/report.html", context)
