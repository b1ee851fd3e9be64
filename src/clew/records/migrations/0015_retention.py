"""Retention: terms, what owners decided, blocks and tombstones; and when exhibits, series and hash lists were entered."""

import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from clew.records import policies
from clew.records.roles import Roles

TABLES = ("terms", "retention_decisions", "blocks", "tombstones")
KINDS = ["case", "exhibit", "series", "hash-list"]

DATED = {
    "exhibits": """
        update exhibits e set entered_at = coalesce(
            (select min(i.started_at) from intakes i where i.exhibit_id = e.id),
            (select c.opened_at from cases c where c.id = e.case_id), e.entered_at)""",
    "hash_lists": """
        update hash_lists l set entered_at = coalesce(
            (select min(i.started_at) from intakes i where i.list_id = l.id), l.entered_at)""",
    "series": """
        update series s set entered_at = coalesce(
            (select min(m.taken_in_at) from series_media sm join media m on m.id = sm.medium_id where sm.series_id = s.id),
            s.entered_at)""",
}
"""When what is there already was entered, as far as it can be known: its term counts from then, not from today."""
READ = ("exhibits", "hash_lists", "series", "cases", "intakes", "series_media", "media")


def date_what_is_there(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for table in READ:
        schema_editor.execute(f"alter table {table} no force row level security")
    for statement in DATED.values():
        schema_editor.execute(statement)
    for table in READ:
        schema_editor.execute(f"alter table {table} force row level security")


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    # What asks of tables that come later comes with these (0028).
    rules = [words for words in policies.special(roles, TABLES) if "public.victims" not in words]
    for statement in [*policies.functions_made(roles), *rules]:
        schema_editor.execute(statement, params=None)


def random_id() -> models.UUIDField:
    return models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)


def now(**how: bool) -> models.DateTimeField:
    return models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), **how)


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0014_tokens'),
    ]

    operations = [
        *(
            migrations.AddField(model_name=model, name='entered_at', field=now())
            for model in ('exhibit', 'series', 'hashlist')
        ),
        migrations.CreateModel(
            name='Term',
            fields=[
                ('pk', models.CompositePrimaryKey('member', 'kind', blank=True, editable=False, primary_key=True, serialize=False)),
                ('member', models.TextField()),
                ('kind', models.TextField()),
                ('years', models.SmallIntegerField()),
                ('changed_by', models.TextField()),
                ('changed_at', now()),
            ],
            options={
                'db_table': 'terms',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('kind__in', KINDS)), name='term_is_of_a_known_kind'),
                    models.CheckConstraint(condition=models.Q(('years__gte', 1), ('years__lte', 99)), name='term_is_of_years'),
                ],
            },
        ),
        migrations.CreateModel(
            name='RetentionDecision',
            fields=[
                ('id', random_id()),
                ('subject_kind', models.TextField()),
                ('subject_id', models.UUIDField()),
                ('member', models.TextField()),
                ('unit', models.TextField()),
                ('until', models.DateField(null=True)),
                ('reason', models.TextField()),
                ('state', models.TextField()),
                ('proposed_by', models.TextField()),
                ('proposed_at', now()),
                ('decided_by', models.TextField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'retention_decisions',
                'indexes': [models.Index(fields=['subject_id', 'decided_at'], name='retention_decisions_by_subject')],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('subject_kind__in', KINDS)), name='retention_decision_kind_is_known'),
                    models.CheckConstraint(condition=models.Q(('state__in', ['proposed', 'in-force', 'withdrawn', 'lapsed'])), name='retention_decision_state_is_known'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Block',
            fields=[
                ('id', random_id()),
                ('subject_kind', models.TextField()),
                ('subject_id', models.UUIDField()),
                ('member', models.TextField()),
                ('unit', models.TextField()),
                ('reason', models.TextField()),
                ('change_id', models.UUIDField()),
                ('laid_by', models.TextField()),
                ('laid_at', now()),
                ('lifted_by', models.TextField(null=True)),
                ('lifted_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'blocks',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('subject_kind__in', KINDS)), name='block_kind_is_known'),
                    models.UniqueConstraint(condition=models.Q(('lifted_at__isnull', True)), fields=('subject_id',), name='block_once_at_a_time'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Tombstone',
            fields=[
                ('id', random_id()),
                ('subject_kind', models.TextField()),
                ('subject_id', models.UUIDField(unique=True)),
                ('case_id', models.UUIDField(null=True)),
                ('member', models.TextField()),
                ('unit', models.TextField()),
                ('token', models.BinaryField()),
                ('entered_on', models.DateField()),
                ('due_on', models.DateField()),
                ('rule', models.TextField()),
                ('step', models.TextField(db_default='begun', default='begun')),
                ('counts', models.JSONField(default=dict)),
                ('blobs', django.contrib.postgres.fields.ArrayField(base_field=models.BinaryField(), default=list, size=None)),
                ('begun_at', now()),
                ('ended_at', models.DateTimeField(null=True)),
                ('act_id', models.UUIDField(null=True)),
            ],
            options={
                'db_table': 'tombstones',
                'indexes': [
                    models.Index(fields=['member', 'ended_at'], name='tombstones_by_end'),
                    models.Index(fields=['token'], name='tombstones_by_token'),
                    models.Index(condition=models.Q(('step', 'done'), _negated=True), fields=['member', 'unit'], name='tombstones_unfinished'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('subject_kind__in', KINDS)), name='tombstone_kind_is_known'),
                    models.CheckConstraint(condition=models.Q(('rule__in', ['cover', 'extension', 'term', 'content'])), name='tombstone_rule_is_known'),
                    models.CheckConstraint(condition=models.Q(('step__in', ['begun', 'done'])), name='tombstone_step_is_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('step', 'done'), _negated=True), models.Q(('act_id__isnull', False), ('blobs', []), ('ended_at__isnull', False)), _connector='OR'), name='tombstone_is_whole_once_done'),
                ],
            },
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
        migrations.RunPython(date_what_is_there, migrations.RunPython.noop),
    ]
