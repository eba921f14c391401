from django.db import migrations

from cityloop.kernel.append_only import append_only, refusal


class Migration(migrations.Migration):
    dependencies = [("desks", "0001_tables")]

    operations = [
        refusal("desks_append_only"),
        append_only("desks_append_only", "desks_taken_list"),
    ]
