"""By which version of the rules of leads everything was looked at. What is there already was looked at by earlier ones."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from clew.records import policies
from clew.records.roles import Roles


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    schema_editor.execute("insert into lead_rules (version) values (0)", params=None)
    for statement in policies.special(roles, ("lead_rules",)):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("records", "0059_handlings_of_assertions")]
    operations = [
        migrations.CreateModel(
            name="LeadRules",
            fields=[
                ("id", models.SmallIntegerField(db_default=1, default=1, primary_key=True, serialize=False)),
                ("version", models.IntegerField()),
                ("next", models.IntegerField(null=True)),
                ("behind", models.UUIDField(null=True)),
            ],
            options={
                "db_table": "lead_rules",
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="lead_rules_are_one")],
            },
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
