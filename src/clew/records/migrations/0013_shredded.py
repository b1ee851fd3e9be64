"""Which cases were shredded, asked by their identifiers; and every function as it now is."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from clew.records import policies
from clew.records.roles import Roles


def renew(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in policies.functions_made(Roles.of(schema_editor.connection.settings_dict["NAME"])):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("records", "0012_media_looked_at_closer")]
    operations = [migrations.RunPython(renew, migrations.RunPython.noop)]
