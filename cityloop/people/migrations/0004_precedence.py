"""The two orders of precedence of the matrix become the city's own, dated and with a document."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_one_index_of_leads"),
    ]

    operations = [
        migrations.CreateModel(
            name="Precedence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("event", "events"), ("component", "components")], max_length=16
                    ),
                ),
                (
                    "first",
                    models.CharField(
                        choices=[
                            ("territory", "territory before owner"),
                            ("owner", "owner before territory"),
                        ],
                        max_length=16,
                    ),
                ),
                ("valid_from", models.DateField()),
                ("source_document", models.CharField(max_length=200)),
            ],
            options={
                "db_table": "people_precedence",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("kind"), models.F("valid_from"), name="precedence_once_a_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["event", "component"]),
                            ("first__in", ["territory", "owner"]),
                        ),
                        name="precedence_known",
                    ),
                ],
            },
        ),
    ]
