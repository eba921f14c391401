"""Who loaded, published or withdrew an edition, and files that wait to be looked at."""

from django.db import migrations, models

from cityloop.kernel.append_only import append_only, refusal

# What the editions themselves remember of their past becomes the first lines of the record.
KNOWN = """
INSERT INTO standards_editionchange (edition, what, at, actor, facts, why)
SELECT code, 'loaded', loaded_at, loaded_by, '{}'::jsonb, '' FROM standards_edition
UNION ALL
SELECT code, 'published', published_at, published_by, '{}'::jsonb, '' FROM standards_edition
WHERE published_at IS NOT NULL
ORDER BY 3, 2
"""


class Migration(migrations.Migration):
    dependencies = [
        ("standards", "0002_safeguards"),
    ]

    operations = [
        migrations.CreateModel(
            name="EditionChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("edition", models.CharField(max_length=40)),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("loaded", "loaded"),
                            ("published", "published"),
                            ("withdrawn", "withdrawn"),
                        ],
                        max_length=9,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("actor", models.CharField(max_length=120)),
                ("member_id", models.BigIntegerField(null=True)),
                ("facts", models.JSONField(default=dict)),
                ("why", models.TextField(blank=True)),
            ],
            options={
                "indexes": [models.Index(fields=["edition", "-at"], name="edition_change_at")],
            },
        ),
        migrations.CreateModel(
            name="EditionUpload",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("sha256", models.CharField(max_length=64)),
                ("sheets", models.JSONField()),
                ("at", models.DateTimeField()),
                ("member_id", models.BigIntegerField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["member_id", "at"], name="edition_upload_of")],
            },
        ),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
        refusal("standards_append_only"),
        append_only("standards_append_only", "standards_editionchange"),
    ]
