"""Every table under rules of its own, asked by raw SQL: rows and rows to come of all kinds, and what each actor gets of them.

All of it happens in one transaction of the superuser that is undone: constraints and triggers are out of the way, so that
nothing but row security answers. Each table is asked by one function as the application's role, for every actor in turn.
"""

import itertools
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID, uuid5

import psycopg
from django.conf import settings
from psycopg.rows import TupleRow

from clew.domain.handling import Actor, Use
from clew.domain.officer import Role
from clew.records.session import signed
from clew.records.visibility import HOME, HOME_UNIT, OFFICER, ROLE, VIEWER_MEMBER, VIEWER_UNIT, VIEWER_USE
from tests.world.kept import connected
from tests.world.world import World

Connection = psycopg.Connection[TupleRow]
Row = Mapping[str, Any]
VIEWERS = (VIEWER_MEMBER, VIEWER_UNIT, VIEWER_USE, HOME, HOME_UNIT, OFFICER, ROLE)
NAMES = UUID("6f1d2c70-0000-4000-8000-000000000000")


@dataclass(frozen=True)
class Who:
    """Who asks and for which use; `actor` is None where nobody does."""

    actor: Actor | None
    use: Use = Use.FACTS

    @property
    def member(self) -> str | None:
        return None if self.actor is None else self.actor.member

    @property
    def unit(self) -> str | None:
        return None if self.actor is None else self.actor.unit

    @property
    def officer(self) -> str | None:
        return None if self.actor is None else self.actor.officer

    @property
    def has_content(self) -> bool:
        """Whoever runs the node or audits, and a program, reads in no member's records."""
        return self.actor is not None and self.actor.role.value not in {"operator", "auditor", "program"}

    def is_a(self, *roles: str) -> bool:
        return self.actor is not None and self.actor.role.value in roles

    def __str__(self) -> str:
        return "nobody" if self.actor is None else f"{self.officer} of {self.member}/{self.unit}, {self.actor.role}, for {self.use.name}"


def named(table: str, number: object) -> str:
    return str(uuid5(NAMES, f"{table} {number}"))


FILLED: Mapping[str, Any] = {
    "text": "x", "varchar": "x", "bytea": "\\x01", "int2": 1, "int4": 1, "int8": 1, "float8": 0.5, "bool": False,
    "date": "2026-01-01", "timestamptz": "2026-01-01T00:00:00+00:00", "jsonb": {}, "_text": [], "_uuid": [], "_int2": [],
    "_bytea": [],
}  # fmt: skip
"""What a column holds where nobody says what."""


def flips(axes: Mapping[Any, Sequence[Any]]) -> list[dict[str, Any]]:
    """The first value of every axis together, and every row that parts from that in one axis.

    An axis is a column, or a tuple of columns that go together.
    """
    first = {axis: values[0] for axis, values in axes.items()}
    made = [first, *({**first, axis: value} for axis, values in axes.items() for value in values[1:])]
    return [_spread(one) for one in made]


def every(axes: Mapping[Any, Sequence[Any]]) -> list[dict[str, Any]]:
    """Every row that the axes give."""
    return [_spread(dict(zip(axes, values, strict=True))) for values in itertools.product(*axes.values())]


def _spread(row: Mapping[Any, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for axis, value in row.items():
        if isinstance(axis, tuple):
            flat.update(zip(axis, value, strict=True))
        else:
            flat[axis] = value
    return flat


@dataclass
class Table:
    """A table as the catalogue has it."""

    name: str
    columns: Mapping[str, tuple[str, bool, bool]]
    """By name: its type, whether it must be given, whether the database numbers it."""
    key: tuple[str, ...]
    changeable: tuple[str, ...]
    rights: frozenset[str]

    def whole(self, row: Row, number: int, now: datetime) -> dict[str, Any]:
        """The row with something in every column that it does not say; moments are told from now."""
        unknown = set(row) - set(self.columns)
        assert not unknown, (self.name, unknown)
        return {
            name: self._told(name, row[name], now) if name in row else self._filler(name, number) for name in self.columns
        }

    def _told(self, name: str, value: Any, now: datetime) -> Any:
        if not isinstance(value, timedelta):
            return value
        moment = now + value
        return moment.date().isoformat() if self.columns[name][0] == "date" else moment.isoformat()

    def _filler(self, name: str, number: int) -> Any:
        kind, is_demanded, is_numbered = self.columns[name]
        if is_numbered:
            return number
        if name == "id" and kind == "uuid":
            return named(self.name, number)
        if not is_demanded:
            return None
        return named(f"{self.name} {name}", number) if kind == "uuid" else FILLED[kind]

    def key_of(self, row: Row) -> str:
        return "|".join(str(row[column]) for column in self.key)


@dataclass
class Asked:
    """The open transaction, and all rows that lie in it."""

    owner: Connection
    world: World
    now: datetime
    tables: dict[str, Table] = field(default_factory=dict)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _contexts: dict[Who, str] = field(default_factory=dict)

    @cached_property
    def app(self) -> str:
        return self.world.facts.roles.app

    def lay(self, table: str, rows: Sequence[Row]) -> None:
        """Put rows into a table; those that say nothing of it have an identifier by their number."""
        kept = self.rows.setdefault(table, [])
        whole = [self.tables[table].whole(row, number, self.now) for number, row in enumerate(rows, start=len(kept))]
        kept += whole
        names = ", ".join(self.tables[table].columns)
        self.owner.execute(
            f"insert into public.{table} ({names}) overriding system value select {names}"
            f" from jsonb_populate_recordset(null::public.{table}, %s::jsonb)", [_said(whole)],
        )  # fmt: skip

    def find(self, table: str, **wanted: object) -> list[dict[str, Any]]:
        return [row for row in self.rows.get(table, ()) if all(row[name] == value for name, value in wanted.items())]

    def context(self, who: Who) -> str:
        if who.actor is None:
            return ""
        if who not in self._contexts:
            self._contexts[who] = signed(
                who.actor, backend_pid=self.owner.info.backend_pid, until=int(time.time()) + 3_600,
                key=settings.CLEW_CONTEXT_KEY, use=who.use,
            )  # fmt: skip
        return self._contexts[who]

    def seen(self, table: str, whos: Sequence[Who]) -> list[dict[str, frozenset[str]]]:
        """For each who asks: the keys of rows read, of rows that a change reaches and of rows that a removal reaches."""
        one = self.tables[table]
        key = " || '|' || ".join(f"{column}::text" for column in one.key)
        asked = {
            "select": f"answer := (select string_agg({key}, ' ') from public.{table});",
            "update": f"update public.{table} set {one.changeable[0] if one.changeable else ''} = null;",
            "delete": f"delete from public.{table};",
        }
        steps = "".join(
            f"""
            begin
                answer := null;
                perform set_config('asked.noted', '', true);
                {statement}
                verb := '{verb}';
                answer := coalesce(answer, '') || current_setting('asked.noted');
                return next;
            exception when insufficient_privilege then null;
            end;"""
            for verb, statement in asked.items()
            if verb in one.rights
        )
        found: list[dict[str, frozenset[str]]] = [dict.fromkeys(("select", "update", "delete"), frozenset()) for _ in whos]
        if not steps:
            return found
        with self._asking(
            "contexts text[]", "who integer, verb text, answer text",
            f"for number in 1 .. cardinality(contexts) loop perform set_config('clew.actor', contexts[number], true);"
            f" who := number; {steps} end loop;",
            is_blind=True,
        ):
            for number, verb, keys in self.owner.execute(
                "select * from pg_temp.asked(%s)", [[self.context(who) for who in whos]]
            ):
                found[number - 1][verb] = frozenset(keys.split())
        return found

    def entered(self, table: str, whos: Sequence[Who], rows: Sequence[Row], tried: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
        """Of the pairs that are `tried`, numbers of who asks and of a row: those that come where the one enters the other."""
        one = self.tables[table]
        if "insert" not in one.rights:
            return set()
        names = ", ".join(name for name, (_, _, is_numbered) in one.columns.items() if not is_numbered)
        return self._tried(
            whos, rows, tried,
            f"insert into public.{table} ({names}) select {names} from jsonb_populate_record(null::public.{table}, rows[other])",
        )  # fmt: skip

    def changed(self, table: str, whos: Sequence[Who], rows: Sequence[Row], tried: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
        """The same of rows that each have the key of one that lies there: those that it becomes where who asks changes it."""
        one = self.tables[table]
        if "update" not in one.rights:
            return set()
        set_to = ", ".join(f"{name} = n.{name}" for name in one.changeable)
        same = " and ".join(f"t.{name} = n.{name}" for name in one.key)
        return self._tried(
            whos, rows, tried,
            f"update public.{table} t set {set_to} from jsonb_populate_record(null::public.{table}, rows[other]) n where {same}",
        )  # fmt: skip

    def held(self, table: str, whos: Sequence[Who], rows: Sequence[Row], conditions: Sequence[str]) -> list[list[list[bool]]]:
        """Whether each condition holds of each row for each who asks: [who][row][condition], under the rules of other tables."""
        listed = ", ".join(f"coalesce(({words}), false)::int" for words in conditions)
        known = {words: f"asked_{number}" for number, words in enumerate(VIEWERS)}
        for words, name in known.items():
            listed = listed.replace(words, name)  # worked out once for who asks, and not for each condition
        told = "".join(f" {name} := {words};" for words, name in known.items())
        found = []
        with self._asking(
            "contexts text[], rows jsonb", "answer text",
            f"for number in 1 .. cardinality(contexts) loop perform set_config('clew.actor', contexts[number], true);{told}"
            f" answer := (select string_agg(asked_answer, ' ' order by asked_number) from (select asked_number, concat({listed})"
            f" as asked_answer from (select row_number() over () as asked_number, {table}.* from"
            f" jsonb_populate_recordset(null::public.{table}, rows) {table}) {table}) x); return next; end loop;",
            also=" ".join(f"{name} {'smallint' if words == VIEWER_USE else 'text'};" for words, name in known.items()),
        ):
            for (answer,) in self.owner.execute(
                "select * from pg_temp.asked(%s, %s::jsonb)", [[self.context(who) for who in whos], _said(rows)]
            ):
                found.append([[digit == "1" for digit in word] for word in (answer or "").split()])
        return found

    def _tried(
        self, whos: Sequence[Who], rows: Sequence[Row], tried: Sequence[tuple[int, int]], statement: str
    ) -> set[tuple[int, int]]:
        with self._asking(
            "contexts text[], rows jsonb[], of_who integer[], of_row integer[]", "who integer, which integer",
            f"""
            for place in 1 .. cardinality(of_who) loop
                if place = 1 or of_who[place] <> of_who[place - 1] then
                    perform set_config('clew.actor', contexts[of_who[place] + 1], true);
                end if;
                other := of_row[place] + 1;
                begin
                    {statement};
                    get diagnostics done = row_count;
                    raise exception using errcode = 'ZZ001';
                exception
                    when sqlstate 'ZZ001' then
                        if done = 1 then who := of_who[place]; which := of_row[place]; return next; end if;
                    when insufficient_privilege then null;
                end;
            end loop;""",
        ):  # fmt: skip
            ordered = sorted(tried)
            found = self.owner.execute(
                "select * from pg_temp.asked(%s, %s::jsonb[], %s, %s)",
                [
                    [self.context(who) for who in whos], [json.dumps(row, default=str) for row in rows],
                    [who for who, _ in ordered], [row for _, row in ordered],
                ],
            ).fetchall()  # fmt: skip
        return {(who, which) for who, which in found}

    @contextmanager
    def _asking(self, takes: str, gives: str, body: str, *, is_blind: bool = False, also: str = "") -> Iterator[None]:
        """A function `pg_temp.asked` of this body, as the application's role; `is_blind`: what it reaches is noted and left."""
        self.owner.execute("select set_config('asked.blind', %s, true)", ["1" if is_blind else "0"])
        self.owner.execute(
            f"create function pg_temp.asked({takes}) returns table ({gives}) language plpgsql as"
            f" $asked$ #variable_conflict use_column\ndeclare number integer; other integer; done integer; {also} begin {body} end $asked$"
        )
        self.owner.execute(f"set local role {self.app}")
        yield
        self.owner.execute("reset role")
        self.owner.execute("select set_config('clew.actor', '', true)")
        self.owner.execute("drop function pg_temp.asked")

    @contextmanager
    def ruled(self, table: str, verb: str, rule: str) -> Iterator[None]:
        """Another rule of a table for a verb, and the true one again."""
        self.owner.execute("savepoint ruled")
        self.owner.execute(f"drop policy if exists app_{verb} on {table}")
        self.owner.execute(f"create policy app_{verb} on {table} for {verb} to {self.app} {rule}")
        yield
        self.owner.execute("rollback to savepoint ruled")


def _said(rows: Sequence[Row]) -> str:
    return json.dumps(list(rows), default=str)


@contextmanager
def asking(world: World, tables: Sequence[str]) -> Iterator[Asked]:
    """The transaction, the tables free of all that is not row security."""
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as owner:
        try:
            owner.execute("set local session_replication_role = replica")
            owner.execute("set local enable_seqscan = off")  # a row that is named is found before the rule is asked of all others
            now = owner.execute("select transaction_timestamp()").fetchone()[0].astimezone(UTC)
            made = Asked(owner=owner, world=world, now=now)
            _free(owner, tables)
            for table in tables:
                made.tables[table] = _read(owner, table, made.app)
            _noted(owner, [one for one in made.tables.values() if one.rights & {"update", "delete"}])
            yield made
        finally:
            owner.rollback()


def _free(owner: Connection, tables: Sequence[str]) -> None:
    """Take away what else would refuse a row: conditions, references, uniqueness."""
    found = owner.execute(
        "select c.conrelid::regclass::text, c.conname, c.contype from pg_constraint c"
        " where c.conrelid = any (%s::regclass[]) and c.contype = 'c'", [list(tables)],
    ).fetchall()  # fmt: skip
    for table, name, _ in found:
        owner.execute(f'alter table {table} drop constraint "{name}"')
    unique = owner.execute(
        "select i.indexrelid::regclass::text, c.conrelid::regclass::text, c.conname from pg_index i"
        "  left join pg_constraint c on c.conindid = i.indexrelid and c.conrelid = i.indrelid and c.contype in ('u', 'p')"
        " where i.indrelid = any (%s::regclass[]) and i.indisunique", [list(tables)],
    ).fetchall()  # fmt: skip
    for index, table, constraint in unique:
        owner.execute(
            f"drop index {index}" if constraint is None else f'alter table {table} drop constraint "{constraint}" cascade'
        )
    for table in tables:
        owner.execute(f"create index on public.{table} ({', '.join(KEYS.get(table, ('id',)))})")


def _read(owner: Connection, table: str, app: str) -> Table:
    columns = owner.execute(
        "select a.attname, t.typname, a.attnotnull, a.attidentity <> '',"
        "       has_column_privilege(%s, a.attrelid, a.attnum, 'update')"
        "  from pg_attribute a join pg_type t on t.oid = a.atttypid"
        " where a.attrelid = %s::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum", [app, table],
    ).fetchall()  # fmt: skip
    rights = owner.execute(
        "select has_any_column_privilege(%(r)s, %(t)s::regclass, 'select'), has_any_column_privilege(%(r)s, %(t)s::regclass, 'insert'),"
        " has_any_column_privilege(%(r)s, %(t)s::regclass, 'update'), has_table_privilege(%(r)s, %(t)s::regclass, 'delete')",
        {"r": app, "t": table},
    ).fetchone()
    return Table(
        name=table,
        columns={name: (kind, demanded, numbered) for name, kind, demanded, numbered, _ in columns},
        key=KEYS.get(table, ("id",)),
        changeable=tuple(name for name, _, _, numbered, may in columns if may and not numbered and name not in (KEYS.get(table) or ("id",))),
        rights=frozenset(verb for verb, has in zip(("select", "insert", "update", "delete"), rights, strict=True) if has),
    )


KEYS: Mapping[str, tuple[str, ...]] = {
    "accesses": ("owner", "act_id"),
    "lead_checks": ("round", "member", "unit"),
    "lead_media": ("member", "unit", "lead_id", "medium_id"),
    "medium_keys": ("medium_id", "case_id"),
    "member_rules": ("member",),
    "members": ("code",),
    "officer_keys": ("officer", "member"),
    "overlap_contacts": ("contact_id", "side_id"),
    "children_counted": ("victim_id",),
    "overlap_facts_told": ("subject_id", "fact"),
    "overlap_grounds": ("mine", "theirs"),
    "period_statistics": ("period", "member", "figure", "of"),
    "place_points": ("place_id",),
    "previews": ("medium_id", "case_id"),
    "series_media": ("series_id", "medium_id"),
    "statistics": ("day", "member", "figure", "of"),
    "supervisors": ("member",),
    "task_force_days": ("task_force_id", "day", "member", "officer"),
    "task_force_stack_media": ("stack_id", "medium_id"),
    "terms": ("member", "kind"),
}
"""By which columns a row is told where it has no identifier."""


def _noted(owner: Connection, tables: Sequence[Table]) -> None:
    """Have rows that a blind change or a removal reaches be noted, and left as they are."""
    owner.execute(
        "create function pg_temp.note() returns trigger language plpgsql as $note$ declare said text := ''; begin"
        " for place in 0 .. tg_nargs - 1 loop said := said || case when place = 0 then '' else '|' end || (to_jsonb(old) ->> tg_argv[place]); end loop;"
        " perform set_config('asked.noted', current_setting('asked.noted') || ' ' || said, true); return null; end $note$"
    )
    for one in tables:
        arguments = ", ".join(f"'{column}'" for column in one.key)
        owner.execute(
            f"create trigger asked_notes before update or delete on {one.name} for each row"
            f" when (current_setting('asked.blind', true) = '1') execute function pg_temp.note({arguments})"
        )
        owner.execute(f"alter table {one.name} enable always trigger asked_notes")


def officer(name: str, member: str, unit: str, role: Role = Role.INVESTIGATOR) -> Actor:
    return Actor(officer=name, member=member, unit=unit, role=role)
