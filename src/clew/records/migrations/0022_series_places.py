"""Any member puts own media into a series that it sees, or says that a medium is not in it; series are split."""

import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Q

from clew.records import assertions, policies
from clew.records.roles import Roles

TABLES = {
    "series_dissents": ("series_id",),
    "series_rejections": ("series_id",),
    "series_splits": ("a_series", "b_series"),
}


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    statements = [
        *policies.functions_made(roles),
        *(f"alter table series_dissents alter {column} set default '{{}}'" for column in ("members", "excluded")),
        f"alter table series_dissents add constraint series_dissents_cover_is_whole check ({policies.COVER_IS_WHOLE})",
        *assertions.bound_to_series(TABLES),
        *policies.special(roles, tuple(TABLES)),
    ]
    for statement in statements:
        schema_editor.execute(statement, params=None)


def random_id() -> models.UUIDField:
    return models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)


def now() -> models.DateTimeField:
    return models.DateTimeField(db_default=django.db.models.functions.datetime.Now())


def codes() -> django.contrib.postgres.fields.ArrayField:
    return django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)


class Migration(migrations.Migration):
    dependencies = [("records", "0021_overlaps")]
    operations = [
        migrations.CreateModel(
            name="SeriesDissent",
            fields=[
                ("owner_member", models.TextField()),
                ("owner_unit", models.TextField()),
                ("audience", models.SmallIntegerField()),
                ("members", codes()),
                ("excluded", codes()),
                ("id", random_id()),
                ("series_id", models.UUIDField()),
                ("medium_id", models.UUIDField()),
                ("reason", models.TextField(db_default="", default="")),
                ("asserted_by", models.TextField()),
                ("asserted_at", now()),
                ("withdrawn_by", models.TextField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "series_dissents",
                "indexes": [
                    models.Index(fields=["series_id"], name="dissents_by_series"),
                    models.Index(fields=["medium_id"], name="dissents_by_medium"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(withdrawn_at__isnull=True),
                        fields=["owner_member", "owner_unit", "series_id", "medium_id"],
                        name="dissent_once_by_a_unit",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SeriesRejection",
            fields=[
                ("id", random_id()),
                ("series_id", models.UUIDField()),
                ("member", models.TextField()),
                ("unit", models.TextField()),
                ("token", models.BinaryField()),
                ("rejected_by", models.TextField()),
                ("rejected_at", now()),
            ],
            options={
                "db_table": "series_rejections",
                "indexes": [models.Index(fields=["series_id"], name="rejections_by_series")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["member", "unit", "series_id", "token"], name="rejection_once_in_a_unit"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SeriesSplit",
            fields=[
                ("id", random_id()),
                ("a_series", models.UUIDField()),
                ("b_series", models.UUIDField()),
                ("media", models.IntegerField()),
                ("reason", models.TextField(db_default="", default="")),
                ("member", models.TextField()),
                ("unit", models.TextField()),
                ("asserted_by", models.TextField()),
                ("asserted_at", now()),
            ],
            options={
                "db_table": "series_splits",
                "indexes": [
                    models.Index(fields=["a_series"], name="splits_from_a"),
                    models.Index(fields=["b_series"], name="splits_to_b"),
                ],
            },
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
