"""An order that was refused and is sent again has a row for each round; rows are remembered."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hotline", "0001_tables")]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="warnings",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="order",
            name="round",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="order",
            name="seen",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=32), default=list, size=None
            ),
        ),
        migrations.AlterField(
            model_name="order",
            name="outer_number",
            field=models.CharField(db_index=True, max_length=60),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(
                models.F("outer_number"), models.F("round"), name="order_round_once"
            ),
        ),
    ]
