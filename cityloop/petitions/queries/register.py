"""Reads of the register: petitions, chains of repeated ones, letters. Persons only for few."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.cases.models import Case, CaseEvent
from cityloop.intake.models import Report, Reporter
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound
from cityloop.people.scope import scope_q
from cityloop.petitions.models import Answer, Letter, Petition, Repetition

VIEW, REGISTER, REPLY = "petitions.view", "petitions.register", "petitions.reply"
CHANNEL = "petition"
SEE_REPORTER = "intake.reporter"
ORDER = ("-received_on", "-id")
LATEST = ("-latest_on", "-id")  # of chains


class NoSuchPetition(NotFound):
    """No petition has this number, or it belongs to another house."""

    code, title = "no-such-petition", "There is no such petition"


def of_house(actor: Actor) -> Q:
    """The lines of the registers that the actor sees: the own house's, and those of the bodies
    below it. A post that sees a district's ground sees the register of the district's bodies."""
    own = Q(organisation_id__in=[actor.organisation_id or 0])
    return own | scope_q(
        actor, organisation_field="organisation_id", region_field="organisation__region_code"
    )


def petitions(
    actor: Actor, *, kind: str = "", state: str = "", words: str = "", today: date | None = None
) -> QuerySet[Petition]:
    """The register of one's houses. `state`: waiting, transferred, answered, late (by `today`)."""
    actor.require(VIEW)
    rows = Petition.objects.filter(of_house(actor))
    if kind:
        rows = rows.filter(kind=kind)
    if state == "answered":
        rows = rows.filter(answered_at__isnull=False)
    elif state:
        rows = rows.filter(answered_at__isnull=True)
    if state in ("waiting", "transferred"):
        rows = rows.filter(report__isnull=state == "waiting")
    if state == "late":
        rows = rows.filter(due_on__lt=today)
    if words:
        rows = rows.filter(Q(number__istartswith=words) | Q(subject__icontains=words))
    return rows.select_related("petitioner", "report__case", "first", "organisation")


def petition(actor: Actor, number: str, *, lock: bool = False) -> Petition:
    """One petition in the actor's scope; raises NotAllowed, NoSuchPetition."""
    rows = petitions(actor).filter(number=number)
    if lock:  # read after it: what is joined to a row that was waited for is that of before
        Petition.objects.select_for_update().filter(number=number).first()
    found = rows.first()
    if found is None:
        raise NoSuchPetition(_("there is no petition %(number)s") % {"number": number[:40]})
    return found


def petitioner_of(actor: Actor, row: Petition) -> Reporter | None:
    """Who petitions, for those who may know; None also when it has been forgotten."""
    known = actor.may(SEE_REPORTER) and row.petitioner.forgotten_at is None
    return row.petitioner if known else None


def dead_line(day: date) -> datetime:
    """The end of a day as a moment."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


def is_late(row: Petition, *, now: datetime) -> bool:
    """Not answered by its day, or answered after it."""
    return (row.answered_at or now) >= dead_line(row.due_on)


def numbers_of(actor: Actor, found: Iterable[Report]) -> dict[int, str]:
    """Report id -> the number of its petition; no statement where none came over that channel."""
    ids = [one.pk for one in found if one.channel == CHANNEL]
    if not ids or not actor.may(VIEW):
        return {}
    return dict(petitions(actor).filter(report_id__in=ids).values_list("report_id", "number"))


def repetitions_of(actor: Actor, row: Petition) -> list[Repetition]:
    """What this petition seems to repeat, latest first, decided or not; `seen`: whether the earlier
    one stands in a register that the actor sees. Of another only number, day and house are told.
    """
    known = Exists(petitions(actor).filter(pk=OuterRef("earlier_id")))
    rows = Repetition.objects.filter(petition=row).annotate(seen=known)
    rows = rows.select_related("earlier__report__case", "earlier__organisation", "decided_by")
    return list(rows.order_by("-earlier__received_on", "-pk"))


def chain_of(actor: Actor, row: Petition) -> list[Petition]:
    """Every petition about the same matter, the first one first; [] for one that stands alone."""
    root = row.first_id or row.pk
    found = petitions(actor).filter(Q(first_id=root) | Q(pk=root)).order_by("received_on", "pk")
    rows = list(found)
    return rows if len(rows) > 1 else []


def chains(actor: Actor) -> QuerySet[Petition]:
    """First petitions of chains with `again`, `latest_on`, `heads`, `unanswered` of the others."""
    waiting = Count("followers", filter=Q(followers__answered_at__isnull=True))
    return (
        petitions(actor)
        .filter(followers__isnull=False)
        .annotate(
            again=Count("followers"), latest_on=Max("followers__received_on"),
            heads=Sum("followers__head_count"), waiting=waiting,
        )
    )  # fmt: skip


def undecided(actor: Actor, *, limit: int = 20) -> list[Repetition]:
    """Proposals that wait for a clerk who sees both petitions, the longest waiting first."""
    mine = petitions(actor)
    rows = Repetition.objects.filter(answer=Answer.OPEN, petition__in=mine, earlier__in=mine)
    found = rows.select_related("petition__petitioner", "earlier")
    return list(found.order_by("pk")[:limit])


def letter(actor: Actor, number: str, letter_id: int) -> Letter:
    """One letter that was sent; raises NotAllowed, NoSuchPetition."""
    row = petition(actor, number)
    found = row.letters.select_related("sent_by").filter(pk=letter_id).first()
    if found is None:
        raise NoSuchPetition(_("there is no such letter"))
    found.petition = row
    return found


def said(case: Case, actions: tuple[str, ...], fact: str) -> str:
    """What the latest of these steps of a case wrote down."""
    rows = CaseEvent.objects.filter(case=case, action__in=actions, facts__has_key=fact)
    line = rows.order_by("-version").first()
    return str(line.facts[fact]) if line else ""
