"""Messages between units about a record, and notices of what waits for one."""

import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from clew.records import policies
from clew.records.roles import Roles

TABLES = ("correspondence_reads", "correspondences", "messages", "notices", "translations")


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    for statement in policies.special(roles, TABLES):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0024_words_of_covers'),
    ]

    operations = [
        migrations.CreateModel(
            name='Correspondence',
            fields=[
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('member', models.TextField()),
                ('unit', models.TextField()),
                ('to_member', models.TextField()),
                ('to_units', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('subject_kind', models.TextField()),
                ('subject_id', models.UUIDField()),
                ('due_on', models.DateField()),
                ('asked_by', models.TextField()),
                ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('closed_by', models.TextField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'correspondences',
                'indexes': [models.Index(fields=['member', 'unit', 'asked_at'], name='correspondences_by_asker'), models.Index(fields=['to_member', 'asked_at'], name='correspondences_by_asked')],
                'constraints': [models.CheckConstraint(condition=models.Q(('subject_kind__in', ['case', 'exhibit', 'series', 'overlap'])), name='correspondence_is_about_a_record'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('closed_by__isnull', True)), models.Q(('closed_at__isnull', False), ('closed_by__isnull', False)), _connector='OR'), name='correspondence_is_closed_by_somebody')],
            },
        ),
        migrations.CreateModel(
            name='CorrespondenceRead',
            fields=[
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('correspondence_id', models.UUIDField()),
                ('member', models.TextField()),
                ('unit', models.TextField()),
                ('officer', models.TextField()),
                ('read_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'correspondence_reads',
                'indexes': [models.Index(fields=['correspondence_id', 'officer', 'read_at'], name='correspondence_reads_by_it')],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('correspondence_id', models.UUIDField()),
                ('member', models.TextField()),
                ('unit', models.TextField()),
                ('kind', models.TextField()),
                ('words', models.TextField(db_default='', default='')),
                ('written_by', models.TextField()),
                ('written_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'db_table': 'messages',
                'indexes': [models.Index(fields=['correspondence_id', 'written_at'], name='messages_by_correspondence')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['request', 'remark', 'answer', 'nothing-known', 'passed'])), name='message_kind_is_known')],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('member', models.TextField()),
                ('unit', models.TextField()),
                ('kind', models.TextField()),
                ('subject_id', models.UUIDField()),
                ('raised_at', models.DateTimeField()),
                ('seen_by', models.TextField(null=True)),
                ('seen_at', models.DateTimeField(null=True)),
                ('mailed_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'notices',
                'indexes': [models.Index(fields=['member', 'unit', 'raised_at'], name='notices_by_unit')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['overlap', 'overlap-reminder', 'contact', 'message', 'message-due'])), name='notice_kind_is_known'), models.UniqueConstraint(condition=models.Q(('seen_at__isnull', True)), fields=('member', 'unit', 'kind', 'subject_id'), name='notice_waits_once')],
            },
        ),
        migrations.CreateModel(
            name='Translation',
            fields=[
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('message_id', models.UUIDField()),
                ('correspondence_id', models.UUIDField()),
                ('member', models.TextField()),
                ('unit', models.TextField()),
                ('language', models.TextField()),
                ('words', models.TextField()),
                ('translated_by', models.TextField()),
                ('translated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'db_table': 'translations',
                'indexes': [models.Index(fields=['correspondence_id'], name='translations_by_correspondence')],
            },
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
