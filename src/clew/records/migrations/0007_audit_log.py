"""The audit becomes a log: acts know their owner, wait for the sequencer, and have a leaf each."""

import django.contrib.postgres.fields
import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from psycopg import sql

from clew.records import policies
from clew.records.roles import Roles

ACTS = (
    "alter table acts no force row level security",
    "alter table acts add column new_id uuid",
    # Identifiers that begin with the time, as later acts have them: UUID version 7, RFC 9562.
    """
    update acts set new_id = (
        lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7'
        || substr(replace(gen_random_uuid()::text, '-', ''), 14, 3)
        || substr(replace(gen_random_uuid()::text, '-', ''), 17, 16))::uuid""",
    "alter table acts drop column id",
    "alter table acts rename column new_id to id",
    "alter table acts add primary key (id)",
    "alter table acts add column owner text not null default ''",
    "alter table acts add column shown text[] not null default '{}'",
    "alter table acts add column purpose text not null default ''",
    "alter table acts add column case_reference text not null default ''",
    "alter table acts add column salt bytea not null default uuid_send(gen_random_uuid())",
    "alter table acts alter salt drop default",
    "alter table acts add constraint act_is_salted check (length(salt) = 16)",
    "update acts set owner = member",
    "create index acts_by_subject on acts (subject, id)",
    "create index acts_by_member on acts (member, id)",
    "create index acts_by_act on acts (act, id)",
    "insert into waiting_acts (act_id) select id from acts",
    "alter table acts force row level security",
    "create trigger act_is_followed before insert on acts for each row execute function clew_follow_act()",
    "alter table tiles alter hashes set storage external",
)


def follow(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    owner, blind = (sql.Identifier(name).as_string() for name in (_owner(schema_editor), roles.blind))
    statements = [
        *policies.functions_made(roles),
        # Whoever puts a trigger on a table must be allowed to call its function, and asks its owner for that.
        f"set local role {blind}",
        f"grant execute on function clew_follow_act() to {owner}",
        "reset role",
        *ACTS,
        f"set local role {blind}",
        f"revoke execute on function clew_follow_act() from {owner}",
        "reset role",
        *policies.special(roles, ("accesses",)),
    ]
    for statement in statements:
        schema_editor.execute(statement, params=None)


def _owner(schema_editor: BaseDatabaseSchemaEditor) -> str:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("select current_user")
        return cursor.fetchone()[0]


class Migration(migrations.Migration):
    dependencies = [("records", "0006_sign_ins")]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel(name="Act"),
                migrations.CreateModel(
                    name="Act",
                    fields=[
                        ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                        ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("officer", models.TextField()),
                        ("member", models.TextField()),
                        ("unit", models.TextField()),
                        ("act", models.TextField()),
                        ("subject", models.TextField()),
                        ("owner", models.TextField(db_default="")),
                        ("shown", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], size=None)),
                        ("counts", models.JSONField(default=dict)),
                        ("purpose", models.TextField(db_default="")),
                        ("case_reference", models.TextField(db_default="")),
                        ("salt", models.BinaryField()),
                    ],
                    options={
                        "db_table": "acts",
                        "indexes": [
                            models.Index(fields=["subject", "id"], name="acts_by_subject"),
                            models.Index(fields=["member", "id"], name="acts_by_member"),
                            models.Index(fields=["act", "id"], name="acts_by_act"),
                        ],
                    },
                ),
            ]
        ),
        migrations.CreateModel(
            name="Access",
            fields=[
                ("pk", models.CompositePrimaryKey("owner", "act_id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("owner", models.TextField()),
                ("act_id", models.UUIDField()),
            ],
            options={"db_table": "accesses"},
        ),
        migrations.CreateModel(
            name="WaitingAct",
            fields=[("act_id", models.UUIDField(primary_key=True, serialize=False))],
            options={"db_table": "waiting_acts"},
        ),
        migrations.CreateModel(
            name="Leaf",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("act_id", models.UUIDField(unique=True)),
            ],
            options={"db_table": "leaves"},
        ),
        migrations.CreateModel(
            name="Tile",
            fields=[
                ("pk", models.CompositePrimaryKey("level", "index", blank=True, editable=False, primary_key=True, serialize=False)),
                ("level", models.SmallIntegerField()),
                ("index", models.BigIntegerField()),
                ("hashes", models.BinaryField()),
            ],
            options={"db_table": "tiles"},
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False)),
                ("root", models.BinaryField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("note", models.TextField()),
            ],
            options={"db_table": "checkpoints"},
        ),
        migrations.CreateModel(
            name="Cosignature",
            fields=[
                ("pk", models.CompositePrimaryKey("witness", "size", blank=True, editable=False, primary_key=True, serialize=False)),
                ("witness", models.TextField()),
                ("size", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("line", models.TextField()),
            ],
            options={"db_table": "cosignatures"},
        ),
        migrations.CreateModel(
            name="Supervisor",
            fields=[("member", models.TextField(primary_key=True, serialize=False))],
            options={"db_table": "supervisors"},
        ),
        migrations.RunPython(follow, migrations.RunPython.noop),
    ]
