"""A reply that was drawn to be checked stays drawn."""

from django.db import migrations

from cityloop.kernel.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("notify", "0004_withdrawn")]

    operations = [append_only("notify_append_only", "notify_reply_check", changes=True)]
