import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    # A database that had all of these has these tables already.
    replaces = [("duty", "0001_duty"), ("duty", "0002_beside_cases")]

    initial = True

    dependencies = [
        ("cases", "0001_tables"),
        ("people", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Handover",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "desk",
                    models.CharField(
                        choices=[("acceptance", "acceptance"), ("dispatch", "dispatch")],
                        max_length=12,
                    ),
                ),
                (
                    "areas",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=15), null=True, size=None
                    ),
                ),
                ("shift", models.CharField(max_length=60)),
                ("ended_at", models.DateTimeField()),
                ("left_as", models.CharField(max_length=120)),
                ("remark", models.TextField(blank=True, default="")),
                ("remarks", models.JSONField(default=dict)),
                ("cases", models.PositiveIntegerField(default=0)),
                ("beside", models.JSONField(default=list)),
                ("digest", models.CharField(blank=True, default="", max_length=64)),
                ("accepted_at", models.DateTimeField(null=True)),
                ("accepted_as", models.CharField(blank=True, default="", max_length=120)),
                ("answer", models.TextField(blank=True, default="")),
                (
                    "accepted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "hall",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
                (
                    "left_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "duty_handover",
                "indexes": [models.Index(fields=["hall", "-ended_at"], name="handover_latest")],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("hall"),
                        models.F("desk"),
                        condition=models.Q(("accepted_at__isnull", True)),
                        name="handover_one_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("desk__in", ["acceptance", "dispatch"])),
                        name="handover_desk",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("accepted_by__isnull", True),
                            models.Q(("accepted_by", models.F("left_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="handover_between_two",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HandoverLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("status", models.CharField(max_length=16)),
                ("due_at", models.DateTimeField(null=True)),
                ("overdue", models.BooleanField()),
                ("urged", models.BooleanField()),
                ("escalated", models.BooleanField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "handover",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="duty.handover",
                    ),
                ),
            ],
            options={
                "db_table": "duty_handover_line",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("handover"), models.F("case"), name="handover_line_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Shift",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40)),
                ("post", models.CharField(blank=True, default="", max_length=60)),
                ("starts", models.TimeField()),
                ("ends", models.TimeField()),
                ("special", models.BooleanField(default=False)),
                ("set_at", models.DateTimeField()),
                ("set_by", models.CharField(max_length=120)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(blank=True, default="", max_length=120)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
            ],
            options={
                "db_table": "duty_shift",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("organisation"),
                        models.F("name"),
                        models.F("special"),
                        condition=models.Q(("ended_at__isnull", True)),
                        name="shift_once_a_unit",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Succession",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("named_at", models.DateTimeField(null=True)),
                ("named_by", models.CharField(blank=True, default="", max_length=120)),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "moved",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=24), default=list, size=None
                    ),
                ),
                (
                    "pooled",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=24), default=list, size=None
                    ),
                ),
                (
                    "holding",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.holding",
                    ),
                ),
                (
                    "successor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "duty_succession",
            },
        ),
        migrations.CreateModel(
            name="Turn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField(default=1)),
                (
                    "weekdays",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(), size=None
                    ),
                ),
                ("first_on", models.DateField()),
                ("last_on", models.DateField(blank=True, null=True)),
                ("set_at", models.DateTimeField()),
                ("set_by", models.CharField(max_length=120)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(blank=True, default="", max_length=120)),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "shift",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="turns",
                        to="duty.shift",
                    ),
                ),
            ],
            options={
                "db_table": "duty_turn",
                "indexes": [
                    models.Index(
                        models.F("shift"),
                        condition=models.Q(("ended_at__isnull", True)),
                        name="turn_valid",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("last_on__isnull", True),
                            ("last_on__gte", models.F("first_on")),
                            _connector="OR",
                        ),
                        name="turn_period",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rank__range", (1, 9))), name="turn_rank"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Absence",
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
                            ("leave", "on leave"),
                            ("ill", "ill"),
                            ("training", "in training"),
                            ("away", "away on business"),
                        ],
                        max_length=12,
                    ),
                ),
                ("first_on", models.DateField()),
                ("last_on", models.DateField()),
                ("set_at", models.DateTimeField()),
                ("set_by", models.CharField(max_length=120)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(blank=True, default="", max_length=120)),
                (
                    "deputy",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "duty_absence",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("last_on__gte", models.F("first_on"))),
                        name="absence_period",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("deputy__isnull", True),
                            models.Q(("deputy", models.F("member")), _negated=True),
                            _connector="OR",
                        ),
                        name="absence_deputy_is_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Call",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("place", models.PositiveSmallIntegerField()),
                ("called_as", models.CharField(max_length=12)),
                ("shift", models.CharField(blank=True, default="", max_length=160)),
                ("why", models.CharField(blank=True, default="", max_length=300)),
                ("called_at", models.DateTimeField()),
                ("answer_by", models.DateTimeField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "not opened yet"),
                            ("opened", "opened"),
                            ("passed", "passed to a substitute"),
                            ("ended", "not needed any more"),
                        ],
                        default="waiting",
                        max_length=12,
                    ),
                ),
                ("opened_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.case",
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
                    "opened_by",
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
                "db_table": "duty_call",
                "indexes": [
                    models.Index(
                        models.F("answer_by"),
                        condition=models.Q(("state", "waiting")),
                        name="call_to_pass",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("case"),
                        models.F("version"),
                        models.F("place"),
                        name="call_once_a_place",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("opened_at__isnull", True), ("opened_by__isnull", True)),
                            models.Q(("opened_at__isnull", False), ("opened_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="call_opened_says_by_whom",
                    ),
                ],
            },
        ),
    ]
