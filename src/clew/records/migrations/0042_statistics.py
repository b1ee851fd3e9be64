"""Statistics: numbers as they were counted, and whether the public is told."""

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
    for statement in [*policies.functions_made(roles), *policies.special(roles, ("statistics", "publications"))]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0041_referrals'),
    ]

    operations = [
        migrations.CreateModel(
            name='Publication',
            fields=[
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('is_on', models.BooleanField()),
                ('decided_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'db_table': 'publications',
            },
        ),
        migrations.CreateModel(
            name='Statistic',
            fields=[
                ('pk', models.CompositePrimaryKey('day', 'member', 'figure', 'of', blank=True, editable=False, primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('member', models.TextField()),
                ('figure', models.TextField()),
                ('of', models.TextField()),
                ('number', models.BigIntegerField()),
            ],
            options={
                'db_table': 'statistics',
                'indexes': [models.Index(fields=['figure', 'day'], name='statistics_by_figure')],
            },
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
