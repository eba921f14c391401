"""Who accepts reports hands over a seat: many beside each other, each one at a time."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("duty", "0005_rows_stay")]

    operations = [
        migrations.AlterField(
            "handover", "desk",
            models.CharField(
                choices=[("acceptance", "acceptance"), ("dispatch", "dispatch"),
                         ("seat", "acceptance seat")],
                max_length=12,
            ),
        ),
        migrations.RemoveConstraint("handover", "handover_desk"),
        migrations.AddConstraint(
            "handover",
            models.CheckConstraint(
                condition=Q(desk__in=["acceptance", "dispatch", "seat"]), name="handover_desk"
            ),
        ),
        migrations.RemoveConstraint("handover", "handover_one_at_a_time"),
        migrations.AddConstraint(
            "handover",
            models.UniqueConstraint(
                "hall", "desk", condition=Q(accepted_at__isnull=True) & ~Q(desk="seat"),
                name="handover_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            "handover",
            models.UniqueConstraint(
                "hall", "left_by", condition=Q(accepted_at__isnull=True, desk="seat"),
                name="handover_one_a_seat",
            ),
        ),
    ]  # fmt: skip
