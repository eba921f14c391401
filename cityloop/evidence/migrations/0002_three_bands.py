"""The prints kept so far, cut into the bands of 22, 21 and 21 bits (cityloop/evidence/prints.py).

Their index keeps no list of entries still to be sorted in: each search reads that list once for
every one of its hundreds of values, which took two seconds where the index takes a tenth.
"""

import django.contrib.postgres.indexes
from django.db import migrations, models

THREE_BANDS = """
UPDATE evidence_print SET bands = ARRAY[
  (hash & 4194303)::int,
  (4194304 + ((hash >> 22) & 2097151))::int,
  (6291456 + ((hash >> 43) & 2097151))::int
];
ALTER INDEX print_bands SET (fastupdate = off);
SELECT gin_clean_pending_list('print_bands');
"""
BACK = "ALTER INDEX print_bands RESET (fastupdate)"


class Migration(migrations.Migration):
    dependencies = [("evidence", "0001_evidence")]

    operations = [
        migrations.RunSQL(
            THREE_BANDS,
            BACK,
            state_operations=[
                migrations.RemoveIndex(model_name="print", name="print_bands"),
                migrations.AddIndex(
                    model_name="print",
                    index=django.contrib.postgres.indexes.GinIndex(
                        models.F("bands"), fastupdate=False, name="print_bands"
                    ),
                ),
            ],
        )
    ]
