"""A role remembers what it was offered: a permission that the city took away stays away."""

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

# What a role has, and what the record says it had before, it was offered.
REMEMBER = """
UPDATE people_role r SET offered = ARRAY(
  SELECT unnest(r.permissions)
  UNION SELECT jsonb_array_elements_text(c.before -> 'permissions') FROM people_change c
  WHERE c.subject = 'role' AND c.subject_id = r.id::text
    AND jsonb_typeof(c.before -> 'permissions') = 'array'
  ORDER BY 1)
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0002_rules")]
    operations = [
        migrations.AddField(
            model_name="role",
            name="offered",
            field=ArrayField(
                base_field=models.CharField(max_length=64), blank=True, default=list, size=None
            ),
        ),
        migrations.RunSQL(REMEMBER, migrations.RunSQL.noop),
    ]
