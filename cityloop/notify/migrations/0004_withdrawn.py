"""A message that waits while its reporter is told otherwise is not sent."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0004_ended_clocks_stay"),
        ("intake", "0005_all_who_told"),
        ("notify", "0003_stored_as_sent"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="message",
            name="message_sent_says_when",
        ),
        migrations.AlterField(
            model_name="message",
            name="state",
            field=models.CharField(
                choices=[
                    ("queued", "waiting"),
                    ("sent", "sent"),
                    ("delivered", "delivered"),
                    ("failed", "not delivered"),
                    ("withdrawn", "not sent: told otherwise"),
                ],
                default="queued",
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["queued", "failed", "withdrawn"]),
                    ("sent_at__isnull", False),
                    _connector="OR",
                ),
                name="message_sent_says_when",
            ),
        ),
    ]
