"""Permits are never deleted, their history is append-only; the kinds that a city begins with."""

from django.db import migrations

from cityloop.kernel.append_only import append_only, refusal
from cityloop.permits.kinds import SEEDS


def seed(apps, schema_editor):
    """One row a kind; the city may change its names, classes and spans later."""
    kind = apps.get_model("permits", "PermitKind")
    kind.objects.bulk_create(
        [
            kind(
                code=one.code,
                name_zh=one.name_zh,
                name_en=one.name_en,
                classes=list(one.classes),
                after_days=one.after_days,
                near_m=one.near_m,
                position=10 * (place + 1),
            )
            for place, one in enumerate(SEEDS)
        ],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("permits", "0001_tables"),
    ]
    operations = [
        refusal("permits_append_only"),
        append_only("permits_append_only", "permits_change"),
        append_only("permits_append_only", "permits_permit", "permits_kind", changes=True),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
