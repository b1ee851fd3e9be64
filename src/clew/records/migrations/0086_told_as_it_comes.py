"""It is kept what a case was told to see of others by their open rule, so that what it sees later is told, and once."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from clew.records import policies
from clew.records.roles import Roles


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    for statement in policies.special(roles, ("overlap_facts_told",)):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("records", "0085_proposals_by_themselves")]
    operations = [
        migrations.AddField("overlapclock", "told_facts_since", models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="OverlapFactTold",
            fields=[
                ("pk", models.CompositePrimaryKey("subject_id", "fact", blank=True, editable=False, primary_key=True, serialize=False)),
                ("subject_id", models.UUIDField()),
                ("fact", models.UUIDField()),
            ],
            options={"db_table": "overlap_facts_told"},
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
