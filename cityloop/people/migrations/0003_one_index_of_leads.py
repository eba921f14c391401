"""Leads of the matrix had two equal indexes: Django's own of the key beside the named one."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0002_safeguards"),
    ]

    operations = [
        migrations.AlterField(
            model_name="responsibility",
            name="lead",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="leads",
                to="people.organisation",
            ),
        ),
    ]
