import django.contrib.gis.db.models.fields
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    # A database that had all of these has these tables already.
    replaces = [
        ("cases", "0001_initial"),
        ("cases", "0002_locks"),
        ("cases", "0003_open_by_time_left"),
        ("cases", "0004_nothing_is_emptied"),
        ("cases", "0005_modes"),
        ("cases", "0006_replies"),
        ("cases", "0007_recheck"),
        ("cases", "0008_coordination"),
        ("cases", "0009_substitute_works"),
        ("cases", "0010_clocks"),
        ("cases", "0011_statuses_together"),
        ("cases", "0012_lean_indexes"),
        ("cases", "0013_posts"),
        ("cases", "0014_supervision"),
        ("cases", "0015_state_behind_a_step"),
        ("cases", "0016_whose_clock"),
        ("cases", "0017_reported_again"),
    ]

    initial = True

    dependencies = [
        ("assets", "0001_tables"),
        ("kernel", "0001_tables"),
        ("people", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("standards", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Flow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=32, unique=True)),
                ("parameters", models.JSONField(default=dict)),
                ("published_at", models.DateTimeField()),
            ],
            options={
                "db_table": "cases_flow",
            },
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first_event", models.BigIntegerField()),
                ("last_event", models.BigIntegerField()),
                ("events", models.PositiveIntegerField()),
                ("digest", models.CharField(max_length=64)),
                ("previous", models.CharField(blank=True, max_length=64)),
                ("sealed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "cases_seal",
            },
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=24)),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("reported", "to accept"),
                            ("verifying", "verifying"),
                            ("accepted", "to file"),
                            ("voiding", "void requested"),
                            ("filed", "to dispatch"),
                            ("dispatched", "to receive"),
                            ("handling", "handling"),
                            ("handed_in", "to confirm"),
                            ("handled", "to send to check"),
                            ("checking", "checking"),
                            ("check_failed", "to rework"),
                            ("checked", "to close"),
                            ("coordinating", "in coordination"),
                            ("suspended", "suspended"),
                            ("deferred", "deferred"),
                            ("closed", "closed"),
                            ("rejected", "not accepted"),
                            ("voided", "voided"),
                        ],
                        max_length=16,
                    ),
                ),
                ("resume_status", models.CharField(blank=True, default="", max_length=16)),
                (
                    "record_type",
                    models.CharField(
                        choices=[
                            ("case", "case"),
                            ("quick", "quick report"),
                            ("self_handled", "self-handled"),
                            ("reminder", "reminder"),
                        ],
                        default="case",
                        max_length=16,
                    ),
                ),
                ("trial", models.BooleanField(default=False)),
                ("channel", models.CharField(max_length=16)),
                ("external_number", models.CharField(blank=True, default="", max_length=64)),
                ("imported", models.BooleanField(default=False)),
                ("level", models.PositiveSmallIntegerField(default=2)),
                ("description", models.TextField(blank=True, default="")),
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
                ("area_code", models.CharField(blank=True, default="", max_length=12)),
                ("grid_code", models.CharField(blank=True, default="", max_length=15)),
                ("place_level", models.CharField(blank=True, default="", max_length=1)),
                ("in_service_area", models.BooleanField(default=True)),
                ("reported_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                ("filed_at", models.DateTimeField(null=True)),
                ("dispatched_at", models.DateTimeField(null=True)),
                ("handled_at", models.DateTimeField(null=True)),
                ("checked_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("yellow_at", models.DateTimeField(null=True)),
                ("handling_due_at", models.DateTimeField(null=True)),
                ("limit_amount", models.DecimalField(decimal_places=2, max_digits=8, null=True)),
                ("limit_unit", models.CharField(blank=True, default="", max_length=12)),
                ("assisting", models.JSONField(default=list)),
                ("substituted", models.BooleanField(db_default=False, default=False)),
                ("asked_by", models.BigIntegerField(null=True)),
                ("proposal", models.JSONField(default=dict)),
                ("platforms", models.JSONField(default=list)),
                (
                    "returned_by",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "dispute_level",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("district", "district government"),
                            ("centre", "command centre"),
                            ("city", "city government"),
                            ("commission", "commission"),
                        ],
                        default="",
                        max_length=12,
                    ),
                ),
                ("dispatches", models.PositiveSmallIntegerField(default=0)),
                ("returns", models.PositiveSmallIntegerField(default=0)),
                ("reworks", models.PositiveSmallIntegerField(default=0)),
                ("proofs_refused", models.PositiveSmallIntegerField(default=0)),
                ("urges", models.PositiveSmallIntegerField(default=0)),
                ("escalations", models.PositiveSmallIntegerField(default=0)),
                ("reports", models.PositiveIntegerField(default=1)),
                ("verified", models.CharField(blank=True, default="", max_length=12)),
                ("handled_late", models.BooleanField(null=True)),
                ("checked_late", models.BooleanField(null=True)),
                ("handling_overdue", models.BooleanField(default=False)),
                ("answer_owed", models.BooleanField(default=False)),
                ("reviewed_at", models.DateTimeField(null=True)),
                ("joined_public", models.BooleanField(db_default=False, default=False)),
                ("reported_again_at", models.DateTimeField(null=True)),
                ("replies_owed", models.JSONField(default=list)),
                ("extensions", models.PositiveSmallIntegerField(default=0)),
                ("suspensions", models.PositiveSmallIntegerField(default=0)),
                ("deferrals", models.PositiveSmallIntegerField(default=0)),
                ("long_limit", models.BooleanField(default=False)),
                ("backlog_at", models.DateTimeField(null=True)),
                (
                    "appeal",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("asked", "asked for"),
                            ("granted", "granted"),
                            ("refused", "refused"),
                        ],
                        default="",
                        max_length=8,
                    ),
                ),
                (
                    "closing_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("normal", "closed under its closing condition"),
                            ("forced", "closed by force"),
                            ("self_handled", "handled on the spot by the finder"),
                            ("reminder", "settled by a reminder"),
                        ],
                        default="",
                        max_length=16,
                    ),
                ),
                ("reason_code", models.CharField(blank=True, default="", max_length=24)),
                ("judged_by", models.JSONField(default=list)),
                ("handled_by", models.JSONField(default=list)),
                (
                    "units",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "members",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("head", models.CharField(default="", max_length=64)),
                (
                    "search",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            django.db.models.functions.text.Concat(
                                "description",
                                models.Value(" "),
                                "address",
                                models.Value(" "),
                                "external_number",
                            ),
                            function="cityloop_bigrams",
                        ),
                        output_field=django.contrib.postgres.search.SearchVectorField(),
                    ),
                ),
                (
                    "accepted_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "component",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assets.component",
                    ),
                ),
                (
                    "filing_rule",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="standards.filingrule",
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
                (
                    "liable",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
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
                    "worker",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "flow",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.flow",
                    ),
                ),
            ],
            options={
                "db_table": "cases_case",
                "indexes": [
                    models.Index(
                        models.F("status"), models.F("due_at"), models.F("id"), name="case_desk"
                    ),
                    models.Index(
                        models.F("due_at"),
                        models.F("id"),
                        condition=models.Q(
                            ("status__in", ["closed", "rejected", "voided"]), _negated=True
                        ),
                        name="case_open_due",
                    ),
                    models.Index(
                        models.F("lead"),
                        models.F("status"),
                        models.F("due_at"),
                        condition=models.Q(("lead__isnull", False)),
                        name="case_unit_desk",
                    ),
                    models.Index(fields=["-reported_at", "-id"], name="case_latest"),
                    models.Index(
                        django.contrib.postgres.indexes.OpClass(
                            "area_code", name="varchar_pattern_ops"
                        ),
                        models.OrderBy(models.F("reported_at"), descending=True),
                        name="case_area",
                    ),
                    models.Index(fields=["problem_class", "-reported_at"], name="case_class"),
                    django.contrib.postgres.indexes.GistIndex(models.F("point"), name="case_point"),
                    django.contrib.postgres.indexes.GistIndex(
                        condition=models.Q(
                            ("status__in", ["closed", "rejected", "voided"]), _negated=True
                        ),
                        fields=["point"],
                        name="case_open_point",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        models.F("search"), name="case_search"
                    ),
                    django.contrib.postgres.indexes.GinIndex(models.F("units"), name="case_units"),
                    django.contrib.postgres.indexes.GinIndex(
                        models.F("members"), name="case_members"
                    ),
                    models.Index(
                        models.F("external_number"),
                        condition=models.Q(("external_number", ""), _negated=True),
                        name="case_external",
                    ),
                    models.Index(
                        models.F("filing_rule"),
                        condition=models.Q(("filing_rule__isnull", False)),
                        name="case_rule",
                    ),
                    models.Index(
                        models.F("component"),
                        condition=models.Q(("component__isnull", False)),
                        name="case_component",
                    ),
                    models.Index(
                        models.F("worker"),
                        condition=models.Q(("worker__isnull", False)),
                        name="case_worker",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(models.F("number"), name="case_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "reported",
                                    "verifying",
                                    "accepted",
                                    "voiding",
                                    "filed",
                                    "dispatched",
                                    "handling",
                                    "handed_in",
                                    "handled",
                                    "checking",
                                    "check_failed",
                                    "checked",
                                    "coordinating",
                                    "suspended",
                                    "deferred",
                                    "closed",
                                    "rejected",
                                    "voided",
                                ],
                            )
                        ),
                        name="case_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("status__in", ["dispatched", "handling", "handed_in"]),
                                _negated=True,
                            ),
                            models.Q(("handling_due_at__isnull", False), ("lead__isnull", False)),
                            _connector="OR",
                        ),
                        name="case_in_handling_has_unit_and_deadline",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "closed"), _negated=True),
                            models.Q(
                                ("closed_at__isnull", False),
                                models.Q(("closing_kind", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="case_closed_says_when_and_how",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                ["reported", "verifying", "closed", "rejected", "voided"],
                            ),
                            ("problem_class__isnull", False),
                            _connector="OR",
                        ),
                        name="case_accepted_has_class",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__range", (1, 4))), name="case_level_known"
                    ),
                    models.UniqueConstraint(
                        models.F("external_number"),
                        condition=models.Q(
                            ("imported", True), models.Q(("external_number", ""), _negated=True)
                        ),
                        name="case_imported_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Task",
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
                            ("verify", "verify"),
                            ("handle", "handle"),
                            ("assist", "assist"),
                            ("check", "check"),
                            ("review", "sampled review"),
                            ("recheck", "re-inspection"),
                            ("supervise", "supervise"),
                            ("extension", "decide on an extension"),
                            ("long_limit", "decide on the engineering limit"),
                            ("suspension", "decide on a suspension"),
                            ("deferral", "decide on a deferral"),
                            ("appeal", "decide on an appeal"),
                            ("order", "answer a supervision order"),
                        ],
                        max_length=12,
                    ),
                ),
                ("role", models.CharField(blank=True, default="", max_length=20)),
                ("what", models.TextField(blank=True, default="")),
                ("opened_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("result", models.CharField(blank=True, default="", max_length=16)),
                ("asked", models.JSONField(default=dict)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to="cases.case",
                    ),
                ),
                (
                    "member",
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
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
            ],
            options={
                "db_table": "cases_task",
                "indexes": [
                    models.Index(
                        models.F("member"),
                        models.F("due_at"),
                        condition=models.Q(("closed_at__isnull", True)),
                        name="task_member",
                    ),
                    models.Index(
                        models.F("organisation"),
                        models.F("due_at"),
                        condition=models.Q(("closed_at__isnull", True)),
                        name="task_unit",
                    ),
                    models.Index(
                        condition=models.Q(("kind", "order")), fields=["-id"], name="task_order"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Timer",
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
                            ("acceptance", "acceptance"),
                            ("verify", "verification"),
                            ("filing", "filing"),
                            ("dispatch", "dispatch"),
                            ("handling", "handling"),
                            ("check", "check"),
                            ("closing", "closing"),
                            ("reply", "answer to a supervision order"),
                            ("whole", "whole case"),
                            ("hold", "suspension or deferral"),
                            ("backlog", "until backlog"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "running"), ("paused", "paused"), ("ended", "ended")],
                        max_length=8,
                    ),
                ),
                ("limit_amount", models.DecimalField(decimal_places=2, max_digits=8)),
                ("limit_unit", models.CharField(max_length=12)),
                ("margin_hours", models.DecimalField(decimal_places=2, default=0, max_digits=6)),
                ("spent", models.DecimalField(decimal_places=5, default=0, max_digits=12)),
                ("first_started_at", models.DateTimeField()),
                ("started_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("fire_at", models.DateTimeField(null=True)),
                ("fired", models.PositiveSmallIntegerField(default=0)),
                ("ended_at", models.DateTimeField(null=True)),
                ("late", models.BooleanField(null=True)),
                (
                    "appeal",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("asked", "asked for"),
                            ("granted", "granted"),
                            ("refused", "refused"),
                        ],
                        db_default="",
                        default="",
                        max_length=8,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="timers",
                        to="cases.case",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
            ],
            options={
                "db_table": "cases_timer",
                "indexes": [
                    models.Index(
                        models.F("fire_at"),
                        condition=models.Q(("fire_at__isnull", False)),
                        name="timer_to_fire",
                    ),
                    models.Index(
                        models.F("ended_at"),
                        condition=models.Q(("kind", "handling"), ("late", True)),
                        name="timer_late_handling",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("case"),
                        models.F("kind"),
                        condition=models.Q(("state", "ended"), _negated=True),
                        name="timer_one_open_of_a_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__isnull", False),
                                ("fire_at__isnull", True),
                                ("state", "ended"),
                            ),
                            models.Q(
                                models.Q(("state", "ended"), _negated=True),
                                ("ended_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="timer_ended_does_not_fire",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("stage", models.CharField(max_length=16)),
                ("filename", models.CharField(blank=True, default="", max_length=120)),
                ("from_album", models.BooleanField(default=False)),
                ("remarks", models.JSONField(default=list)),
                ("added_at", models.DateTimeField()),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.storedfile",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attachments",
                        to="cases.case",
                    ),
                ),
            ],
            options={
                "db_table": "cases_attachment",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("case"),
                        models.F("version"),
                        models.F("file"),
                        name="attachment_once_a_step",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("action", models.CharField(max_length=24)),
                ("source", models.CharField(blank=True, max_length=16)),
                ("target", models.CharField(max_length=16)),
                ("role", models.CharField(max_length=20)),
                ("actor", models.CharField(max_length=120)),
                ("at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("facts", models.JSONField(default=dict)),
                ("imported", models.BooleanField(default=False)),
                ("state", models.CharField(blank=True, db_default="", default="", max_length=160)),
                ("previous", models.CharField(blank=True, max_length=64)),
                ("hash", models.CharField(max_length=64)),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
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
            ],
            options={
                "db_table": "cases_event",
                "indexes": [
                    models.Index(
                        condition=models.Q(("member__isnull", False)),
                        fields=["member", "-at"],
                        name="event_member",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("case"), models.F("version"), name="event_once_per_version"
                    )
                ],
            },
        ),
    ]
