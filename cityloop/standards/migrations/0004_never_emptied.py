"""What is published, and the record of the calendar, is not emptied past the triggers of its rows."""

from django.db import migrations

from cityloop.kernel.append_only import never_emptied

KEPT = ("edition", "problemclass", "filingrule", "calendarchange", "workperiod", "specialday",
        "protectionperiod")  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("standards", "0003_edition_changes")]

    operations = [
        never_emptied("standards_append_only", *(f"standards_{name}" for name in KEPT)),
    ]
