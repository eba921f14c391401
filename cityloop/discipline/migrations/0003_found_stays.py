"""What another team found stays, and who looked at whose work."""

from django.db import migrations

from cityloop.kernel.append_only import settled


class Migration(migrations.Migration):
    dependencies = [("discipline", "0002_safeguards"), ("cases", "0002_safeguards")]

    operations = [
        settled("cases_append_only", "discipline_recheck", "result", "decided_at",
                when="OLD.decided_at IS NOT NULL"),
    ]  # fmt: skip
