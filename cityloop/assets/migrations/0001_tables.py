import django.contrib.gis.db.models.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    # A database that had all of these has these tables already.
    replaces = [
        ("assets", "0001_initial"),
        ("assets", "0002_append_only"),
        ("assets", "0003_posts"),
        ("assets", "0004_raw_positions"),
    ]

    initial = True

    dependencies = [
        ("kernel", "0001_tables"),
        ("people", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("standards", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Component",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=16, unique=True)),
                ("name", models.CharField(max_length=60)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("intact", "intact"),
                            ("damaged", "damaged"),
                            ("lost", "lost"),
                            ("abandoned", "abandoned"),
                            ("occupied", "occupied"),
                        ],
                        default="intact",
                        max_length=12,
                    ),
                ),
                ("point", django.contrib.gis.db.models.fields.PointField(srid=4326)),
                ("raw_x", models.FloatField(null=True)),
                ("raw_y", models.FloatField(null=True)),
                ("raw_system", models.TextField(blank=True, default="")),
                ("grid_code", models.CharField(blank=True, default="", max_length=15)),
                ("area_code", models.CharField(blank=True, default="", max_length=12)),
                ("original_on", models.DateField()),
                ("changed_on", models.DateField(null=True)),
                (
                    "data_source",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("surveyed", "surveyed"),
                            ("topographic", "topographic map"),
                            ("other", "other"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                ("note", models.CharField(blank=True, default="", max_length=200)),
                ("extra", models.JSONField(default=dict)),
                (
                    "search",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            django.db.models.functions.text.Concat(
                                "code", models.Value(" "), "name", models.Value(" "), "note"
                            ),
                            function="cityloop_bigrams",
                        ),
                        output_field=django.contrib.postgres.search.SearchVectorField(),
                    ),
                ),
                (
                    "competent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
                (
                    "maintainer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
                (
                    "picture",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.storedfile",
                    ),
                ),
                (
                    "problem_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="standards.problemclass",
                    ),
                ),
            ],
            options={
                "db_table": "assets_component",
                "indexes": [
                    django.contrib.postgres.indexes.GistIndex(
                        models.F("point"), name="component_point"
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        models.F("search"), name="component_search"
                    ),
                    models.Index(fields=["area_code", "code"], name="component_area"),
                    models.Index(fields=["problem_class", "code"], name="component_class"),
                    models.Index(
                        models.F("owner"),
                        condition=models.Q(("owner__isnull", False)),
                        name="component_owner",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^\\d{16}$")),
                        name="component_code_digits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["intact", "damaged", "lost", "abandoned", "occupied"])
                        ),
                        name="component_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("grid_code", ""),
                            ("grid_code__startswith", models.F("area_code")),
                            _connector="OR",
                        ),
                        name="component_grid_in_area",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ComponentChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("actor", models.CharField(max_length=120)),
                ("reason", models.CharField(max_length=200)),
                ("fields", models.JSONField(default=dict)),
                (
                    "component",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="assets.component",
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
            ],
            options={
                "db_table": "assets_component_change",
                "indexes": [models.Index(fields=["component", "-at"], name="component_change")],
            },
        ),
        migrations.CreateModel(
            name="Ownership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("builder", "builder, before the hand-over"),
                            ("maintainer", "taken over for maintenance"),
                            ("owner", "owner"),
                        ],
                        max_length=12,
                    ),
                ),
                ("valid_from", models.DateField()),
                ("source_document", models.CharField(blank=True, default="", max_length=200)),
                ("recorded_at", models.DateTimeField()),
                ("actor", models.CharField(max_length=120)),
                (
                    "component",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ownerships",
                        to="assets.component",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
            ],
            options={
                "db_table": "assets_ownership",
                "indexes": [
                    models.Index(
                        fields=["component", "-valid_from", "-id"], name="ownership_latest"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("stage__in", ["builder", "maintainer", "owner"])),
                        name="ownership_stage_known",
                    )
                ],
            },
        ),
    ]
