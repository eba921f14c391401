"""What 12345 said of a known order later, in other words."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hotline", "0003_batch_done")]
    operations = [
        migrations.AddField(
            model_name="order",
            name="retold",
            field=models.JSONField(default=list),
        ),
    ]
