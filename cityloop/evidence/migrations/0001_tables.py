import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    # A database that had all of these has these tables already.
    replaces = [
        ("evidence", "0001_evidence"),
        ("evidence", "0002_three_bands"),
    ]

    dependencies = [
        ("cases", "0001_tables"),
        ("kernel", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Finding",
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
                            ("reused", "picture used before"),
                            ("scene", "same scene before and after"),
                            ("stamp", "stamp as read"),
                            ("no_stamp", "no date on the picture"),
                            ("stamp_time", "time on the picture"),
                            ("stamp_place", "place on the picture"),
                        ],
                        max_length=16,
                    ),
                ),
                ("odd", models.BooleanField()),
                ("score", models.FloatField(null=True)),
                ("facts", models.JSONField(default=dict)),
                ("method", models.CharField(max_length=40)),
                ("found_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.storedfile",
                    ),
                ),
            ],
            options={
                "db_table": "evidence_finding",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("case"),
                        models.F("version"),
                        models.F("file"),
                        models.F("kind"),
                        name="finding_once_a_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("score__isnull", True), ("score__range", (0, 1)), _connector="OR"
                        ),
                        name="finding_score_is_a_share",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Print",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("part", models.CharField(max_length=12)),
                ("hash", models.BigIntegerField()),
                (
                    "bands",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), size=None
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.storedfile",
                    ),
                ),
            ],
            options={
                "db_table": "evidence_print",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        models.F("bands"), fastupdate=False, name="print_bands"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("file"), models.F("part"), name="print_once_a_part"
                    )
                ],
            },
        ),
    ]
