"""Categories: what officers observed of media, and schemes."""

import uuid

import django.contrib.postgres.functions
import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Q

from clew.records import classification, policies
from clew.records.roles import Roles

TABLES = ("observations", "schemes")


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    for statement in (classification.GOES_WITH_ITS_MEDIUM, *policies.special(roles, TABLES)):
        schema_editor.execute(statement, params=None)


def random_id() -> models.UUIDField:
    return models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)


def now() -> models.DateTimeField:
    return models.DateTimeField(db_default=django.db.models.functions.datetime.Now())


class Migration(migrations.Migration):
    dependencies = [("records", "0029_places_by_owner")]
    operations = [
        migrations.CreateModel(
            name="Observation",
            fields=[
                ("id", random_id()),
                ("medium_id", models.UUIDField()),
                ("facts", models.JSONField()),
                ("facts_version", models.IntegerField()),
                ("is_review", models.BooleanField(db_default=False, default=False)),
                ("reason", models.TextField(db_default="", default="")),
                ("member", models.TextField()),
                ("unit", models.TextField()),
                ("observed_by", models.TextField()),
                ("observed_at", now()),
                ("withdrawn_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "observations",
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(withdrawn_at__isnull=True), fields=["medium_id", "member", "observed_by"],
                        name="observation_once_by_an_officer",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Scheme",
            fields=[
                ("id", random_id()),
                ("member", models.TextField()),
                ("name", models.TextField()),
                ("version", models.IntegerField()),
                ("document", models.TextField()),
                ("loaded_by", models.TextField()),
                ("loaded_at", now()),
            ],
            options={
                "db_table": "schemes",
                "constraints": [
                    models.UniqueConstraint(fields=["member", "name", "version"], name="scheme_version_is_loaded_once"),
                ],
            },
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
