"""Designations, prices and budget lines stay; an invoiced order keeps its lines."""

from django.db import migrations

from cityloop.kernel.append_only import append_only, settled

REFUSES = "works_append_only"
LINES_STAY = """
CREATE FUNCTION works_lines_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Prices may be corrected until the invoice comes.
  IF EXISTS (SELECT 1 FROM works_order WHERE id = OLD.order_id
                AND state IN ('invoiced', 'cancelled')) THEN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER stays_invoiced BEFORE DELETE ON works_order_item FOR EACH ROW
EXECUTE FUNCTION works_lines_stay();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON works_order_item FOR EACH STATEMENT
EXECUTE FUNCTION works_append_only();
"""
BACK = """
DROP TRIGGER no_truncate ON works_order_item;
DROP TRIGGER stays_invoiced ON works_order_item;
DROP FUNCTION works_lines_stay();
"""


class Migration(migrations.Migration):
    dependencies = [("works", "0004_orders_as_recorded")]

    operations = [
        append_only(REFUSES, "works_designation", "works_price_item", "works_budget_line",
                    changes=True),
        settled(REFUSES, "works_designation", "organisation_id", "source_document", "valid_from"),
        settled(REFUSES, "works_designation", "valid_to", when="OLD.valid_to IS NOT NULL",
                name="ended"),
        settled(REFUSES, "works_price_item", "valid_to", when="OLD.valid_to IS NOT NULL",
                name="ended"),
        settled(REFUSES, "works_budget_line", "year", "code", "area_code"),
        migrations.RunSQL(LINES_STAY, BACK),
    ]  # fmt: skip
