"""Weekly hours hold from a day on: what has passed stays as it was counted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("standards", "0004_never_emptied")]

    operations = [
        migrations.AddField("workperiod", "valid_from", models.DateField(null=True, blank=True)),
        migrations.AddField("workperiod", "valid_to", models.DateField(null=True, blank=True)),
    ]
