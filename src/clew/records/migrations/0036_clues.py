"""Clues on media, and votes on where a series was made."""

import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Q

from clew.records import localisation, policies, pursuit
from clew.records.roles import Roles

KINDS = [
    "sign", "language", "plug-type", "product", "school-wear", "landmark", "sound", "text", "gps", "camera", "account",
    "phone", "web", "currency", "traffic",
]  # fmt: skip
SURE = [1, 2, 3]
TABLES = ("clues", "series_votes")


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    called = sorted({f"{function}()" for *_, function in pursuit.OF_CLUES.values()})
    statements = [
        *(f"alter table clues alter {column} set default '{{}}'" for column in ("members", "excluded")),
        f"alter table clues add constraint clues_cover_is_whole check ({policies.COVER_IS_WHOLE})",
        localisation.CLUE_IS_WHOLE,
        *localisation.GOES_ALONG,
        *policies.special(roles, TABLES),
        *policies.functions_made(roles),
        *policies.lent(schema_editor.connection, roles, called, pursuit.triggers(pursuit.OF_CLUES)),
    ]
    for statement in statements:
        schema_editor.execute(statement, params=None)


def random_id() -> models.UUIDField:
    return models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)


def now() -> models.DateTimeField:
    return models.DateTimeField(db_default=django.db.models.functions.datetime.Now())


def many(base: models.Field) -> django.contrib.postgres.fields.ArrayField:
    return django.contrib.postgres.fields.ArrayField(base_field=base, default=list, size=None)


class Migration(migrations.Migration):
    dependencies = [("records", "0035_victims_come_by_steps")]
    operations = [
        migrations.CreateModel(
            name="Clue",
            fields=[
                ("owner_member", models.TextField()),
                ("owner_unit", models.TextField()),
                ("audience", models.SmallIntegerField()),
                ("members", many(models.TextField())),
                ("excluded", many(models.TextField())),
                ("id", random_id()),
                ("medium_id", models.UUIDField()),
                ("kind", models.TextField()),
                ("x", models.FloatField(null=True)),
                ("y", models.FloatField(null=True)),
                ("width", models.FloatField(null=True)),
                ("height", models.FloatField(null=True)),
                ("from_ms", models.IntegerField(null=True)),
                ("to_ms", models.IntegerField(null=True)),
                ("field", models.TextField(db_default="", default="")),
                ("value", models.BinaryField(null=True)),
                ("read", models.TextField(db_default="", default="")),
                ("note", models.TextField(db_default="", default="")),
                ("countries", many(models.TextField())),
                ("weights", many(models.SmallIntegerField())),
                ("certainty", models.SmallIntegerField()),
                ("is_own_handling", models.BooleanField(db_default=False, default=False)),
                ("asserted_by", models.TextField()),
                ("asserted_at", now()),
                ("withdrawn_by", models.TextField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "clues",
                "indexes": [
                    models.Index(fields=["medium_id"], name="clues_by_medium"),
                    models.Index(condition=Q(value__isnull=False, withdrawn_at__isnull=True), fields=["value"], name="clues_by_value"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=Q(kind__in=KINDS, certainty__in=SURE), name="clue_is_known"),
                    models.CheckConstraint(
                        condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                        | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                        name="clue_is_withdrawn_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SeriesVote",
            fields=[
                ("id", random_id()),
                ("series_id", models.UUIDField()),
                ("country", models.TextField()),
                ("certainty", models.SmallIntegerField()),
                ("reason", models.TextField(db_default="", default="")),
                ("member", models.TextField()),
                ("unit", models.TextField()),
                ("voted_by", models.TextField()),
                ("voted_at", now()),
                ("withdrawn_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "series_votes",
                "constraints": [
                    models.CheckConstraint(condition=Q(certainty__in=SURE), name="vote_is_known"),
                    models.UniqueConstraint(
                        condition=Q(withdrawn_at__isnull=True), fields=["series_id", "member", "voted_by"],
                        name="vote_once_by_an_officer",
                    ),
                ],
            },
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
