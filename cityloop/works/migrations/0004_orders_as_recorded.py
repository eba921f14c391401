"""What an order comes to, and who owes it, changes only with a record that says the same."""

from django.db import migrations

# Orders from before get a record of what they are today.
TAKEN_OVER = """
INSERT INTO works_record (subject, subject_id, action, facts, reason, actor, at)
SELECT 'order', id, 'taken_over', jsonb_build_object('order', jsonb_build_object(
         'state', state, 'liable', liable_id, 'budget_line', budget_line_id,
         'total', total::text, 'committed', committed::text,
         'done_at', CASE WHEN done_at IS NOT NULL THEN replace(
           to_char(done_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || '+00:00',
           '.000000', '') END,
         'cancel_reason', cancel_reason)),
       '', 'CityLoop', now()
  FROM works_order ORDER BY id
"""
AS_RECORDED = """
CREATE FUNCTION works_order_as_recorded() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  said jsonb;
BEGIN
  SELECT facts->'order' INTO said FROM works_record
   WHERE subject = 'order' AND subject_id = NEW.id ORDER BY id DESC LIMIT 1;
  IF said IS NULL
     OR said->>'state' IS DISTINCT FROM NEW.state
     OR (said->>'total')::numeric IS DISTINCT FROM NEW.total
     OR (said->>'committed')::numeric IS DISTINCT FROM NEW.committed
     OR (said->>'budget_line')::bigint IS DISTINCT FROM NEW.budget_line_id
     OR (said->>'liable')::bigint IS DISTINCT FROM NEW.liable_id
     OR (said->>'done_at')::timestamptz IS DISTINCT FROM NEW.done_at
     OR said->>'cancel_reason' IS DISTINCT FROM NEW.cancel_reason THEN
    RAISE EXCEPTION 'works_order is append-only: % is another order than its last record says',
      NEW.number USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.liable_id IS DISTINCT FROM OLD.liable_id AND NOT EXISTS (
    SELECT 1 FROM cases_event e
     WHERE e.case_id = NEW.case_id AND e.version > NEW.version AND e.action = 'name_liable'
       AND (e.facts->>'liable')::bigint = NEW.liable_id
  ) THEN
    RAISE EXCEPTION 'works_order is append-only: no step of its case names the liable unit of %',
      NEW.number USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER as_recorded BEFORE UPDATE ON works_order
FOR EACH ROW EXECUTE FUNCTION works_order_as_recorded();
"""
BACK = """
DROP TRIGGER as_recorded ON works_order;
DROP FUNCTION works_order_as_recorded();
"""


class Migration(migrations.Migration):
    dependencies = [("works", "0003_books_stay"), ("cases", "0004_ended_clocks_stay")]

    operations = [
        migrations.RunSQL(TAKEN_OVER, migrations.RunSQL.noop),
        migrations.RunSQL(AS_RECORDED, BACK),
    ]
