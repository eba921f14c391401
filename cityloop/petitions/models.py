"""The register of petitions and their chains, letters sent, suggestions, the contact page."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy


class Counter(models.Model):
    """The last number of a register in a year; the next is taken inside the transaction."""

    register = models.CharField(max_length=2)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField()

    class Meta:
        db_table = "petitions_counter"
        constraints = [models.UniqueConstraint("register", "year", name="counter_once_a_year")]

    def __str__(self) -> str:
        return f"{self.register}{self.year} {self.last}"


class Kind(models.TextChoices):
    """How a petition came."""

    LETTER = "letter", pgettext_lazy("petition", "letter")
    VISIT = "visit", pgettext_lazy("petition", "visit")
    JOINT_VISIT = "joint_visit", pgettext_lazy("petition", "joint visit")
    EMAIL = "email", pgettext_lazy("petition", "e-mail")
    ONLINE = "online", pgettext_lazy("petition", "online complaint")


class Petition(models.Model):
    """One line of the register. Who petitions lies with intake (Reporter), which forgets in time.

    `first`: the first petition of the chain that a clerk has confirmed; empty for that one itself.
    """

    number = models.CharField(max_length=16, unique=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    received_on = models.DateField()
    petitioner = models.ForeignKey("intake.Reporter", on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=120)
    text = models.TextField()
    place = models.CharField(max_length=200, blank=True, default="")
    head_count = models.PositiveIntegerField(default=1)
    problem_class = models.ForeignKey(
        "standards.ProblemClass", null=True, on_delete=models.PROTECT, related_name="+",
        db_index=False,
    )  # fmt: skip
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    registered_at = models.DateTimeField()
    registered_by = models.ForeignKey(
        "people.Member", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    due_on = models.DateField()
    report = models.ForeignKey(
        "intake.Report", null=True, on_delete=models.PROTECT, related_name="+"
    )
    transferred_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    first = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="followers")

    class Meta:
        db_table = "petitions_petition"
        constraints = [
            models.CheckConstraint(
                condition=Q(report__isnull=True, transferred_at__isnull=True)
                | Q(report__isnull=False, transferred_at__isnull=False),
                name="petition_transferred_says_when",
            ),
            models.CheckConstraint(condition=Q(head_count__gte=1), name="petition_has_somebody"),
            models.CheckConstraint(
                condition=Q(first__isnull=True) | ~Q(first=F("id")),
                name="petition_not_its_own_first",
            ),
        ]
        indexes = [
            models.Index(fields=["-received_on", "-id"], name="petition_latest"),
            models.Index("due_on", name="petition_due", condition=Q(answered_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"

    @property
    def matter(self) -> str:
        """Subject and text as one, the subject only where the text does not hold it."""
        return self.text if self.subject in self.text else f"{self.subject}。{self.text}"


class Answer(models.TextChoices):
    """What the clerk says to a proposal."""

    OPEN = "open", pgettext_lazy("repetition", "to be decided")
    SAME = "same", pgettext_lazy("repetition", "the same matter")
    OTHER = "other", pgettext_lazy("repetition", "another matter")


class Repetition(models.Model):
    """A petition seems to repeat an earlier one; `why` names the rules. A clerk decides."""

    petition = models.ForeignKey(Petition, on_delete=models.CASCADE, related_name="repetitions")
    earlier = models.ForeignKey(Petition, on_delete=models.CASCADE, related_name="+")
    why = ArrayField(models.CharField(max_length=16))
    answer = models.CharField(max_length=8, choices=Answer.choices, default=Answer.OPEN)
    reason = models.CharField(max_length=200, blank=True, default="")  # why it is another matter
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        "people.Member", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        db_table = "petitions_repetition"
        constraints = [
            models.UniqueConstraint("petition", "earlier", name="repetition_once"),
            models.CheckConstraint(
                condition=Q(answer="open", decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(answer="open") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="repetition_decided_says_who",
            ),
        ]
        indexes = [models.Index("petition", name="repetition_open", condition=Q(answer="open"))]

    def __str__(self) -> str:
        return f"{self.petition_id} {self.earlier_id} {self.answer}"


class Medium(models.TextChoices):
    """How an answer went out."""

    POST = "post", pgettext_lazy("answer", "by post")
    HANDED = "handed", pgettext_lazy("answer", "handed over")
    EMAIL = "email", pgettext_lazy("answer", "by e-mail")
    PHONE = "phone", pgettext_lazy("answer", "by telephone")
    ONLINE = "online", pgettext_lazy("answer", "online")


class Letter(models.Model):
    """A reply letter, word for word as it was sent; append-only. Whom it goes to stands apart."""

    petition = models.ForeignKey(Petition, on_delete=models.PROTECT, related_name="letters")
    text = models.TextField()
    medium = models.CharField(max_length=8, choices=Medium.choices)
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey(
        "people.Member", on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        db_table = "petitions_letter"

    def __str__(self) -> str:
        return f"{self.petition_id} {self.medium}"


class Outcome(models.TextChoices):
    """What becomes of a suggestion."""

    ADOPTED = "adopted", pgettext_lazy("suggestion", "adopted")
    PARTLY = "partly", pgettext_lazy("suggestion", "adopted in part")
    STUDIED = "studied", pgettext_lazy("suggestion", "being studied")
    DECLINED = "declined", pgettext_lazy("suggestion", "not adopted")


class Suggestion(models.Model):
    """What a citizen proposes: no problem, so never a case. Answered once, by its own clock.

    `token`: the address at which the sender reads the answer. `sent_from`: a digest of a day and an
    address, to keep one sender from flooding the page.
    """

    number = models.CharField(max_length=16, unique=True)
    token = models.CharField(max_length=32, unique=True)
    subject = models.CharField(max_length=120)
    text = models.TextField()
    received_at = models.DateTimeField()
    sender = models.ForeignKey(
        "intake.Reporter", null=True, on_delete=models.PROTECT, related_name="+"
    )
    organisation = models.ForeignKey(
        "people.Organisation", null=True, on_delete=models.PROTECT, related_name="+"
    )
    entered_by = models.ForeignKey(  # empty: by the citizen, on the public page
        "people.Member", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    sent_from = models.CharField(max_length=64, blank=True, default="")
    due_at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True, default="")
    reply = models.TextField(blank=True, default="")
    replied_at = models.DateTimeField(null=True)
    replied_by = models.ForeignKey(
        "people.Member", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        db_table = "petitions_suggestion"
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", reply="", replied_at__isnull=True, replied_by__isnull=True)
                | (
                    ~Q(outcome="")
                    & ~Q(reply="")
                    & Q(replied_at__isnull=False, replied_by__isnull=False)
                ),
                name="suggestion_answered_says_what",
            ),
        ]
        indexes = [
            models.Index(fields=["-received_at", "-id"], name="suggestion_latest"),
            models.Index(
                "sent_from", "received_at", name="suggestion_sender", condition=~Q(sent_from="")
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number


class ContactPage(models.Model):
    """The public page of channels and rules as it was published; append-only, the latest holds."""

    lines = models.JSONField(default=list)  # [{"kind", "label_zh", "label_en", "value", ...}]
    rules_zh = models.TextField()
    rules_en = models.TextField(blank=True, default="")
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(
        "people.Member", on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        db_table = "petitions_contact_page"

    def __str__(self) -> str:
        return f"{self.set_at:%Y-%m-%d %H:%M}"
