"""The role of a task is as long as that of a line of history."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0012_lean_indexes"),
    ]

    operations = [
        migrations.AlterField(
            model_name="task",
            name="role",
            field=models.CharField(blank=True, default="", max_length=20),
        ),
    ]
