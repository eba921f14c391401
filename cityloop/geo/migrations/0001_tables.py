import django.contrib.gis.db.models.fields
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

import cityloop.geo.models


class Migration(migrations.Migration):
    # A database that had all of these has these tables already.
    replaces = [("geo", "0001_initial"), ("geo", "0002_rules"), ("geo", "0003_grid_changes")]

    initial = True

    dependencies = [
        ("kernel", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="MapSource",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=64, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("wmts", "Wmts"), ("xyz", "Xyz"), ("pmtiles", "Pmtiles")],
                        max_length=7,
                    ),
                ),
                ("url", models.CharField(max_length=1000)),
                ("attribution", models.CharField(blank=True, default="", max_length=256)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("enabled", models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name="Road",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(db_index=True, max_length=64)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("primary", "Primary"),
                            ("secondary", "Secondary"),
                            ("branch", "Branch"),
                        ],
                        max_length=10,
                    ),
                ),
                ("geom", django.contrib.gis.db.models.fields.LineStringField(srid=4326)),
                ("source", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="ServiceArea",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=64, unique=True)),
                ("geom", django.contrib.gis.db.models.fields.MultiPolygonField(srid=4326)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Region",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=12)),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("province", "Province"),
                            ("city", "City"),
                            ("district", "District"),
                            ("street", "Street"),
                            ("community", "Community"),
                        ],
                        max_length=10,
                    ),
                ),
                ("name", models.CharField(max_length=64)),
                ("name_en", models.CharField(blank=True, default="", max_length=128)),
                ("geom", django.contrib.gis.db.models.fields.MultiPolygonField(srid=4326)),
                ("label_point", django.contrib.gis.db.models.fields.PointField(srid=4326)),
                ("generated", models.BooleanField(default=False)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="geo.region",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("code"), models.F("valid_from"), name="region_code_from"
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("code", "="),
                            (cityloop.geo.models.Validity("valid_from", "valid_to"), "&&"),
                        ],
                        name="region_code_once_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("code__regex", "^\\d{2}$"), ("level", "province")),
                            models.Q(("code__regex", "^\\d{4}$"), ("level", "city")),
                            models.Q(("code__regex", "^\\d{6}$"), ("level", "district")),
                            models.Q(("code__regex", "^\\d{9}$"), ("level", "street")),
                            models.Q(("code__regex", "^\\d{12}$"), ("level", "community")),
                            _connector="OR",
                        ),
                        name="region_code_digits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None),
                            ("valid_to__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="region_ends_after_start",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ServicePiece",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("geom", django.contrib.gis.db.models.fields.PolygonField(srid=4326)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(null=True)),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pieces",
                        to="geo.servicearea",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="UnitGrid",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=15, unique=True)),
                ("name", models.CharField(blank=True, default="", max_length=64)),
                ("district_code", models.CharField(db_index=True, max_length=6)),
                ("street_code", models.CharField(db_index=True, max_length=9)),
                ("community_code", models.CharField(db_index=True, max_length=12)),
                ("geom", django.contrib.gis.db.models.fields.PolygonField(srid=4326)),
                ("area_m2", models.FloatField()),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="unit_grids",
                        to="geo.region",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("code__regex", "^\\d{14,15}$"),
                            ("code__startswith", models.F("community_code")),
                            ("community_code__startswith", models.F("street_code")),
                            ("street_code__startswith", models.F("district_code")),
                        ),
                        name="unit_grid_code_of_its_place",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None),
                            ("valid_to__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="unit_grid_ends_after_start",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ResponsibilityGrid",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=32, unique=True)),
                ("name", models.CharField(max_length=64)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="responsibility_grids",
                        to="geo.region",
                    ),
                ),
                (
                    "unit_grids",
                    models.ManyToManyField(related_name="responsibility_grids", to="geo.unitgrid"),
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
                        name="responsibility_grid_ends_after_start",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Address",
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
                            ("road", "Road"),
                            ("crossing", "Crossing"),
                            ("doorplate", "Doorplate"),
                            ("neighbourhood", "Neighbourhood"),
                            ("landmark", "Landmark"),
                            ("poi", "Poi"),
                        ],
                        max_length=13,
                    ),
                ),
                ("name", models.CharField(max_length=128)),
                ("full_name", models.CharField(max_length=256)),
                ("number", models.PositiveIntegerField(null=True)),
                ("point", django.contrib.gis.db.models.fields.PointField(srid=4326)),
                ("source", models.CharField(max_length=64)),
                (
                    "search",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(models.F("full_name"), function="cityloop_bigrams"),
                        output_field=django.contrib.postgres.search.SearchVectorField(),
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="geo.address",
                    ),
                ),
                (
                    "grid",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="addresses",
                        to="geo.unitgrid",
                    ),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        models.F("search"), fastupdate=False, name="address_search"
                    ),
                    models.Index(
                        models.F("parent"), models.F("number"), name="address_number_on_road"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GridChange",
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
                        choices=[("retire", "Retire"), ("split", "Split"), ("merge", "Merge")],
                        max_length=6,
                    ),
                ),
                ("day", models.DateField()),
                (
                    "retired",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=15), size=None
                    ),
                ),
                (
                    "made",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=15), default=list, size=None
                    ),
                ),
                ("heir", models.CharField(blank=True, default="", max_length=15)),
                ("planned_at", models.DateTimeField()),
                ("member_id", models.BigIntegerField(null=True)),
                ("actor", models.CharField(max_length=120)),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                ("begun_at", models.DateTimeField(null=True)),
                ("cancelled_at", models.DateTimeField(null=True)),
                ("cancelled_on", models.DateField(null=True)),
                ("cancelled_by", models.CharField(blank=True, default="", max_length=120)),
                ("cancel_reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "moved_from",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moved_to",
                        to="geo.gridchange",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("day"),
                        condition=models.Q(("begun_at", None), ("cancelled_at", None)),
                        name="grid_change_open",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("begun_at", None), ("cancelled_at", None), _connector="OR"
                        ),
                        name="grid_change_begins_or_is_cancelled",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cancelled_at", None), ("cancelled_on", None)),
                            models.Q(
                                ("cancelled_at__isnull", False),
                                ("cancelled_on__lt", models.F("day")),
                            ),
                            _connector="OR",
                        ),
                        name="grid_change_cancelled_before_its_day",
                    ),
                ],
            },
        ),
    ]
