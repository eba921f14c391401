"""What a joint operation brought is append-only."""

from django.db import migrations

from cityloop.kernel.append_only import append_only, refusal


class Migration(migrations.Migration):
    # A database that had all of these has these tables already.
    replaces = [
        ("coordination", "0001_initial"),
        ("coordination", "0002_joint_operations"),
    ]

    dependencies = [
        ("coordination", "0001_tables"),
    ]
    operations = [
        refusal("coordination_append_only"),
        append_only("coordination_append_only", "coordination_operation_result"),
    ]
