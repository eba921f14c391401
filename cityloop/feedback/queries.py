"""Every read of feedback: one's own, wishes shown to the staff, what administrators see to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cityloop.feedback.models import Deed, Entry, Note, State, Support
from cityloop.kernel import text
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound
from cityloop.kernel.manifest import OpenItems
from cityloop.kernel.upkeep import WATCH, WELL, Row
from cityloop.people.scope import scope_q

MANAGE = "feedback.manage"
ORDER = ("-written_at", "-id")
WISHED = ("-published_at", "-id")
SAME = "same"  # as a state to look for: answered by another entry
LATE = timedelta(days=14)  # without an answer: our own measure
OFFICE = "/office/feedback/"
BESIDE = 5
_WITH = ("member", "organisation", "same_as")


class NoSuchEntry(NotFound):
    """No such entry, or one that is not the reader's to see."""

    code, title = "no-such-feedback", "There is no such feedback"


def own(actor: Actor) -> QuerySet[Entry]:
    """What the actor said; nobody else's."""
    rows = Entry.objects.filter(member_id=actor.member_id or 0)
    return rows.select_related("same_as", "picture").defer("search", "same_as__search")


def own_entry(actor: Actor, entry_id: int) -> Entry:
    """One of the actor's own; raises NoSuchEntry."""
    return _one(own(actor), entry_id)


def wishes(actor: Actor) -> QuerySet[Entry]:
    """Wishes shown to the staff: how many wish the same (`count`), whether the actor is one of
    them (`mine`). Who wrote them is not told."""
    mine = Support.objects.filter(entry=OuterRef("pk"), member_id=actor.member_id or 0)
    rows = Entry.objects.filter(published_at__isnull=False)
    return rows.annotate(count=Count("supports"), mine=Exists(mine)).defer("search")


def wish(actor: Actor, entry_id: int) -> Entry:
    """One of them; raises NoSuchEntry."""
    return _one(wishes(actor), entry_id)


def managed(
    actor: Actor, *, kind: str = "", state: str = "", page: str = "", words: str = ""
) -> QuerySet[Entry]:
    """Entries of those whom the actor administers. `state`: one of State, of entries that are
    answered by themselves, or 'same'. `page`: how its path begins. Raises NotAllowed."""
    actor.require(MANAGE)
    rows = Entry.objects.filter(_within(actor)).select_related(*_WITH)
    if kind:
        rows = rows.filter(kind=kind)
    if state == SAME:
        rows = rows.filter(same_as__isnull=False)
    elif state:
        rows = rows.filter(same_as=None, state=state)
    if page:
        rows = rows.filter(page__startswith=page)
    if query := text.query(words):
        rows = rows.extra(where=["feedback_entry.search @@ %s::tsquery"], params=[query])
    return rows.defer("search", "same_as__search")


def managed_entry(actor: Actor, entry_id: int) -> Entry:
    """One that the actor administers; raises NotAllowed, NoSuchEntry."""
    return _one(managed(actor).select_related("picture"), entry_id)


def seen_entry(actor: Actor, entry_id: int) -> Entry:
    """One's own, or one that the actor administers; raises NoSuchEntry."""
    allowed = Q(member_id=actor.member_id or 0)
    if actor.may(MANAGE):
        allowed |= _within(actor)
    rows = Entry.objects.filter(allowed).select_related(*_WITH, "picture")
    return _one(rows.defer("search", "same_as__search"), entry_id)


def _within(actor: Actor) -> Q:
    return scope_q(
        actor, organisation_field="organisation_id", region_field="organisation__region_code"
    )


def _one(rows: QuerySet[Entry], entry_id: int) -> Entry:
    found = rows.filter(pk=entry_id).first() if 0 < entry_id < 2**63 else None
    if found is None:
        raise NoSuchEntry(_("there is no such feedback, or you may not see it"))
    return found


def notes_of(entry: Entry) -> list[Note]:
    """All that was done with an entry, latest first."""
    rows = Note.objects.filter(entry=entry).select_related("by", "other")
    return list(rows.defer("other__search").order_by("-at", "-pk"))


def answers_to(entry: Entry) -> list[Note]:
    """What its writer is answered, latest first: also where another entry is answered for it."""
    rows = Note.objects.filter(entry_id=entry.same_as_id or entry.pk, deed=Deed.ANSWER)
    return list(rows.order_by("-at", "-pk"))


def last_answers(entries: Iterable[Entry]) -> dict[int, Note]:
    """Entry -> the last answer with words that holds for it; one statement for all."""
    heads = {row.pk: row.same_as_id or row.pk for row in entries}
    rows = Note.objects.filter(entry__in=set(heads.values()), deed=Deed.ANSWER).exclude(text="")
    last = {note.entry_id: note for note in rows.order_by("at", "pk")}
    return {pk: last[head] for pk, head in heads.items() if head in last}


def followers_of(entry: Entry) -> list[Entry]:
    """Entries that were found to be the same as this one, oldest first."""
    rows = entry.followers.select_related("member", "organisation").defer("search")
    return list(rows.order_by("written_at", "pk"))


def beside(actor: Actor, entry: Entry) -> list[Entry]:
    """The latest others that came from the same page: one of them may be the same."""
    if not entry.page:
        return []
    rows = managed(actor).filter(page=entry.page, same_as=None).exclude(pk=entry.pk)
    return list(rows.exclude(pk=entry.same_as_id or 0).order_by(*ORDER)[:BESIDE])


def supporters(entry: Entry) -> int:
    """How many wish the same."""
    return Support.objects.filter(entry=entry).count()


def counters(actor: Actor) -> dict[str, int]:
    """How many entries stand where: by state, then those that are the same as another."""
    is_same = Q(same_as__isnull=False)
    wanted = {str(one): Count("pk", filter=Q(state=one) & ~is_same) for one in State}
    rows = managed(actor).select_related(None).order_by()
    found: dict[str, int] = rows.aggregate(**wanted, same=Count("pk", filter=is_same))
    return found


def waiting(actor: Actor, now: datetime) -> list[OpenItems]:
    """Entries without an answer, for the start page of who sees to them."""
    if not actor.may(MANAGE):
        return []
    rows = managed(actor, state=State.OPEN)
    late = rows.filter(written_at__lt=now - LATE).count()
    address = f"{OFFICE}?state={State.OPEN}"
    return [OpenItems(gettext_noop("Feedback to answer"), rows.count(), late, address)]


def health(now: datetime) -> list[Row]:
    """Whether those who say what hinders them are answered."""
    rows = Entry.objects.filter(state=State.OPEN, same_as=None)
    count, late = rows.count(), rows.filter(written_at__lt=now - LATE).count()
    part = _("Feedback")
    if not late:
        return [Row(part, WELL, _("%(n)d without an answer, none for long") % {"n": count})]
    words = _("%(n)d without an answer, %(late)d of them for more than %(days)d days") % {
        "n": count, "late": late, "days": LATE.days,
    }  # fmt: skip
    todo = _("Answer them: who is not heard says nothing the next time.")
    return [Row(part, WATCH, words, todo, f"{OFFICE}?state={State.OPEN}")]
