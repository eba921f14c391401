"""One step of a case, taken with what its form holds: at the desk, or later from a phone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cityloop.cases import fields, guards, lifecycle, operations
from cityloop.cases import queries as cases
from cityloop.cases.change import Paper
from cityloop.cases.models import Case
from cityloop.cases.stepping import taken_alone
from cityloop.desks import bench, kept, looks, queries, uploads
from cityloop.desks.bench import Place
from cityloop.desks.forms import photos_sent, raw_inputs
from cityloop.desks.views import bench as bench_page
from cityloop.desks.views.case_page import Try, context_of, missed_by
from cityloop.kernel import clock, idempotency
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, Problem, Refused, Stale, TooLarge
from cityloop.kernel.middleware import problem_response
from cityloop.kernel.page import actor_of
from cityloop.kernel.templatetags.ui import actor_words, moment

MAX_FILES = 20
VERSION_DIGITS = 9


@require_POST
def take_step(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """Perform one step with what the form holds; refused: the page again with every reason."""
    if kept.by_script(request):
        return told(request, number, action)
    actor, now = actor_of(request), clock.now()
    case, at = allowed(number, actor), bench.sent(request.POST.get("bench", ""))
    try:
        repeated = take(request, number, action, actor=actor, now=now)
    except (Refused, Stale, Invalid, TooLarge, kept.AnothersForm) as problem:
        failed = tried(request, action, problem)
        if at:
            return bench_page.refused(request, at, number, failed, actor=actor)
        return refused(request, number, failed, actor=actor)
    say_done(request, action, repeated, case=case, at=at)
    return HttpResponseRedirect(address_after(case, at, actor=actor, now=now), status=303)


def address_after(case: Case, at: Place | None, *, actor: Actor, now: datetime) -> str:
    """The page of the case; at the bench, the next one of its list. `case`: as it was."""
    if at is None:
        return reverse("case", args=[case.number])
    return at.at(bench.following(actor, at, case, now=now))


def told(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """The answer for the page's script: {case, repeated, address} as JSON, or problem+json whose
    sentences name the fields by their labels and, where it is stale, what happened meanwhile."""
    try:
        actor, now = actor_of(request), clock.now()
        case, at = allowed(number, actor), bench.sent(request.POST.get("bench", ""))
        try:
            repeated = take(request, number, action, actor=actor, now=now)
        except Stale as problem:
            problem.reasons = meanwhile(number, tried(request, action, problem), actor=actor)
            raise
    except Problem as problem:
        labels = {name: str(field.label) for name, field in fields.BY_NAME.items()}
        return problem_response(kept.labelled(problem, labels))
    if kept.sent_later(request):
        at = None
    else:
        say_done(request, action, repeated, case=case, at=at)
    address = address_after(case, at, actor=actor, now=now)
    return JsonResponse({"case": number, "repeated": repeated, "address": address})


def allowed(number: str, actor: Actor) -> Case:
    """The case; raises NotAllowed for whoever takes no steps, NotFound for what lies out of
    sight."""
    actor.require("cases.step")
    return cases.get(actor, number)


def take(request: HttpRequest, number: str, action: str, *, actor: Actor, now: datetime) -> bool:
    """The step, once for each form: True where this form was taken before.

    What the form holds does not count: whoever hears nothing of the first answer, and changes
    the text, must not do the step twice.
    """
    kept.require_own(request, actor)
    read = version_read(request.POST.get("version", ""))
    step = lifecycle.BY_ACTION.get(action)
    if step is None:
        raise operations.NoSuchStep(_("there is no step %(action)s") % {"action": action[:40]})
    if read is None:
        raise Invalid(
            _("the form does not say which version of the case you read: look and send again"),
            code="no-version",
        )
    taken_alone(action)
    papers = papers_of(request, action, now=now)
    done: list[Case] = []

    def act() -> idempotency.Answer:
        done.append(operations.perform(
            number, action, actor=actor, now=now, version=read,
            inputs=raw_inputs(step, request.POST), papers=papers,
            kept_at=kept.kept_at(request, now),
        ))  # fmt: skip
        return 200, b""

    if not (key := request.POST.get("repeat_key", "")):
        act()
    else:
        idempotency.once(
            caller=idempotency.caller_of(actor), key=key, request=request.path.encode(), now=now,
            act=act,
        )  # fmt: skip
    return not done


def say_done(
    request: HttpRequest, action: str, repeated: bool, *, case: Case, at: Place | None
) -> None:
    """Tell the person on the next page; at the bench another case is open there, so with the way
    back to this one."""
    about = {"step": looks.ACTION[action].label if action in looks.ACTION else action}
    tell = messages.info if repeated else messages.success
    words = (
        _("Done already when it was first sent: %(step)s") if repeated else _("Done: %(step)s")
    ) % about
    if at is not None:
        words = format_html(
            '{} · <a class="mono" href="{}">{}</a>', words, at.at(case.number), case.number
        )
    tell(request, words)


def version_read(raw: str) -> int | None:
    """The version that the form was made for; None when it names none."""
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= VERSION_DIGITS else None


def papers_of(request: HttpRequest, action: str, *, now: datetime) -> list[Paper]:
    """The uploads, stored, as papers of the step; of what proves it, a photo that the camera did
    not take just now is marked as one from the album (F08)."""
    sent = photos_sent(request.FILES, "photos")
    if len(sent) > MAX_FILES:
        raise TooLarge(_("at most %(n)s files at once") % {"n": MAX_FILES})
    stage, papers = guards.stage_of(action), []
    for file, name, taken in uploads.kept(sent, field="photos", now=now):
        paper = Paper(file=file, stage=stage, filename=name)
        album = paper.picture and stage != "paper" and not taken
        papers.append(replace(paper, from_album=album))
    return papers


def tried(request: HttpRequest, action: str, problem: Problem) -> Try:
    """What was sent and why it did not go."""
    read = version_read(request.POST.get("version", "")) or 0
    return Try(action, request.POST, problem, read)


def meanwhile(number: str, failed: Try, *, actor: Actor) -> tuple[str, ...]:
    """That the case changed, and what others did, a sentence each."""
    file = queries.case_file(actor, number)
    done = [
        f"{line.look.label} – {actor_words(line.event.actor)},"
        f" {moment(timezone.localtime(line.event.at))}"
        for line in missed_by(file, failed)
    ]
    return (_("The case changed while you were reading it. Nothing was written."), *done)


def refused(request: HttpRequest, number: str, failed: Try, *, actor: Actor) -> HttpResponse:
    """The page with the refused form open, its reasons and the version that holds now."""
    file = queries.case_file(actor, number)
    context = context_of(request, file, actor=actor, now=clock.now(), failed=failed)
    context["photos_again"] = bool(request.FILES)
    return render(request, "desks/case.html", context, status=failed.problem.status)
