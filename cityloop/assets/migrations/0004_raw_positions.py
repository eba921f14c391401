"""The position of a component as it was given, beside that in WGS 84."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assets", "0003_posts"),
    ]

    operations = [
        migrations.AddField(
            model_name="component",
            name="raw_system",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="component",
            name="raw_x",
            field=models.FloatField(null=True),
        ),
        migrations.AddField(
            model_name="component",
            name="raw_y",
            field=models.FloatField(null=True),
        ),
    ]
