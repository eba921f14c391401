"""The weekly digest: last week's numbers of a leader's own area, as a message."""

from __future__ import annotations

from datetime import datetime, time

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from cityloop.command import measures, queries, spans, wording
from cityloop.command.models import Digest
from cityloop.command.spans import Span
from cityloop.kernel import jobs
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotAllowed
from cityloop.kernel.models import Marker
from cityloop.people import queries as people

MONDAY, FROM = 1, time(8)
SENT = "command: digest sent"
TOPIC = "weekly_digest"


def set_digest(*, wanted: bool, actor: Actor, now: datetime) -> Digest:
    """Switch the actor's own digest on or off; raises NotAllowed for whoever gets none."""
    if queries.ROLE not in actor.roles or actor.member_id is None:
        raise NotAllowed
    row, _made = Digest.objects.update_or_create(
        member_id=actor.member_id, defaults={"wanted": wanted, "changed_at": now}
    )
    return row


@transaction.atomic
def send_digests(*, now: datetime) -> int:
    """On Monday from eight o'clock tell each leader of the week before, once; how many are told."""
    here = timezone.localtime(now)
    if here.isoweekday() != MONDAY or here.time() < FROM:
        return 0
    this, before = spans.week(now)
    week = f"{this.first}"
    marker, _made = Marker.objects.select_for_update().get_or_create(
        pk=SENT, defaults={"set_at": now}
    )
    if marker.value == {"week": week}:
        return 0
    members = queries.readers(here.date())
    for member in members:
        _tell(people.actor_for(member, now), member, this, before)
    marker.value, marker.set_at = {"week": week}, now
    marker.save(update_fields=["value", "set_at"])
    return len(members)


def _tell(actor: Actor, member: int, this: Span, before: Span) -> None:
    cube = queries.of_spans(actor, this, before)
    words = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            words[language] = wording.digest(measures.shown(measures.MONTH), cube)
    payload = {
        "topic": TOPIC, "members": [member], "about": f"week {this.first}", "path": "/month/",
        "values": {"days": f"{this.first} – {this.last}", "reason": words},
    }  # fmt: skip
    jobs.defer("notify.tell", payload)
