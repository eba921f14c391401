"""What is known of a stored file (when and where it was taken, its print) is proof: it stays."""

from django.db import migrations

STAYS = """
CREATE FUNCTION kernel_file_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% never changes', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON kernel_file
FOR EACH ROW EXECUTE FUNCTION kernel_file_stays();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON kernel_file
FOR EACH STATEMENT EXECUTE FUNCTION kernel_file_stays();
"""

BACK = """
DROP TRIGGER stays ON kernel_file; DROP TRIGGER no_truncate ON kernel_file;
DROP FUNCTION kernel_file_stays();
"""


class Migration(migrations.Migration):
    # A database that had all of these has these tables already.
    replaces = [
        ("kernel", "0001_initial"),
        ("kernel", "0002_bigrams"),
        ("kernel", "0003_handed_in"),
        ("kernel", "0004_files_stay"),
    ]

    dependencies = [
        ("kernel", "0001_tables"),
    ]
    operations = [
        migrations.RunSQL(STAYS, BACK),
    ]
