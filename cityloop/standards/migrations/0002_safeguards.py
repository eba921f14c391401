"""What the database itself refuses: changing a published edition, changing working time silently."""

from django.db import migrations

PUBLISHED = r"""
CREATE FUNCTION standards_row_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched bigint[];
BEGIN
  touched := CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.edition_id]
                        WHEN 'DELETE' THEN ARRAY[OLD.edition_id]
                        ELSE ARRAY[OLD.edition_id, NEW.edition_id] END;
  IF EXISTS (SELECT 1 FROM standards_edition
             WHERE id = ANY (touched) AND status = 'published') THEN
    RAISE EXCEPTION 'a published edition never changes (% of %)', TG_OP, TG_TABLE_NAME
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER class_is_fixed BEFORE INSERT OR UPDATE OR DELETE ON standards_problemclass
  FOR EACH ROW EXECUTE FUNCTION standards_row_is_fixed();
CREATE TRIGGER rule_is_fixed BEFORE INSERT OR UPDATE OR DELETE ON standards_filingrule
  FOR EACH ROW EXECUTE FUNCTION standards_row_is_fixed();

-- Of a published edition only an open end may be set: a successor ends it.
CREATE FUNCTION standards_edition_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status = 'published' THEN
    IF TG_OP = 'DELETE' OR OLD.valid_to IS NOT NULL
       OR to_jsonb(NEW) - 'valid_to' <> to_jsonb(OLD) - 'valid_to' THEN
      RAISE EXCEPTION 'a published edition never changes (% of %)', TG_OP, OLD.code
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER edition_is_fixed BEFORE UPDATE OR DELETE ON standards_edition
  FOR EACH ROW EXECUTE FUNCTION standards_edition_is_fixed();
"""

NOT_PUBLISHED = """
DROP TRIGGER edition_is_fixed ON standards_edition;
DROP TRIGGER rule_is_fixed ON standards_filingrule;
DROP TRIGGER class_is_fixed ON standards_problemclass;
DROP FUNCTION standards_edition_is_fixed();
DROP FUNCTION standards_row_is_fixed();
"""

RECORDED = r"""
CREATE SEQUENCE standards_calendar_revision;

-- Whoever changes hours, days or protection periods, also by hand, gives the calendar a new revision ...
CREATE FUNCTION standards_calendar_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE standards_calendar SET revision = nextval('standards_calendar_revision')
   WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.calendar_id ELSE NEW.calendar_id END;
  RETURN NULL;
END $$;

CREATE TRIGGER period_moves AFTER INSERT OR UPDATE OR DELETE ON standards_workperiod
  FOR EACH ROW EXECUTE FUNCTION standards_calendar_moves();
CREATE TRIGGER special_day_moves AFTER INSERT OR UPDATE OR DELETE ON standards_specialday
  FOR EACH ROW EXECUTE FUNCTION standards_calendar_moves();

CREATE TRIGGER protection_moves AFTER INSERT OR UPDATE OR DELETE ON standards_protectionperiod
  FOR EACH ROW EXECUTE FUNCTION standards_calendar_moves();

-- ... and at commit the last revision must have its record: who, when, what, why.
CREATE FUNCTION standards_calendar_is_recorded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM standards_calendar c WHERE c.id = NEW.id AND NOT EXISTS (
               SELECT 1 FROM standards_calendarchange r
               WHERE r.calendar_id = c.id AND r.revision = c.revision)) THEN
    RAISE EXCEPTION 'working time of calendar % changed without a record', NEW.code
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER calendar_is_recorded AFTER INSERT OR UPDATE ON standards_calendar
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION standards_calendar_is_recorded();

CREATE FUNCTION standards_record_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the record of calendar changes is append-only'
    USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER record_stays BEFORE UPDATE OR DELETE ON standards_calendarchange
  FOR EACH ROW EXECUTE FUNCTION standards_record_stays();
"""

NOT_RECORDED = """
DROP TRIGGER protection_moves ON standards_protectionperiod;
DROP TRIGGER record_stays ON standards_calendarchange;
DROP TRIGGER calendar_is_recorded ON standards_calendar;
DROP TRIGGER special_day_moves ON standards_specialday;
DROP TRIGGER period_moves ON standards_workperiod;
DROP FUNCTION standards_record_stays();
DROP FUNCTION standards_calendar_is_recorded();
DROP FUNCTION standards_calendar_moves();
DROP SEQUENCE standards_calendar_revision;
"""


class Migration(migrations.Migration):
    # A database that had all of these has these tables already.
    replaces = [
        ("standards", "0001_initial"),
        ("standards", "0002_fixed_and_recorded"),
        ("standards", "0003_protection"),
    ]

    dependencies = [
        ("standards", "0001_tables"),
    ]
    operations = [
        migrations.RunSQL(PUBLISHED, NOT_PUBLISHED),
        migrations.RunSQL(RECORDED, NOT_RECORDED),
    ]
