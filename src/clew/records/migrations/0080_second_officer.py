"""Where a member asks for two, an original is released and a series brought into a task force by two; the database holds it."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import F, Q

from clew.records import policies, second_officer
from clew.records.roles import Roles


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    triggers = [f"create trigger {name} {words}" for name, words in second_officer.TRIGGERS.items()]
    statements = [
        *policies.functions_made(roles),
        *policies.lent(schema_editor.connection, roles, second_officer.FUNCTIONS_OF_THE_BLIND, triggers),
    ]
    for statement in statements:
        schema_editor.execute(statement, params=None)


def say_which_ended(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("alter table releases no force row level security")
        cursor.execute("update releases set state = 'ended' where withdrawn_at is not null")
        cursor.execute("alter table releases force row level security")


class Migration(migrations.Migration):
    dependencies = [("records", "0079_next_steps")]
    operations = [
        migrations.AddField("release", "state", models.TextField(db_default="in-force", default="in-force")),
        migrations.AddField("release", "decided_by", models.TextField(null=True)),
        migrations.RemoveConstraint("release", "release_opens_until_withdrawn"),
        migrations.RunPython(say_which_ended, migrations.RunPython.noop),
        migrations.AddConstraint(
            "release",
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, wrapped__isnull=False, state="in-force")
                | Q(withdrawn_at__isnull=True, wrapped__isnull=True, state="proposed", decided_by__isnull=True)
                | Q(withdrawn_at__isnull=False, wrapped__isnull=True, state__in=["ended", "withdrawn", "lapsed"]),
                name="release_opens_until_withdrawn",
            ),
        ),
        migrations.AddConstraint(
            "release", models.CheckConstraint(condition=~Q(decided_by=F("released_by")), name="release_needs_two")
        ),
        migrations.AddField("taskforceseries", "state", models.TextField(db_default="in-force", default="in-force")),
        migrations.AddField("taskforceseries", "decided_by", models.TextField(null=True)),
        migrations.AddConstraint(
            "taskforceseries",
            models.CheckConstraint(condition=~Q(decided_by=F("brought_by")), name="brought_by_two"),
        ),
        migrations.AddConstraint(
            "taskforceseries",
            models.CheckConstraint(
                condition=Q(state="in-force") | Q(state="proposed", decided_by__isnull=True), name="brought_or_proposed"
            ),
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
