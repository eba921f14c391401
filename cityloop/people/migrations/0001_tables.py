import django.contrib.gis.db.models.fields
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    # A database that had all of these has these tables already.
    replaces = [("people", "0001_initial"), ("people", "0002_rules"), ("people", "0003_posts")]

    initial = True

    dependencies = [
        ("kernel", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="PeopleSetting",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("value", models.JSONField()),
                ("source_document", models.CharField(blank=True, default="", max_length=200)),
                ("set_at", models.DateTimeField()),
            ],
            options={
                "db_table": "people_setting",
            },
        ),
        migrations.CreateModel(
            name="Revision",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("stamp", models.CharField(max_length=36)),
            ],
            options={
                "db_table": "people_revision",
            },
        ),
        migrations.CreateModel(
            name="Role",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=24, unique=True)),
                ("label_zh", models.CharField(max_length=60)),
                ("label_en", models.CharField(max_length=60)),
                (
                    "permissions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "offered",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=100)),
            ],
            options={
                "db_table": "people_role",
            },
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40, unique=True)),
                ("name_zh", models.CharField(max_length=120)),
                ("name_en", models.CharField(blank=True, default="", max_length=120)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("city_platform", "city platform"),
                            ("district_platform", "district platform"),
                            ("department", "department"),
                            ("utility", "utility"),
                            ("street", "street or town"),
                            ("community_office", "community office"),
                            ("company", "collection company"),
                            ("state_firm", "state firm"),
                            ("military", "military"),
                            ("contractor", "contractor"),
                        ],
                        max_length=20,
                    ),
                ),
                ("path", models.CharField(default="", editable=False, max_length=400)),
                ("region_code", models.CharField(blank=True, default="", max_length=15)),
                ("level", models.CharField(blank=True, default="", max_length=16)),
                ("phone", models.CharField(blank=True, default="", max_length=40)),
                ("trial", models.BooleanField(default=False)),
                ("active", models.BooleanField(default=True)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(blank=True, null=True)),
                (
                    "search",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            django.db.models.functions.text.Concat(
                                "name_zh",
                                models.Value(" "),
                                "name_en",
                                models.Value(" "),
                                "code",
                                models.Value(" "),
                            ),
                            function="cityloop_bigrams",
                        ),
                        output_field=django.contrib.postgres.search.SearchVectorField(),
                    ),
                ),
                (
                    "also_under",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="people.organisation",
                    ),
                ),
            ],
            options={
                "db_table": "people_organisation",
                "indexes": [
                    models.Index(
                        models.F("also_under"),
                        condition=models.Q(("also_under__isnull", False)),
                        name="organisation_also_under",
                    ),
                    models.Index(
                        django.contrib.postgres.indexes.OpClass("path", "varchar_pattern_ops"),
                        name="organisation_path",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        models.F("search"), name="organisation_search"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "city_platform",
                                    "district_platform",
                                    "department",
                                    "utility",
                                    "street",
                                    "community_office",
                                    "company",
                                    "state_firm",
                                    "military",
                                    "contractor",
                                ],
                            )
                        ),
                        name="organisation_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "region_code__regex",
                                "^(\\d{2}){0,3}$|^\\d{9}$|^\\d{12}$|^\\d{14,15}$",
                            )
                        ),
                        name="organisation_region_is_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to__isnull", True),
                            ("valid_to__gt", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="organisation_period",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Member",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                ("username", models.CharField(max_length=60, unique=True)),
                ("name", models.CharField(max_length=60)),
                ("phone", models.CharField(blank=True, default="", max_length=40)),
                ("email", models.EmailField(blank=True, default="", max_length=254)),
                ("active", models.BooleanField(default=True)),
                ("initial_password", models.BooleanField(default=False)),
                ("language", models.CharField(blank=True, default="", max_length=10)),
                ("created_at", models.DateTimeField()),
                (
                    "search",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            django.db.models.functions.text.Concat(
                                "name",
                                models.Value(" "),
                                "username",
                                models.Value(" "),
                                "phone",
                                models.Value(" "),
                            ),
                            function="cityloop_bigrams",
                        ),
                        output_field=django.contrib.postgres.search.SearchVectorField(),
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="members",
                        to="people.organisation",
                    ),
                ),
            ],
            options={
                "db_table": "people_member",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        models.F("search"), name="member_search"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PatrolArea",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("area_code", models.CharField(max_length=15)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(blank=True, null=True)),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="patrol_areas",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "people_patrol_area",
                "indexes": [models.Index(models.F("area_code"), name="patrol_area_code")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("area_code__regex", "^(\\d{6}|\\d{9}|\\d{12}|\\d{14,15})$")
                        ),
                        name="patrol_area_is_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to__isnull", True),
                            ("valid_to__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="patrol_area_period",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("member", "="),
                            ("area_code", "="),
                            (
                                models.Func(
                                    models.F("valid_from"),
                                    models.F("valid_to"),
                                    function="daterange",
                                    output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="patrol_area_once_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PeopleChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("member_id", models.BigIntegerField(null=True)),
                ("actor", models.CharField(max_length=200)),
                ("subject", models.CharField(max_length=24)),
                ("subject_id", models.CharField(max_length=64)),
                ("action", models.CharField(max_length=24)),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
            ],
            options={
                "db_table": "people_change",
                "indexes": [
                    models.Index(
                        models.F("subject"),
                        models.F("subject_id"),
                        models.F("id"),
                        name="people_change_subject",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Post",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=60, unique=True)),
                ("name_zh", models.CharField(max_length=60)),
                ("name_en", models.CharField(blank=True, default="", max_length=60)),
                (
                    "region_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=15), blank=True, null=True, size=None
                    ),
                ),
                ("terminal", models.BooleanField(default=False)),
                ("active", models.BooleanField(default=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="posts",
                        to="people.organisation",
                    ),
                ),
                (
                    "roles",
                    models.ManyToManyField(
                        db_table="people_post_role", related_name="posts", to="people.role"
                    ),
                ),
            ],
            options={
                "db_table": "people_post",
            },
        ),
        migrations.CreateModel(
            name="Holding",
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
                        choices=[("regular", "regular"), ("secondment", "secondment")],
                        default="regular",
                        max_length=12,
                    ),
                ),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("source_document", models.CharField(blank=True, default="", max_length=200)),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holdings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holdings",
                        to="people.post",
                    ),
                ),
            ],
            options={
                "db_table": "people_holding",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to__isnull", True),
                            ("valid_to__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="holding_period",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "secondment"), _negated=True),
                            ("valid_to__isnull", False),
                            _connector="OR",
                        ),
                        name="holding_secondment_ends",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("member", "="),
                            ("post", "="),
                            (
                                models.Func(
                                    models.F("valid_from"),
                                    models.F("valid_to"),
                                    function="daterange",
                                    output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="holding_once_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Responsibility",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("class_kind", models.CharField(max_length=12)),
                ("edition_code", models.CharField(default="*", max_length=40)),
                ("major_code", models.CharField(default="*", max_length=4)),
                ("minor_code", models.CharField(default="*", max_length=4)),
                ("region_code", models.CharField(default="*", max_length=15)),
                (
                    "lead_role",
                    models.CharField(
                        choices=[
                            ("rectify", "rectify"),
                            ("enforce", "enforce"),
                            ("supervise", "supervise"),
                            ("maintain", "maintain"),
                            ("assist", "assist"),
                        ],
                        default="rectify",
                        max_length=12,
                    ),
                ),
                ("assists", models.JSONField(blank=True, default=list)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("source_document", models.CharField(max_length=200)),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leads",
                        to="people.organisation",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
            ],
            options={
                "db_table": "people_responsibility",
                "indexes": [models.Index(models.F("lead"), name="responsibility_lead")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("class_kind__in", ["component", "event"])),
                        name="responsibility_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("major_code", "*"), _negated=True),
                            ("minor_code", "*"),
                            _connector="OR",
                        ),
                        name="responsibility_minor_needs_major",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "region_code__regex",
                                "^(\\*|\\d{2}|\\d{4}|\\d{6}|\\d{9}|\\d{12}|\\d{14,15})$",
                            )
                        ),
                        name="responsibility_region_is_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to__isnull", True),
                            ("valid_to__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="responsibility_period",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("class_kind", "="),
                            ("edition_code", "="),
                            ("major_code", "="),
                            ("minor_code", "="),
                            ("region_code", "="),
                            (django.db.models.functions.comparison.Coalesce("owner", 0), "="),
                            (
                                models.Func(
                                    models.F("valid_from"),
                                    models.F("valid_to"),
                                    function="daterange",
                                    output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="responsibility_one_line_a_cell",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ResponsiblePerson",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("region_code", models.CharField(max_length=15)),
                ("class_kind", models.CharField(default="*", max_length=12)),
                ("edition_code", models.CharField(default="*", max_length=40)),
                ("major_code", models.CharField(default="*", max_length=4)),
                ("minor_code", models.CharField(default="*", max_length=4)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("source_document", models.CharField(blank=True, default="", max_length=200)),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers_for",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "people_responsible_person",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to__isnull", True),
                            ("valid_to__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="responsible_person_period",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("region_code", "="),
                            ("class_kind", "="),
                            ("edition_code", "="),
                            ("major_code", "="),
                            ("minor_code", "="),
                            ("member", "="),
                            (
                                models.Func(
                                    models.F("valid_from"),
                                    models.F("valid_to"),
                                    function="daterange",
                                    output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="responsible_person_one_a_cell",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Territory",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                (
                    "geom",
                    django.contrib.gis.db.models.fields.MultiPolygonField(
                        spatial_index=False, srid=4326
                    ),
                ),
                (
                    "grid_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=15), size=None
                    ),
                ),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("source_document", models.CharField(max_length=200)),
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
                "db_table": "people_territory",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to__isnull", True),
                            ("valid_to__gt", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="territory_period",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Token",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("hint", models.CharField(max_length=8)),
                ("channel_code", models.CharField(blank=True, default="", max_length=16)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "people_token",
            },
        ),
    ]
