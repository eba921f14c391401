"""The recording of a call is written down once: it is what was said."""

from django.db import migrations

from cityloop.kernel.append_only import settled

REFUSES = "hotline_append_only"


class Migration(migrations.Migration):
    dependencies = [("hotline", "0005_rows_stay")]

    operations = [
        settled(REFUSES, "hotline_call", "recording", when="OLD.recording <> ''",
                name="recording_once"),
    ]  # fmt: skip
