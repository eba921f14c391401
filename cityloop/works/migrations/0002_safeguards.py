"""What was paid, noted, exceeded and changed is append-only."""

from django.db import migrations

from cityloop.kernel.append_only import append_only, refusal


class Migration(migrations.Migration):
    # A database that had all of these has these tables already.
    replaces = [
        ("works", "0001_initial"),
        ("works", "0002_append_only"),
    ]

    dependencies = [
        ("works", "0001_tables"),
    ]
    operations = [
        refusal("works_append_only"),
        append_only(
            "works_append_only",
            "works_payment",
            "works_claim_note",
            "works_exceedance",
            "works_record",
        ),
    ]
