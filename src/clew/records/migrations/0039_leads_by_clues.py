"""Leads by what clues read and by answers to questions; a clue may name as many countries as drive on the left."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Q

from clew.records import localisation, policies, pursuit
from clew.records.roles import Roles

RULES = [
    "same-camera", "same-document", "aligned-clip", "known-place", "reappeared", "same-name", "clue-answered",
]  # fmt: skip
STATES = ["watched", "raised", "taken", "followed", "set-aside", "closed"]


def note(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    called = sorted({f"{function}()" for *_, function in pursuit.OF_ANSWERS.values()})
    for statement in [
        "alter table clues drop constraint if exists clue_is_whole",
        localisation.CLUE_IS_WHOLE,
        *policies.functions_made(roles),
        *policies.lent(schema_editor.connection, roles, called, pursuit.triggers(pursuit.OF_ANSWERS)),
    ]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("records", "0038_questions")]
    operations = [
        migrations.RemoveConstraint("lead", "lead_is_known"),
        migrations.AddConstraint(
            "lead", models.CheckConstraint(condition=Q(rule__in=RULES, state__in=STATES), name="lead_is_known")
        ),
        migrations.RunPython(note, migrations.RunPython.noop),
    ]
