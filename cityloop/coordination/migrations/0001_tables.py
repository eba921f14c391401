import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    # A database that had all of these has these tables already.
    replaces = [("coordination", "0001_initial"), ("coordination", "0002_joint_operations")]

    initial = True

    dependencies = [
        ("cases", "0001_tables"),
        ("kernel", "0001_tables"),
        ("people", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Dispute",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "parties",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("district", "district government"),
                            ("centre", "command centre"),
                            ("city", "city government"),
                            ("commission", "commission"),
                        ],
                        max_length=12,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("last_version", models.PositiveIntegerField()),
                ("fixed_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("decision", models.TextField(blank=True, default="")),
                ("decided_by", models.CharField(blank=True, default="", max_length=120)),
                ("document", models.CharField(blank=True, default="", max_length=200)),
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
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.storedfile",
                    ),
                ),
                (
                    "fixed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
                (
                    "liable",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.responsibility",
                    ),
                ),
            ],
            options={
                "db_table": "coordination_dispute",
                "indexes": [models.Index(fields=["-opened_at", "-id"], name="dispute_latest")],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("case"),
                        condition=models.Q(("closed_at__isnull", True)),
                        name="dispute_one_open_a_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("liable__isnull", True)),
                            models.Q(
                                ("closed_at__isnull", False),
                                ("liable__isnull", False),
                                models.Q(("decision", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="dispute_closed_says_whose_duty_and_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("line__isnull", True),
                            models.Q(("document", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="dispute_line_has_document",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="JointMeeting",
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
                        choices=[("joint", "joint meeting"), ("hearing", "hearing")], max_length=8
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("region_code", models.CharField(blank=True, default="", max_length=12)),
                ("planned_at", models.DateTimeField()),
                ("place", models.CharField(max_length=200)),
                ("called_by", models.CharField(max_length=120)),
                ("called_at", models.DateTimeField()),
                ("held_at", models.DateTimeField(null=True)),
                ("present", models.CharField(blank=True, default="", max_length=400)),
                ("minutes", models.TextField(blank=True, default="")),
                (
                    "file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.storedfile",
                    ),
                ),
            ],
            options={
                "db_table": "coordination_meeting",
                "indexes": [models.Index(fields=["-planned_at", "-id"], name="meeting_latest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("held_at__isnull", True), ("minutes", "")),
                            models.Q(
                                ("held_at__isnull", False), models.Q(("minutes", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="meeting_held_has_minutes",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AgendaItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("title", models.CharField(blank=True, default="", max_length=200)),
                ("cases", models.PositiveIntegerField(default=0)),
                ("late", models.PositiveIntegerField(default=0)),
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
                    "dispute",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agenda_items",
                        to="coordination.dispute",
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="coordination.jointmeeting",
                    ),
                ),
            ],
            options={
                "db_table": "coordination_agenda_item",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("meeting"), models.F("position"), name="agenda_position_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("title", ""), _negated=True),
                            ("dispute__isnull", False),
                            ("organisation__isnull", False),
                            _connector="OR",
                        ),
                        name="agenda_item_says_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="JointOperation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("plan", models.TextField()),
                ("region_code", models.CharField(blank=True, default="", max_length=12)),
                (
                    "units",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("begins_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("planned_at", models.DateTimeField()),
                ("planned_by", models.CharField(max_length=120)),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("called_off", models.BooleanField(default=False)),
                ("report", models.TextField(blank=True, default="")),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
            ],
            options={
                "db_table": "coordination_joint_operation",
                "indexes": [
                    models.Index(fields=["-planned_at", "-id"], name="joint_operation_latest"),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["units"], name="joint_operation_units"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("begins_on"))),
                        name="joint_operation_ends_after_begin",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("called_off", False), ("ended_at__isnull", True)),
                            models.Q(
                                ("ended_at__isnull", False), models.Q(("report", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="joint_operation_ended_says_how",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at__isnull", True),
                            ("started_at__isnull", False),
                            ("called_off", True),
                            _connector="OR",
                        ),
                        name="joint_operation_reports_after_start",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="KeyMatter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("description", models.TextField()),
                ("region_code", models.CharField(blank=True, default="", max_length=12)),
                ("due_on", models.DateField()),
                ("opened_at", models.DateTimeField()),
                ("opened_by", models.CharField(max_length=120)),
                ("closed_at", models.DateTimeField(null=True)),
                ("result", models.TextField(blank=True, default="")),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
            ],
            options={
                "db_table": "coordination_key_matter",
                "indexes": [models.Index(fields=["-opened_at", "-id"], name="matter_latest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_at__isnull", True),
                            models.Q(("result", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="matter_closed_says_how",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MatterCase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("added_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="coordination.keymatter",
                    ),
                ),
            ],
            options={
                "db_table": "coordination_matter_case",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("matter"), models.F("case"), name="matter_case_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MeetingTask",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("what", models.TextField()),
                ("due_on", models.DateField()),
                ("done_at", models.DateTimeField(null=True)),
                ("result", models.TextField(blank=True, default="")),
                ("done_by", models.CharField(blank=True, default="", max_length=120)),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tasks",
                        to="coordination.jointmeeting",
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
            ],
            options={
                "db_table": "coordination_meeting_task",
                "indexes": [
                    models.Index(
                        models.F("organisation"),
                        models.F("due_on"),
                        condition=models.Q(("done_at__isnull", True)),
                        name="meeting_task_owed",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("done_at__isnull", True),
                            models.Q(("result", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="meeting_task_done_says_what",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Milestone",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("due_on", models.DateField()),
                ("reached_on", models.DateField(null=True)),
                ("note", models.TextField(blank=True, default="")),
                (
                    "matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="milestones",
                        to="coordination.keymatter",
                    ),
                ),
            ],
            options={
                "db_table": "coordination_milestone",
            },
        ),
        migrations.CreateModel(
            name="OperationCase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("found", models.BooleanField(default=False)),
                ("added_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="coordination.jointoperation",
                    ),
                ),
            ],
            options={
                "db_table": "coordination_operation_case",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("operation"), models.F("case"), name="operation_case_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OperationResult",
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
                            ("inspected", "shops and sites inspected"),
                            ("corrected", "troubles corrected on the spot"),
                            ("seized", "things taken into custody"),
                            ("ordered", "orders to correct, served"),
                            ("helped", "people helped"),
                            ("other", "other, as the remark says"),
                        ],
                        max_length=12,
                    ),
                ),
                ("number", models.IntegerField()),
                ("note", models.CharField(blank=True, default="", max_length=300)),
                ("told_at", models.DateTimeField()),
                ("told_by", models.CharField(max_length=120)),
                (
                    "operation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="results",
                        to="coordination.jointoperation",
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
                "db_table": "coordination_operation_result",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("number", 0), _negated=True),
                        name="operation_result_counts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("number__gt", 0),
                            models.Q(("note", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="operation_correction_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SiteMeeting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("held_at", models.DateTimeField()),
                ("place", models.CharField(max_length=200)),
                ("present", models.CharField(max_length=400)),
                ("minutes", models.TextField()),
                ("recorded_by", models.CharField(max_length=120)),
                ("recorded_at", models.DateTimeField()),
                (
                    "dispute",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="site_meetings",
                        to="coordination.dispute",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.storedfile",
                    ),
                ),
            ],
            options={
                "db_table": "coordination_site_meeting",
            },
        ),
    ]
