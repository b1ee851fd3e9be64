"""The operator of the node certifies alone only where a member has no administrator, and its coordinators are told."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Q

from clew.records import policies
from clew.records.roles import Roles

NOTICES = [
    "overlap", "overlap-reminder", "contact", "message", "message-due", "lead", "proposals", "identified",
    "safeguarded", "task-force", "outcome-taken-back", "review", "done-alone",
]  # fmt: skip


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The rules that call the functions are renewed when the node is founded."""
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    for statement in policies.functions_made(roles):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("records", "0086_told_as_it_comes")]
    operations = [
        migrations.RemoveConstraint("notice", "notice_kind_is_known"),
        migrations.AddConstraint(
            "notice", models.CheckConstraint(condition=Q(kind__in=NOTICES), name="notice_kind_is_known")
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
