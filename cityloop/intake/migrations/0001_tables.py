import django.contrib.gis.db.models.fields
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    # A database that had all of these has these tables already.
    replaces = [
        ("intake", "0001_initial"),
        ("intake", "0002_append_only"),
        ("intake", "0003_twins"),
        ("intake", "0004_nothing_is_emptied"),
        ("intake", "0005_replies"),
        ("intake", "0006_petitioners_and_media"),
        ("intake", "0007_a_clients_key_is_one"),
        ("intake", "0008_one_spelling_of_phones"),
    ]

    initial = True

    dependencies = [
        ("cases", "0001_tables"),
        ("kernel", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("standards", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="TextModel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sha256", models.CharField(max_length=64)),
                ("edition", models.CharField(max_length=40)),
                ("trained_at", models.DateTimeField()),
                ("trained_by", models.CharField(max_length=120)),
                ("examples", models.PositiveIntegerField()),
                ("classes", models.PositiveIntegerField()),
                ("metrics", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "intake_text_model",
            },
        ),
        migrations.CreateModel(
            name="ChannelSetting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("channel", models.CharField(max_length=16)),
                ("changes", models.JSONField(default=dict)),
                ("reason", models.CharField(max_length=200)),
                ("set_at", models.DateTimeField()),
                ("set_by", models.CharField(max_length=120)),
            ],
            options={
                "db_table": "intake_channel_setting",
                "indexes": [models.Index(fields=["channel", "-id"], name="channel_setting_latest")],
            },
        ),
        migrations.CreateModel(
            name="Reporter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(blank=True, default="", max_length=60)),
                ("phone", models.CharField(blank=True, default="", max_length=30)),
                ("address", models.CharField(blank=True, default="", max_length=200)),
                ("keep_until", models.DateTimeField()),
                ("forgotten_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "intake_reporter",
                "indexes": [
                    models.Index(
                        models.F("phone"),
                        condition=models.Q(("phone", ""), _negated=True),
                        name="reporter_phone",
                    ),
                    models.Index(
                        models.F("keep_until"),
                        condition=models.Q(("forgotten_at__isnull", True)),
                        name="reporter_to_forget",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("forgotten_at__isnull", True),
                            models.Q(("address", ""), ("name", ""), ("phone", "")),
                            _connector="OR",
                        ),
                        name="reporter_forgotten_is_empty",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ordinal", models.PositiveIntegerField()),
                ("channel", models.CharField(max_length=16)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("report", "report"),
                            ("quick_report", "quick report"),
                            ("self_handle", "self-handled"),
                            ("remind", "reminder"),
                        ],
                        default="report",
                        max_length=16,
                    ),
                ),
                ("source_key", models.CharField(blank=True, default="", max_length=200)),
                ("digest", models.CharField(max_length=32)),
                ("twin", models.CharField(blank=True, default="", max_length=32)),
                ("received_at", models.DateTimeField()),
                ("occurred_at", models.DateTimeField(null=True)),
                ("answer_wanted", models.BooleanField(default=False)),
                ("priority", models.PositiveSmallIntegerField(default=2)),
                ("text", models.TextField(blank=True, default="")),
                (
                    "point",
                    django.contrib.gis.db.models.fields.PointField(
                        null=True, spatial_index=False, srid=4326
                    ),
                ),
                ("raw_x", models.FloatField(null=True)),
                ("raw_y", models.FloatField(null=True)),
                ("raw_system", models.CharField(blank=True, default="", max_length=8)),
                ("address", models.CharField(blank=True, default="", max_length=200)),
                ("source", models.CharField(blank=True, default="", max_length=80)),
                ("link", models.CharField(blank=True, default="", max_length=500)),
                ("component_code", models.CharField(blank=True, default="", max_length=32)),
                ("suggestions", models.JSONField(default=list)),
                ("checks", models.JSONField(default=list)),
                (
                    "files",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "phashes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="intake",
                        to="cases.case",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                    "reporter",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="intake.reporter",
                    ),
                ),
            ],
            options={
                "db_table": "intake_report",
                "indexes": [
                    models.Index(
                        models.F("reporter"),
                        condition=models.Q(("reporter__isnull", False)),
                        name="report_reporter",
                    ),
                    django.contrib.postgres.indexes.BrinIndex(
                        models.F("received_at"), autosummarize=True, name="report_received"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("case"), models.F("ordinal"), name="report_ordinal_once"
                    ),
                    models.UniqueConstraint(
                        models.F("channel"),
                        models.F("source_key"),
                        condition=models.Q(
                            models.Q(("source_key", ""), _negated=True),
                            models.Q(("source_key__startswith", "client:"), _negated=True),
                        ),
                        name="report_source_key_once",
                    ),
                    models.UniqueConstraint(
                        models.F("source_key"),
                        condition=models.Q(("source_key__startswith", "client:")),
                        name="report_source_key_once_of_client",
                    ),
                    models.UniqueConstraint(
                        models.F("twin"),
                        condition=models.Q(("twin", ""), _negated=True),
                        name="report_twin_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReporterNotice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("topic", models.CharField(max_length=24)),
                ("version", models.PositiveIntegerField()),
                ("written", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("owed", "owed"),
                            ("told", "told"),
                            ("dropped", "cannot be told any more"),
                        ],
                        default="owed",
                        max_length=8,
                    ),
                ),
                ("owed_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
                ("settled_by", models.CharField(blank=True, default="", max_length=120)),
                ("medium", models.CharField(blank=True, default="", max_length=16)),
                ("note", models.CharField(blank=True, default="", max_length=200)),
                (
                    "paper",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.storedfile",
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="intake.report",
                    ),
                ),
            ],
            options={
                "db_table": "intake_notice",
                "indexes": [
                    models.Index(
                        models.F("owed_at"),
                        condition=models.Q(("state", "owed")),
                        name="notice_owed",
                    ),
                    models.Index(
                        models.F("due_at"),
                        models.F("id"),
                        condition=models.Q(("state", "owed")),
                        name="notice_due",
                    ),
                    models.Index(
                        condition=models.Q(("state", "told")),
                        fields=["-settled_at", "-id"],
                        name="notice_told",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("report"),
                        models.F("topic"),
                        models.F("version"),
                        name="notice_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("settled_at__isnull", True), ("state", "owed")),
                            models.Q(
                                models.Q(("state", "owed"), _negated=True),
                                ("settled_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="notice_settled_says_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "told"), ("written", True), _negated=True),
                            ("paper__isnull", False),
                            _connector="OR",
                        ),
                        name="notice_written_has_paper",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("channel", models.CharField(max_length=16)),
                ("first_report", models.BigIntegerField()),
                ("last_report", models.BigIntegerField()),
                ("first_number", models.BigIntegerField()),
                ("last_number", models.BigIntegerField()),
                ("joined", models.PositiveIntegerField()),
                ("digest", models.CharField(max_length=64)),
                ("previous", models.CharField(blank=True, default="", max_length=64)),
                ("counted_at", models.DateTimeField()),
            ],
            options={
                "db_table": "intake_tally",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("channel"), models.F("first_number"), name="tally_number_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("last_number__gte", models.F("first_number"))),
                        name="tally_not_empty",
                    ),
                ],
            },
        ),
    ]
