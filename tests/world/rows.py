"""A row in any covered table, with nothing but its cover that matters: filled from the catalogue by type."""

from collections.abc import Mapping, Sequence

import psycopg
from psycopg.rows import TupleRow

from clew.domain.handling import Handling
from clew.node.connection import ConnectionFacts
from clew.records.models.cover import COVER_COLUMNS
from clew.records.policies import PARENTS
from clew.records.session import handling_columns
from tests.world.kept import connected

Connection = psycopg.Connection[TupleRow]

BY_TYPE = {
    "uuid": "gen_random_uuid()",
    "text": "'row ' || %(number)s",
    "bytea": "decode(lpad(to_hex(%(number)s::int), 16, '0'), 'hex')",
    "int2": "1",
    "int4": "%(number)s",
    "int8": "%(number)s",
    "bool": "true",
    "date": "current_date",
    "timestamptz": "now()",
    "jsonb": "'{}'",
    "_text": "'{}'",
}
"""What a column holds where nothing else is demanded; `number` is another for each row."""

SAID = {
    ("hash_lists", "name"): "convert_to((%(number)s::int)::text, 'UTF8')",
    ("places", "kind"): "'room'",
    ("handling_changes", "state"): "'proposed'",
    ("handling_changes", "subject_kind"): "'case'",
}
"""What single columns hold instead, by table and column."""

WITHIN = {
    **{table: {column: parent} for table, (column, parent) in PARENTS.items()},
    "series_media": {"series_id": "series", "medium_id": "media"},
}
"""What a row lies in, by table and column: the rules ask for it, whether or not the column refers to it."""
NOWHERE: Mapping[str, str] = {}


def keep_in_every_table(facts: ConnectionFacts, tables: Sequence[str], handlings: Sequence[Handling]) -> None:
    """A row under each handling in each of the tables, whoever is granted what on it."""
    with connected(**facts.as_owner()) as owner:
        owner.execute("set constraints all immediate")  # what waits for the end would keep tables from being altered
        for table in sorted(tables, key=lambda table: (bool(_parents(owner, table)), table)):
            # The owner of the tables is under row security too; for these rows it is lifted and put back.
            owner.execute(f"alter table {table} no force row level security")
            _fill(owner, table, handlings)
        for table in tables:
            owner.execute(f"alter table {table} force row level security")


def statement_to_fill(facts: ConnectionFacts, table: str, handling: Handling, *, number: int) -> tuple[str, dict[str, object]]:
    """What enters a row with this number and handling, within any row that is seen of what it lies in; and its values."""
    with connected(**facts.as_owner()) as owner:
        return _statement(owner, table, WITHIN.get(table, {})), {"number": number, **handling_columns(handling)}


def _fill(owner: Connection, table: str, handlings: Sequence[Handling]) -> None:
    with owner.cursor() as cursor:
        cursor.executemany(
            _statement(owner, table),
            [{"number": number, **handling_columns(one)} for number, one in enumerate(handlings)],
        )


def _statement(owner: Connection, table: str, within: Mapping[str, str] = NOWHERE) -> str:
    parents = _parents(owner, table) | {column: f"(select id from {parent} limit 1)" for column, parent in within.items()}
    columns = {
        name: parents.get(name) or SAID.get((table, name)) or BY_TYPE[kind] for name, kind in _demanded(owner, table)
    }
    names = ", ".join([*columns, *COVER_COLUMNS])
    places = ", ".join([*columns.values(), *(f"%({column})s" for column in COVER_COLUMNS)])
    return f"insert into {table} ({names}) values ({places})"


def _demanded(owner: Connection, table: str) -> list[tuple[str, str]]:
    """Name and type of the columns that must be given and are not the cover's."""
    return owner.execute(
        """
        select a.attname, t.typname from pg_attribute a join pg_type t on t.oid = a.atttypid
         where a.attrelid = %s::regclass and a.attnum > 0 and not a.attisdropped and a.attnotnull
           and not a.atthasdef and a.attidentity = '' and a.attname <> all (%s)""",
        [table, list(COVER_COLUMNS)],
    ).fetchall()


def _parents(owner: Connection, table: str) -> dict[str, str]:
    """For each column that refers to another table: any row of that table."""
    found = owner.execute(
        """
        select a.attname, c.confrelid::regclass::text, f.attname
          from pg_constraint c
          join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
          join pg_attribute f on f.attrelid = c.confrelid and f.attnum = c.confkey[1]
         where c.conrelid = %s::regclass and c.contype = 'f'""",
        [table],
    )
    return {column: f"(select {key} from {parent} limit 1)" for column, parent, key in found}
