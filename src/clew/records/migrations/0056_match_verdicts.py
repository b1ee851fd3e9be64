"""What officers say of matches."""

import uuid

import django.contrib.postgres.functions
import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Q

from clew.records import judgement, policies, pursuit
from clew.records.roles import Roles

WHY = ["only-alike", "shared-part", "says-nothing", "other"]


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    called = sorted({f"{function}()" for *_, function in pursuit.OF_VERDICTS.values()})
    for statement in [
        *policies.functions_made(roles), *judgement.GOES_WITH_ITS_MEDIA, *policies.special(roles, ("match_verdicts",)),
        *policies.lent(schema_editor.connection, roles, called, pursuit.triggers(pursuit.OF_VERDICTS)),
    ]:  # fmt: skip
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("records", "0055_reveal_budgets")]
    operations = [
        migrations.CreateModel(
            name="MatchVerdict",
            fields=[
                ("id", models.UUIDField(
                    db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False,
                    primary_key=True, serialize=False,
                )),
                ("medium_id", models.UUIDField()),
                ("other_id", models.UUIDField()),
                ("said", models.TextField()),
                ("why", models.TextField(db_default="", default="")),
                ("member", models.TextField()),
                ("unit", models.TextField()),
                ("said_by", models.TextField()),
                ("said_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("withdrawn_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "match_verdicts",
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(said="same", why="") | Q(said="not-the-same", why__in=WHY), name="match_verdict_is_known",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["medium_id"], name="match_verdicts_by_medium"),
                    models.Index(fields=["other_id"], name="match_verdicts_by_other"),
                    models.Index(condition=Q(withdrawn_at__isnull=True), fields=["member", "unit"], name="match_verdicts_by_unit"),
                ],
            },
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]  # fmt: skip
