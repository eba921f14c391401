from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension
from django.db import migrations

from cityloop.kernel import text


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]
    operations = [
        TrigramExtension(),
        BtreeGistExtension(),
        migrations.RunSQL(text.SQL, "DROP FUNCTION cityloop_bigrams(text)"),
    ]
