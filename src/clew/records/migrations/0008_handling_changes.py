"""Changes of handling, and what a member's administrator asks of its officers."""

import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from clew.records import policies
from clew.records.roles import Roles


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    statements = [
        *policies.functions_made(roles),
        # Rules are those of now and may name columns that come later: founding puts those.
        *(words for words in policies.cover(("handling_changes",), roles) if "reaches_own" not in words),
        *policies.special(roles, ("member_rules",)),
    ]
    for statement in statements:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0007_audit_log'),
    ]

    operations = [
        migrations.CreateModel(
            name='HandlingChange',
            fields=[
                ('owner_member', models.TextField()),
                ('owner_unit', models.TextField()),
                ('audience', models.SmallIntegerField()),
                ('members', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('excluded', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('subject_kind', models.TextField()),
                ('subject_id', models.UUIDField()),
                ('state', models.TextField()),
                ('reason', models.TextField()),
                ('until', models.DateField(null=True)),
                ('given_audience', models.SmallIntegerField()),
                ('given_members', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('given_excluded', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('proposed_by', models.TextField()),
                ('proposed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('decided_by', models.TextField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'handling_changes',
            },
        ),
        migrations.CreateModel(
            name='MemberRule',
            fields=[
                ('member', models.TextField(primary_key=True, serialize=False)),
                ('widening_needs_second', models.BooleanField()),
                ('changed_by', models.TextField()),
                ('changed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'db_table': 'member_rules',
            },
        ),
        migrations.AddIndex(
            model_name='overlap',
            index=models.Index(fields=['right_medium'], name='overlaps_by_right_medium'),
        ),
        migrations.AddIndex(
            model_name='handlingchange',
            index=models.Index(fields=['subject_id', 'proposed_at'], name='handling_changes_by_subject'),
        ),
        migrations.AddIndex(
            model_name='handlingchange',
            index=models.Index(condition=models.Q(('state', 'in-force'), ('until__isnull', False)), fields=['until'], name='handling_changes_by_end'),
        ),
        migrations.AddConstraint(
            model_name='handlingchange',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['proposed', 'in-force', 'ended', 'replaced', 'withdrawn', 'lapsed'])), name='handling_change_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='handlingchange',
            constraint=models.CheckConstraint(condition=models.Q(('subject_kind__in', ['case', 'exhibit', 'series', 'hash-list'])), name='handling_change_subject_is_known'),
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
