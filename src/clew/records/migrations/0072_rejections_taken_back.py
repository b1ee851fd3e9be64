"""A proposal that was rejected stays, so that it is listed and can be taken back."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Q

from clew.records import policies
from clew.records.roles import Roles


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    # A new node has it from the migration that made the table: rules are those of now.
    schema_editor.execute("drop policy if exists app_update on public.series_proposals", params=None)
    for words in policies.special(roles, ("series_proposals",)):
        if words.startswith("create policy app_update "):
            schema_editor.execute(words, params=None)


class Migration(migrations.Migration):
    dependencies = [("records", "0071_cameras")]
    operations = [
        migrations.AddField("seriesproposal", "rejected_by", models.TextField(null=True)),
        migrations.AddField("seriesproposal", "rejected_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "seriesproposal",
            models.CheckConstraint(
                condition=Q(rejected_by__isnull=True, rejected_at__isnull=True)
                | Q(rejected_by__isnull=False, rejected_at__isnull=False),
                name="proposal_is_rejected_by_somebody",
            ),
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
