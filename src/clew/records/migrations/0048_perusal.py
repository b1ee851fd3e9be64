"""Previews of media, and how units mark media."""

import uuid

import django.contrib.postgres.functions
import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Q

from clew.records import perusal, policies
from clew.records.roles import Roles

SAID = ["relevant", "not-relevant"]
LACKING = (
    "alter table medium_keys no force row level security",
    "insert into previews (medium_id, case_id, member, is_waiting) select medium_id, case_id, member, true from medium_keys",
    "alter table medium_keys force row level security",
)
"""Of what was taken in before, previews are made later, from the vault."""


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    statements = [
        *policies.functions_made(roles), *LACKING, *perusal.GOES_ALONG,
        *policies.special(roles, ("previews", "marks")),
    ]  # fmt: skip
    for statement in statements:
        schema_editor.execute(statement, params=None)


def random_id() -> models.UUIDField:
    return models.UUIDField(
        db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True,
        serialize=False,
    )  # fmt: skip


def now() -> models.DateTimeField:
    return models.DateTimeField(db_default=django.db.models.functions.datetime.Now())


class Migration(migrations.Migration):
    dependencies = [("records", "0047_looks")]
    operations = [
        migrations.CreateModel(
            name="Preview",
            fields=[
                ("pk", models.CompositePrimaryKey("medium_id", "case_id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("medium_id", models.UUIDField()),
                ("case_id", models.UUIDField()),
                ("member", models.TextField()),
                ("content", models.BinaryField(null=True)),
                ("is_waiting", models.BooleanField(db_default=False, default=False)),
            ],
            options={
                "db_table": "previews",
                "indexes": [models.Index(condition=Q(is_waiting=True), fields=["member", "medium_id"], name="previews_to_be_made")],
            },
        ),
        migrations.CreateModel(
            name="Mark",
            fields=[
                ("id", random_id()),
                ("act", models.UUIDField()),
                ("medium_id", models.UUIDField()),
                ("member", models.TextField()),
                ("unit", models.TextField()),
                ("said", models.TextField()),
                ("marked_by", models.TextField()),
                ("marked_at", now()),
                ("undone_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "marks",
                "indexes": [
                    models.Index(fields=["medium_id"], name="marks_by_medium"),
                    models.Index(fields=["act"], name="marks_by_act"),
                ],
                "constraints": [models.CheckConstraint(condition=Q(said__in=SAID), name="mark_is_known")],
            },
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
