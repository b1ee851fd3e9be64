"""A series has a reference, its owner's steps and narrative, and may be said to be one with another."""

import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import F, Q
from psycopg import sql

from clew.records import assertions, policies
from clew.records.roles import Roles

STATES = ["open", "under-enquiry", "identified", "safeguarded", "withdrawn"]
STEPS = ["take", "hand-back", "identify", "safeguard", "withdraw", "reopen"]
TABLES = {
    "series_merges": ("a_series", "b_series"),
    "series_narratives": ("series_id",),
    "series_steps": ("series_id",),
}
GIVEN = "create trigger {} on series for each row execute function clew_give_series_reference()"
DRAWN = (
    "alter table series add column reference text not null default ''",
    GIVEN.format("series_is_given_a_reference before insert"),
    # What is there already is drawn for too, row by row, so that each sees those before it.
    GIVEN.format("series_is_given_a_reference_now before update"),
    "alter table series no force row level security",
    "update series set reference = ''",
    "alter table series force row level security",
    "drop trigger series_is_given_a_reference_now on series",
    "alter table series add constraint series_reference_is_given_once unique (reference)",
)


def draw(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    owner, blind = (sql.Identifier(name).as_string() for name in (_owner(schema_editor), roles.blind))
    statements = [
        *policies.functions_made(roles),
        # Whoever puts a trigger on a table must be allowed to call its function, and asks its owner for that.
        f"set local role {blind}",
        f"grant execute on function clew_give_series_reference() to {owner}",
        "reset role",
        DRAWN[0],
        f"grant select (id, reference) on series to {blind}",
        *DRAWN[1:],
        f"set local role {blind}",
        f"revoke execute on function clew_give_series_reference() from {owner}",
        "reset role",
    ]
    for statement in statements:
        schema_editor.execute(statement, params=None)


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    statements = [
        *(f"alter table series_merges alter {column} set default '{{}}'" for column in ("members", "excluded")),
        f"alter table series_merges add constraint series_merges_cover_is_whole check ({policies.COVER_IS_WHOLE})",
        *assertions.bound_to_series(TABLES),
        *policies.special(roles, tuple(TABLES)),
    ]
    for statement in statements:
        schema_editor.execute(statement, params=None)


def _owner(schema_editor: BaseDatabaseSchemaEditor) -> str:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("select current_user")
        return cursor.fetchone()[0]


def random_id() -> models.UUIDField:
    return models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)


def now() -> models.DateTimeField:
    return models.DateTimeField(db_default=django.db.models.functions.datetime.Now())


def codes() -> django.contrib.postgres.fields.ArrayField:
    return django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)


class Migration(migrations.Migration):
    dependencies = [("records", "0019_blocks_by_request")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(draw, migrations.RunPython.noop)],
            state_operations=[
                migrations.AddField("series", "reference", models.TextField(db_default="", editable=False)),
                migrations.AddConstraint(
                    "series", models.UniqueConstraint(fields=["reference"], name="series_reference_is_given_once")
                ),
            ],
        ),
        migrations.RemoveConstraint("series", "series_state_is_known"),
        migrations.AddConstraint(
            "series", models.CheckConstraint(condition=Q(state__in=STATES), name="series_state_is_known")
        ),
        migrations.CreateModel(
            name="SeriesStep",
            fields=[
                ("id", random_id()),
                ("series_id", models.UUIDField()),
                ("step", models.TextField()),
                ("state", models.TextField()),
                ("basis", models.TextField(db_default="", default="")),
                ("member", models.TextField()),
                ("unit", models.TextField()),
                ("taken_by", models.TextField()),
                ("taken_at", now()),
            ],
            options={
                "db_table": "series_steps",
                "indexes": [models.Index(fields=["series_id", "taken_at"], name="series_steps_by_series")],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(step__in=STEPS, state__in=STATES), name="series_step_is_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SeriesNarrative",
            fields=[
                ("id", random_id()),
                ("series_id", models.UUIDField()),
                ("words", models.TextField()),
                ("member", models.TextField()),
                ("unit", models.TextField()),
                ("written_by", models.TextField()),
                ("written_at", now()),
            ],
            options={
                "db_table": "series_narratives",
                "indexes": [models.Index(fields=["series_id", "written_at"], name="series_narratives_by_series")],
            },
        ),
        migrations.CreateModel(
            name="SeriesMerge",
            fields=[
                ("owner_member", models.TextField()),
                ("owner_unit", models.TextField()),
                ("audience", models.SmallIntegerField()),
                ("members", codes()),
                ("excluded", codes()),
                ("id", random_id()),
                ("a_series", models.UUIDField()),
                ("b_series", models.UUIDField()),
                ("reason", models.TextField(db_default="", default="")),
                ("asserted_by", models.TextField()),
                ("asserted_at", now()),
                ("withdrawn_by", models.TextField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "series_merges",
                "indexes": [
                    models.Index(condition=Q(withdrawn_at__isnull=True), fields=["a_series"], name="merges_from_a"),
                    models.Index(condition=Q(withdrawn_at__isnull=True), fields=["b_series"], name="merges_from_b"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=Q(a_series__lt=F("b_series")), name="merge_is_of_two"),
                    models.CheckConstraint(
                        condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                        | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                        name="merge_is_withdrawn_by_somebody",
                    ),
                    models.UniqueConstraint(
                        condition=Q(withdrawn_at__isnull=True),
                        fields=["owner_member", "owner_unit", "a_series", "b_series"],
                        name="merge_once_by_a_unit",
                    ),
                ],
            },
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
