"""Filings and duplicates are drawn too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("discipline", "0006_books_stay")]

    operations = [
        migrations.AlterField(
            model_name="sample",
            name="kind",
            field=models.CharField(
                choices=[
                    ("accept", "accepted"),
                    ("reject", "rejected"),
                    ("remind", "settled by a reminder"),
                    ("void", "voided"),
                    ("file", "filed"),
                    ("join", "joined as a duplicate"),
                    ("dispatch", "dispatched"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="sample",
            name="mistake",
            field=models.CharField(
                blank=True,
                choices=[
                    ("class", "wrong class"),
                    ("to_reject", "should have been rejected"),
                    ("to_accept", "should have been accepted"),
                    ("known", "was known already"),
                    ("level", "wrong filing level"),
                    ("rule", "wrong filing condition"),
                    ("to_refuse", "should not have been filed"),
                    ("apart", "is a problem of its own"),
                    ("unit", "wrong unit"),
                    ("other", "something else"),
                ],
                default="",
                max_length=10,
            ),
        ),
    ]
