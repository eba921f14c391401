"""Sent replies are drawn by lot, and a second person judges how good they are."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cityloop.cases import drawing, proof
from cityloop.cases import queries as cases
from cityloop.kernel import errors
from cityloop.kernel.actor import Actor
from cityloop.notify import queries
from cityloop.notify.models import Fault, Message, Quality, ReplyCheck, ReplyDraw

MAX_NOTE = 300


def draw_replies(*, day: date, now: datetime) -> ReplyDraw | None:
    """Draw among the replies sent on a day, once; None when it is done, or cannot be done yet.

    It waits for the first seal after the day, like the draw of closed cases.
    """
    seal = proof.seal_after(day)
    if seal is None or ReplyDraw.objects.filter(day=day).exists():
        return None
    share = cases.current_parameters().reply_check_share
    with transaction.atomic():
        sent = {str(one.pk): one for one in queries.replies_sent_on(day)}
        numbers = drawing.chosen(seal.digest, sent, share)
        made = ReplyDraw.objects.create(
            day=day, seed=seal.digest, seal=seal, share=share, sent=len(sent), drawn=numbers,
            drawn_at=now,
        )  # fmt: skip
        for number in numbers:
            _give(made, sent[number])
    return made


def _give(made: ReplyDraw, reply: Message) -> None:
    if reply.author_id is not None:
        ReplyCheck.objects.create(draw=made, message=reply, author_id=reply.author_id)


def judge_reply(
    check_id: int, *, quality: str, fault: str, note: str, actor: Actor, now: datetime
) -> ReplyCheck:
    """Say how good a drawn reply is; raises NotAllowed, NoSuchCheck, Invalid, Refused."""
    found = queries.reply_check(actor, check_id)
    if problems := _problems(quality, fault, note):
        raise errors.Invalid(*problems.values(), fields=problems)
    if actor.member_id is None or actor.member_id == found.author_id:
        raise errors.Refused(_("somebody else judges what you have sent"))
    rows = ReplyCheck.objects.filter(pk=found.pk, quality=Quality.OPEN)
    if not rows.update(
        quality=quality, fault=fault, note=note.strip(), judge=actor.member_id, judged_at=now
    ):
        raise errors.Refused(_("this reply has been judged already"))
    return queries.reply_check(actor, check_id)


def _problems(quality: str, fault: str, note: str) -> dict[str, str]:
    found = {}
    if quality not in (Quality.GOOD, Quality.POOR):
        found["quality"] = _("say whether the reply is good or poor")
    if quality == Quality.POOR and fault not in Fault.values:
        found["fault"] = _("say why the reply is poor")
    if quality == Quality.GOOD and fault:
        found["fault"] = _("a good reply has no fault")
    if len(note) > MAX_NOTE:
        found["note"] = _("a text has at most %(n)s characters") % {"n": MAX_NOTE}
    return found
