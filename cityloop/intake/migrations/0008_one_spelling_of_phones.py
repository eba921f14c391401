from django.db import migrations

from cityloop.kernel.phones import plain_phone


def respell(apps, schema_editor):
    """Numbers kept before are found again under the one spelling that is kept from now on."""
    reporters = apps.get_model("intake", "Reporter").objects
    for pk, phone in reporters.exclude(phone="").values_list("pk", "phone").iterator():
        if (plain := plain_phone(phone)) != phone:
            reporters.filter(pk=pk).update(phone=plain)


class Migration(migrations.Migration):
    dependencies = [("intake", "0007_a_clients_key_is_one")]
    operations = [migrations.RunPython(respell, migrations.RunPython.noop)]
