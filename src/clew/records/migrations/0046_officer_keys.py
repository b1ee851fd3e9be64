"""Which key does what for an officer."""

import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from clew.records import policies
from clew.records.roles import Roles


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    for statement in policies.special(roles, ("officer_keys",)):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("records", "0045_task_forces_are_heard_of")]
    operations = [
        migrations.CreateModel(
            name="OfficerKeys",
            fields=[
                ("officer", models.TextField(primary_key=True, serialize=False)),
                ("member", models.TextField()),
                ("own", models.JSONField(default=dict)),
                ("is_off", models.BooleanField(db_default=False, default=False)),
                ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={"db_table": "officer_keys"},
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
