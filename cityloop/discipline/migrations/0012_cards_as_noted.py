"""Where a card stands changes only with a note that says so."""

from django.db import migrations

AS_NOTED = """
CREATE FUNCTION discipline_card_as_noted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  said text;
BEGIN
  SELECT step INTO said FROM discipline_card_note WHERE card_id = NEW.id ORDER BY id DESC LIMIT 1;
  IF NOT coalesce(CASE said
      WHEN 'approval' THEN NEW.state = 'issued'
      WHEN 'refusal' THEN NEW.state = 'refused'
      WHEN 'answer' THEN NEW.state = 'answered'
      WHEN 'sent_back' THEN NEW.state = 'issued'
      WHEN 'acceptance' THEN NEW.state = 'rectified'
      WHEN 'withdrawal' THEN NEW.state = 'withdrawn'
      WHEN 'fall' THEN NEW.state IN ('refused', 'withdrawn')
    END, false) THEN
    RAISE EXCEPTION 'discipline_card is append-only: % stands otherwise than its last note says',
      NEW.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER as_noted BEFORE UPDATE OF state ON discipline_card FOR EACH ROW
WHEN (NEW.state IS DISTINCT FROM OLD.state) EXECUTE FUNCTION discipline_card_as_noted();
"""
BACK = """
DROP TRIGGER as_noted ON discipline_card;
DROP FUNCTION discipline_card_as_noted();
"""


class Migration(migrations.Migration):
    dependencies = [("discipline", "0011_drawn_again")]

    operations = [migrations.RunSQL(AS_NOTED, BACK)]
