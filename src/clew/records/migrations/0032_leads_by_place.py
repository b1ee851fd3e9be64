"""Series that are linked with places, and places that are known elsewhere, are looked at again for leads."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from clew.records import policies, pursuit
from clew.records.roles import Roles


def note(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    called = sorted({f"{function}()" for *_, function in pursuit.OF_PLACES.values()})
    for statement in [
        *policies.functions_made(roles),
        *policies.lent(schema_editor.connection, roles, called, pursuit.triggers(pursuit.OF_PLACES)),
    ]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("records", "0031_people_in_order")]
    operations = [migrations.RunPython(note, migrations.RunPython.noop)]
