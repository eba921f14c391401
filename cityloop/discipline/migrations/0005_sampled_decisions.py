"""Decisions drawn by lot: what was drawn and answered stays, and what was found once it was found."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from cityloop.kernel.append_only import append_only, settled

# What a sample is of never changes; what was found, not once it was found.
FOUND = ("ruling", "mistake", "note", "judge_id", "judged_at")
OF = ("lot_id", "case_id", "version", "kind", "operator_id", "hall_id", "decided_at")
ANOTHER = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in OF)


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0004_ended_clocks_stay"),  # and the function that refuses
        ("discipline", "0004_grounds_again"),
        ("people", "0004_precedence"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Lot",
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
                ("decided", models.PositiveIntegerField()),
                (
                    "drawn",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=36), default=list, size=None
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
                "db_table": "discipline_lot",
            },
        ),
        migrations.CreateModel(
            name="Sample",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("accept", "accepted"),
                            ("reject", "rejected"),
                            ("remind", "settled by a reminder"),
                            ("void", "voided"),
                            ("dispatch", "dispatched"),
                        ],
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField()),
                (
                    "ruling",
                    models.CharField(
                        choices=[
                            ("open", "not yet judged"),
                            ("right", "right"),
                            ("wrong", "wrong"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                (
                    "mistake",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("class", "wrong class"),
                            ("to_reject", "should have been rejected"),
                            ("to_accept", "should have been accepted"),
                            ("known", "was known already"),
                            ("level", "wrong filing level"),
                            ("unit", "wrong unit"),
                            ("other", "something else"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("note", models.TextField(blank=True, default="")),
                ("judged_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "hall",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
                (
                    "judge",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "lot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="samples",
                        to="discipline.lot",
                    ),
                ),
                (
                    "operator",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "discipline_sample",
            },
        ),
        migrations.CreateModel(
            name="SampleAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "sample",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answer",
                        to="discipline.sample",
                    ),
                ),
            ],
            options={
                "db_table": "discipline_sample_answer",
            },
        ),
        migrations.AddIndex(
            model_name="sample",
            index=models.Index(fields=["-decided_at", "-id"], name="sample_latest"),
        ),
        migrations.AddIndex(
            model_name="sample",
            index=models.Index(fields=["operator", "decided_at"], name="sample_operator"),
        ),
        migrations.AddIndex(
            model_name="sample",
            index=models.Index(
                condition=models.Q(("ruling", "open")),
                fields=["-decided_at", "-id"],
                name="sample_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="sample",
            constraint=models.UniqueConstraint(
                models.F("case"), models.F("version"), name="sample_once_a_line"
            ),
        ),
        migrations.AddConstraint(
            model_name="sample",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("judge__isnull", True),
                    models.Q(("judge", models.F("operator")), _negated=True),
                    _connector="OR",
                ),
                name="sample_judged_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="sample",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("judge__isnull", True), ("judged_at__isnull", True), ("ruling", "open")
                    ),
                    models.Q(
                        models.Q(("ruling", "open"), _negated=True),
                        ("judge__isnull", False),
                        ("judged_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="sample_judged_says_who",
            ),
        ),
        migrations.AddConstraint(
            model_name="sample",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ruling", "wrong"),
                        models.Q(("mistake", ""), _negated=True),
                        models.Q(("note", ""), _negated=True),
                    ),
                    models.Q(models.Q(("ruling", "wrong"), _negated=True), ("mistake", "")),
                    _connector="OR",
                ),
                name="sample_wrong_says_what",
            ),
        ),
        append_only("cases_append_only", "discipline_lot", "discipline_sample_answer"),
        append_only("cases_append_only", "discipline_sample", changes=True),
        settled(
            "cases_append_only",
            "discipline_sample",
            *FOUND,
            *OF,
            when=f"OLD.judged_at IS NOT NULL OR {ANOTHER}",
        ),
    ]
