"""Overlaps become a protocol: what sees both sides lies apart from what one side is told, and every side speaks for itself."""

import uuid

import django.contrib.postgres.functions
import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from clew.domain.overlap import TICK_HOURS_DEFAULT
from clew.records import deconfliction, policies
from clew.records.roles import Roles

TABLES = (
    "overlap_contacts",
    "overlap_decisions",
    "overlap_grounds",
    "overlap_modes",
    "overlap_sides",
)


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    schema_editor.execute(deconfliction.clock_is_set(TICK_HOURS_DEFAULT), params=None)
    for statement in policies.special(roles, TABLES):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0020_series'),
    ]

    operations = [
        # What one side knew of each pair of media: told at once, and so it told when the other came.
        migrations.DeleteModel(name='OverlapSide'),
        migrations.AddField(
            model_name='overlap',
            name='noted_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.CreateModel(
            name='OverlapClock',
            fields=[
                ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('hours', models.SmallIntegerField()),
                ('released_until', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'overlap_clock',
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='overlap_clock_is_one'), models.CheckConstraint(condition=models.Q(('hours__range', (1, 168))), name='overlap_clock_ticks')],
            },
        ),
        migrations.CreateModel(
            name='OverlapContact',
            fields=[
                ('pk', models.CompositePrimaryKey('contact_id', 'side_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('contact_id', models.UUIDField()),
                ('side_id', models.UUIDField()),
                ('subject_id', models.UUIDField()),
                ('member', models.TextField()),
                ('unit', models.TextField()),
                ('other_member', models.TextField()),
                ('other_unit', models.TextField()),
                ('other_words', models.TextField(db_default='', default='')),
                ('since', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'db_table': 'overlap_contacts',
                'indexes': [models.Index(fields=['side_id'], name='overlap_contacts_by_side')],
                'constraints': [models.CheckConstraint(condition=models.Q(('member', models.F('other_member')), _negated=True), name='overlap_contact_is_of_another')],
            },
        ),
        migrations.CreateModel(
            name='OverlapDecision',
            fields=[
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('side_id', models.UUIDField()),
                ('subject_id', models.UUIDField()),
                ('member', models.TextField()),
                ('unit', models.TextField()),
                ('step', models.TextField()),
                ('reason', models.TextField(db_default='', default='')),
                ('words', models.TextField(db_default='', default='')),
                ('again_on', models.DateField(null=True)),
                ('decided_by', models.TextField()),
                ('decided_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'db_table': 'overlap_decisions',
                'indexes': [models.Index(fields=['side_id', 'decided_at'], name='overlap_decisions_by_side')],
                'constraints': [models.CheckConstraint(condition=models.Q(('step__in', ['consent', 'decline', 'wait'])), name='overlap_decision_is_known')],
            },
        ),
        migrations.CreateModel(
            name='OverlapGround',
            fields=[
                ('pk', models.CompositePrimaryKey('mine', 'theirs', blank=True, editable=False, primary_key=True, serialize=False)),
                ('mine', models.UUIDField()),
                ('theirs', models.UUIDField()),
                ('kind', models.TextField()),
                ('member', models.TextField()),
                ('unit', models.TextField()),
                ('noted_at', models.DateTimeField()),
                ('excludes', models.BooleanField()),
            ],
            options={
                'db_table': 'overlap_grounds',
                'indexes': [models.Index(fields=['theirs'], name='overlap_grounds_by_other')],
            },
        ),
        migrations.CreateModel(
            name='OverlapMode',
            fields=[
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('member', models.TextField()),
                ('unit', models.TextField()),
                ('subject_kind', models.TextField(null=True)),
                ('subject_id', models.UUIDField(null=True)),
                ('mode', models.TextField(null=True)),
                ('reason', models.TextField(db_default='', default='')),
                ('is_in_force', models.BooleanField()),
                ('changed_by', models.TextField()),
                ('changed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'db_table': 'overlap_modes',
                'indexes': [models.Index(fields=['subject_id', 'changed_at'], name='overlap_modes_by_subject'), models.Index(condition=models.Q(('subject_id__isnull', True)), fields=['member', 'changed_at'], name='overlap_modes_by_member')],
                'constraints': [models.CheckConstraint(condition=models.Q(('mode__in', ['open', 'contact', 'silent']), models.Q(('mode__isnull', True), ('subject_id__isnull', False)), _connector='OR'), name='overlap_mode_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('subject_id__isnull', True), ('subject_kind__isnull', True)), models.Q(('subject_id__isnull', False), ('subject_kind__in', ('case', 'hash-list'))), _connector='OR'), name='overlap_mode_is_of_a_subject_or_a_member')],
            },
        ),
        migrations.CreateModel(
            name='OverlapSide',
            fields=[
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('member', models.TextField()),
                ('unit', models.TextField()),
                ('subject_kind', models.TextField()),
                ('subject_id', models.UUIDField()),
                ('released_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'overlap_sides',
                'indexes': [models.Index(fields=['member', 'released_at'], name='overlap_sides_by_member')],
                'constraints': [models.UniqueConstraint(fields=('subject_id',), name='overlap_side_once_for_a_subject'), models.CheckConstraint(condition=models.Q(('subject_kind__in', ('case', 'hash-list'))), name='overlap_side_kind_is_known')],
            },
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
