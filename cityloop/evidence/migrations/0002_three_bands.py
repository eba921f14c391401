"""The prints kept so far, cut into the bands of 22, 21 and 21 bits (cityloop/evidence/prints.py)."""

from django.db import migrations

THREE_BANDS = """
UPDATE evidence_print SET bands = ARRAY[
  (hash & 4194303)::int,
  (4194304 + ((hash >> 22) & 2097151))::int,
  (6291456 + ((hash >> 43) & 2097151))::int
]
"""


class Migration(migrations.Migration):
    dependencies = [("evidence", "0001_evidence")]

    operations = [migrations.RunSQL(THREE_BANDS, migrations.RunSQL.noop, elidable=True)]
