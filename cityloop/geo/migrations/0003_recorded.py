"""Who changed a service area or a map source, when, and why: kept for good, never left out."""

from django.db import migrations, models

from cityloop.kernel.append_only import append_only, refusal

# At commit the last line of the record tells the row as it stands: also who changes it by hand
# leaves one, or the database refuses. Rows from before this migration need one from their next
# change on.
RECORDED = r"""
CREATE FUNCTION geo_setting_is_recorded() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  touched bigint := CASE TG_OP WHEN 'DELETE' THEN OLD.id ELSE NEW.id END;
  stands jsonb;
  told jsonb;
BEGIN
  EXECUTE format('SELECT to_jsonb(t) FROM %I t WHERE id = $1', TG_TABLE_NAME)
    INTO stands USING touched;
  SELECT coalesce(c.after, 'null') INTO told FROM geo_mapchange c
   WHERE c.subject = TG_ARGV[0] AND c.subject_id = touched ORDER BY c.id DESC LIMIT 1;
  IF told IS DISTINCT FROM coalesce(stands, 'null') THEN
    RAISE EXCEPTION '% % changed without a record', TG_ARGV[0], touched
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER is_recorded AFTER INSERT OR UPDATE OR DELETE ON geo_servicearea
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION geo_setting_is_recorded('service_area');
CREATE CONSTRAINT TRIGGER is_recorded AFTER INSERT OR UPDATE OR DELETE ON geo_mapsource
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION geo_setting_is_recorded('map_source');
"""
UNDO = """
DROP TRIGGER is_recorded ON geo_mapsource;
DROP TRIGGER is_recorded ON geo_servicearea;
DROP FUNCTION geo_setting_is_recorded();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("geo", "0002_safeguards"),
    ]
    operations = [
        migrations.CreateModel(
            name="MapChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("member_id", models.BigIntegerField(null=True)),
                ("actor", models.CharField(max_length=120)),
                (
                    "subject",
                    models.CharField(
                        choices=[("service_area", "Service Area"), ("map_source", "Map Source")],
                        max_length=12,
                    ),
                ),
                ("subject_id", models.BigIntegerField()),
                (
                    "action",
                    models.CharField(
                        choices=[("add", "Add"), ("change", "Change"), ("remove", "Remove")],
                        max_length=6,
                    ),
                ),
                ("name", models.CharField(max_length=64)),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("subject"),
                        models.F("subject_id"),
                        models.F("id"),
                        name="map_change_of",
                    )
                ],
            },
        ),
        refusal("geo_append_only"),
        append_only("geo_append_only", "geo_mapchange"),
        migrations.RunSQL(RECORDED, UNDO),
    ]
