"""What was filed and what ended in a period is found by an index of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_ended_clocks_stay")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                models.F("filed_at"),
                condition=models.Q(("filed_at__isnull", False)),
                name="case_filed",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                models.F("closed_at"),
                condition=models.Q(("closed_at__isnull", False)),
                name="case_ended",
            ),
        ),
    ]
