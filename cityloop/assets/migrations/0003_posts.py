"""Who answers for a component from which day on; append-only."""

import django.db.models.deletion
from django.db import migrations, models

APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON assets_ownership
  FOR EACH ROW EXECUTE FUNCTION assets_append_only();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON assets_ownership
  FOR EACH STATEMENT EXECUTE FUNCTION assets_append_only();
"""
BACK = """
DROP TRIGGER append_only ON assets_ownership;
DROP TRIGGER no_truncate ON assets_ownership;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("assets", "0002_append_only"),
        ("people", "0003_posts"),
    ]

    operations = [
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
        migrations.RunSQL(APPEND_ONLY, BACK),
    ]
