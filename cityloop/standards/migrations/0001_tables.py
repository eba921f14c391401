import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

import cityloop.standards.models


class Migration(migrations.Migration):
    # A database that had all of these has these tables already.
    replaces = [
        ("standards", "0001_initial"),
        ("standards", "0002_fixed_and_recorded"),
        ("standards", "0003_protection"),
    ]

    initial = True

    dependencies = [
        ("kernel", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Calendar",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40, unique=True)),
                ("name", models.CharField(max_length=120)),
                ("time_zone", models.CharField(default="Asia/Shanghai", max_length=64)),
                (
                    "known_years",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(), default=list, size=None
                    ),
                ),
                ("revision", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Edition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40, unique=True)),
                ("name_zh", models.CharField(max_length=120)),
                ("name_en", models.CharField(blank=True, max_length=200)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("national", "national standard"),
                            ("industry", "standard of the trade"),
                            ("local", "catalogue of this city"),
                            ("foreign", "catalogue of another city"),
                        ],
                        max_length=10,
                    ),
                ),
                ("family", models.CharField(max_length=40)),
                ("source", models.TextField(blank=True)),
                ("note", models.TextField(blank=True)),
                (
                    "status",
                    models.CharField(
                        choices=[("draft", "draft"), ("published", "published")],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                ("loaded_at", models.DateTimeField()),
                ("loaded_by", models.CharField(max_length=120)),
                ("published_at", models.DateTimeField(null=True)),
                ("published_by", models.CharField(blank=True, max_length=120)),
                (
                    "based_on",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="extensions",
                        to="standards.edition",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None),
                            ("valid_to__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="edition_valid_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("published_at", None), ("status", "draft")),
                            models.Q(("published_at__isnull", False), ("status", "published")),
                            _connector="OR",
                        ),
                        name="edition_published_at",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("status", "published")),
                        expressions=[
                            ("family", "="),
                            (
                                cityloop.standards.models.DateRange(
                                    "valid_from",
                                    "valid_to",
                                    django.contrib.postgres.fields.ranges.RangeBoundary(True, True),
                                ),
                                "&&",
                            ),
                        ],
                        name="edition_family_no_overlap",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProblemClass",
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
                        choices=[("component", "component"), ("event", "event")], max_length=10
                    ),
                ),
                ("major_code", models.CharField(max_length=6)),
                ("major_zh", models.CharField(max_length=60)),
                ("major_en", models.CharField(blank=True, max_length=120)),
                ("minor_code", models.CharField(max_length=6)),
                ("name_zh", models.CharField(max_length=120)),
                ("name_en", models.CharField(blank=True, max_length=200)),
                ("code", models.CharField(max_length=60, unique=True)),
                ("level", models.PositiveSmallIntegerField(default=2)),
                ("second_eye", models.BooleanField(default=False)),
                ("provisional", models.BooleanField(default=False)),
                (
                    "synonyms",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=120), default=list, size=None
                    ),
                ),
                ("source", models.TextField(blank=True)),
                ("initials", models.TextField(blank=True)),
                ("pinyin", models.TextField(blank=True)),
                ("search_text", models.TextField(blank=True)),
                (
                    "search",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            models.F("search_text"),
                            function="cityloop_bigrams",
                            output_field=django.contrib.postgres.search.SearchVectorField(),
                        ),
                        output_field=django.contrib.postgres.search.SearchVectorField(),
                    ),
                ),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="classes",
                        to="standards.edition",
                    ),
                ),
                (
                    "national",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="local_classes",
                        to="standards.problemclass",
                    ),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["search"], name="class_search")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("edition", "kind", "major_code", "minor_code"),
                        name="class_code_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__range", (1, 4))), name="class_level"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FilingRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seq", models.PositiveSmallIntegerField()),
                ("condition_zh", models.TextField()),
                ("condition_en", models.TextField(blank=True)),
                ("closing_zh", models.TextField()),
                ("closing_en", models.TextField(blank=True)),
                ("limit_amount", models.DecimalField(decimal_places=2, max_digits=6)),
                (
                    "limit_unit",
                    models.CharField(
                        choices=[
                            ("minute", "minute"),
                            ("urgent_hour", "urgent_hour"),
                            ("work_hour", "work_hour"),
                            ("work_day", "work_day"),
                            ("natural_day", "natural_day"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "place_level",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "any place"),
                            ("A", "core area"),
                            ("B", "busy area"),
                            ("C", "general area"),
                        ],
                        max_length=1,
                    ),
                ),
                ("season_from", models.CharField(blank=True, max_length=5)),
                ("season_to", models.CharField(blank=True, max_length=5)),
                (
                    "engineering_amount",
                    models.DecimalField(decimal_places=2, max_digits=6, null=True),
                ),
                ("engineering_unit", models.CharField(blank=True, max_length=12)),
                ("units_hint", models.TextField(blank=True)),
                ("provisional", models.BooleanField(default=False)),
                ("source", models.TextField(blank=True)),
                ("position", models.CharField(max_length=32)),
                ("search_text", models.TextField(blank=True)),
                (
                    "search",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            models.F("search_text"),
                            function="cityloop_bigrams",
                            output_field=django.contrib.postgres.search.SearchVectorField(),
                        ),
                        output_field=django.contrib.postgres.search.SearchVectorField(),
                    ),
                ),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rules",
                        to="standards.edition",
                    ),
                ),
                (
                    "problem_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rules",
                        to="standards.problemclass",
                    ),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["search"], name="rule_search"),
                    models.Index(fields=["edition", "position", "id"], name="rule_position"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("edition", "problem_class", "seq", "place_level", "season_from"),
                        name="rule_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("limit_amount__gt", 0)), name="rule_limit"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("season_from", ""), ("season_to", "")),
                            models.Q(
                                models.Q(("season_from", ""), _negated=True),
                                models.Q(("season_to", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="rule_season",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("engineering_amount", None), ("engineering_unit", "")),
                            models.Q(
                                ("engineering_amount__gt", 0),
                                models.Q(("engineering_unit", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="rule_engineering",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProtectionPeriod",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name_zh", models.CharField(max_length=60)),
                ("name_en", models.CharField(blank=True, max_length=60)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("factor", models.DecimalField(decimal_places=2, default=1, max_digits=4)),
                ("limits", models.JSONField(default=list)),
                ("duty", models.TextField(blank=True)),
                (
                    "calendar",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="protection_periods",
                        to="standards.calendar",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                        name="protection_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("factor__gt", 0), ("factor__lte", 10)),
                        name="protection_factor",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RulePhoto",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[("good", "as it should be"), ("bad", "to be filed")], max_length=4
                    ),
                ),
                ("caption", models.CharField(blank=True, max_length=200)),
                ("added_at", models.DateTimeField()),
                ("added_by", models.CharField(max_length=120)),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.storedfile",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="photos",
                        to="standards.filingrule",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("rule", "file"), name="rule_photo_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="SpecialDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("holiday", "holiday"), ("workday", "working day")], max_length=8
                    ),
                ),
                ("periods", models.JSONField(null=True)),
                ("name", models.CharField(blank=True, max_length=60)),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("seed", "published holiday plan"),
                            ("city", "entered by the city"),
                        ],
                        default="city",
                        max_length=4,
                    ),
                ),
                (
                    "calendar",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="special_days",
                        to="standards.calendar",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("calendar", "day"), name="special_day_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="WorkPeriod",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "weekdays",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(), size=None
                    ),
                ),
                ("starts", models.TimeField()),
                ("ends", models.TimeField()),
                ("season_from", models.CharField(blank=True, max_length=5)),
                ("season_to", models.CharField(blank=True, max_length=5)),
                (
                    "calendar",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="periods",
                        to="standards.calendar",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CalendarChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("actor", models.CharField(max_length=120)),
                ("member_id", models.BigIntegerField(null=True)),
                ("what", models.CharField(max_length=120)),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
                ("why", models.TextField()),
                ("revision", models.BigIntegerField()),
                (
                    "calendar",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="standards.calendar",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["calendar", "-at"], name="calendar_change_at")],
            },
        ),
    ]
