"""Filters of media that officers keep under names."""

import uuid

import django.contrib.postgres.functions
import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Q

from clew.records import policies
from clew.records.roles import Roles

ANSWERS = ["", "solved_elsewhere", "parallel_enquiry", "known", "new", "undecodable"]
KINDS = ["", "image", "video"]


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    for statement in policies.special(roles, ("saved_views",)):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("records", "0056_match_verdicts")]
    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.UUIDField(
                    db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False,
                    primary_key=True, serialize=False,
                )),
                ("officer", models.TextField()),
                ("member", models.TextField()),
                ("name", models.TextField()),
                ("answer", models.TextField(db_default="", default="")),
                ("is_every", models.BooleanField(db_default=False, default=False)),
                ("kind", models.TextField(db_default="", default="")),
                ("is_undecided", models.BooleanField(db_default=True, default=True)),
                ("kept_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "saved_views",
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(answer__in=ANSWERS, kind__in=KINDS), name="saved_view_is_known",
                    ),
                ],
                "indexes": [models.Index(fields=["officer"], name="saved_views_by_officer")],
            },
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]  # fmt: skip
