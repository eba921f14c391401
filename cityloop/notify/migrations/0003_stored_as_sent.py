"""A message stays as it was sent, and the judgement of a reply as it was made."""

from django.db import migrations

from cityloop.kernel.append_only import settled


class Migration(migrations.Migration):
    dependencies = [("notify", "0002_safeguards")]

    operations = [
        settled(
            "notify_append_only",
            "notify_message",
            "topic",
            "notice_id",
            "member_id",
            "case_id",
            "version",
            "text",
            "ordered_at",
            "ordered_by",
            "author_id",
        ),  # fmt: skip
        settled(
            "notify_append_only",
            "notify_reply_check",
            "quality",
            "fault",
            "note",
            "judge_id",
            "judged_at",
            "author_id",
            when="OLD.judged_at IS NOT NULL",
        ),  # fmt: skip
    ]
