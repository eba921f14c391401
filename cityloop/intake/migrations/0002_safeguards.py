"""Reports never change and never go (O01, O02); the one question that `receive` asks."""

from pathlib import Path

from django.db import migrations

from cityloop.kernel.append_only import append_only, refusal

CONTEXT = (Path(__file__).parents[1] / "context.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    # A database that had all of these has these tables already.
    replaces = [
        ("intake", "0001_initial"),
        ("intake", "0002_append_only"),
        ("intake", "0003_twins"),
        ("intake", "0004_nothing_is_emptied"),
        ("intake", "0005_replies"),
        ("intake", "0006_petitioners_and_media"),
        ("intake", "0007_a_clients_key_is_one"),
        ("intake", "0008_one_spelling_of_phones"),
    ]

    dependencies = [
        ("intake", "0001_tables"),
        ("assets", "0001_tables"),
        ("geo", "0002_safeguards"),
    ]
    operations = [
        refusal("intake_append_only"),
        append_only(
            "intake_append_only", "intake_report", "intake_tally", "intake_channel_setting"
        ),
        append_only("intake_append_only", "intake_notice", changes=True),
        migrations.RunSQL(CONTEXT, "DROP FUNCTION intake_context"),
    ]
