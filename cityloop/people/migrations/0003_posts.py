"""Posts at terminals, bodies with two masters, company areas; roles know what they were offered.

A permission that the city took away stays away: see operations.seed_roles.
"""

import django.contrib.gis.db.models.fields
import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

# What a role has, and what the record says it had before, it was offered.
REMEMBER = """
UPDATE people_role r SET offered = ARRAY(
  SELECT unnest(r.permissions)
  UNION SELECT jsonb_array_elements_text(c.before -> 'permissions') FROM people_change c
  WHERE c.subject = 'role' AND c.subject_id = r.id::text
    AND jsonb_typeof(c.before -> 'permissions') = 'array'
  ORDER BY 1)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0002_rules"),
    ]

    operations = [
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
            ],
            options={
                "db_table": "people_territory",
            },
        ),
        migrations.AddField(
            model_name="organisation",
            name="also_under",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.organisation",
            ),
        ),
        migrations.AddField(
            model_name="post",
            name="terminal",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="role",
            name="offered",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=64), blank=True, default=list, size=None
            ),
        ),
        migrations.AddIndex(
            model_name="organisation",
            index=models.Index(
                models.F("also_under"),
                condition=models.Q(("also_under__isnull", False)),
                name="organisation_also_under",
            ),
        ),
        migrations.AddField(
            model_name="territory",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.organisation",
            ),
        ),
        migrations.AddConstraint(
            model_name="territory",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to__isnull", True),
                    ("valid_to__gt", models.F("valid_from")),
                    _connector="OR",
                ),
                name="territory_period",
            ),
        ),
        migrations.RunSQL(REMEMBER, migrations.RunSQL.noop),
    ]
