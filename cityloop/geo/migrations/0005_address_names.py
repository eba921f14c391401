"""Places are found by their own name first: a district's word is in every address of it."""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations
from django.db.models import F, Func


class Migration(migrations.Migration):
    dependencies = [("geo", "0004_never_emptied"), ("kernel", "0001_tables")]

    operations = [
        migrations.AddIndex(
            "address",
            GinIndex(
                Func(F("name"), function="cityloop_bigrams"), name="address_name", fastupdate=False
            ),
        ),
    ]
