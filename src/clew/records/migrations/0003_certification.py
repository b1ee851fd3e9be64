"""What admits an officer and what stops one; officers who were there before are certified by the node's operator."""

import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from clew.domain.certification import FOUNDING_TERM
from clew.domain.officer import OPERATOR, Role
from clew.records import policies
from clew.records.roles import Roles

TABLES = ("members", "units", "officers", "certifications", "suspensions")


def certify_all(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    schema_editor.execute(
        """
        insert into certifications (officer, member, role, trainer, trained_on, ends_at, state, is_founding,
                                    proposed_by, given_by, given_at)
        select username, member, %s, 'worked here before certifications were kept', current_date, now() + %s, 'given',
               true, %s, %s, now() from officers""",
        [Role.INVESTIGATOR, FOUNDING_TERM, OPERATOR, OPERATOR],
    )


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    for statement in [*policies.functions_made(roles), *policies.special(roles, TABLES)]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0002_row_security'),
    ]

    operations = [
        migrations.AddField(
            model_name='member',
            name='contact_point',
            field=models.TextField(db_default='', default=''),
        ),
        migrations.AddField(
            model_name='member',
            name='kind',
            field=models.TextField(db_default='country', default='country'),
        ),
        migrations.AddField(
            model_name='member',
            name='languages',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], default=list, size=None),
        ),
        migrations.AddField(
            model_name='member',
            name='legal_basis',
            field=models.TextField(db_default='', default=''),
        ),
        migrations.AddField(
            model_name='unit',
            name='specialities',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], default=list, size=None),
        ),
        migrations.CreateModel(
            name='Certification',
            fields=[
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('officer', models.TextField()),
                ('member', models.TextField()),
                ('role', models.TextField()),
                ('trainer', models.TextField()),
                ('trained_on', models.DateField()),
                ('ends_at', models.DateTimeField()),
                ('state', models.TextField()),
                ('is_founding', models.BooleanField(db_default=False, default=False)),
                ('proposed_by', models.TextField()),
                ('proposed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('given_by', models.TextField(null=True)),
                ('given_at', models.DateTimeField(null=True)),
                ('closed_by', models.TextField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'certifications',
                'indexes': [models.Index(fields=['officer', 'given_at'], name='certifications_by_officer')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ('proposed', 'given', 'refused', 'withdrawn'))), name='certification_state_is_known'), models.CheckConstraint(condition=models.Q(('is_founding', True), models.Q(('proposed_by', models.F('officer')), _negated=True), _connector='OR'), name='certification_of_others_only'), models.CheckConstraint(condition=models.Q(('state__in', ('proposed', 'refused')), models.Q(('given_at__isnull', False), ('is_founding', True)), models.Q(('given_at__isnull', False), ('given_by__isnull', False), models.Q(('given_by__in', (models.F('proposed_by'), models.F('officer'))), _negated=True)), _connector='OR'), name='certification_given_by_two')],
            },
        ),
        migrations.CreateModel(
            name='Suspension',
            fields=[
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('level', models.TextField()),
                ('member', models.TextField()),
                ('unit', models.TextField(null=True)),
                ('officer', models.TextField(null=True)),
                ('reason', models.TextField()),
                ('laid_by', models.TextField()),
                ('laid_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('lifted_by', models.TextField(null=True)),
                ('lifted_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'suspensions',
                'indexes': [models.Index(condition=models.Q(('lifted_at__isnull', True)), fields=['member'], name='suspensions_in_force')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('level', 'officer'), ('officer__isnull', False), ('unit__isnull', True)), models.Q(('level', 'unit'), ('officer__isnull', True), ('unit__isnull', False)), models.Q(('level', 'member'), ('officer__isnull', True), ('unit__isnull', True)), _connector='OR'), name='suspension_names_its_level')],
            },
        ),
        migrations.RunPython(certify_all, migrations.RunPython.noop),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
