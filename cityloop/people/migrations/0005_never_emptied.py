"""Lines of the matrix are ended, not taken away: not all at once either."""

from django.db import migrations

from cityloop.kernel.append_only import never_emptied, refusal


class Migration(migrations.Migration):
    dependencies = [("people", "0004_precedence")]

    operations = [
        refusal("people_never_emptied"),
        never_emptied("people_never_emptied", "people_responsibility", "people_precedence"),
    ]
