"""What was found on pictures is append-only."""

from django.db import migrations

from cityloop.kernel.append_only import append_only


class Migration(migrations.Migration):
    # A database that had all of these has these tables already.
    replaces = [
        ("evidence", "0001_evidence"),
        ("evidence", "0002_three_bands"),
    ]

    dependencies = [
        ("evidence", "0001_tables"),
        ("cases", "0002_safeguards"),
    ]
    operations = [
        append_only("cases_append_only", "evidence_finding"),
    ]
