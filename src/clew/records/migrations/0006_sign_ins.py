"""Sign-ins, and what the door remembers."""

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
    for statement in [*policies.functions_made(roles), *policies.special(roles, ("sign_ins",))]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0005_covers'),
    ]

    operations = [
        migrations.CreateModel(
            name='DoorMemory',
            fields=[
                ('key', models.TextField(primary_key=True, serialize=False)),
                ('value', models.JSONField()),
                ('until', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'door_memory',
                'indexes': [models.Index(fields=['until'], name='door_memory_until')],
            },
        ),
        migrations.CreateModel(
            name='SignIn',
            fields=[
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('officer', models.TextField()),
                ('member', models.TextField()),
                ('unit', models.TextField()),
                ('way', models.TextField()),
                ('browser', models.TextField()),
                ('began_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('seen_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('ended_by', models.TextField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'sign_ins',
                'indexes': [models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['officer'], name='sign_ins_open')],
            },
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
