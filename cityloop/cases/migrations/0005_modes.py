"""Which platform holds a case; a published flow never changes, so a running case keeps its own."""

import django.db.models.deletion
from django.db import migrations, models

FLOW_KEPT = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON cases_flow
FOR EACH ROW EXECUTE FUNCTION cases_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_nothing_is_emptied"), ("people", "0002_rules")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="holder",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.organisation",
            ),
        ),
        migrations.AddField(
            model_name="case", name="platforms", field=models.JSONField(default=list)
        ),
        migrations.RunSQL(FLOW_KEPT, "DROP TRIGGER append_only ON cases_flow"),
    ]
