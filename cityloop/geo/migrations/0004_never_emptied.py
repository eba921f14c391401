"""Unit grids are retired, not taken away: not all at once either."""

from django.db import migrations

from cityloop.kernel.append_only import never_emptied


class Migration(migrations.Migration):
    dependencies = [("geo", "0003_recorded")]

    operations = [never_emptied("geo_append_only", "geo_unitgrid", "geo_gridchange")]
