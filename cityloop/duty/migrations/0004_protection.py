"""Emergency teams and cameras of protection periods; what was entered stays, and says its end.

What a city wrote about them into a period's duty in words stays there.
"""

import django.contrib.gis.db.models.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from cityloop.kernel.append_only import append_only, settled

REFUSES = "duty_append_only"
# As bytes: a restored trigger would not find the operator by which PostGIS compares two points.
PLACE_STAYS = """
CREATE TRIGGER placed BEFORE UPDATE ON duty_camera FOR EACH ROW
WHEN (ST_AsBinary(NEW.point) IS DISTINCT FROM ST_AsBinary(OLD.point))
EXECUTE FUNCTION duty_append_only()
"""


class Migration(migrations.Migration):
    dependencies = [
        ("duty", "0003_books_stay"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Camera",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=80)),
                ("point", django.contrib.gis.db.models.fields.PointField(srid=4326)),
                ("set_at", models.DateTimeField()),
                ("set_by", models.CharField(max_length=120)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(blank=True, default="", max_length=120)),
                ("period_id", models.BigIntegerField()),
            ],
            options={"db_table": "duty_camera"},
        ),
        migrations.CreateModel(
            name="TeamMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("event", models.CharField(max_length=60)),
                ("phone", models.CharField(max_length=40)),
                ("starts", models.TimeField(null=True)),
                ("ends", models.TimeField(null=True)),
                ("set_at", models.DateTimeField()),
                ("set_by", models.CharField(max_length=120)),
                ("begun_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(blank=True, default="", max_length=120)),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("period_id", models.BigIntegerField()),
            ],
            options={"db_table": "duty_team_member"},
        ),
        migrations.AddConstraint(
            model_name="camera",
            constraint=models.UniqueConstraint(
                models.F("period_id"),
                models.F("code"),
                condition=models.Q(("ended_at__isnull", True)),
                name="camera_once_a_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="camera",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("code", ""), _negated=True), models.Q(("name", ""), _negated=True)
                ),
                name="camera_is_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="teammember",
            constraint=models.UniqueConstraint(
                models.F("period_id"),
                models.F("member"),
                condition=models.Q(("ended_at__isnull", True)),
                name="team_member_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="teammember",
            constraint=models.CheckConstraint(
                condition=models.Q(("phone", ""), _negated=True), name="team_member_is_reached"
            ),
        ),
        migrations.AddConstraint(
            model_name="teammember",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ends", None), ("starts", None)),
                    models.Q(("ends__isnull", False), ("starts__isnull", False)),
                    _connector="OR",
                ),
                name="team_hours_have_both_ends",
            ),
        ),
        append_only(REFUSES, "duty_team_member", "duty_camera", changes=True),
        settled(REFUSES, "duty_team_member", "period_id", "event", "member_id", "phone", "starts", "ends",
                "set_at", "set_by"),
        settled(REFUSES, "duty_team_member", "ended_at", "ended_by",
                when="OLD.ended_at IS NOT NULL", name="ended"),
        settled(REFUSES, "duty_camera", "period_id", "code", "name", "set_at", "set_by"),
        settled(REFUSES, "duty_camera", "ended_at", "ended_by",
                when="OLD.ended_at IS NOT NULL", name="ended"),
        migrations.RunSQL(PLACE_STAYS, "DROP TRIGGER placed ON duty_camera"),
    ]  # fmt: skip
