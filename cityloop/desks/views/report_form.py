"""The form of a hotline operator, a clerk or an inspector at a desk, and what stands beside it."""

from __future__ import annotations

import uuid
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cityloop.assets import queries as assets
from cityloop.desks import queries
from cityloop.desks.forms import FilesField, show_problem
from cityloop.geo import coordinates
from cityloop.geo import queries as geo
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
from cityloop.kernel.page import actor_of
from cityloop.petitions import operations as petitions
from cityloop.petitions import queries as register
from cityloop.standards import queries as standards

PERMISSION = "intake.receive"
REPORTER = "intake.reporter"
FOUND_CLASSES = 8
FOUND_ADDRESSES = 5
SYSTEMS = (
    ("wgs84", "WGS 84"),
    ("cgcs2000", "CGCS2000"),
    ("gcj02", gettext_lazy("GCJ-02 (Amap, Tencent)")),
    ("bd09", gettext_lazy("BD-09 (Baidu)")),
)
# Which kinds of report a post may bring, beside the ordinary one.
KINDS_OF = {"inspector": tuple(Kind), "acceptor": (Kind.REPORT, Kind.REMIND)}
BESIDE = {"data-beside": ""}  # inputs that what stands beside the form depends on


class ReportForm(forms.Form):
    """The shape of a report; what may be is decided by intake."""

    repeat_key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    call = forms.IntegerField(widget=forms.HiddenInput, required=False)
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
        widget=forms.Textarea({"rows": 4, "maxlength": 2000, **BESIDE}),
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
        # Who only tells what they saw themselves has no caller, no medium and awaits no answer.
        self.own_eyes = {one.group for one in _open_to(actor)} <= {"inspector"}


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


@dataclass(frozen=True, slots=True)
class Beside:
    """What the machine knows of a report that is being written."""

    chosen: reference.KnownClass | None
    guesses: list[reports.ClassGuess]
    found: list[Any]
    lon: float | None
    lat: float | None
    place: geo.Place | None
    nearest: geo.FoundAddress | None
    addresses: list[geo.FoundAddress]
    components: list[Any]
    alike: list[Any]
    earlier: list[Any]
    unreadable: str


def beside(data: Any, *, actor: Actor, now: datetime) -> Beside:
    """Class suggestions, place, components, likely duplicates and the caller's earlier reports."""
    on = timezone.localdate(now)
    data = {name: str(value).replace("\x00", "") for name, value in data.items()}
    text = data.get("text", "")[:2000]
    lon, lat, unreadable = point_of(data)
    known = reference.classes(on)
    chosen = known.by_code.get(str(data.get("class_code", "")))
    point = (lon, lat) if lon is not None and lat is not None else None
    return Beside(
        chosen=chosen,
        guesses=reports.suggest_classes(text, on=on),
        found=searched(str(data.get("class_words", "")), on=on),
        lon=lon,
        lat=lat,
        place=geo.locate(*point, on=on) if point else None,
        nearest=geo.nearest_address(*point) if point else None,
        addresses=addresses_of(data) if point is None else [],
        components=list(assets.nearest(actor, *point, within_m=50, limit=5)) if point else [],
        alike=duplicates(data, chosen, lon, lat, text=text, actor=actor, now=now),
        earlier=earlier(actor, str(data.get("reporter_phone", "")).strip()),
        unreadable=unreadable,
    )


def point_of(data: Any) -> tuple[float | None, float | None, str]:
    """WGS 84 of the coordinates as typed, or a sentence about what is wrong with them."""
    raw = [str(data.get(name, "")).strip() for name in ("x", "y")]
    if not all(raw):
        return None, None, ""
    try:
        lon, lat = coordinates.to_wgs84(float(raw[0]), float(raw[1]), data.get("system", "wgs84"))
    except ValueError:
        return None, None, _("the coordinates are not numbers")
    except Invalid as problem:
        return None, None, "; ".join(problem.reasons)
    return lon, lat, ""


def searched(words: str, *, on: Any) -> list[Any]:
    """Classes for typed words."""
    if not words.strip():
        return []
    return standards.search_classes(words, standards.current_edition(on), limit=FOUND_CLASSES)


def addresses_of(data: Any) -> list[geo.FoundAddress]:
    """Addresses for the words typed."""
    words = str(data.get("address", "")).strip()[:100]
    return geo.search_address(words, limit=FOUND_ADDRESSES) if words else []


def duplicates(
    data: Any, chosen: Any, lon: float | None, lat: float | None,
    *, text: str, actor: Actor, now: datetime,
) -> list[Any]:  # fmt: skip
    """Cases nearby that may be the same problem, surest first."""
    if lon is None or lat is None:
        return []
    channel = reference.channel(str(data.get("channel", "")) or "hotline12319")
    asked = reports.Question(
        channel=channel, now=now, on=timezone.localdate(now), lon=lon, lat=lat,
        class_id=chosen.id if chosen else None,
        component_code=str(data.get("component_code", ""))[:32],
    )  # fmt: skip
    return reports.duplicates(actor, asked, text)


def earlier(actor: Actor, phone: str) -> list[Any]:
    """What this caller reported before, for those who may know reporters."""
    digits = sum(sign.isdigit() for sign in phone)
    if digits < 7:
        return []
    try:
        return reports.earlier_reports(actor, phone, limit=5)
    except NotAllowed:
        return []


@require_http_methods(["GET", "HEAD", "POST"])
def new_report(request: HttpRequest) -> HttpResponse:
    """The empty form, or the report taken; "look" asks only for what stands beside it."""
    actor, now = actor_of(request), clock.now()
    actor.require(PERMISSION)
    if request.method != "POST":
        asked = {name: request.GET[name] for name in ("x", "y", "channel") if name in request.GET}
        start = {"repeat_key": uuid.uuid4().hex, **asked, **of_call(request, actor),
                 **of_petition(request, actor)}  # fmt: skip
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
    return HttpResponseRedirect(reverse("report", args=[receipt.number]), status=303)


def take(request: HttpRequest, form: ReportForm, *, actor: Actor, now: datetime) -> intake.Receipt:
    """The report, noted at the call or the petition that it belongs to; a petition's with it or
    not at all."""
    number = form.cleaned_data["petition"]
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
FIELD_OF = {"class": "class_words", "class_code": "class_words", "point": "x"}


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
    context = {"form": form, "beside": found, "now": now}
    return render(request, "desks/report_form.html", context, status=status)


@require_POST
def look_beside(request: HttpRequest) -> HttpResponse:
    """What stands beside the form, for htmx while it is being filled in."""
    actor, now = actor_of(request), clock.now()
    actor.require(PERMISSION)
    found = beside(request.POST, actor=actor, now=now)
    return render(request, "desks/_beside.html", {"beside": found, "now": now, "fragment": True})


def incoming(request: HttpRequest, form: ReportForm, *, now: datetime) -> intake.Incoming:
    """The form as intake takes it; its files are stored first."""
    given = form.cleaned_data
    settled = given["kind"] == Kind.SELF_HANDLE
    photos = stored(request, "photos", "before" if settled else "report", now=now)
    if settled:
        photos += stored(request, "photos_after", "after", now=now)
    same = (
        "channel", "kind", "text", "x", "y", "system", "address", "source", "link", "class_code",
        "component_code", "occurred_at", "reporter_name", "reporter_phone", "answer_wanted",
        "source_key", "repeat_key",
    )  # fmt: skip
    return intake.Incoming(photos=photos, **{name: given[name] for name in same})


def stored(request: HttpRequest, name: str, stage: str, *, now: datetime) -> list[intake.PhotoIn]:
    """The uploads of one field, kept."""
    found = []
    for one in request.FILES.getlist(name)[:20]:
        row = files.store(chunks=one.chunks(), filename=one.name or "", now=now)
        name_given = (one.name or "")[:120]
        found.append(intake.PhotoIn(sha256=row.sha256, stage=stage, filename=name_given))
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
