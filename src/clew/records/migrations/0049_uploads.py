"""Uploads through the browser."""

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
    for statement in policies.special(roles, ("uploads",)):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("records", "0048_perusal")]
    operations = [
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("member", models.TextField()),
                ("unit", models.TextField()),
                ("officer", models.TextField()),
                ("host", models.TextField()),
                ("promised", models.BinaryField()),
                ("state", models.TextField(db_default="open", default="open")),
                ("intake_id", models.UUIDField(null=True)),
                ("begun_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("ends_at", models.DateTimeField()),
            ],
            options={
                "db_table": "uploads",
                "indexes": [models.Index(fields=["member", "unit", "officer"], name="uploads_by_officer")],
                "constraints": [
                    models.CheckConstraint(condition=Q(state__in=["open", "taken-in"]), name="upload_state_is_known"),
                    models.CheckConstraint(
                        condition=Q(state="open", intake_id__isnull=True) | Q(state="taken-in", intake_id__isnull=False),
                        name="upload_is_taken_in_by_an_intake",
                    ),
                ],
            },
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
