"""It is kept what a case was told to see of others by their open rule, and which children were found whose victims ended."""

import uuid

import django.contrib.postgres.functions
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from clew.records import outcomes, policies
from clew.records.roles import Roles


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    for statement in [
        outcomes.COUNTED_GOES_WITH_ITS_VICTIM,
        *policies.special(roles, ("overlap_facts_told", "children_ended", "children_counted")),
    ]:
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
        migrations.CreateModel(
            name="ChildEnded",
            fields=[
                ("id", models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("member", models.TextField()),
                ("year", models.SmallIntegerField()),
                ("sex", models.TextField()),
                ("youngest", models.SmallIntegerField(null=True)),
                ("is_safeguarded", models.BooleanField()),
            ],
            options={"db_table": "children_ended"},
        ),
        migrations.CreateModel(
            name="ChildCounted",
            fields=[("victim_id", models.UUIDField(primary_key=True, serialize=False))],
            options={"db_table": "children_counted"},
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
