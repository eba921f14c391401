"""Cases for the palette."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from cityloop.cases.models import Case, Status
from cityloop.cases.queries.cases import visible
from cityloop.kernel import text
from cityloop.kernel.actor import Actor
from cityloop.kernel.manifest import Hit

LEAST = 3  # digits of a number that are worth a look
SERIAL = 7  # the last digits of a number are the case's own


def find(actor: Actor, words: str, limit: int, now: datetime) -> list[Hit]:
    """Cases whose number begins or ends so, or that have every word, the latest first."""
    if not actor.may("cases.view"):
        return []
    rows = visible(actor).select_related("problem_class")
    if words.isascii() and words.isdigit():
        if len(words) < LEAST:
            return []
        own = Q(pk=int(words)) if len(words) <= SERIAL else Q(pk__in=())
        rows = rows.filter(own | Q(number__startswith=words[:20]) | Q(external_number=words[:64]))
    elif query := text.query(words):
        rows = rows.extra(where=["cases_case.search @@ %s::tsquery"], params=[query])
    else:
        return []
    return [_hit(case) for case in rows.order_by("-id")[:limit]]


def _hit(case: Case) -> Hit:
    about = case.description or (case.problem_class.name if case.problem_class else "")
    where = [str(Status(case.status).label), case.address]
    return Hit(
        _("Cases"), f"{case.number} {about[:60]}".strip(), f"/cases/{case.number}/",
        " · ".join(filter(None, where)), "file-text",
    )  # fmt: skip
