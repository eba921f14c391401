"""A named list stays; what others have received of it stays as it is."""

from django.db import migrations

from cityloop.kernel.append_only import append_only, settled

REFUSES = "oversight_append_only"
SENT_STAYS = """
CREATE FUNCTION oversight_sent_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM oversight_sending WHERE named_list_id = OLD.named_list_id) THEN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER stays_sent BEFORE DELETE ON oversight_listed_case FOR EACH ROW
EXECUTE FUNCTION oversight_sent_stays();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON oversight_listed_case FOR EACH STATEMENT
EXECUTE FUNCTION oversight_append_only();
"""
BACK = """
DROP TRIGGER no_truncate ON oversight_listed_case;
DROP TRIGGER stays_sent ON oversight_listed_case;
DROP FUNCTION oversight_sent_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("oversight", "0002_books_stay")]

    operations = [
        append_only(REFUSES, "oversight_list", changes=True),
        settled(REFUSES, "oversight_list", "kind", "title", "note", "organisation_id",
                "region_code", "made_by_id", "made_at"),
        settled(REFUSES, "oversight_list", "ended_at", "result", when="OLD.ended_at IS NOT NULL",
                name="ended"),
        settled(REFUSES, "oversight_listed_case", "named_list_id", "case_id", "remark",
                "added_by_id", "added_at"),
        migrations.RunSQL(SENT_STAYS, BACK),
    ]  # fmt: skip
