"""Letters and contact pages are append-only; a petition is never deleted."""

from django.db import migrations

from cityloop.kernel.append_only import append_only, refusal


class Migration(migrations.Migration):
    # A database that had all of these has these tables already.
    replaces = [
        ("petitions", "0001_initial"),
    ]

    dependencies = [
        ("petitions", "0001_tables"),
    ]
    operations = [
        refusal("petitions_append_only"),
        append_only("petitions_append_only", "petitions_letter", "petitions_contact_page"),
        append_only("petitions_append_only", "petitions_petition", changes=True),
    ]
