"""Software is kept beside cameras, so that it is found by its words; media of either are listed in the order in which they came."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Q

from clew.records import optics, policies
from clew.records.roles import Roles

NAMED = Q(camera_make__isnull=False) | Q(camera_model__isnull=False)
OF_BOTH = ["owner_member", "owner_unit", "audience", "taken_in_at"]


def keep(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    # Row security binds the owner of the tables too, and a migration acts as nobody.
    tables = ("media", "cameras")
    for statement in [
        *(f"alter table {table} no force row level security" for table in tables), optics.WHAT_SOFTWARE_THERE_IS,
        *(f"alter table {table} force row level security" for table in tables), *policies.functions_made(roles),
    ]:  # fmt: skip
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("records", "0074_asks_for_exercises")]
    operations = [
        migrations.AddField("keptcamera", "software", models.BinaryField(default=b"", db_default=b"")),
        migrations.RemoveIndex("medium", "media_by_camera_model"),
        migrations.AddIndex(
            "medium",
            models.Index(fields=["camera_model", "camera_make", *OF_BOTH], name="media_by_camera_model", condition=NAMED),
        ),
        migrations.AddIndex(
            "medium",
            models.Index(
                fields=["software", *OF_BOTH], name="media_by_software", condition=Q(software__isnull=False),
            ),
        ),
        migrations.RunPython(keep, migrations.RunPython.noop),
    ]  # fmt: skip
