"""A delivery says whether it came to its end; those of before did, or left nothing."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hotline", "0002_rounds")]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="done",
            field=models.BooleanField(default=True),
        ),
        migrations.AlterField(
            model_name="batch",
            name="done",
            field=models.BooleanField(default=False),
        ),
    ]
