"""`audience` becomes the uses of three circles; what was shared keeps facts and fingerprints."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from clew.records import policies
from clew.records.roles import Roles

COVERED = (
    "cases",
    "exhibits",
    "intakes",
    "chunks",
    "media",
    "occurrences",
    "fingerprints",
    "series",
    "series_media",
    "hash_lists",
    "listings",
    "overlap_sides",
)

CIRCLES = "case {column} when 1 then 0 when 2 then 31 << 10 when 3 then 31 << 10 | 3 << 5 else 31 << 10 | 3 end"
"""What the numbers of before meant: unit, member, named members, all."""


def circles(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    for statement in policies.functions_made(roles):
        schema_editor.execute(statement, params=None)
    for table in (*COVERED, "matches"):
        for statement in _changed(table, ("a_audience", "b_audience") if table == "matches" else ("audience",)):
            schema_editor.execute(statement, params=None)


def _changed(table: str, columns: tuple[str, ...]) -> list[str]:
    changes = ", ".join(f"{column} = {CIRCLES.format(column=column)}" for column in columns)
    statements = [
        # The owner of the tables is under row security too; for this statement it is lifted.
        f"alter table {table} no force row level security",
        f"update {table} set {changes}",
        f"alter table {table} force row level security",
    ]
    if table == "matches":
        return statements
    constraint = f"{table}_cover_is_whole"
    return [
        f"alter table {table} drop constraint {constraint}",
        *statements,
        f"alter table {table} add constraint {constraint} check ({policies.COVER_IS_WHOLE})",
    ]


class Migration(migrations.Migration):
    dependencies = [("records", "0003_certification")]
    operations = [migrations.RunPython(circles, migrations.RunPython.noop)]
