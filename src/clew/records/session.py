"""One transaction on behalf of one actor: PostgreSQL itself shows what the actor may see."""

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import cast
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connection, transaction
from psycopg.rows import TupleRow

from clew.domain.errors import NotAdmitted, NotVisible
from clew.domain.handling import Actor, Handling, Use
from clew.domain.suspension import REFUSALS, Standing
from clew.records.outages import LOST, reached

CONTEXT_SECONDS_MAX = 300
"""How long a signed actor is good for beginning a transaction; allows for clocks that differ."""

NAMES_NOTHING = "There is no such record."
ENTER = """
    select clew_actor_standing()
      from (select set_config('clew.actor', %s, true) as said offset 0) as entered where said is not null"""
"""Says who acts and asks in the same breath whether they may: a suspension holds from the next transaction on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A transaction in which every statement sees only what `actor` may see for `use`; `acts` is what it put on record."""

    actor: Actor
    use: Use = Use.FACTS
    acts: list[UUID] = field(default_factory=list, compare=False)

    def cursor(self) -> psycopg.Cursor[TupleRow]:
        """A cursor of psycopg; parameters travel apart from the statement.

        JSON comes as text, as Django has it.
        """
        return psycopg.Cursor(_psycopg())

    @contextmanager
    def copy_into(self, table: str, columns: str, *, on_conflict: str = "") -> Iterator[psycopg.Copy]:
        """COPY rows of `columns` (names, comma-separated) into a table under row security.

        PostgreSQL refuses COPY into such tables: the rows are staged and then inserted in their
        order, so that the policies judge every row; `on_conflict` is the clause of that insert.
        Names and clause are the caller's own words, never text from outside.
        """
        staged = f"staged_{hashlib.sha256(f'{table} {columns}'.encode()).hexdigest()[:16]}"
        with self.cursor() as cursor:
            cursor.execute(
                f"create temporary table if not exists {staged} on commit delete rows"
                f" as select {columns} from {table} with no data"
            )
            with cursor.copy(f"copy pg_temp.{staged} ({columns}) from stdin") as copy:
                yield copy
            cursor.execute(f"insert into {table} ({columns}) select {columns} from pg_temp.{staged} {on_conflict}")
            cursor.execute(f"truncate pg_temp.{staged}")


@contextmanager
def acting_as(actor: Actor, use: Use = Use.FACTS) -> Iterator[Session]:
    """A transaction of `actor` for one use: committed at the end, rolled back on any error.

    Raises:
        NotAdmitted: the actor may not act now: suspended, or not certified for this role.
        Unavailable: the database cannot be reached, went away within, or is out of its means.
        NotVisible: something is asked for by a text that no database holds.
        RuntimeError: it is used within itself; an action is one transaction.
        ValueError: `use` is not one of the five.
    """
    if use not in list(Use):
        raise ValueError("a transaction is for one use")
    if connection.in_atomic_block:
        raise RuntimeError("one transaction has one actor: acting_as cannot be used within itself")
    with reached(), named(), ExitStack() as opened:
        _begin(opened, actor, use)
        yield Session(actor=actor, use=use)


@contextmanager
def named() -> Iterator[None]:
    """What is asked for within may be any text: one with a NUL, or with half of a character, names nothing.

    Raises:
        NotVisible: there was such a text; psycopg gives it no SQLSTATE, for the server never saw it.
    """
    try:
        yield
    except UnicodeEncodeError as refused:
        raise NotVisible(NAMES_NOTHING) from refused
    except psycopg.DataError as refused:
        if refused.sqlstate is None and "NUL" in str(refused):
            raise NotVisible(NAMES_NOTHING) from refused
        raise


def let_go() -> None:
    """Close this thread's connection: a thread that ends keeps none open."""
    connection.close()


def handling_columns(handling: Handling) -> dict[str, object]:
    """The columns of a cover and their values, in the order of the tables."""
    return {
        "owner_member": handling.owner_member,
        "owner_unit": handling.owner_unit,
        "audience": handling.circles,
        "members": sorted(handling.members),
        "excluded": sorted(handling.excluded),
    }


def signed(actor: Actor, *, backend_pid: int, until: int, key: bytes, use: Use = Use.FACTS) -> str:
    """What the database believes: who acts, for which use, on which connection, until when, signed.

    Units: `until` in seconds of the epoch.

    Source: HMAC-SHA256, RFC 2104; `actor.sql` checks it.
    """
    words = json.dumps(
        {
            "member": actor.member, "unit": actor.unit, "officer": actor.officer, "role": actor.role,
            "use": int(use), "pid": backend_pid, "until": until,
        }
    )  # fmt: skip
    return f"{hmac.digest(key, words.encode(), 'sha256').hex()}:{words}"


def _begin(opened: ExitStack, actor: Actor, use: Use) -> None:
    try:
        _enter(opened, actor, use)
    except LOST:
        # The connection slept through a restart of the database: once more on a new one.
        connection.close()
        _enter(opened, actor, use)


def _enter(opened: ExitStack, actor: Actor, use: Use) -> None:
    with ExitStack() as entered:
        entered.enter_context(transaction.atomic())
        raw = _psycopg()
        context = signed(
            actor,
            backend_pid=raw.info.backend_pid,
            until=int(time.time()) + CONTEXT_SECONDS_MAX,
            key=settings.CLEW_CONTEXT_KEY,
            use=use,
        )
        found = psycopg.Cursor(raw).execute(ENTER, [context]).fetchone()
        standing = Standing.NOT_CERTIFIED if found is None or found[0] is None else Standing(found[0])
        if standing is not Standing.ADMITTED:
            raise NotAdmitted(REFUSALS[standing])
        opened.push(entered.pop_all())


def _psycopg() -> psycopg.Connection[TupleRow]:
    connection.ensure_connection()
    return cast("psycopg.Connection[TupleRow]", connection.connection)
