"""Row security and functions, from the first table on; founding the node then grants."""

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
SPECIAL = ("matches", "overlaps", "acts")


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    statements = [
        *policies.functions_made(roles),
        *policies.cover(COVERED, roles),
        *policies.special(roles, SPECIAL),
        "alter table fingerprints alter bits set storage external",
        "insert into fingerprint_counters (engine, next) values (1, 0), (2, 0)",
    ]
    for statement in statements:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]
    operations = [migrations.RunPython(protect, migrations.RunPython.noop)]
