"""A victim's state is written by no other way than a confirmed step."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Q
from psycopg import sql

from clew.records import outcomes, policies
from clew.records.roles import Roles

FUNCTION = "clew_keep_victim_state()"


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("select current_user")
        owner = sql.Identifier(cursor.fetchone()[0]).as_string()
    blind = sql.Identifier(roles.blind).as_string()
    statements = [
        "drop function if exists clew_tell_outcome(uuid[], text)",
        *policies.functions_made(roles),
        f"set local role {blind}",
        f"grant execute on function {FUNCTION} to {owner}",
        "reset role",
        outcomes.COMES_BY_A_STEP,
        f"set local role {blind}",
        f"revoke execute on function {FUNCTION} from {owner}",
        "reset role",
    ]
    for statement in statements:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("records", "0034_identification")]
    operations = [
        migrations.AddConstraint(
            "victimstep",
            models.CheckConstraint(
                condition=Q(step="locate", state="located") | Q(step="identify", state="identified")
                | Q(step="safeguard", state="safeguarded") | Q(step="reopen", state="unidentified"),
                name="victim_step_leads_there",
            ),
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
