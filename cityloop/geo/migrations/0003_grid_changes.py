"""Changes of unit grids are recorded; one that has not begun may be moved or cancelled."""

from importlib import import_module

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

KEEP = r"""
-- As before, with one way back: what a cancelled change had planned. A grid that was to end goes on;
-- one that was to be made begins on another day. Without such a row nothing of it ever changes.
CREATE OR REPLACE FUNCTION geo_unitgrid_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'unit grid % is retired, not deleted: its code must never come back', OLD.code
      USING ERRCODE = 'check_violation', CONSTRAINT = 'unit_grid_never_deleted';
  END IF;
  IF (NEW.code, NEW.community_code, NEW.street_code, NEW.district_code)
     IS DISTINCT FROM (OLD.code, OLD.community_code, OLD.street_code, OLD.district_code)
     OR NEW.valid_from <> OLD.valid_from AND NOT EXISTS (
       SELECT 1 FROM geo_gridchange c
        WHERE OLD.code = ANY(c.made) AND c.day = OLD.valid_from AND c.cancelled_at IS NOT NULL)
     OR NEW.valid_from <> OLD.valid_from AND EXISTS (
       SELECT 1 FROM geo_gridchange c
        WHERE OLD.code = ANY(c.made) AND c.day = OLD.valid_from AND c.cancelled_at IS NULL) THEN
    RAISE EXCEPTION 'unit grid %: code, place and first day never change', OLD.code
      USING ERRCODE = 'check_violation', CONSTRAINT = 'unit_grid_code_never_changes';
  END IF;
  IF OLD.valid_to IS NOT NULL AND NEW.valid_to IS DISTINCT FROM OLD.valid_to AND (
       NOT EXISTS (
         SELECT 1 FROM geo_gridchange c
          WHERE OLD.code = ANY(c.retired) AND c.day = OLD.valid_to AND c.cancelled_at IS NOT NULL)
       OR EXISTS (
         SELECT 1 FROM geo_gridchange c
          WHERE OLD.code = ANY(c.retired) AND c.day = OLD.valid_to AND c.cancelled_at IS NULL)
     ) THEN
    RAISE EXCEPTION 'unit grid % was retired on %: a retired code has no second life',
      OLD.code, OLD.valid_to
      USING ERRCODE = 'check_violation', CONSTRAINT = 'unit_grid_retired_for_good';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION geo_gridchange_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.begun_at IS NULL AND OLD.cancelled_at IS NULL
     AND to_jsonb(NEW) - 'begun_at' - 'cancelled_at' - 'cancelled_on' - 'cancelled_by'
         - 'cancel_reason'
       = to_jsonb(OLD) - 'begun_at' - 'cancelled_at' - 'cancelled_on' - 'cancelled_by'
         - 'cancel_reason' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a change of unit grids begins or is cancelled once, and is never rewritten'
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER geo_gridchange_keep BEFORE UPDATE OR DELETE ON geo_gridchange
  FOR EACH ROW EXECUTE FUNCTION geo_gridchange_keep();
"""
RULES = import_module("cityloop.geo.migrations.0002_rules").GRID_CODES
KEPT = RULES.split("CREATE FUNCTION", 1)[1].split("CREATE TRIGGER", 1)[0]
UNDO = f"CREATE OR REPLACE FUNCTION{KEPT}DROP FUNCTION geo_gridchange_keep() CASCADE;"


class Migration(migrations.Migration):
    dependencies = [
        ("geo", "0002_rules"),
    ]

    operations = [
        migrations.CreateModel(
            name="GridChange",
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
                        choices=[("retire", "Retire"), ("split", "Split"), ("merge", "Merge")],
                        max_length=6,
                    ),
                ),
                ("day", models.DateField()),
                (
                    "retired",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=15), size=None
                    ),
                ),
                (
                    "made",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=15), default=list, size=None
                    ),
                ),
                ("heir", models.CharField(blank=True, default="", max_length=15)),
                ("planned_at", models.DateTimeField()),
                ("member_id", models.BigIntegerField(null=True)),
                ("actor", models.CharField(max_length=120)),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                ("begun_at", models.DateTimeField(null=True)),
                ("cancelled_at", models.DateTimeField(null=True)),
                ("cancelled_on", models.DateField(null=True)),
                ("cancelled_by", models.CharField(blank=True, default="", max_length=120)),
                ("cancel_reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "moved_from",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moved_to",
                        to="geo.gridchange",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("day"),
                        condition=models.Q(("begun_at", None), ("cancelled_at", None)),
                        name="grid_change_open",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("begun_at", None), ("cancelled_at", None), _connector="OR"
                        ),
                        name="grid_change_begins_or_is_cancelled",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cancelled_at", None), ("cancelled_on", None)),
                            models.Q(
                                ("cancelled_at__isnull", False),
                                ("cancelled_on__lt", models.F("day")),
                            ),
                            _connector="OR",
                        ),
                        name="grid_change_cancelled_before_its_day",
                    ),
                ],
            },
        ),
        migrations.RunSQL(KEEP, UNDO),
    ]
