"""Pages of messages: one's own, the city's wording; the gateway's receipts."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cityloop.kernel import clock, files, paging
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotAllowed, NotFound, Problem, TooMany
from cityloop.kernel.middleware import problem_response
from cityloop.kernel.page import actor_of, office
from cityloop.notify import forms, operations, queries, signing, topics
from cityloop.notify import wording as wording_of
from cityloop.notify.views import checks, push

SIZE = 50
MAX_RECEIPT = 16 * 1024
PHOTO_SIDE = 1280  # made anew, so place and camera stay with the original
LABELS = {
    "filed": lazy("Reply at filing"),
    "progress": lazy("Progress reply"),
    "closed": lazy("Reply at closing"),
    "rejected": lazy("Not accepted"),
    "voided": lazy("Voided"),
    "reopened": lazy("Opened again"),
    "joined": lazy("Joined a known case"),
    "assigned": lazy("Assigned"),
    "to_verify": pgettext_lazy("topic", "To verify"),
    "to_check": pgettext_lazy("topic", "To check"),
    "urged": lazy("Supervision order"),
    "order_answered": lazy("Order answered"),
    "answer_accepted": lazy("Answer accepted"),
    "answer_sent_back": lazy("Answer sent back"),
    "answer_late": lazy("Answer to an order is late"),
    "answer_missing": lazy("Order not answered in time"),
    "reminded": lazy("Reminder"),
    "list_sent": lazy("List of cases"),
    "list_answered": lazy("List answered"),
    "operation_planned": lazy("Joint operation"),
    "task_given": lazy("Task of a meeting"),
    "dispatched": lazy("Dispatched to who is on duty"),
    "substitute": lazy("Dispatched to a substitute"),
    "to_receive": lazy("Dispatched to the unit's desk"),
    "subtask": pgettext_lazy("topic", "Sub-task"),
    "assist": pgettext_lazy("topic", "Assisting"),
    "recalled": lazy("Verification or check called back"),
    "granted": lazy("Request granted"),
    "not_granted": lazy("Request not granted"),
    "goes_on": lazy("The clock runs again"),
    "taken": lazy("Taken over by substitute works"),
    "settled": lazy("Dispute decided"),
    "weekly_digest": lazy("Week in figures"),
    "feedback_answered": lazy("Feedback answered"),
    "fraud_found": pgettext_lazy("topic", "Fraud finding"),
    "fraud_decided": pgettext_lazy("topic", "Decision on a fraud finding"),
    "card_issued": pgettext_lazy("topic", "Card issued"),
    "card_sent_back": pgettext_lazy("topic", "Answer to a card sent back"),
    "card_withdrawn": pgettext_lazy("topic", "Card withdrawn"),
    "decision_right": pgettext_lazy("topic", "Decision found right"),
    "decision_wrong": pgettext_lazy("topic", "Decision found wrong"),
    "team_named": pgettext_lazy("topic", "Emergency team"),
    "team_begins": pgettext_lazy("topic", "Protection period begins"),
    "team_left": pgettext_lazy("topic", "Emergency team left"),
}
MEDIA_LABELS = {
    "console": lazy("Log"),
    "sms": lazy("Text message"),
    "mail": lazy("E-mail"),
    "push": lazy("Browser"),
    "inbox": lazy("Page of messages"),
}
AUDIENCE_LABELS = {
    "reporter": lazy("Who reported"),
    "worker": lazy("The person assigned"),
    "inspector": lazy("The inspector"),
    "unit": lazy("The unit's desk"),
    "ordered": lazy("The desk of the unit that is to answer"),
    "giver": lazy("Who gave the order"),
    "named": lazy("Whoever is named"),
    "called": lazy("Who is called, else the unit's desk"),
}

LISTS = {
    "late": (lazy("Late"), "octagon-alert"),
    "due": (lazy("Due"), "timer"),
    "failed": (lazy("Not delivered"), "mail-x"),
    "sent": (lazy("Sent"), "circle-check"),
}
OUTCOMES = {
    "accepted": lazy("taken by the medium"),
    "delivered": lazy("arrived"),
    "refused": lazy("refused"),
    "unreachable": lazy("the medium could not be reached"),
    "undelivered": lazy("did not arrive"),
    "withdrawn": lazy("not sent: the reporter was told otherwise"),
}

STAGE_LABELS = {
    "received": pgettext_lazy("public stage", "received"),
    "accepted": pgettext_lazy("public stage", "accepted"),
    "filed": pgettext_lazy("public stage", "filed, a unit is being named"),
    "handling": pgettext_lazy("public stage", "being handled"),
    "checking": pgettext_lazy("public stage", "handled, being checked"),
    "settled": pgettext_lazy("public stage", "settled"),
    "rejected": pgettext_lazy("public stage", "not accepted"),
}


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """The member's own messages, latest first, with the number of unread ones."""
    actor = actor_of(request)
    rows = queries.inbox(actor)
    shown = paging.page(rows, order=("-id",), cursor=request.GET.get("after"), size=SIZE)
    facts = {
        "rows": shown.items, "unread": queries.unread(actor), "labels": LABELS,
        "next": f"?after={shown.next}" if shown.next else "",
        "first": request.path if request.GET.get("after") else "",
        "may_configure": actor.may_for_city("notify.configure"), **push.facts_of(actor),
    }  # fmt: skip
    return render(request, "notify/inbox.html", facts)


@require_POST
def read(request: HttpRequest, message_id: int) -> HttpResponse:
    """Read, and on to the case or the page that it tells of."""
    row = operations.mark_read(message_id, actor=actor_of(request), now=clock.now())
    return redirect("case", number=row.case.number) if row.case else redirect(row.path)


@require_safe
def wordings(request: HttpRequest) -> HttpResponse:
    """Topic, audience, media and text, in both languages."""
    facts = {
        "rows": queries.wordings(actor_of(request)), "labels": LABELS, "media": MEDIA_LABELS,
        "audiences": AUDIENCE_LABELS, "tabs": office(request, "wordings"),
    }  # fmt: skip
    return render(request, "notify/wordings.html", facts)


@require_http_methods(["GET", "POST"])
def wording(request: HttpRequest, topic: str) -> HttpResponse:
    """Change a text; what was typed stays when something is wrong."""
    actor = actor_of(request)
    lines = [one for one in queries.wordings(actor) if one.topic == topic]
    if not lines:
        raise NotFound(_("there is no topic %(code)s") % {"code": topic[:24]})
    form = forms.WordingForm(request.POST or None, initial=_chosen(request, lines))
    if request.method == "POST" and form.is_valid() and _kept(topic, form, actor):
        messages.success(request, _("The text is kept; it holds from now on."))
        return redirect("wordings")
    facts = {
        "form": form, "topic": topic, "label": LABELS[topic], "lines": lines,
        "blanks": [f"{{{name}}}" for name in topics.BLANKS],
        "tabs": office(request, "wordings"), "told": _told(topic),
    }  # fmt: skip
    return render(request, "notify/wording.html", facts, status=400 if form.errors else 200)


def _told(topic: str) -> list[tuple[Any, str, list[str], str]]:
    """What the city set of a topic's texts when, latest first."""
    return [
        (row.set_at, row.set_by, [f"{row.language} {row.class_code}: {row.text or _('as given')}"],
         "")
        for row in queries.wordings_set(topic)
    ]  # fmt: skip


def _chosen(request: HttpRequest, lines: list[Any]) -> dict[str, str]:
    """The line that the address names, else the first one."""
    wanted = (request.GET.get("language"), request.GET.get("class_code", ""))
    held = {(one.language, one.class_code): one for one in lines}  # own ones come last and win
    one = held.get((str(wanted[0]), str(wanted[1])), lines[0])
    return {"language": one.language, "class_code": one.class_code, "text": one.text}


def _kept(topic: str, form: forms.WordingForm, actor: Actor) -> bool:
    try:
        operations.set_wording(topic, actor=actor, now=clock.now(), **form.cleaned_data)
    except Invalid as problem:
        for name, reason in problem.fields.items():
            form.add_error(name if name in form.fields else None, reason)
        return False
    return True


@require_safe
def replies(request: HttpRequest) -> HttpResponse:
    """Late, due, not delivered and given replies, each as a list of its own."""
    actor, now = actor_of(request), clock.now()
    state = request.GET.get("state", "late")
    if state not in queries.STATES:
        raise NotFound(_("there is no such list"))
    rows = queries.replies(actor, state, now=now)
    order = queries.ORDER.get(state, ("due_at", "id"))
    shown = paging.page(rows, order=order, cursor=request.GET.get("after"), size=SIZE)
    facts = {
        "rows": shown.items, "labels": LABELS, "state": state, "now": now,
        "going": queries.going_out([one.pk for one in shown.items], now=now),
        "next": f"?state={state}&after={shown.next}" if shown.next else "",
        "first": f"?state={state}" if request.GET.get("after") else "",
        "tabs": [(f"?state={code}", label, icon, code == state)
                 for code, (label, icon) in LISTS.items()],
    }  # fmt: skip
    return render(request, "notify/replies.html", facts)


@require_http_methods(["GET", "POST"])
def reply(request: HttpRequest, notice_id: int) -> HttpResponse:
    """The draft from the template, to be read, changed and sent; what was sent before."""
    actor = actor_of(request)
    row = queries.reply(actor, notice_id)
    form = forms.ReplyForm(request.POST or None, initial={"text": wording_of.draft(row)})
    if request.method == "POST" and form.is_valid() and _sent(notice_id, form, actor):
        messages.success(request, _("The reply is on its way."))
        return redirect("replies")
    open_now = row.state == "owed" and not row.written and not queries.on_its_way(row)
    now = clock.now()
    facts = {
        "row": row, "form": form if open_now or form.errors else None, "labels": LABELS,
        "media": MEDIA_LABELS, "outcomes": OUTCOMES, "late": row.due_at < now,
        "goes_out_at": queries.going_out([row.pk], now=now).get(row.pk),
    }  # fmt: skip
    return render(request, "notify/reply.html", facts, status=400 if form.errors else 200)


def _sent(notice_id: int, form: forms.ReplyForm, actor: Actor) -> bool:
    try:
        operations.send_reply(
            notice_id, text=form.cleaned_data["text"], actor=actor, now=clock.now()
        )
    except (Invalid, operations.CannotReply) as problem:
        form.add_error(None, list(problem.reasons))
        return False
    return True


@require_http_methods(["GET", "POST"])
def public_query(request: HttpRequest) -> HttpResponse:
    """Number and end of the phone: stage, unit, day, replies. For everybody, without signing in."""
    form = forms.PublicForm(request.POST or None)
    facts: dict[str, Any] = {"form": form}
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            if settings.RATE_LIMITS:
                number = form.cleaned_data["number"]
                operations.count_question(
                    caller=request.META.get("REMOTE_ADDR", ""), number=number, now=clock.now()
                )
            facts |= _public_facts(form)
        except TooMany as problem:
            form.add_error(None, list(problem.reasons))
            status = problem.status
    elif form.errors:
        status = 400
    return render(request, "notify/public.html", facts, status=status)


def _public_facts(form: forms.PublicForm) -> dict[str, Any]:
    answer = queries.public_answer(form.cleaned_data["number"], form.cleaned_data["tail"])
    stage = STAGE_LABELS[answer.stage] if answer else ""
    return {"answer": answer, "stage": stage, "missing": answer is None}


@require_safe
def photo(request: HttpRequest, token: str) -> HttpResponse:
    """The photo of the result, for whoever has the link of a reply; not found once it has ended."""
    named = signing.photo_of(settings.SECRET_KEY, token)
    if named is None:
        raise NotFound(_("this link is not complete or was changed"))
    if named[1] < clock.now().timestamp():
        raise NotFound(_("this link has ended"))
    row = queries.photo_shown(named[0])
    if row is None:
        raise NotFound(_("this photo is not shown any more"))
    answer = HttpResponse(files.thumbnail(row.file, PHOTO_SIDE), content_type="image/jpeg")
    answer["Cache-Control"], answer["X-Robots-Tag"] = "private, no-store", "noindex"
    return answer


@csrf_exempt
@require_POST
def receipt(request: HttpRequest) -> HttpResponse:
    """The gateway tells what became of a text message; its signature is its permission."""
    try:
        operations.take_receipt(**_signed(request), now=clock.now())
    except Problem as problem:
        return problem_response(problem)
    return HttpResponse(status=204)


def _signed(request: HttpRequest) -> dict[str, str]:
    """Reference, what and detail of a receipt with a good signature; raises NotAllowed, Invalid."""
    moment = request.headers.get("X-Timestamp", "")
    given, seconds = request.headers.get("X-Signature", ""), int(clock.now().timestamp())
    if len(request.body) > MAX_RECEIPT or not signing.good(
        settings.SMS_SECRET, moment, request.body, given, seconds=seconds
    ):
        raise NotAllowed(_("the signature is missing, wrong or too old"))
    try:
        body = json.loads(request.body)
        values = {name: body.get(name, "") for name in ("id", "status", "detail")}
    except (ValueError, AttributeError) as error:
        raise Invalid(_("a receipt is JSON with id and status")) from error
    if not all(isinstance(one, str) and "\x00" not in one for one in values.values()):
        raise Invalid(_("a receipt is JSON with id and status"))
    return {"reference": values["id"], "what": values["status"], "detail": values["detail"]}


urlpatterns = [
    path("query/", public_query, name="public-query"),
    path("photos/<str:token>", photo, name="public-photo"),
    path("replies/", replies, name="replies"),
    path("replies/checks/", checks.reply_checks, name="reply-checks"),
    path("replies/checks/<int:check_id>/", checks.reply_check, name="reply-check"),
    path("replies/<int:notice_id>/", reply, name="reply"),
    path("messages/", inbox, name="messages"),
    path("messages/wordings/", wordings, name="wordings"),
    path("messages/wordings/<slug:topic>/", wording, name="wording"),
    path("messages/push/", push.subscribe, name="push-subscribe"),
    path("messages/push/<int:subscription_id>/end/", push.unsubscribe, name="push-end"),
    path("service-worker.js", push.worker, name="service-worker"),
    path("messages/<int:message_id>/read/", read, name="message-read"),
    path("hooks/sms/", receipt, name="sms-receipt"),
]
