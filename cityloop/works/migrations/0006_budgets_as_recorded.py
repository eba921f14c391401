"""How much a budget line has changes only with a record that says the same."""

from django.db import migrations

# The last record of a line from before may differ from its row only by another scale of the amount.
AS_RECORDED = """
CREATE FUNCTION works_budget_as_recorded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.amount IS DISTINCT FROM (
    SELECT (facts->>'amount')::numeric FROM works_record
     WHERE subject = 'budgetline' AND subject_id = NEW.id AND action = 'budgeted'
     ORDER BY id DESC LIMIT 1
  ) THEN
    RAISE EXCEPTION 'works_budget_line is append-only: % has another amount than its last record',
      NEW.code USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER as_recorded BEFORE UPDATE OF amount ON works_budget_line FOR EACH ROW
WHEN (NEW.amount IS DISTINCT FROM OLD.amount) EXECUTE FUNCTION works_budget_as_recorded();
"""
BACK = """
DROP TRIGGER as_recorded ON works_budget_line;
DROP FUNCTION works_budget_as_recorded();
"""


class Migration(migrations.Migration):
    dependencies = [("works", "0005_rows_stay")]

    operations = [migrations.RunSQL(AS_RECORDED, BACK)]
