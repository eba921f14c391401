"""A suggestion stays as it came, and is answered once; no number of a register is given again."""

from django.db import migrations

from cityloop.kernel.append_only import append_only, settled

REFUSES = "petitions_append_only"


class Migration(migrations.Migration):
    dependencies = [("petitions", "0004_books_stay")]

    operations = [
        append_only(REFUSES, "petitions_suggestion", "petitions_counter", changes=True),
        settled(REFUSES, "petitions_suggestion", "number", "token", "subject", "text",
                "received_at", "sender_id", "organisation_id", "entered_by_id", "sent_from",
                "due_at"),
        settled(REFUSES, "petitions_suggestion", "outcome", "reply", "replied_at", "replied_by_id",
                when="OLD.replied_at IS NOT NULL", name="answered"),
        settled(REFUSES, "petitions_counter", "register", "year"),
        settled(REFUSES, "petitions_counter", "last", when="NEW.last < OLD.last", name="goes_up"),
    ]  # fmt: skip
