"""Words lie sealed: what officers wrote and what seizures brought is bytes to the database."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from clew.domain.errors import Unavailable

COLUMNS = {
    "cases": ("reference",),
    "exhibits": ("reference",),
    "hash_lists": ("name",),
    "series": ("name",),
    "media": (
        "camera_make", "camera_model", "camera_serial", "lens_serial", "software", "document_id", "facts",
    ),
}  # fmt: skip
PLAIN_BEFORE = ("cases", "hash_lists", "series", "media", "intakes", "occurrences")


def seal(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the columns bytes, where nothing plain is in them; the log would keep it if it were."""
    with schema_editor.connection.cursor() as cursor:
        for table in PLAIN_BEFORE:
            cursor.execute(f"alter table {table} no force row level security")
            cursor.execute(f"select exists (select from {table})")
            holds_plain = cursor.fetchone()[0]
            cursor.execute(f"alter table {table} force row level security")
            if holds_plain:
                raise Unavailable(
                    "The records of this node are of an earlier version, which kept names in the open:"
                    " found a new node and take the same sources in again."
                )
    for table, columns in COLUMNS.items():
        for column in columns:
            schema_editor.execute(f"alter table {table} alter {column} type bytea using null")


class Migration(migrations.Migration):
    dependencies = [("records", "0009_case_keys")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(seal, migrations.RunPython.noop)],
            state_operations=[
                migrations.AlterField(
                    model_name='case',
                    name='reference',
                    field=models.BinaryField(),
                ),
                migrations.AlterField(
                    model_name='exhibit',
                    name='reference',
                    field=models.BinaryField(),
                ),
                migrations.AlterField(
                    model_name='hashlist',
                    name='name',
                    field=models.BinaryField(),
                ),
                migrations.AlterField(
                    model_name='medium',
                    name='camera_make',
                    field=models.BinaryField(null=True),
                ),
                migrations.AlterField(
                    model_name='medium',
                    name='camera_model',
                    field=models.BinaryField(null=True),
                ),
                migrations.AlterField(
                    model_name='medium',
                    name='camera_serial',
                    field=models.BinaryField(null=True),
                ),
                migrations.AlterField(
                    model_name='medium',
                    name='document_id',
                    field=models.BinaryField(null=True),
                ),
                migrations.AlterField(
                    model_name='medium',
                    name='facts',
                    field=models.BinaryField(null=True),
                ),
                migrations.AlterField(
                    model_name='medium',
                    name='lens_serial',
                    field=models.BinaryField(null=True),
                ),
                migrations.AlterField(
                    model_name='medium',
                    name='software',
                    field=models.BinaryField(null=True),
                ),
                migrations.AlterField(
                    model_name='series',
                    name='name',
                    field=models.BinaryField(),
                ),
            ],
        ),
    ]
