import django.contrib.gis.db.models.fields
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0002_safeguards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PermitKind",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=20, unique=True)),
                ("name_zh", models.CharField(max_length=60)),
                ("name_en", models.CharField(max_length=60)),
                (
                    "classes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=8), default=list, size=None
                    ),
                ),
                ("after_days", models.PositiveSmallIntegerField(default=30)),
                ("near_m", models.PositiveSmallIntegerField(default=30)),
                ("position", models.PositiveSmallIntegerField(default=100)),
            ],
            options={
                "db_table": "permits_kind",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        models.F("classes"), name="permit_kind_classes"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[a-z][a-z_]{1,19}$")),
                        name="permit_kind_code",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Permit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=60)),
                ("holder", models.CharField(max_length=120)),
                ("phone", models.CharField(blank=True, default="", max_length=40)),
                (
                    "point",
                    django.contrib.gis.db.models.fields.PointField(spatial_index=False, srid=4326),
                ),
                ("radius_m", models.PositiveSmallIntegerField(null=True)),
                (
                    "ground",
                    django.contrib.gis.db.models.fields.GeometryField(
                        spatial_index=False, srid=4326
                    ),
                ),
                ("address", models.CharField(blank=True, default="", max_length=200)),
                ("grid_code", models.CharField(blank=True, default="", max_length=15)),
                ("area_code", models.CharField(max_length=12)),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField()),
                ("conditions", models.TextField(blank=True, default="")),
                ("document", models.CharField(blank=True, default="", max_length=200)),
                ("revoked_on", models.DateField(null=True)),
                ("revoke_reason", models.CharField(blank=True, default="", max_length=200)),
                ("recorded_at", models.DateTimeField()),
                (
                    "search",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            django.db.models.functions.text.Concat(
                                "number", models.Value(" "), "address"
                            ),
                            function="cityloop_bigrams",
                        ),
                        output_field=django.contrib.postgres.search.SearchVectorField(),
                    ),
                ),
                (
                    "holder_search",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func("holder", function="cityloop_bigrams"),
                        output_field=django.contrib.postgres.search.SearchVectorField(),
                    ),
                ),
                (
                    "issuer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
                (
                    "supervisor",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
                (
                    "kind",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="permits.permitkind",
                    ),
                ),
            ],
            options={
                "db_table": "permits_permit",
            },
        ),
        migrations.CreateModel(
            name="PermitChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("actor", models.CharField(max_length=120)),
                ("action", models.CharField(max_length=12)),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                ("fields", models.JSONField(default=dict)),
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
                    "permit",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="permits.permit",
                    ),
                ),
                (
                    "kind",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="permits.permitkind",
                    ),
                ),
            ],
            options={
                "db_table": "permits_change",
                "indexes": [models.Index(fields=["permit", "-at", "-id"], name="permit_change")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("permit__isnull", True), ("kind__isnull", True), _connector="XOR"
                        ),
                        name="permit_change_of_one",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="permit",
            index=django.contrib.postgres.indexes.GistIndex(
                models.F("ground"), name="permit_ground"
            ),
        ),
        migrations.AddIndex(
            model_name="permit",
            index=django.contrib.postgres.indexes.GinIndex(
                models.F("search"), name="permit_search"
            ),
        ),
        migrations.AddIndex(
            model_name="permit",
            index=django.contrib.postgres.indexes.GinIndex(
                models.F("holder_search"), name="permit_holder_search"
            ),
        ),
        migrations.AddIndex(
            model_name="permit",
            index=models.Index(fields=["-valid_until", "-id"], name="permit_latest"),
        ),
        migrations.AddIndex(
            model_name="permit",
            index=models.Index(fields=["grid_code"], name="permit_grid"),
        ),
        migrations.AddIndex(
            model_name="permit",
            index=models.Index(fields=["supervisor"], name="permit_supervisor"),
        ),
        migrations.AddConstraint(
            model_name="permit",
            constraint=models.UniqueConstraint(
                models.F("issuer"), models.F("number"), name="permit_number_once_an_issuer"
            ),
        ),
        migrations.AddConstraint(
            model_name="permit",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_until__gte", models.F("valid_from"))),
                name="permit_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="permit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("revoke_reason", ""), ("revoked_on__isnull", True)),
                    models.Q(
                        ("revoked_on__isnull", False),
                        models.Q(("revoke_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="permit_revoked_says_why",
            ),
        ),
    ]
