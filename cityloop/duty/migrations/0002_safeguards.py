"""The lines of a handover are what two people signed: nobody changes or takes one away."""

from django.db import migrations

from cityloop.kernel.append_only import append_only, refusal


class Migration(migrations.Migration):
    # A database that had all of these has these tables already.
    replaces = [
        ("duty", "0001_duty"),
        ("duty", "0002_beside_cases"),
    ]

    dependencies = [
        ("duty", "0001_tables"),
    ]
    operations = [
        refusal("duty_append_only"),
        append_only("duty_append_only", "duty_handover_line"),
    ]
