"""Exercises of the academy, and what is said of the steps by which a member gets connected."""

import uuid

import django.contrib.postgres.functions
import django.db.models.functions.datetime
from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Q

from clew.records import policies
from clew.records.roles import Roles


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    statements = [
        *policies.special(roles, ("exercises", "exercise_truths", "readiness_words")),
        *policies.functions_made(roles),
    ]
    for statement in statements:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("records", "0042_statistics")]
    operations = [
        migrations.CreateModel(
            name="ExerciseTruth",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("truth", models.JSONField()),
            ],
            options={"db_table": "exercise_truths"},
        ),
        migrations.AddField(
            model_name="memberrule", name="exercise_needed", field=models.BooleanField(db_default=False, default=False)
        ),
        migrations.CreateModel(
            name="Exercise",
            fields=[
                ("id", models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("member", models.TextField()),
                ("officer", models.TextField()),
                ("version", models.TextField()),
                ("briefing", models.TextField(db_default="", default="")),
                ("begun_by", models.TextField()),
                ("begun_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("ended_at", models.DateTimeField(null=True)),
                ("points", models.SmallIntegerField(null=True)),
                ("has_passed", models.BooleanField(null=True)),
                ("parts", models.JSONField(null=True)),
                ("remarks", ArrayField(models.TextField(), db_default=[], default=list)),
            ],
            options={
                "db_table": "exercises",
                "indexes": [models.Index(fields=["member", "officer", "begun_at"], name="exercises_by_officer")],
                "constraints": [
                    models.CheckConstraint(
                        name="exercise_ends_with_its_result",
                        condition=Q(ended_at__isnull=True, points__isnull=True, has_passed__isnull=True, parts__isnull=True)
                        | Q(ended_at__isnull=False, points__range=(0, 100), has_passed__isnull=False, parts__isnull=False),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReadinessWord",
            fields=[
                ("id", models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("member", models.TextField()),
                ("step", models.TextField()),
                ("kept_by", models.TextField(db_default="", default="")),
                ("due_on", models.DateField(null=True)),
                ("done_on", models.DateField(null=True)),
                ("basis", models.TextField(db_default="", default="")),
                ("words", models.TextField(db_default="", default="")),
                ("said_by", models.TextField()),
                ("said_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "readiness_words",
                "indexes": [models.Index(fields=["member", "step", "said_at"], name="readiness_words_by_step")],
            },
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
