"""Where officers want to be told by e-mail that something waits."""

import uuid

import django.contrib.postgres.functions
import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from clew.records import policies
from clew.records.roles import Roles


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    for statement in policies.special(roles, ("mail_addresses",)):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0025_messages'),
    ]

    operations = [
        migrations.CreateModel(
            name='MailAddress',
            fields=[
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('member', models.TextField()),
                ('unit', models.TextField()),
                ('officer', models.TextField()),
                ('address', models.TextField(db_default='', default='')),
                ('said_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'db_table': 'mail_addresses',
                'indexes': [models.Index(fields=['member', 'unit', 'officer', 'said_at'], name='mail_addresses_by_unit')],
            },
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
