"""What somebody was told, when, by whom and how stays; only what did not arrive is owed again."""

from django.db import migrations

from cityloop.kernel.append_only import settled

TOLD = ("state", "settled_at", "settled_by", "medium", "note", "paper_id", "written")


class Migration(migrations.Migration):
    dependencies = [("intake", "0007_owed_stays")]

    operations = [
        settled(
            "intake_append_only", "intake_notice", *TOLD,
            when="OLD.state <> 'owed' AND NEW.state <> 'owed'", name="as_told",
        ),
        settled(
            "intake_append_only", "intake_notice", "state",
            when="OLD.state = 'dropped'", name="as_dropped",
        ),
        settled(
            "intake_append_only", "intake_notice", "settled_at",
            when="NEW.state = 'told' AND NEW.settled_at < NEW.owed_at", name="told_after_owed",
        ),
    ]  # fmt: skip
