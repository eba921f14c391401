import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    # A database that had all of these has these tables already.
    replaces = [("petitions", "0001_initial")]

    initial = True

    dependencies = [
        ("intake", "0001_tables"),
        ("people", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("standards", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="ContactPage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("lines", models.JSONField(default=list)),
                ("rules_zh", models.TextField()),
                ("rules_en", models.TextField(blank=True, default="")),
                ("set_at", models.DateTimeField()),
                (
                    "set_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "petitions_contact_page",
            },
        ),
        migrations.CreateModel(
            name="Counter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("register", models.CharField(max_length=2)),
                ("year", models.PositiveSmallIntegerField()),
                ("last", models.PositiveIntegerField()),
            ],
            options={
                "db_table": "petitions_counter",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("register"), models.F("year"), name="counter_once_a_year"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Petition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=16, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("letter", "letter"),
                            ("visit", "visit"),
                            ("joint_visit", "joint visit"),
                            ("email", "e-mail"),
                            ("online", "online complaint"),
                        ],
                        max_length=12,
                    ),
                ),
                ("received_on", models.DateField()),
                ("subject", models.CharField(max_length=120)),
                ("text", models.TextField()),
                ("place", models.CharField(blank=True, default="", max_length=200)),
                ("head_count", models.PositiveIntegerField(default=1)),
                ("registered_at", models.DateTimeField()),
                ("due_on", models.DateField()),
                ("transferred_at", models.DateTimeField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "first",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="followers",
                        to="petitions.petition",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
                (
                    "petitioner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.reporter",
                    ),
                ),
                (
                    "problem_class",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="standards.problemclass",
                    ),
                ),
                (
                    "registered_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.report",
                    ),
                ),
            ],
            options={
                "db_table": "petitions_petition",
                "indexes": [
                    models.Index(fields=["-received_on", "-id"], name="petition_latest"),
                    models.Index(
                        models.F("due_on"),
                        condition=models.Q(("answered_at__isnull", True)),
                        name="petition_due",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("report__isnull", True), ("transferred_at__isnull", True)),
                            models.Q(("report__isnull", False), ("transferred_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="petition_transferred_says_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("head_count__gte", 1)), name="petition_has_somebody"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("first__isnull", True),
                            models.Q(("first", models.F("id")), _negated=True),
                            _connector="OR",
                        ),
                        name="petition_not_its_own_first",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField()),
                (
                    "medium",
                    models.CharField(
                        choices=[
                            ("post", "by post"),
                            ("handed", "handed over"),
                            ("email", "by e-mail"),
                            ("phone", "by telephone"),
                            ("online", "online"),
                        ],
                        max_length=8,
                    ),
                ),
                ("sent_at", models.DateTimeField()),
                (
                    "sent_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "petition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="letters",
                        to="petitions.petition",
                    ),
                ),
            ],
            options={
                "db_table": "petitions_letter",
            },
        ),
        migrations.CreateModel(
            name="Repetition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "why",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=16), size=None
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        choices=[
                            ("open", "to be decided"),
                            ("same", "the same matter"),
                            ("other", "another matter"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "earlier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="petitions.petition",
                    ),
                ),
                (
                    "petition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="repetitions",
                        to="petitions.petition",
                    ),
                ),
            ],
            options={
                "db_table": "petitions_repetition",
                "indexes": [
                    models.Index(
                        models.F("petition"),
                        condition=models.Q(("answer", "open")),
                        name="repetition_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("petition"), models.F("earlier"), name="repetition_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answer", "open"),
                                ("decided_at__isnull", True),
                                ("decided_by__isnull", True),
                            ),
                            models.Q(
                                models.Q(("answer", "open"), _negated=True),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="repetition_decided_says_who",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Suggestion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=16, unique=True)),
                ("token", models.CharField(max_length=32, unique=True)),
                ("subject", models.CharField(max_length=120)),
                ("text", models.TextField()),
                ("received_at", models.DateTimeField()),
                ("sent_from", models.CharField(blank=True, default="", max_length=64)),
                ("due_at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("adopted", "adopted"),
                            ("partly", "adopted in part"),
                            ("studied", "being studied"),
                            ("declined", "not adopted"),
                        ],
                        default="",
                        max_length=8,
                    ),
                ),
                ("reply", models.TextField(blank=True, default="")),
                ("replied_at", models.DateTimeField(null=True)),
                (
                    "entered_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
                (
                    "replied_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.reporter",
                    ),
                ),
            ],
            options={
                "db_table": "petitions_suggestion",
                "indexes": [
                    models.Index(fields=["-received_at", "-id"], name="suggestion_latest"),
                    models.Index(
                        models.F("sent_from"),
                        models.F("received_at"),
                        condition=models.Q(("sent_from", ""), _negated=True),
                        name="suggestion_sender",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("outcome", ""),
                                ("replied_at__isnull", True),
                                ("replied_by__isnull", True),
                                ("reply", ""),
                            ),
                            models.Q(
                                models.Q(("outcome", ""), _negated=True),
                                models.Q(("reply", ""), _negated=True),
                                ("replied_at__isnull", False),
                                ("replied_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="suggestion_answered_says_what",
                    )
                ],
            },
        ),
    ]
