"""Series that are linked with places, and places that are known elsewhere, are looked at again for leads."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from psycopg import sql

from clew.records import policies, pursuit
from clew.records.roles import Roles


def note(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("select current_user")
        owner = sql.Identifier(cursor.fetchone()[0]).as_string()
    blind = sql.Identifier(roles.blind).as_string()
    called = sorted({function for *_, function in pursuit.OF_PLACES.values()})
    for statement in [
        *policies.functions_made(roles),
        # Whoever puts a trigger on a table must be allowed to call its function, and asks its owner for that.
        f"set local role {blind}",
        *(f"grant execute on function {name}() to {owner}" for name in called),
        "reset role",
        *pursuit.triggers(pursuit.OF_PLACES),
        f"set local role {blind}",
        *(f"revoke execute on function {name}() from {owner}" for name in called),
        "reset role",
    ]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("records", "0031_people_in_order")]
    operations = [migrations.RunPython(note, migrations.RunPython.noop)]
