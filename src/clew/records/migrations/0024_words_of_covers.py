"""Words of a cover are changed with a history; media and intakes remember a narrower cover of their own."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Q

from clew.records import policies
from clew.records.roles import Roles


def renew(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in policies.functions_made(Roles.of(schema_editor.connection.settings_dict["NAME"])):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("records", "0023_series_proposals")]
    operations = [
        migrations.AddField(model_name="handlingchange", name="given_cover_id", field=models.UUIDField(null=True)),
        migrations.AddField(
            model_name="handlingchange", name="reaches_own", field=models.BooleanField(default=False, db_default=False)
        ),
        *(
            migrations.AddField(model_name=model, name=name, field=models.UUIDField(null=True))
            for model in ("medium", "intake")
            for name in ("own_handling_id", "own_words_id")
        ),
        *(
            migrations.AddIndex(
                "medium", models.Index(name=name, fields=[field], condition=Q(**{f"{field}__isnull": False}))
            )
            for name, field in (("media_by_own_handling", "own_handling_id"), ("media_by_own_words", "own_words_id"))
        ),
        migrations.RunPython(renew, migrations.RunPython.noop),
    ]
