"""Statistics of periods: what each member did in some days, in whole years and in all time, as it was counted."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from clew.records import policies
from clew.records.roles import Roles


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    for statement in [*policies.functions_made(roles), *policies.special(roles, ("period_statistics",))]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("records", "0069_asking_about_events")]
    operations = [
        migrations.CreateModel(
            name="PeriodStatistic",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "period", "member", "figure", "of", blank=True, editable=False, primary_key=True,
                        serialize=False,
                    ),
                ),
                ("period", models.TextField()),
                ("member", models.TextField()),
                ("figure", models.TextField()),
                ("of", models.TextField()),
                ("day", models.DateField()),
                ("number", models.BigIntegerField()),
            ],
            options={"db_table": "period_statistics"},
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
