"""Reads of substitute works; the first argument is the actor, whose scope limits the rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    CharField,
    DecimalField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, Least
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext, pgettext_lazy

from cityloop.cases import queries as cases
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound
from cityloop.kernel.manifest import OpenItems
from cityloop.kernel.models import StoredFile
from cityloop.people.scope import EVERYTHING, NOTHING, scope_q, scopes_of
from cityloop.works.models import (
    BudgetLine,
    Claim,
    ClaimNote,
    Designation,
    Exceedance,
    Order,
    OrderState,
    Payment,
    PriceItem,
    WorksRecord,
)

MONEY = DecimalField(max_digits=14, decimal_places=2)
ZERO = Value(Decimal(0), output_field=MONEY)
SHOWN = ("case__problem_class", "unit", "liable", "budget_line", "invoice")
# How a claim stands, the strongest first; it follows from its notice, payments and notes.
STANDINGS = (
    ("paid", pgettext_lazy("claim", "paid")),
    ("written_off", pgettext_lazy("claim", "written off")),
    ("refused", pgettext_lazy("claim", "refused")),
    ("partial", pgettext_lazy("claim", "partly paid")),
    ("noticed", pgettext_lazy("claim", "noticed")),
    ("open", pgettext_lazy("claim", "to give notice")),
)
# Days since the notice (or since the claim was opened): from, to.
BUCKETS: tuple[tuple[int, int | None], ...] = ((0, 30), (31, 90), (91, 180), (181, None))


def visible_orders(actor: Actor) -> QuerySet[Order]:
    """Orders of the cases that the actor sees."""
    return Order.objects.filter(case__in=cases.visible(actor)).select_related(*SHOWN)


def orders(actor: Actor, *, state: str = "", words: str = "") -> QuerySet[Order]:
    """Visible orders in a state, by the beginning of their number or of their case's."""
    rows = visible_orders(actor)
    if state:
        rows = rows.filter(state=state)
    if words:
        rows = rows.filter(Q(number__startswith=words) | Q(case__number__startswith=words))
    return rows


def order_seen(actor: Actor, number: str) -> Order:
    """One order; NotFound outside the actor's scope."""
    found = visible_orders(actor).filter(number=number).first()
    if found is None:
        raise NotFound(_("there is no order %(number)s") % {"number": number[:32]})
    return found


def liable_units(order: Order) -> set[int]:
    """The units that may be made to pay: as the order, or the decision on its case, names them."""
    return {one for one in (order.liable_id, order.case.liable_id) if one is not None}


def at_stake(order: Order) -> set[int]:
    """The units that earn or owe the money of an order: who fixes it and is paid, who is liable or
    is claimed from, and while it is disputed whose duty it was every party of that dispute."""
    parties = order.case.returned_by if order.case.dispute_level else []
    claimed = order.claims.filter(liable__isnull=False).values_list("liable_id", flat=True)
    return {order.unit_id, *liable_units(order), *parties, *claimed}


def standing(order: Order) -> dict[str, Any]:
    """What an order comes to, as its records keep it: money as text in yuan, moments in UTC."""
    done = order.done_at and order.done_at.astimezone(UTC).isoformat()
    return {
        "state": str(order.state), "liable": order.liable_id, "budget_line": order.budget_line_id,
        "total": None if order.total is None else f"{order.total:.2f}",
        "committed": f"{order.committed:.2f}", "done_at": done,
        "cancel_reason": order.cancel_reason,
    }  # fmt: skip


def hanging(organisation_id: int) -> list[str]:
    """Orders of substitute works that a body has not been paid for yet, in a sentence."""
    ended = (OrderState.INVOICED, OrderState.CANCELLED)
    n = Order.objects.filter(unit=organisation_id).exclude(state__in=ended).count()
    if not n:
        return []
    words = ngettext("%(n)s order of substitute works of it is not yet invoiced",
                     "%(n)s orders of substitute works of it are not yet invoiced", n)  # fmt: skip
    return [words % {"n": n}]


def last_pricing(order: Order) -> WorksRecord | None:
    """The line of who gave the order the prices it has."""
    given = WorksRecord.objects.filter(
        subject="order", subject_id=order.pk, action__in=("priced", "corrected")
    )
    return given.order_by("-pk").first()


def unclaimed(order: Order) -> Decimal:
    """What an invoiced order cost that nobody is asked for yet, in yuan; of a claim that was
    written off only what was paid counts."""
    rows = reckoned(order.claims.all())
    asked = sum((one.paid if one.written_off else one.amount for one in rows), Decimal(0))
    return order.committed - asked


def claims(actor: Actor, *, standing: str = "", words: str = "") -> QuerySet[Claim]:
    """The claims an actor sees, each with `paid`, `left`, `since` and `standing`.

    A post limited to organisations sees the claims on those only, not what others owe.
    """
    seen = scope_q(actor, organisation_field="liable_id", region_field="order__case__area_code")
    rows = reckoned(Claim.objects.filter(seen)).select_related("order__case", "liable")
    wanted = {"standing": standing, "party__icontains": words}
    return rows.filter(**{name: value for name, value in wanted.items() if value})


def reckoned(rows: QuerySet[Claim]) -> QuerySet[Any]:
    """Claims with what came of them: `paid`, `left`, `since`, `written_off`, `standing`."""
    payments = Payment.objects.filter(claim=OuterRef("pk"))
    refusals = ClaimNote.objects.filter(claim=OuterRef("pk"), kind="refused")
    return rows.annotate(
        paid=Coalesce(
            Subquery(payments.order_by().values("claim").annotate(s=Sum("amount")).values("s")),
            ZERO,
            output_field=MONEY,
        ),
        left=F("amount") - F("paid"),
        since=Coalesce("notice_on", "opened_on"),
        last_paid=Subquery(payments.order_by("-pk").values("recorded_at")[:1]),
        last_refused=Subquery(refusals.order_by("-pk").values("at")[:1]),
        written_off=Exists(ClaimNote.objects.filter(claim=OuterRef("pk"), kind="written_off")),
        standing=Case(
            When(paid__gte=F("amount"), then=Value("paid")),
            When(written_off=True, then=Value("written_off")),
            When(
                Q(last_refused__isnull=False)
                & (Q(last_paid=None) | Q(last_refused__gte=F("last_paid"))),
                then=Value("refused"),
            ),
            When(paid__gt=0, then=Value("partial")),
            When(notice_on__isnull=False, then=Value("noticed")),
            default=Value("open"),
            output_field=CharField(),
        ),
    )


def claim_seen(actor: Actor, claim_id: int) -> Any:
    """One claim with what came of it; NotFound outside the actor's scope."""
    found = claims(actor).select_related("notice_file").filter(pk=claim_id).first()
    if found is None:
        raise NotFound(_("there is no such claim"))
    return found


@dataclass(frozen=True, slots=True)
class Owed:
    """What one party owes: by age in the order of BUCKETS, their sum, and what was given up."""

    party: str
    claims: int
    claimed: Decimal
    paid: Decimal
    by_age: tuple[Decimal, ...]
    unrecovered: Decimal
    written_off: Decimal


def ageing(actor: Actor, *, on: date) -> list[Owed]:
    """Unrecovered money of every liable party, most first; one statement."""
    alive = ~Q(standing__in=["paid", "written_off"])
    sums = {
        f"age_{place}": Coalesce(Sum("left", filter=alive & _aged(bucket, on)), ZERO)
        for place, bucket in enumerate(BUCKETS)
    }
    rows: Any = claims(actor).order_by().values("party")
    rows = rows.annotate(
        n=Sum(Value(1)),
        claimed=Sum("amount"),
        came=Sum("paid"),
        unrecovered=Coalesce(Sum("left", filter=alive), ZERO),
        given_up=Coalesce(Sum("left", filter=Q(standing="written_off")), ZERO),
        **sums,
    )
    return [
        Owed(
            party=row["party"], claims=row["n"], claimed=row["claimed"], paid=row["came"],
            by_age=tuple(row[f"age_{place}"] for place in range(len(BUCKETS))),
            unrecovered=row["unrecovered"], written_off=row["given_up"],
        )
        for row in rows.order_by("-unrecovered", "party")
    ]  # fmt: skip


def _aged(bucket: tuple[int, int | None], on: date) -> Q:
    """Claims whose age in days lies in the bucket; what begins tomorrow counts as new."""
    youngest, oldest = bucket
    found = Q() if youngest == 0 else Q(since__lte=on - timedelta(days=youngest))
    return found if oldest is None else found & Q(since__gte=on - timedelta(days=oldest))


def whole(rows: list[Owed]) -> Owed:
    """The sums of all parties."""
    nothing = Decimal(0)
    return Owed(
        party="",
        claims=sum(row.claims for row in rows),
        claimed=sum((row.claimed for row in rows), nothing),
        paid=sum((row.paid for row in rows), nothing),
        by_age=tuple(sum((row.by_age[n] for row in rows), nothing) for n in range(len(BUCKETS))),
        unrecovered=sum((row.unrecovered for row in rows), nothing),
        written_off=sum((row.written_off for row in rows), nothing),
    )


def designations(*, on: date | None = None) -> QuerySet[Designation]:
    """Designated units by name; with a day those that hold on it. No secret: a standing list."""
    rows = Designation.objects.select_related("organisation").order_by("organisation__code", "pk")
    return rows if on is None else rows.filter(_holds(on))


def designation_of(unit_id: int, *, on: date) -> Designation | None:
    """The designation of a unit that holds on the day."""
    return designations(on=on).filter(organisation_id=unit_id).first()


def designation(designation_id: int) -> Designation:
    """One designation; NotFound."""
    found = designations().filter(pk=designation_id).first()
    if found is None:
        raise NotFound(_("there is no such designated unit"))
    return found


def prices(*, on: date, designation_id: int | None = None) -> QuerySet[PriceItem]:
    """Prices that hold on the day, by code."""
    rows = PriceItem.objects.filter(_holds(on)).order_by("designation_id", "code")
    return rows if designation_id is None else rows.filter(designation_id=designation_id)


def _holds(on: date) -> Q:
    return Q(valid_from__lte=on) & (Q(valid_to=None) | Q(valid_to__gt=on))


def budgets(actor: Actor, *, year: int | None = None) -> QuerySet[BudgetLine]:
    """Budget lines with `committed`, `invoiced`, `left` and `exceeded` (how far it is exceeded
    now, as leaders allowed; what was allowed and is not taken any more is in the record).

    Who orders or manages sees the lines of their area, whatever units they look after; of the
    others those whom no organisation limits. A line of the whole city belongs to every area.
    """
    rows = BudgetLine.objects.filter(_of_area(actor)).order_by("-year", "code")
    allowed = Exceedance.objects.filter(budget_line=OuterRef("pk")).order_by().values("budget_line")
    rows = rows.annotate(
        committed=Coalesce(Sum("orders__committed"), ZERO),
        invoiced=Coalesce(Sum("orders__invoice__amount"), ZERO),
        left=F("amount") - F("committed"),
        exceeded=Least(
            Coalesce(Subquery(allowed.annotate(s=Sum("over")).values("s")), ZERO),
            Greatest(F("committed") - F("amount"), ZERO),
            output_field=MONEY,
        ),
    )
    return rows if year is None else rows.filter(year=year)


def _of_area(actor: Actor) -> Q:
    duty = actor.may("works.order") or actor.may("works.manage")
    found = NOTHING
    for ids, codes in scopes_of(actor):
        if ids is None or duty:
            found |= EVERYTHING if codes is None else Q(area_code="")
            for code in codes or ():
                found |= Q(area_code__startswith=code)
    return found


def budget_years(order: Order, now: datetime) -> set[int]:
    """Whose money pays for an order: of the year in which it was opened, or is priced."""
    return {timezone.localdate(at).year for at in (order.opened_at, now)}


def budget_seen(actor: Actor, line_id: int) -> Any:
    """One budget line with its sums; NotFound outside the actor's scope."""
    found = budgets(actor).filter(pk=line_id).first()
    if found is None:
        raise NotFound(_("there is no such budget line"))
    return found


def paper_seen(actor: Actor, sha256: str) -> StoredFile:
    """An invoice or a notice that the actor may see; NotFound."""
    file = StoredFile.objects.filter(sha256=sha256).first()
    seen = file is not None and (
        visible_orders(actor).filter(invoice__file=file).exists()
        or claims(actor).filter(notice_file=file).exists()
    )
    if file is None or not seen:
        raise NotFound(_("there is no such paper"))
    return file


def open_items(actor: Actor, now: datetime) -> list[OpenItems]:
    """Orders not yet invoiced, of them those whose case has ended; claims not yet settled, of them
    those past their day."""
    if not actor.may("works.view"):
        return []
    working = visible_orders(actor).filter(state__in=("opened", "priced", "done"))
    ended = working.filter(case__closed_at__isnull=False).count()
    owed: QuerySet[Any] = claims(actor)
    owed = owed.exclude(standing__in=("paid", "written_off"))
    late = owed.filter(due_on__lt=timezone.localdate(now)).count()
    return [
        OpenItems(gettext_noop("Substitute works not yet invoiced"), working.count(), ended,
                  "/works/"),
        OpenItems(gettext_noop("Claims not yet settled"), owed.count(), late, "/works/claims/"),
    ]  # fmt: skip
