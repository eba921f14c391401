"""Files of editions wait where those of all subsystems do; what waited is sent again."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("standards", "0005_hours_from_a_day"),
        ("kernel", "0003_uploads"),
    ]

    operations = [
        migrations.DeleteModel(name="EditionUpload"),
    ]
