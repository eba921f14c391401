"""A row has a fingerprint for each set of columns that is kept of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "0004_fingerprints")]

    operations = [
        migrations.RemoveConstraint("fingerprint", "fingerprint_once"),
        migrations.AddConstraint(
            "fingerprint",
            models.UniqueConstraint("of", "rule", "row", "columns", name="fingerprint_once"),
        ),
    ]
