"""Grounds of a card that fell may count again; that it fell is a note of its own."""

from django.db import migrations, models

STEPS = [
    ("approval", "approval"), ("refusal", "refusal"), ("answer", "answer of the unit"),
    ("sent_back", "answer sent back"), ("acceptance", "answer accepted"),
    ("withdrawal", "withdrawal"), ("fall", "fell with its grounds"),
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("discipline", "0003_found_stays")]

    operations = [
        migrations.RemoveConstraint("cardground", "card_ground_once"),
        migrations.AddConstraint(
            "cardground",
            models.UniqueConstraint("card", "key", name="card_ground_once_a_card"),
        ),
        migrations.AddIndex(
            "cardground",
            models.Index(fields=["trigger", "unit", "key"], name="card_ground_of_unit"),
        ),
        migrations.AlterField(
            "cardnote", "step", models.CharField(choices=STEPS, max_length=12)
        ),
    ]  # fmt: skip
