"""A key for each case: by which media are read, what closes a case for good, what opens a medium to another."""

import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from clew.domain.errors import Unavailable
from clew.records import policies
from clew.records.roles import Roles

TABLES = ("medium_keys", "shreddings", "releases")


def refuse_old_vault(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Blobs of before name no case, and their heads open under a key that no shredding destroys."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("alter table media no force row level security")
        cursor.execute("select exists (select from media where data_key is not null)")
        is_old = cursor.fetchone()[0]
        cursor.execute("alter table media force row level security")
    if is_old:
        raise Unavailable(
            "The vault of this node is of an earlier version, whose keys cannot be shredded:"
            " found a new node and take the same sources in again."
        )


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    # Rules are those of now and may name columns that come later: founding puts those.
    rules = [words for words in policies.special(roles, TABLES) if not words.startswith("create policy app_") or "on releases" not in words]
    for statement in [*policies.functions_made(roles), *rules]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0008_handling_changes'),
    ]

    operations = [
        migrations.RunPython(refuse_old_vault, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name='medium',
            name='data_key',
        ),
        migrations.AddField(
            model_name='case',
            name='shredded_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name='MediumKey',
            fields=[
                ('pk', models.CompositePrimaryKey('medium_id', 'case_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('medium_id', models.UUIDField()),
                ('case_id', models.UUIDField()),
                ('member', models.TextField()),
                ('blob', models.BinaryField()),
                ('wrapped', models.BinaryField()),
            ],
            options={
                'db_table': 'medium_keys',
                'indexes': [models.Index(fields=['case_id'], name='medium_keys_by_case'), models.Index(fields=['blob'], name='medium_keys_by_blob')],
            },
        ),
        migrations.CreateModel(
            name='Release',
            fields=[
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('medium_id', models.UUIDField()),
                ('member', models.TextField()),
                ('unit', models.TextField()),
                ('recipient', models.TextField()),
                ('conditions', models.BinaryField()),
                ('wrapped', models.BinaryField(null=True)),
                ('released_by', models.TextField()),
                ('released_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('withdrawn_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'releases',
                'indexes': [models.Index(fields=['medium_id'], name='releases_by_medium')],
                'constraints': [models.CheckConstraint(condition=models.Q(('recipient', models.F('member')), _negated=True), name='release_is_to_another'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('wrapped__isnull', False)), models.Q(('withdrawn_at__isnull', False), ('wrapped__isnull', True)), _connector='OR'), name='release_opens_until_withdrawn'), models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('medium_id', 'recipient'), name='release_once_at_a_time')],
            },
        ),
        migrations.CreateModel(
            name='Shredding',
            fields=[
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('case_id', models.UUIDField()),
                ('member', models.TextField()),
                ('unit', models.TextField()),
                ('reference', models.BinaryField()),
                ('step', models.TextField(db_default='proposed', default='proposed')),
                ('proposed_by', models.TextField()),
                ('proposed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('confirmed_by', models.TextField(null=True)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('destroyed_at', models.DateTimeField(null=True)),
                ('counts', models.JSONField(default=dict)),
                ('blobs', django.contrib.postgres.fields.ArrayField(base_field=models.BinaryField(), default=list, size=None)),
                ('certificate', models.BinaryField(null=True)),
            ],
            options={
                'db_table': 'shreddings',
                'constraints': [models.UniqueConstraint(fields=('case_id',), name='case_is_shredded_once'), models.CheckConstraint(condition=models.Q(('step__in', ['proposed', 'confirmed', 'destroyed', 'done'])), name='shredding_step_is_known'), models.CheckConstraint(condition=models.Q(('confirmed_by', models.F('proposed_by')), _negated=True), name='shredding_needs_two'), models.CheckConstraint(condition=models.Q(('step', 'proposed'), ('confirmed_by__isnull', False), _connector='OR'), name='shredding_is_confirmed')],
            },
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
