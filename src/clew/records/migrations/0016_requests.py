"""Requests of people about their own data, and consultations of owners."""

import uuid

import django.contrib.postgres.functions
import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from clew.records import policies, rights
from clew.records.roles import Roles


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    schema_editor.execute(rights.clock_constraint(), params=None)
    for statement in policies.special(roles, ("requests", "consultations")):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0015_retention'),
    ]

    operations = [
        migrations.CreateModel(
            name='Consultation',
            fields=[
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('request_id', models.UUIDField()),
                ('member', models.TextField()),
                ('owner', models.TextField()),
                ('kind', models.TextField()),
                ('record_id', models.UUIDField(null=True)),
                ('question', models.TextField()),
                ('asked_by', models.TextField()),
                ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('ends_at', models.DateTimeField()),
                ('view', models.TextField(null=True)),
                ('answer', models.TextField(db_default='', default='')),
                ('answered_by', models.TextField(null=True)),
                ('answered_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'consultations',
                'indexes': [models.Index(fields=['request_id'], name='consultations_by_request'), models.Index(fields=['owner', 'ends_at'], name='consultations_by_owner')],
                'constraints': [models.CheckConstraint(condition=models.Q(('owner', models.F('member')), _negated=True), name='consultation_is_of_another'), models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('answered_by__isnull', True), ('view__isnull', True)), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False), ('view__in', ['agrees', 'agrees-in-part', 'objects'])), _connector='OR'), name='consultation_is_answered_with_a_view')],
            },
        ),
        migrations.CreateModel(
            name='Request',
            fields=[
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('member', models.TextField()),
                ('reference', models.BinaryField()),
                ('kind', models.TextField()),
                ('state', models.TextField(db_default='received', default='received')),
                ('applicant', models.TextField()),
                ('asked', models.TextField()),
                ('received_on', models.DateField()),
                ('due_on', models.DateField()),
                ('ends_at', models.DateTimeField()),
                ('entered_by', models.TextField()),
                ('entered_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('admitted_by', models.TextField(null=True)),
                ('admitted_at', models.DateTimeField(null=True)),
                ('outcome', models.TextField(null=True)),
                ('reasons', models.TextField(db_default='', default='')),
                ('decided_by', models.TextField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('told', models.TextField(db_default='', default='')),
                ('closed_by', models.TextField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'requests',
                'indexes': [models.Index(condition=models.Q(('decided_at__isnull', True)), fields=['member', 'ends_at'], name='requests_open'), models.Index(fields=['member', 'decided_at'], name='requests_decided')],
                'constraints': [models.UniqueConstraint(fields=('member', 'reference'), name='request_once_in_a_member'), models.CheckConstraint(condition=models.Q(('kind__in', ['access', 'correction', 'deletion'])), name='request_kind_is_known'), models.CheckConstraint(condition=models.Q(('state__in', ['received', 'admitted', 'decided', 'closed'])), name='request_state_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('outcome__isnull', True), ('state__in', ('received', 'admitted'))), models.Q(('decided_at__isnull', False), ('outcome__in', ['granted', 'partly-granted', 'refused', 'inadmissible', 'withdrawn']), ('state__in', ('decided', 'closed'))), _connector='OR'), name='request_is_decided_with_an_outcome')],
            },
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
