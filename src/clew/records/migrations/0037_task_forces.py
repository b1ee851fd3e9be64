"""Task forces: who takes part, what was brought, the stacks that are handed out, and what was done."""

import datetime as dt
import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.db.models.expressions
import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from clew.records import alliance, policies
from clew.records.roles import Roles


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    called = ("clew_give_reference()", *alliance.FUNCTIONS_OF_THE_BLIND)
    statements = [
        *policies.functions_made(roles),
        *policies.lent(schema_editor.connection, roles, called, alliance.bound()),
        # Rules are those of now and may name columns that come later: founding puts those.
        *(
            words for words in policies.special(roles, tuple(alliance.RULES))
            if not words.startswith("create policy app_") or "on task_force_series" not in words
        ),
        *policies.brought(roles),
    ]
    for statement in statements:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0036_clues'),
    ]

    operations = [
        migrations.CreateModel(
            name='TaskForceDay',
            fields=[
                ('pk', models.CompositePrimaryKey('task_force_id', 'day', 'member', 'officer', blank=True, editable=False, primary_key=True, serialize=False)),
                ('task_force_id', models.UUIDField()),
                ('day', models.DateField()),
                ('member', models.TextField()),
                ('officer', models.TextField()),
                ('done', models.IntegerField(default=0)),
                ('not_sure', models.IntegerField(default=0)),
                ('set_back', models.IntegerField(default=0)),
            ],
            options={
                'db_table': 'task_force_days',
            },
        ),
        migrations.CreateModel(
            name='TaskForce',
            fields=[
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('reference', models.TextField(db_default='', editable=False)),
                ('name', models.TextField()),
                ('purpose', models.TextField()),
                ('member', models.TextField()),
                ('unit', models.TextField()),
                ('opened_by', models.TextField()),
                ('opened_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('closed_by', models.TextField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'task_forces',
                'constraints': [models.UniqueConstraint(fields=('reference',), name='task_force_reference_is_given_once'), models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at')), ('ends_at__lte', django.db.models.expressions.CombinedExpression(models.F('starts_at'), '+', models.Value(dt.timedelta(days=92))))), name='task_force_lasts_no_longer')],
            },
        ),
        migrations.CreateModel(
            name='TaskForceMember',
            fields=[
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('task_force_id', models.UUIDField()),
                ('member', models.TextField()),
                ('standing', models.TextField()),
                ('invited_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('accepted_at', models.DateTimeField(null=True)),
                ('decided_by', models.TextField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'task_force_members',
                'constraints': [models.UniqueConstraint(condition=models.Q(('standing__in', ['invited', 'in'])), fields=('task_force_id', 'member'), name='member_once_in_a_task_force'), models.CheckConstraint(condition=models.Q(('standing__in', ['invited', 'in', 'declined', 'out'])), name='standing_is_known')],
            },
        ),
        migrations.CreateModel(
            name='TaskForceOfficer',
            fields=[
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('task_force_id', models.UUIDField()),
                ('officer', models.TextField()),
                ('member', models.TextField()),
                ('named_by', models.TextField()),
                ('named_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('accepted_at', models.DateTimeField(null=True)),
                ('left_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'task_force_officers',
                'indexes': [models.Index(fields=['officer', 'member'], name='task_forces_of_an_officer')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('left_at__isnull', True)), fields=('task_force_id', 'officer', 'member'), name='officer_once_in_a_task_force')],
            },
        ),
        migrations.CreateModel(
            name='TaskForceSeries',
            fields=[
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('task_force_id', models.UUIDField()),
                ('series_id', models.UUIDField()),
                ('member', models.TextField()),
                ('unit', models.TextField()),
                ('uses', models.SmallIntegerField()),
                ('conditions', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('brought_by', models.TextField()),
                ('brought_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'db_table': 'task_force_series',
                'indexes': [models.Index(fields=['series_id'], name='task_force_series_by_series')],
                'constraints': [models.UniqueConstraint(fields=('task_force_id', 'series_id', 'member', 'unit'), name='series_brought_once_by_a_unit'), models.CheckConstraint(condition=models.Q(('uses__range', (2, 3))), name='brought_for_what_may_be')],
            },
        ),
        migrations.CreateModel(
            name='TaskForceStack',
            fields=[
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('task_force_id', models.UUIDField()),
                ('brought_id', models.UUIDField()),
                ('media', models.IntegerField()),
                ('state', models.TextField(db_default='waiting', default='waiting')),
                ('held_by', models.TextField(null=True)),
                ('held_member', models.TextField(null=True)),
                ('held_until', models.DateTimeField(null=True)),
                ('said_by', models.TextField(null=True)),
                ('said_member', models.TextField(null=True)),
                ('said_at', models.DateTimeField(null=True)),
                ('words', models.TextField(db_default='', default='')),
                ('set_back_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'task_force_stacks',
                'indexes': [models.Index(models.F('task_force_id'), models.OrderBy(models.F('state'), descending=True), models.OrderBy(models.F('set_back_at'), nulls_first=True), models.F('id'), condition=models.Q(('state', 'done'), _negated=True), name='task_force_stacks_in_order'), models.Index(fields=['brought_id'], name='task_force_stacks_by_brought'), models.Index(fields=['task_force_id', 'said_at'], name='task_force_stacks_said')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('held_by__isnull', False)), fields=('task_force_id', 'held_by'), name='one_stack_at_a_time'), models.CheckConstraint(condition=models.Q(('media__range', (1, 200)), ('state__in', ['waiting', 'unsure', 'done']), models.Q(models.Q(('held_by__isnull', True), ('held_member__isnull', True), ('held_until__isnull', True)), models.Q(('held_by__isnull', False), ('held_member__isnull', False), ('held_until__isnull', False)), _connector='OR')), name='stack_is_whole')],
            },
        ),
        migrations.CreateModel(
            name='TaskForceStackMedium',
            fields=[
                ('pk', models.CompositePrimaryKey('stack_id', 'medium_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('stack_id', models.UUIDField()),
                ('medium_id', models.UUIDField()),
                ('member', models.TextField()),
                ('unit', models.TextField()),
            ],
            options={
                'db_table': 'task_force_stack_media',
                'indexes': [models.Index(fields=['medium_id'], name='task_force_stack_media_by_medium')],
            },
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
