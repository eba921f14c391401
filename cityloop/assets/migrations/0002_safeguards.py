"""The history of components and who answered for them is append-only."""

from django.db import migrations

from cityloop.kernel.append_only import append_only, refusal


class Migration(migrations.Migration):
    # A database that had all of these has these tables already.
    replaces = [
        ("assets", "0001_initial"),
        ("assets", "0002_append_only"),
        ("assets", "0003_posts"),
        ("assets", "0004_raw_positions"),
    ]

    dependencies = [
        ("assets", "0001_tables"),
    ]
    operations = [
        refusal("assets_append_only"),
        append_only("assets_append_only", "assets_component_change", "assets_ownership"),
    ]
