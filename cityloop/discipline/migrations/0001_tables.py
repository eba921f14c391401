import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    # A database that had all of these has these tables already.
    replaces = [
        ("discipline", "0001_discipline"),
        ("discipline", "0002_cards"),
        ("discipline", "0003_whose_closing"),
    ]

    initial = True

    dependencies = [
        ("cases", "0001_tables"),
        ("people", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Card",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "colour",
                    models.CharField(
                        choices=[("yellow", "yellow card"), ("red", "red card")], max_length=8
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "proposed"),
                            ("refused", "refused"),
                            ("issued", "issued, answer owed"),
                            ("answered", "answered"),
                            ("rectified", "put right"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="proposed",
                        max_length=12,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("issued_at", models.DateTimeField(null=True)),
                ("year", models.PositiveSmallIntegerField(null=True)),
                ("serial", models.PositiveIntegerField(null=True)),
                ("rectify_by", models.DateField(null=True)),
                (
                    "follows",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="followed_by",
                        to="discipline.card",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
            ],
            options={
                "db_table": "discipline_card",
                "indexes": [models.Index(fields=["-proposed_at", "-id"], name="card_latest")],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("colour"),
                        models.F("year"),
                        models.F("serial"),
                        name="card_number_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("issued_at", None),
                                ("serial", None),
                                ("state__in", ["proposed", "refused"]),
                            ),
                            models.Q(
                                ("issued_at__isnull", False),
                                ("rectify_by__isnull", False),
                                ("serial__isnull", False),
                                ("year__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="card_issued_has_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("colour", "red"), ("follows", None), _connector="XOR"),
                        name="card_red_follows_yellow",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CardNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("approval", "approval"),
                            ("refusal", "refusal"),
                            ("answer", "answer of the unit"),
                            ("sent_back", "answer sent back"),
                            ("acceptance", "answer accepted"),
                            ("withdrawal", "withdrawal"),
                        ],
                        max_length=12,
                    ),
                ),
                ("text", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "card",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="discipline.card",
                    ),
                ),
            ],
            options={
                "db_table": "discipline_card_note",
            },
        ),
        migrations.CreateModel(
            name="CardRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "trigger",
                    models.CharField(
                        choices=[
                            ("late_orders", "supervision orders answered late"),
                            ("ignored_order", "supervision order ignored"),
                            ("late_cases", "cases handled late"),
                            ("false_closing", "false closing proven"),
                            ("fraud", "fraud upheld"),
                        ],
                        max_length=16,
                    ),
                ),
                ("threshold", models.PositiveSmallIntegerField()),
                ("days", models.PositiveSmallIntegerField()),
                ("points", models.DecimalField(decimal_places=2, max_digits=6)),
                ("red_points", models.DecimalField(decimal_places=2, max_digits=6)),
                ("rectify_days", models.PositiveSmallIntegerField()),
                ("repeat_days", models.PositiveSmallIntegerField()),
                ("source_document", models.CharField(max_length=200)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
            ],
            options={
                "db_table": "discipline_card_rule",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("trigger"),
                        condition=models.Q(("valid_to", None)),
                        name="card_rule_one_in_force",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("days__gt", 0),
                            ("rectify_days__gt", 0),
                            ("repeat_days__gt", 0),
                            ("threshold__gt", 0),
                        ),
                        name="card_rule_counts_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None),
                            ("valid_to__gt", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="card_rule_in_order",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="card",
            name="rule",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="discipline.cardrule",
            ),
        ),
        migrations.CreateModel(
            name="Draw",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(unique=True)),
                ("seed", models.CharField(max_length=64)),
                ("share", models.FloatField()),
                ("closed", models.PositiveIntegerField()),
                (
                    "drawn",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=24), default=list, size=None
                    ),
                ),
                (
                    "without_team",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=24), default=list, size=None
                    ),
                ),
                ("drawn_at", models.DateTimeField()),
                (
                    "seal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.seal",
                    ),
                ),
            ],
            options={
                "db_table": "discipline_draw",
            },
        ),
        migrations.CreateModel(
            name="FraudFinding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("fake_photo", "faked photo"),
                            ("false_close", "false closing"),
                            ("moved", "moved position"),
                            ("split", "split or padded reports"),
                            ("other", "other"),
                        ],
                        max_length=12,
                    ),
                ),
                ("account", models.TextField()),
                ("evidence", models.JSONField(default=list)),
                ("found_at", models.DateTimeField()),
                (
                    "found_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
            ],
            options={
                "db_table": "discipline_fraud",
                "indexes": [models.Index(fields=["-found_at", "-id"], name="fraud_latest")],
            },
        ),
        migrations.CreateModel(
            name="FraudCase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="members",
                        to="discipline.fraudfinding",
                    ),
                ),
            ],
            options={
                "db_table": "discipline_fraud_case",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("finding"), models.F("case"), name="fraud_case_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CardGround",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("trigger", models.CharField(max_length=16)),
                ("key", models.CharField(max_length=40)),
                ("at", models.DateTimeField()),
                (
                    "card",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grounds",
                        to="discipline.card",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="discipline.fraudfinding",
                    ),
                ),
            ],
            options={
                "db_table": "discipline_card_ground",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("trigger"),
                        models.F("unit"),
                        models.F("key"),
                        name="card_ground_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FraudNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("statement", "statement of the unit"),
                            ("decision", "decision"),
                            ("appeal", "appeal"),
                            ("appeal_decision", "decision on the appeal"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[("upheld", "upheld"), ("dismissed", "dismissed")],
                        default="",
                        max_length=12,
                    ),
                ),
                ("text", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="discipline.fraudfinding",
                    ),
                ),
            ],
            options={
                "db_table": "discipline_fraud_note",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("finding"), models.F("step"), name="fraud_note_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("step__in", ["statement", "appeal"]), ("verdict", "")),
                            models.Q(
                                ("step__in", ["decision", "appeal_decision"]),
                                models.Q(("verdict", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="fraud_decision_has_verdict",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Recheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("open", "not yet inspected"),
                            ("confirmed", "rightly closed"),
                            ("false", "falsely closed"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "checker",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "closer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "draw",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rechecks",
                        to="discipline.draw",
                    ),
                ),
                (
                    "inspector",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
            ],
            options={
                "db_table": "discipline_recheck",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("draw"), models.F("case"), name="recheck_once_a_draw"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CardPoints",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("points", models.DecimalField(decimal_places=2, max_digits=6)),
                (
                    "card",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="points",
                        to="discipline.card",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="discipline.cardrule",
                    ),
                ),
            ],
            options={
                "db_table": "discipline_card_points",
                "indexes": [
                    models.Index(models.F("unit"), models.F("day"), name="card_points_of_unit")
                ],
            },
        ),
    ]
