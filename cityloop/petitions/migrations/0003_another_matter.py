"""Why a petition does not repeat an earlier one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("petitions", "0002_safeguards")]
    operations = [
        migrations.AddField(
            model_name="repetition",
            name="reason",
            field=models.CharField(blank=True, default="", max_length=200),
        ),
    ]
