"""Stacks of near copies within a case."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from clew.records import perusal, policies
from clew.records.roles import Roles


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    statements = [
        *policies.functions_made(roles), *perusal.STACKS_GO_ALONG, *policies.special(roles, ("case_stacks",)),
    ]  # fmt: skip
    for statement in statements:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("records", "0051_packages_go_with_media")]
    operations = [
        migrations.CreateModel(
            name="CaseStack",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("case_id", models.UUIDField()),
                ("medium_id", models.UUIDField()),
                ("centre_id", models.UUIDField()),
                ("member", models.TextField()),
                ("unit", models.TextField()),
            ],
            options={
                "db_table": "case_stacks",
                "constraints": [
                    models.UniqueConstraint(fields=["case_id", "medium_id"], name="medium_lies_in_one_stack"),
                ],
                "indexes": [
                    models.Index(fields=["case_id", "centre_id"], name="case_stacks_by_centre"),
                    models.Index(fields=["medium_id"], name="case_stacks_by_medium"),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="occurrence", index=models.Index(fields=["case_id", "id"], name="occurrences_in_their_order"),
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
