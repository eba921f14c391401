"""Cases closed by force are drawn too, with a share of their own."""

import django.contrib.postgres.fields
from django.db import migrations, models

from cityloop.kernel.append_only import settled


class Migration(migrations.Migration):
    dependencies = [("discipline", "0007_filings_and_duplicates")]

    operations = [
        migrations.AddField(
            model_name="draw",
            name="forced",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=24), default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="draw",
            name="forced_share",
            field=models.FloatField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="recheck",
            name="forced",
            field=models.BooleanField(db_default=False, default=False),
        ),
        settled("cases_append_only", "discipline_recheck", "forced", name="as_forced"),
    ]
