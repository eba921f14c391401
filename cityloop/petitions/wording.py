"""The draft of a reply letter: what was written, what became of it, in the reader's language."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cityloop.cases.models import Case
from cityloop.petitions import queries
from cityloop.petitions.models import Petition

DONE, REFUSED = ("finish", "hand_in", "fixed_meanwhile"), ("reject", "request_void")


def draft(row: Petition, *, earlier: int = 0) -> str:
    """The letter's text without salutation and address, which the printed page adds.

    `earlier`: how many petitions about the same matter came before.
    """
    about = {"day": row.received_on.isoformat(), "subject": row.subject, "number": row.number}
    words = _("We received on %(day)s your petition “%(subject)s” (register number %(number)s).")
    parts = [words % about]
    if earlier:
        again = ngettext(
            "You wrote about the same matter once before; this answers that letter, too.",
            "You wrote about the same matter %(n)s times before; this answers all of them.",
            earlier,
        )
        parts.append(again % {"n": earlier})
    parts.append(_became(row.report.case) if row.report else _("Our answer is as follows:"))
    parts.append(_("Thank you for caring about the city."))
    return "\n\n".join(parts)


def _became(case: Case) -> str:
    """What became of the case."""
    about = {
        "number": case.number, "end": _day(case.closed_at), "until": _day(case.handling_due_at),
        "unit": case.lead.name if case.lead else "",
    }  # fmt: skip
    if case.status == "closed":
        words = _("It was handled as case %(number)s and settled on %(end)s.") % about
        return f"{words} {queries.said(case, DONE, 'result')}".strip()
    if case.status in ("rejected", "voided"):
        words = _("It was examined as case %(number)s and not taken up.") % about
        return f"{words} {queries.said(case, REFUSED, 'reason')}".strip()
    if case.lead is not None and case.handling_due_at is not None:
        words = _("It is handled as case %(number)s by %(unit)s, to be settled by %(until)s.")
        return words % about
    return _("It is being looked at as case %(number)s.") % about


def _day(at: datetime | None) -> str:
    return date_format(timezone.localtime(at), "Y-m-d") if at else ""
