"""Which permits were changed since a moment is asked at every filing."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("permits", "0002_safeguards")]
    operations = [
        migrations.AddIndex(
            model_name="permitchange",
            index=models.Index(
                "at", name="permit_change_at", condition=models.Q(permit__isnull=False)
            ),
        ),
    ]
