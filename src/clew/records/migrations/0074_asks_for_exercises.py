"""Officers ask for exercises of the academy themselves."""

import uuid

import django.contrib.postgres.functions
import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Q

from clew.records import policies
from clew.records.roles import Roles


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    for statement in policies.special(roles, ("exercise_asks",)):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("records", "0073_ends_of_assertions")]
    operations = [
        migrations.CreateModel(
            name="ExerciseAsk",
            fields=[
                ("id", models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("member", models.TextField()),
                ("officer", models.TextField()),
                ("asked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("state", models.TextField(db_default="waiting", default="waiting")),
                ("draws", models.SmallIntegerField(db_default=0, default=0)),
                ("failure", models.TextField(db_default="", default="")),
                ("exercise_id", models.UUIDField(null=True)),
                ("password", models.TextField(db_default="", default="")),
                ("shown_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "exercise_asks",
                "indexes": [models.Index(fields=["member", "officer", "asked_at"], name="exercise_asks_by_officer")],
                "constraints": [
                    models.UniqueConstraint(condition=Q(state="waiting"), fields=["member", "officer"], name="one_exercise_waits"),
                    models.CheckConstraint(
                        name="exercise_ask_says_what_came_of_it",
                        condition=Q(state="waiting", failure="", exercise_id__isnull=True, password="", ended_at__isnull=True)
                        | Q(state="failed", exercise_id__isnull=True, password="", ended_at__isnull=False) & ~Q(failure="")
                        | Q(state="ready", failure="", exercise_id__isnull=False, ended_at__isnull=False),
                    ),
                ],
            },
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
