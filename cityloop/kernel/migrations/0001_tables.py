import django.contrib.gis.db.models.fields
import django.db.models.deletion
from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension
from django.db import migrations, models

from cityloop.kernel import text


class Migration(migrations.Migration):
    initial = True
    # A database that had all of these has these tables already.
    replaces = [
        ("kernel", "0001_initial"),
        ("kernel", "0002_bigrams"),
        ("kernel", "0003_handed_in"),
        ("kernel", "0004_files_stay"),
    ]

    dependencies = []

    operations = [
        TrigramExtension(),
        BtreeGistExtension(),
        migrations.RunSQL(text.SQL, "DROP FUNCTION cityloop_bigrams(text)"),
        migrations.CreateModel(
            name="Marker",
            fields=[
                ("name", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("value", models.JSONField(default=dict)),
                ("set_at", models.DateTimeField()),
            ],
            options={
                "db_table": "kernel_marker",
            },
        ),
        migrations.CreateModel(
            name="StoredFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sha256", models.CharField(max_length=64, unique=True)),
                ("media_type", models.CharField(max_length=64)),
                ("size", models.PositiveBigIntegerField()),
                ("width", models.PositiveIntegerField(null=True)),
                ("height", models.PositiveIntegerField(null=True)),
                ("exif", models.JSONField(default=dict)),
                ("taken_at", models.DateTimeField(null=True)),
                (
                    "taken_point",
                    django.contrib.gis.db.models.fields.PointField(null=True, srid=4326),
                ),
                ("phash", models.BigIntegerField(db_index=True, null=True)),
                ("stored_at", models.DateTimeField()),
            ],
            options={
                "db_table": "kernel_file",
            },
        ),
        migrations.CreateModel(
            name="RememberedCall",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("caller", models.CharField(max_length=64)),
                ("key", models.CharField(max_length=200)),
                ("request_digest", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("body", models.BinaryField(null=True)),
                ("called_at", models.DateTimeField()),
            ],
            options={
                "db_table": "kernel_remembered_call",
                "indexes": [models.Index(models.F("called_at"), name="remembered_call_age")],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("caller"), models.F("key"), name="remembered_call_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HandedIn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("member_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
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
                "db_table": "kernel_handed_in",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("file"), models.F("member_id"), name="handed_in_once"
                    )
                ],
            },
        ),
    ]
