"""Yellow and red cards: rules with dates, cards with their grounds, what they cost."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy


class Trigger(models.TextChoices):
    """What a rule counts."""

    LATE_ORDERS = "late_orders", pgettext_lazy("card", "supervision orders answered late")
    IGNORED_ORDER = "ignored_order", pgettext_lazy("card", "supervision order ignored")
    LATE_CASES = "late_cases", pgettext_lazy("card", "cases handled late")
    FALSE_CLOSING = "false_closing", pgettext_lazy("card", "false closing proven")
    FRAUD = "fraud", pgettext_lazy("card", "fraud upheld")


class CardRule(models.Model):
    """So many grounds of a kind within so many days bring a yellow card; dated, never rewritten."""

    trigger = models.CharField(max_length=16, choices=Trigger.choices)
    threshold = models.PositiveSmallIntegerField()
    days = models.PositiveSmallIntegerField()
    points = models.DecimalField(max_digits=6, decimal_places=2)
    red_points = models.DecimalField(max_digits=6, decimal_places=2)
    rectify_days = models.PositiveSmallIntegerField()
    repeat_days = models.PositiveSmallIntegerField()
    source_document = models.CharField(max_length=200)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    set_at = models.DateTimeField(null=True)  # empty for those set before it was kept
    member_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        db_table = "discipline_card_rule"
        constraints = [
            models.UniqueConstraint(
                "trigger", condition=Q(valid_to=None), name="card_rule_one_in_force"
            ),
            models.CheckConstraint(
                condition=Q(threshold__gt=0, days__gt=0, rectify_days__gt=0, repeat_days__gt=0),
                name="card_rule_counts_something",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="card_rule_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trigger} {self.valid_from}"


class Colour(models.TextChoices):
    """How grave the warning is."""

    YELLOW = "yellow", pgettext_lazy("card", "yellow card")
    RED = "red", pgettext_lazy("card", "red card")


class State(models.TextChoices):
    """Where a card stands."""

    PROPOSED = "proposed", pgettext_lazy("card", "proposed")
    REFUSED = "refused", pgettext_lazy("card", "refused")
    ISSUED = "issued", pgettext_lazy("card", "issued, answer owed")
    ANSWERED = "answered", pgettext_lazy("card", "answered")
    RECTIFIED = "rectified", pgettext_lazy("card", "put right")
    WITHDRAWN = "withdrawn", pgettext_lazy("card", "withdrawn")


class Card(models.Model):
    """A warning to a unit. A red one names the yellow card that it follows."""

    colour = models.CharField(max_length=8, choices=Colour.choices)
    unit = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    rule = models.ForeignKey(CardRule, on_delete=models.PROTECT, related_name="+")
    follows = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="followed_by"
    )
    state = models.CharField(max_length=12, choices=State.choices, default=State.PROPOSED)
    proposed_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True)
    year = models.PositiveSmallIntegerField(null=True)
    serial = models.PositiveIntegerField(null=True)
    rectify_by = models.DateField(null=True)

    class Meta:
        db_table = "discipline_card"
        constraints = [
            models.UniqueConstraint("colour", "year", "serial", name="card_number_once"),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "refused"], issued_at=None, serial=None)
                | Q(issued_at__isnull=False, year__isnull=False, serial__isnull=False,
                    rectify_by__isnull=False),
                name="card_issued_has_number",
            ),
            models.CheckConstraint(
                condition=Q(colour="red") ^ Q(follows=None), name="card_red_follows_yellow"
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["-proposed_at", "-id"], name="card_latest")]

    def __str__(self) -> str:
        return self.number or f"{self.colour} {self.pk}"

    @property
    def number(self) -> str:
        """The number of the written notice; '' before it is issued."""
        if self.serial is None:
            return ""
        values = {"colour": self.get_colour_display(), "year": self.year, "n": self.serial}
        return _("%(colour)s %(year)s-%(n)s") % values

    def overdue(self, at: datetime) -> bool:
        """Whether the unit owes its answer since a day before this one."""
        return bool(
            self.state == State.ISSUED and self.rectify_by
            and self.rectify_by < timezone.localdate(at)
        )  # fmt: skip


class CardGround(models.Model):
    """What a card is given for. Append-only. It counts once for each kind, and again only where its
    card fell with other grounds: the proposer sees to that, one at a time."""

    card = models.ForeignKey(Card, on_delete=models.PROTECT, related_name="grounds")
    trigger = models.CharField(max_length=16)
    key = models.CharField(max_length=40)
    unit = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.PROTECT, related_name="+")
    finding = models.ForeignKey(
        "discipline.FraudFinding", null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        db_table = "discipline_card_ground"
        constraints = [models.UniqueConstraint("card", "key", name="card_ground_once_a_card")]
        indexes = [models.Index(fields=["trigger", "unit", "key"], name="card_ground_of_unit")]

    def __str__(self) -> str:
        return f"{self.card_id} {self.key}"


class CardNote(models.Model):
    """What was decided, answered or said about a card. Append-only."""

    class Step(models.TextChoices):
        """Whose word it is."""

        APPROVAL = "approval", pgettext_lazy("card", "approval")
        REFUSAL = "refusal", pgettext_lazy("card", "refusal")
        ANSWER = "answer", pgettext_lazy("card", "answer of the unit")
        SENT_BACK = "sent_back", pgettext_lazy("card", "answer sent back")
        ACCEPTANCE = "acceptance", pgettext_lazy("card", "answer accepted")
        WITHDRAWAL = "withdrawal", pgettext_lazy("card", "withdrawal")
        FALL = "fall", pgettext_lazy("card", "fell with its grounds")

    card = models.ForeignKey(Card, on_delete=models.PROTECT, related_name="notes")
    step = models.CharField(max_length=12, choices=Step.choices)
    text = models.TextField()
    by = models.ForeignKey("people.Member", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "discipline_card_note"

    def __str__(self) -> str:
        return f"{self.card_id} {self.step}"


class CardPoints(models.Model):
    """What a card takes from a unit's evaluation, and what its withdrawal gives back. Append-only:
    the sum over a period can be computed again at any time."""

    card = models.ForeignKey(Card, on_delete=models.PROTECT, related_name="points")
    unit = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    rule = models.ForeignKey(CardRule, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    points = models.DecimalField(max_digits=6, decimal_places=2)

    class Meta:
        db_table = "discipline_card_points"
        indexes = [models.Index("unit", "day", name="card_points_of_unit")]

    def __str__(self) -> str:
        return f"{self.card_id} {self.points}"
