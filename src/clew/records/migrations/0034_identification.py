"""Identification: steps about victims, and notices of what came of them."""

import uuid

import django.contrib.postgres.functions
import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Q

from clew.records import outcomes, policies
from clew.records.roles import Roles

STEPS = ["locate", "identify", "safeguard", "reopen"]
STATES = ["unidentified", "located", "identified", "safeguarded"]
STATUSES = ["proposed", "confirmed", "refused", "withdrawn"]
NOTICES = [
    "overlap", "overlap-reminder", "contact", "message", "message-due", "lead", "identified", "safeguarded",
    "outcome-taken-back",
]  # fmt: skip


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    statements = [
        outcomes.GOES_WITH_ITS_VICTIM,
        *policies.special(roles, ("victim_steps",)),
        *policies.functions_made(roles),
    ]
    for statement in statements:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("records", "0033_messages_about_people")]
    operations = [
        migrations.CreateModel(
            name="VictimStep",
            fields=[
                ("id", models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("victim_id", models.UUIDField()),
                ("step", models.TextField()),
                ("state", models.TextField()),
                ("status", models.TextField(db_default="proposed", default="proposed")),
                ("basis", models.TextField()),
                ("evidence", models.TextField()),
                ("next_step", models.TextField(db_default="", default="")),
                ("next_on", models.DateField(null=True)),
                ("member", models.TextField()),
                ("unit", models.TextField()),
                ("proposed_by", models.TextField()),
                ("proposed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("decided_by", models.TextField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "victim_steps",
                "indexes": [models.Index(fields=["victim_id", "proposed_at"], name="victim_steps_by_victim")],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(step__in=STEPS, state__in=STATES, status__in=STATUSES), name="victim_step_is_known"
                    ),
                    models.CheckConstraint(
                        condition=Q(status="proposed", decided_by__isnull=True, decided_at__isnull=True)
                        | (Q(decided_by__isnull=False, decided_at__isnull=False)
                           & (~Q(status="confirmed") | ~Q(decided_by=models.F("proposed_by")))),
                        name="victim_step_is_confirmed_by_another",
                    ),
                    models.UniqueConstraint(
                        condition=Q(status="proposed"), fields=["member", "unit", "victim_id"], name="one_step_waits_of_a_victim"
                    ),
                ],
            },
        ),
        migrations.RemoveConstraint("notice", "notice_kind_is_known"),
        migrations.AddConstraint(
            "notice", models.CheckConstraint(condition=Q(kind__in=NOTICES), name="notice_kind_is_known")
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
