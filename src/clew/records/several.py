"""Several small questions in one statement: each is written and read where its noun is, and PostgreSQL is asked once.

A page shows a dozen small things of one record. Each of them as a statement of its own is a way to the database and
back; here each becomes one column of one row, an array of its rows. Row security is what it is of each alone.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import psycopg
from psycopg.adapt import Buffer, Loader
from psycopg.pq import Format
from psycopg.rows import TupleRow

from clew.records.session import Session

Ask = Callable[[Session], Any]
_NAMED = re.compile(r"%\((\w+)\)s|%s")


class _AskedError(Exception):
    """A question has said what it asks; it goes on when there are answers."""


class _Json(Loader):
    """JSON within rows as text, as Django has it elsewhere."""

    format = Format.BINARY

    def load(self, data: Buffer) -> str:
        return bytes(data)[1:].decode()  # the first byte is the version


@dataclass(slots=True)
class _Cursor:
    """Notes the first statement it is asked, or gives the rows that were answered to it."""

    asked: list[tuple[str, object]]
    given: list[TupleRow] | None

    def execute(self, statement: str, values: object = None) -> "_Cursor":
        if self.given is None:
            self.asked.append((statement, values))
            raise _AskedError
        return self

    def __iter__(self) -> Iterator[TupleRow]:
        return iter(self.given or ())

    def fetchall(self) -> list[TupleRow]:
        return list(self)

    def fetchone(self) -> TupleRow | None:
        return next(iter(self), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asking(Session):
    """The session as one question sees it: its cursor notes, or gives."""

    asked: list[tuple[str, object]] = field(default_factory=list)
    given: list[TupleRow] | None = None

    @contextmanager
    def cursor(self) -> Iterator[psycopg.Cursor[TupleRow]]:  # type: ignore[override]
        yield cast("psycopg.Cursor[TupleRow]", _Cursor(self.asked, self.given))


def several(session: Session, *asks: Ask) -> tuple[Any, ...]:
    """What each of these gives: functions of a session that ask one statement that only reads, and what it says.

    A function that asks nothing is answered at once. None may ask twice, nor hold rows.
    """
    noted = [_noted(session, ask) for ask in asks]
    statements = [statement for statement, _ in noted if statement is not None]
    answers = iter(_answers(session, statements))
    return tuple(
        answer if statement is None else ask(_asking(session, next(answers)))
        for ask, (statement, answer) in zip(asks, noted, strict=True)
    )


def _asking(session: Session, given: list[TupleRow] | None) -> _Asking:
    return _Asking(actor=session.actor, use=session.use, acts=session.acts, given=given)


def _noted(session: Session, ask: Ask) -> tuple[tuple[str, object] | None, Any]:
    """The statement of a question; or None, and what it gave without one."""
    asking = _asking(session, None)
    try:
        answer = ask(asking)
    except _AskedError:
        return asking.asked[0], None
    return None, answer


def _answers(session: Session, statements: Sequence[tuple[str, object]]) -> list[list[TupleRow]]:
    if not statements:
        return []
    named = [_renamed(number, *one) for number, one in enumerate(statements)]
    columns = ", ".join(f"(select array_agg(t) from ({words}) t)" for words, _ in named)
    values = {name: value for _, own in named for name, value in own.items()}
    with session.cursor() as cursor:
        cursor.adapters.register_loader("jsonb", _Json)
        # In the binary form each value of a row comes in its own type.
        cursor.execute(f"select {columns}", values, binary=True)
        return [list(rows or ()) for rows in cursor.fetchone() or ()]


def _renamed(number: int, statement: str, values: object) -> tuple[str, dict[str, object]]:
    """The statement with names of its own for its values, whether it named them or not."""
    given = values if isinstance(values, Mapping) else dict(enumerate(cast("Sequence[object]", values or ())))
    own: dict[str, object] = {}

    def name(found: re.Match[str]) -> str:
        key = found[1] or len(own)
        own[f"q{number}_{key}"] = given[key]
        return f"%(q{number}_{key})s"

    return _NAMED.sub(name, statement), own
