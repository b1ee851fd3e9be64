"""Covers: what is said of records beside who may see them, kept once and referred to."""

import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.functions
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from clew.records import policies
from clew.records.roles import Roles

DESCRIBED = ("case", "exhibit", "intake", "medium", "series", "hashlist")


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    for statement in policies.cover(("covers",), roles):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("records", "0004_uses")]
    operations = [
        migrations.CreateModel(
            name="KeptCover",
            fields=[
                ("owner_member", models.TextField()),
                ("owner_unit", models.TextField()),
                ("audience", models.SmallIntegerField()),
                ("members", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ("excluded", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ("id", models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("digest", models.BinaryField()),
                ("purposes", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("legal_basis", models.TextField()),
                ("conditions", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("condition_text", models.TextField()),
                ("confidentiality", models.SmallIntegerField()),
                ("source_evaluation", models.TextField()),
                ("information_evaluation", models.SmallIntegerField()),
                ("is_minor", models.BooleanField()),
                ("retention_end", models.DateField()),
                ("review_date", models.DateField()),
            ],
            options={
                "db_table": "covers",
                "constraints": (models.UniqueConstraint(fields=("owner_member", "owner_unit", "audience", "members", "excluded", "digest"), name="cover_once_under_a_handling"),),
                "indexes": [models.Index(fields=["retention_end"], name="covers_by_retention_end")],
            },
        ),
        *(
            migrations.AddField(model_name=model, name="cover_id", field=models.UUIDField(null=True))
            for model in DESCRIBED
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
