import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    # A database that had all of these has these tables already.
    replaces = [
        ("precedents", "0001_initial"),
    ]

    dependencies = [
        ("cases", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Precedent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("note", models.TextField()),
                ("marked_at", models.DateTimeField()),
                ("unmarked_at", models.DateTimeField(null=True)),
                ("unmark_reason", models.TextField(blank=True, default="")),
                (
                    "search",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func("note", function="cityloop_bigrams"),
                        output_field=django.contrib.postgres.search.SearchVectorField(),
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "marked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unmarked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "precedents_precedent",
                "indexes": [
                    models.Index(
                        condition=models.Q(("unmarked_at__isnull", True)),
                        fields=["-marked_at", "-id"],
                        name="precedent_latest",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        models.F("search"), name="precedent_search"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("case"),
                        condition=models.Q(("unmarked_at__isnull", True)),
                        name="precedent_once_a_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("unmark_reason", ""),
                                ("unmarked_at__isnull", True),
                                ("unmarked_by__isnull", True),
                            ),
                            models.Q(
                                ("unmarked_at__isnull", False),
                                ("unmarked_by__isnull", False),
                                models.Q(("unmark_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="precedent_unmarked_says_why",
                    ),
                ],
            },
        ),
    ]
