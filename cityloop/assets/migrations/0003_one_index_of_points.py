"""Points of components had two equal indexes: GeoDjango's own beside the named one."""

import django.contrib.gis.db.models.fields
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("assets", "0002_safeguards")]

    operations = [
        migrations.AlterField(
            model_name="component",
            name="point",
            field=django.contrib.gis.db.models.fields.PointField(spatial_index=False, srid=4326),
        ),
    ]
