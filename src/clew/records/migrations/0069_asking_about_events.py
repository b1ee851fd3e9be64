"""Acts are found by their officer, accesses by what was done, and units ask one another about events.

What is asked about an event is seen by who asked and by those of both units who audit, auditors among them.
"""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Q

from clew.records import policies
from clew.records.roles import Roles

SUBJECTS = ["case", "exhibit", "series", "victim", "offender", "place", "medium", "overlap", "question", "referral", "event"]
RENEWED = {
    "correspondences": ("select", "insert", "update"), "messages": ("insert",), "translations": ("insert",),
    "correspondence_reads": ("select", "insert"), "notices": ("select", "update"),
}  # fmt: skip


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    statements = [*policies.functions_made(roles)]
    for table, verbs in RENEWED.items():
        made = policies.special(roles, (table,))
        for verb in verbs:
            statements.append(f"drop policy app_{verb} on public.{table}")
            statements += (words for words in made if words.startswith(f"create policy app_{verb} "))
    for statement in statements:
        schema_editor.execute(statement, params=None)


def say_what_was_done(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Accesses say once more what their acts say; the owner of the tables reads and writes rows of nobody for once."""
    for table in ("acts", "accesses"):
        schema_editor.execute(f"alter table {table} no force row level security")
    schema_editor.execute("update accesses x set act = a.act from acts a where a.id = x.act_id")
    for table in ("acts", "accesses"):
        schema_editor.execute(f"alter table {table} force row level security")


class Migration(migrations.Migration):
    dependencies = [("records", "0068_log_read_again")]
    operations = [
        migrations.AddIndex("act", models.Index(fields=["officer", "id"], name="acts_by_officer")),
        migrations.AddField("access", "act", models.TextField(default=""), preserve_default=False),
        migrations.RunPython(say_what_was_done, migrations.RunPython.noop),
        migrations.AddIndex("access", models.Index(fields=["owner", "act", "act_id"], name="accesses_by_act")),
        migrations.RemoveConstraint("correspondence", "correspondence_is_about_a_record"),
        migrations.AddConstraint(
            "correspondence",
            models.CheckConstraint(condition=Q(subject_kind__in=SUBJECTS), name="correspondence_is_about_a_record"),
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
