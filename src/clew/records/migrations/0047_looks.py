"""What is opened to somebody's eyes, what a unit has seen, and how long an officer looked."""

import uuid

import django.contrib.postgres.functions
import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from clew.records import policies, showing
from clew.records.roles import Roles


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    for statement in (
        *policies.functions_made(roles), showing.GOES_WITH_ITS_MEDIUM,
        *policies.special(roles, ("looks", "sightings", "exposures")),
    ):  # fmt: skip
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0046_officer_keys'),
    ]

    operations = [
        migrations.CreateModel(
            name='Exposure',
            fields=[
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('member', models.TextField()),
                ('officer', models.TextField()),
                ('day', models.DateField()),
                ('seconds', models.IntegerField(db_default=0, default=0)),
                ('warned_seconds', models.IntegerField(db_default=0, default=0)),
                ('break_at', models.IntegerField()),
                ('break_at_warned', models.IntegerField()),
            ],
            options={
                'db_table': 'exposures',
                'constraints': [models.UniqueConstraint(fields=('member', 'officer', 'day'), name='one_exposure_of_a_day'), models.CheckConstraint(condition=models.Q(('seconds__gte', 0), ('seconds__lte', 86400), ('warned_seconds__gte', 0)), name='exposure_is_of_a_day')],
            },
        ),
        migrations.CreateModel(
            name='OpenLook',
            fields=[
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('ticket', models.BinaryField()),
                ('medium_id', models.UUIDField()),
                ('member', models.TextField()),
                ('unit', models.TextField()),
                ('officer', models.TextField()),
                ('sign_in', models.UUIDField()),
                ('look', models.TextField()),
                ('content_type', models.TextField()),
                ('size_bytes', models.BigIntegerField()),
                ('purpose', models.TextField()),
                ('case_reference', models.TextField()),
                ('opened_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('used_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'looks',
                'indexes': [models.Index(fields=['medium_id'], name='looks_by_medium'), models.Index(fields=['officer'], name='looks_by_officer')],
                'constraints': [models.UniqueConstraint(fields=('member', 'ticket'), name='one_look_of_a_ticket'), models.CheckConstraint(condition=models.Q(('look__in', ['drawing', 'frames', 'lens', 'clear', 'sound'])), name='look_is_known')],
            },
        ),
        migrations.CreateModel(
            name='Sighting',
            fields=[
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('medium_id', models.UUIDField()),
                ('member', models.TextField()),
                ('unit', models.TextField()),
                ('seen_by', models.TextField()),
                ('seen_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'db_table': 'sightings',
                'constraints': [models.UniqueConstraint(fields=('medium_id', 'member', 'unit', 'seen_by'), name='sighting_once_by_an_officer')],
            },
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
