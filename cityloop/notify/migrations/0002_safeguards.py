"""Receipts, wordings and draws are append-only; a message is never deleted."""

from django.db import migrations

from cityloop.kernel.append_only import append_only, refusal


class Migration(migrations.Migration):
    # A database that had all of these has these tables already.
    replaces = [
        ("notify", "0001_initial"),
        ("notify", "0002_told"),
        ("notify", "0003_reply_check"),
        ("notify", "0004_push"),
    ]

    dependencies = [
        ("notify", "0001_tables"),
    ]
    operations = [
        refusal("notify_append_only"),
        append_only("notify_append_only", "notify_receipt", "notify_wording"),
        append_only("notify_append_only", "notify_message", changes=True),
        append_only("notify_append_only", "notify_reply_draw"),
    ]
