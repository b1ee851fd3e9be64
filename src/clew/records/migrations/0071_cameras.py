"""Which cameras there are under which handling, so that they are found by their words; and lenses by their serial numbers."""

import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.functions
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Q

from clew.records import optics, policies, pursuit
from clew.records.roles import Roles

NAMED = Q(camera_make__isnull=False) | Q(camera_model__isnull=False)


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    called = sorted({f"{function}()" for *_, function in optics.TRIGGERS.values()})
    for statement in [
        # Row security binds the owner of the tables too, and a migration acts as nobody.
        "alter table media no force row level security", optics.WHAT_THERE_IS,
        "alter table media force row level security",
        *policies.functions_made(roles), *policies.special(roles, ("cameras",)),
        *policies.lent(schema_editor.connection, roles, called, pursuit.triggers(optics.TRIGGERS)),
    ]:  # fmt: skip
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("records", "0070_statistics_of_periods")]
    operations = [
        migrations.CreateModel(
            name="KeptCamera",
            fields=[
                ("owner_member", models.TextField()),
                ("owner_unit", models.TextField()),
                ("audience", models.SmallIntegerField()),
                ("members", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ("excluded", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ("id", models.UUIDField(
                    db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False,
                    primary_key=True, serialize=False,
                )),
                ("camera", models.UUIDField()),
                ("make", models.BinaryField()),
                ("model", models.BinaryField()),
            ],
            options={
                "db_table": "cameras",
                "indexes": [
                    models.Index(fields=["camera", "owner_member", "owner_unit", "audience"], name="cameras_in_order")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="medium",
            index=models.Index(
                fields=["camera_model", "camera_make", "owner_member", "owner_unit", "audience"],
                name="media_by_camera_model", condition=NAMED,
            ),
        ),
        migrations.AddIndex(
            model_name="medium",
            index=models.Index(
                fields=["lens_serial"], name="media_by_lens", condition=Q(lens_serial__isnull=False),
            ),
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]  # fmt: skip
