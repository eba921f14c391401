"""Open cases by place: the index had lost its condition (GeoDjango, of an index over fields)."""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_safeguards")]

    operations = [
        migrations.RemoveIndex(
            model_name="case",
            name="case_open_point",
        ),
        migrations.AddIndex(
            model_name="case",
            index=django.contrib.postgres.indexes.GistIndex(
                models.F("point"),
                condition=models.Q(("status__in", ["closed", "rejected", "voided"]), _negated=True),
                name="case_open_point",
            ),
        ),
    ]
