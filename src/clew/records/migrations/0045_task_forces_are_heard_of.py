"""Who is invited into a task force or named for one has a notice; what is kept back is not brought."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Q

from clew.records import alliance, policies
from clew.records.roles import Roles

NOTICES = [
    "overlap", "overlap-reminder", "contact", "message", "message-due", "lead", "identified", "safeguarded",
    "task-force", "outcome-taken-back",
]  # fmt: skip
CALLED = ("clew_ask_for_task_force()", "clew_refuse_kept_back()")


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    triggers = [f"create trigger {name} {words}" for name, words in alliance.TRIGGERS_OF_WORDS.items()]
    statements = [
        *policies.functions_made(roles), *policies.lent(schema_editor.connection, roles, CALLED, triggers),
    ]  # fmt: skip
    for statement in statements:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("records", "0044_votes_of_who_changes_units")]
    operations = [
        migrations.AddIndex(
            "taskforcemember", models.Index(fields=["task_force_id"], name="members_of_a_task_force")
        ),
        migrations.AddIndex(
            "taskforceofficer", models.Index(fields=["task_force_id"], name="officers_of_a_task_force")
        ),
        migrations.RemoveConstraint("notice", "notice_kind_is_known"),
        migrations.AddConstraint(
            "notice", models.CheckConstraint(condition=Q(kind__in=NOTICES), name="notice_kind_is_known")
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
