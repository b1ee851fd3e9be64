"""Victims, offenders, places, and links between records of all kinds."""

import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from clew.records import graph, policies
from clew.records.roles import Roles

EXAMINED = ("blocks", "tombstones")


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    called = ("clew_give_reference()", "clew_forget_links()")
    statements = [
        *policies.functions_made(roles),
        *(
            f"alter table {table} alter {column} set default '{{}}'"
            for table in graph.COVERED
            for column in ("members", "excluded")
        ),
        *(f"alter table {table} add constraint {table}_cover_is_whole check ({policies.COVER_IS_WHOLE})" for table in graph.COVERED),
        *policies.lent(schema_editor.connection, roles, called, graph.bound()),
        *policies.cover(graph.NOUNS, roles),
        # Victims, offenders and places are examined and end as cases do.
        *(f"drop policy if exists app_insert on {table}" for table in EXAMINED),
        *(words for words in policies.special(roles, EXAMINED) if words.startswith("create policy app_insert")),
        *policies.special(roles, tuple(graph.RULES)),
    ]
    for statement in statements:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0027_leads'),
    ]

    operations = [
        migrations.CreateModel(
            name='Description',
            fields=[
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('victim_id', models.UUIDField(null=True)),
                ('offender_id', models.UUIDField(null=True)),
                ('place_id', models.UUIDField(null=True)),
                ('said', models.JSONField()),
                ('basis', models.TextField(db_default='', default='')),
                ('member', models.TextField()),
                ('unit', models.TextField()),
                ('said_by', models.TextField()),
                ('said_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'db_table': 'descriptions',
            },
        ),
        migrations.CreateModel(
            name='Identity',
            fields=[
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('victim_id', models.UUIDField(null=True)),
                ('offender_id', models.UUIDField(null=True)),
                ('words', models.TextField()),
                ('member', models.TextField()),
                ('unit', models.TextField()),
                ('written_by', models.TextField()),
                ('written_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'db_table': 'identities',
            },
        ),
        migrations.CreateModel(
            name='Link',
            fields=[
                ('owner_member', models.TextField()),
                ('owner_unit', models.TextField()),
                ('audience', models.SmallIntegerField()),
                ('members', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('excluded', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('type', models.SmallIntegerField()),
                ('a_kind', models.SmallIntegerField()),
                ('a_id', models.UUIDField()),
                ('b_kind', models.SmallIntegerField()),
                ('b_id', models.UUIDField()),
                ('basis', models.SmallIntegerField()),
                ('confidence', models.SmallIntegerField()),
                ('state', models.SmallIntegerField()),
                ('rule', models.TextField(db_default='', default='')),
                ('note', models.TextField(db_default='', default='')),
                ('asserted_by', models.TextField()),
                ('asserted_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('decided_by', models.TextField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'links',
            },
        ),
        migrations.CreateModel(
            name='LinkStep',
            fields=[
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('link_id', models.UUIDField()),
                ('step', models.TextField()),
                ('state', models.SmallIntegerField()),
                ('reason', models.TextField(db_default='', default='')),
                ('member', models.TextField()),
                ('unit', models.TextField()),
                ('taken_by', models.TextField()),
                ('taken_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'db_table': 'link_steps',
            },
        ),
        migrations.CreateModel(
            name='Offender',
            fields=[
                ('owner_member', models.TextField()),
                ('owner_unit', models.TextField()),
                ('audience', models.SmallIntegerField()),
                ('members', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('excluded', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('cover_id', models.UUIDField(null=True)),
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('reference', models.TextField(db_default='', editable=False)),
                ('established', models.TextField(db_default='unknown', default='unknown')),
                ('sex', models.TextField(db_default='unknown', default='unknown')),
                ('youngest', models.SmallIntegerField(null=True)),
                ('oldest', models.SmallIntegerField(null=True)),
                ('age_on', models.DateField(null=True)),
                ('entered_by', models.TextField()),
                ('entered_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'db_table': 'offenders',
            },
        ),
        migrations.CreateModel(
            name='Place',
            fields=[
                ('owner_member', models.TextField()),
                ('owner_unit', models.TextField()),
                ('audience', models.SmallIntegerField()),
                ('members', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('excluded', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('cover_id', models.UUIDField(null=True)),
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('reference', models.TextField(db_default='', editable=False)),
                ('kind', models.TextField()),
                ('name', models.BinaryField(null=True)),
                ('country', models.TextField(db_default='', default='')),
                ('latitude', models.FloatField(null=True)),
                ('longitude', models.FloatField(null=True)),
                ('entered_by', models.TextField()),
                ('entered_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'db_table': 'places',
            },
        ),
        migrations.CreateModel(
            name='PlacePoint',
            fields=[
                ('place_id', models.UUIDField(primary_key=True, serialize=False)),
                ('latitude', models.FloatField()),
                ('longitude', models.FloatField()),
                ('precision_m', models.FloatField()),
            ],
            options={
                'db_table': 'place_points',
            },
        ),
        migrations.CreateModel(
            name='Victim',
            fields=[
                ('owner_member', models.TextField()),
                ('owner_unit', models.TextField()),
                ('audience', models.SmallIntegerField()),
                ('members', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('excluded', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('cover_id', models.UUIDField(null=True)),
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('reference', models.TextField(db_default='', editable=False)),
                ('state', models.TextField(db_default='unidentified', default='unidentified')),
                ('sex', models.TextField(db_default='unknown', default='unknown')),
                ('youngest', models.SmallIntegerField(null=True)),
                ('oldest', models.SmallIntegerField(null=True)),
                ('age_on', models.DateField(null=True)),
                ('entered_by', models.TextField()),
                ('entered_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'db_table': 'victims',
            },
        ),
        migrations.CreateModel(
            name='VictimMerge',
            fields=[
                ('owner_member', models.TextField()),
                ('owner_unit', models.TextField()),
                ('audience', models.SmallIntegerField()),
                ('members', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('excluded', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('a_victim', models.UUIDField()),
                ('b_victim', models.UUIDField()),
                ('reason', models.TextField(db_default='', default='')),
                ('asserted_by', models.TextField()),
                ('asserted_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('withdrawn_by', models.TextField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'victim_merges',
            },
        ),
        migrations.CreateModel(
            name='VictimWord',
            fields=[
                ('owner_member', models.TextField()),
                ('owner_unit', models.TextField()),
                ('audience', models.SmallIntegerField()),
                ('members', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('excluded', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('victim_id', models.UUIDField()),
                ('said', models.TextField()),
                ('reason', models.TextField(db_default='', default='')),
                ('asserted_by', models.TextField()),
                ('asserted_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('withdrawn_by', models.TextField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'victim_words',
            },
        ),
        migrations.RemoveConstraint(
            model_name='block',
            name='block_kind_is_known',
        ),
        migrations.RemoveConstraint(
            model_name='handlingchange',
            name='handling_change_subject_is_known',
        ),
        migrations.RemoveConstraint(
            model_name='retentiondecision',
            name='retention_decision_kind_is_known',
        ),
        migrations.RemoveConstraint(
            model_name='term',
            name='term_is_of_a_known_kind',
        ),
        migrations.RemoveConstraint(
            model_name='tombstone',
            name='tombstone_kind_is_known',
        ),
        migrations.AddConstraint(
            model_name='block',
            constraint=models.CheckConstraint(condition=models.Q(('subject_kind__in', ['case', 'exhibit', 'series', 'hash-list', 'victim', 'offender', 'place'])), name='block_kind_is_known'),
        ),
        migrations.AddConstraint(
            model_name='handlingchange',
            constraint=models.CheckConstraint(condition=models.Q(('subject_kind__in', ['case', 'exhibit', 'series', 'hash-list', 'victim', 'offender', 'place'])), name='handling_change_subject_is_known'),
        ),
        migrations.AddConstraint(
            model_name='retentiondecision',
            constraint=models.CheckConstraint(condition=models.Q(('subject_kind__in', ['case', 'exhibit', 'series', 'hash-list', 'victim', 'offender', 'place'])), name='retention_decision_kind_is_known'),
        ),
        migrations.AddConstraint(
            model_name='term',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['case', 'exhibit', 'series', 'hash-list', 'victim', 'offender', 'place'])), name='term_is_of_a_known_kind'),
        ),
        migrations.AddConstraint(
            model_name='tombstone',
            constraint=models.CheckConstraint(condition=models.Q(('subject_kind__in', ['case', 'exhibit', 'series', 'hash-list', 'victim', 'offender', 'place'])), name='tombstone_kind_is_known'),
        ),
        migrations.AddIndex(
            model_name='description',
            index=models.Index(condition=models.Q(('victim_id__isnull', False)), fields=['victim_id'], name='descriptions_by_victim'),
        ),
        migrations.AddIndex(
            model_name='description',
            index=models.Index(condition=models.Q(('offender_id__isnull', False)), fields=['offender_id'], name='descriptions_by_offender'),
        ),
        migrations.AddIndex(
            model_name='description',
            index=models.Index(condition=models.Q(('place_id__isnull', False)), fields=['place_id'], name='descriptions_by_place'),
        ),
        migrations.AddConstraint(
            model_name='description',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('offender_id__isnull', True), ('place_id__isnull', True), ('victim_id__isnull', False)), models.Q(('offender_id__isnull', False), ('place_id__isnull', True), ('victim_id__isnull', True)), models.Q(('offender_id__isnull', True), ('place_id__isnull', False), ('victim_id__isnull', True)), _connector='OR'), name='description_is_of_one'),
        ),
        migrations.AddIndex(
            model_name='identity',
            index=models.Index(condition=models.Q(('victim_id__isnull', False)), fields=['victim_id'], name='identities_by_victim'),
        ),
        migrations.AddIndex(
            model_name='identity',
            index=models.Index(condition=models.Q(('offender_id__isnull', False)), fields=['offender_id'], name='identities_by_offender'),
        ),
        migrations.AddConstraint(
            model_name='identity',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('offender_id__isnull', True), ('victim_id__isnull', False)), models.Q(('offender_id__isnull', False), ('victim_id__isnull', True)), _connector='OR'), name='identity_is_of_one'),
        ),
        migrations.AddIndex(
            model_name='link',
            index=models.Index(condition=models.Q(('state', 4), _negated=True), fields=['b_id', 'a_id'], name='links_to_b'),
        ),
        migrations.AddIndex(
            model_name='link',
            index=models.Index(condition=models.Q(('state', 1)), fields=['owner_member', 'owner_unit', 'asserted_at'], name='links_that_wait'),
        ),
        migrations.AddConstraint(
            model_name='link',
            constraint=models.CheckConstraint(condition=models.Q(('a_kind__in', [1, 2, 3, 4, 5, 6]), ('b_kind__in', [1, 2, 3, 4, 5, 6]), ('basis__in', [1, 2, 3, 4, 5]), ('confidence__in', [1, 2, 3]), ('state__in', [1, 2, 3, 4]), ('type__in', [1, 2, 3, 4, 5, 6, 7])), name='link_is_known'),
        ),
        migrations.AddConstraint(
            model_name='link',
            constraint=models.CheckConstraint(condition=models.Q(('a_id', models.F('b_id')), _negated=True), name='link_is_of_two'),
        ),
        migrations.AddConstraint(
            model_name='link',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('state', 1)), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='link_is_decided_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='link',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 4), _negated=True), fields=('a_id', 'b_id', 'type', 'owner_member', 'owner_unit'), name='link_once_by_a_unit'),
        ),
        migrations.AddIndex(
            model_name='linkstep',
            index=models.Index(fields=['link_id', 'taken_at'], name='link_steps_by_link'),
        ),
        migrations.AddConstraint(
            model_name='linkstep',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', [1, 2, 3, 4]), ('step__in', ['propose', 'accept', 'refuse', 'withdraw'])), name='link_step_is_known'),
        ),
        migrations.AddIndex(
            model_name='offender',
            index=models.Index(fields=['owner_member', 'owner_unit', 'entered_at'], name='offenders_by_owner'),
        ),
        migrations.AddConstraint(
            model_name='offender',
            constraint=models.UniqueConstraint(fields=('reference',), name='offender_reference_is_given_once'),
        ),
        migrations.AddConstraint(
            model_name='offender',
            constraint=models.CheckConstraint(condition=models.Q(('established__in', ['unknown', 'suspected', 'charged', 'convicted', 'cleared'])), name='offender_established_is_known'),
        ),
        migrations.AddConstraint(
            model_name='offender',
            constraint=models.CheckConstraint(condition=models.Q(('sex__in', ['female', 'male', 'unknown'])), name='offender_sex_is_known'),
        ),
        migrations.AddConstraint(
            model_name='offender',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('age_on__isnull', True), ('oldest__isnull', True), ('youngest__isnull', True)), models.Q(('age_on__isnull', False), ('oldest__gte', models.F('youngest')), ('oldest__lte', 120), ('youngest__gte', 0)), _connector='OR'), name='offender_age_is_whole'),
        ),
        migrations.AddIndex(
            model_name='place',
            index=models.Index(fields=['owner_member', 'owner_unit', 'entered_at'], name='places_by_owner'),
        ),
        migrations.AddIndex(
            model_name='place',
            index=models.Index(condition=models.Q(('latitude__isnull', False)), fields=['latitude', 'longitude'], name='places_by_degree'),
        ),
        migrations.AddConstraint(
            model_name='place',
            constraint=models.UniqueConstraint(fields=('reference',), name='place_reference_is_given_once'),
        ),
        migrations.AddConstraint(
            model_name='place',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['gps', 'landmark', 'room', 'language', 'stated'])), name='place_kind_is_known'),
        ),
        migrations.AddConstraint(
            model_name='place',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('latitude__isnull', True), ('longitude__isnull', True)), models.Q(('latitude__gte', -90), ('latitude__lte', 90), ('longitude__gte', -180), ('longitude__lte', 180)), _connector='OR'), name='place_is_coarse'),
        ),
        migrations.AddConstraint(
            model_name='placepoint',
            constraint=models.CheckConstraint(condition=models.Q(('latitude__gte', -90), ('latitude__lte', 90), ('longitude__gte', -180), ('longitude__lte', 180), ('precision_m__gt', 0)), name='point_lies_on_earth'),
        ),
        migrations.AddIndex(
            model_name='victim',
            index=models.Index(fields=['owner_member', 'owner_unit', 'entered_at'], name='victims_by_owner'),
        ),
        migrations.AddConstraint(
            model_name='victim',
            constraint=models.UniqueConstraint(fields=('reference',), name='victim_reference_is_given_once'),
        ),
        migrations.AddConstraint(
            model_name='victim',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['unidentified', 'located', 'identified', 'safeguarded'])), name='victim_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='victim',
            constraint=models.CheckConstraint(condition=models.Q(('sex__in', ['female', 'male', 'unknown'])), name='victim_sex_is_known'),
        ),
        migrations.AddConstraint(
            model_name='victim',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('age_on__isnull', True), ('oldest__isnull', True), ('youngest__isnull', True)), models.Q(('age_on__isnull', False), ('oldest__gte', models.F('youngest')), ('oldest__lte', 120), ('youngest__gte', 0)), _connector='OR'), name='victim_age_is_whole'),
        ),
        migrations.AddIndex(
            model_name='victimmerge',
            index=models.Index(condition=models.Q(('withdrawn_at__isnull', True)), fields=['a_victim'], name='victim_merges_from_a'),
        ),
        migrations.AddIndex(
            model_name='victimmerge',
            index=models.Index(condition=models.Q(('withdrawn_at__isnull', True)), fields=['b_victim'], name='victim_merges_from_b'),
        ),
        migrations.AddConstraint(
            model_name='victimmerge',
            constraint=models.CheckConstraint(condition=models.Q(('a_victim__lt', models.F('b_victim'))), name='victim_merge_is_of_two'),
        ),
        migrations.AddConstraint(
            model_name='victimmerge',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_by__isnull', True)), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False)), _connector='OR'), name='victim_merge_is_withdrawn_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='victimmerge',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('owner_member', 'owner_unit', 'a_victim', 'b_victim'), name='victim_merge_once_by_a_unit'),
        ),
        migrations.AddIndex(
            model_name='victimword',
            index=models.Index(fields=['victim_id'], name='victim_words_by_victim'),
        ),
        migrations.AddConstraint(
            model_name='victimword',
            constraint=models.CheckConstraint(condition=models.Q(('said__in', ['adult-now', 'no-real-child', 'altered'])), name='victim_word_is_known'),
        ),
        migrations.AddConstraint(
            model_name='victimword',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('owner_member', 'owner_unit', 'victim_id', 'said'), name='victim_word_once_by_a_unit'),
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
