"""Several small questions in one statement: each is written and read where its noun is, and PostgreSQL is asked once.

A page shows a dozen small things of one record. Each of them as a statement of its own is a way to the database and
back; here each becomes one column of one row, an array of its rows. Row security is what it is of each alone. A question
that asks on, by what it was answered, asks with the others that do: there are as many statements as the longest asks.
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
Statement = tuple[str, object]
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
    """Notes the statement it is asked, or gives the rows that were answered to it."""

    asking: "_Asking"
    rows: Sequence[TupleRow] = ()

    def execute(self, statement: str, values: object = None) -> "_Cursor":
        (self.rows,) = self.asking.ask([(statement, values)])
        return self

    def __iter__(self) -> Iterator[TupleRow]:
        return iter(self.rows)

    def fetchall(self) -> list[TupleRow]:
        return list(self)

    def fetchone(self) -> TupleRow | None:
        return next(iter(self), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asking(Session):
    """The session as one question sees it, which begins anew for each answer: `given` are those up to now."""

    asked: list[Sequence[Statement]] = field(default_factory=list)
    given: Sequence[list[list[TupleRow]]] = ()

    def ask(self, statements: Sequence[Statement]) -> list[list[TupleRow]]:
        """The rows of each of these, where they were answered."""
        self.asked.append(statements)
        if len(self.asked) > len(self.given):
            raise _AskedError
        return self.given[len(self.asked) - 1]

    @contextmanager
    def cursor(self) -> Iterator[psycopg.Cursor[TupleRow]]:  # type: ignore[override]
        yield cast("psycopg.Cursor[TupleRow]", _Cursor(self))


def several(session: Session, *asks: Ask) -> tuple[Any, ...]:
    """What each of these gives: functions of a session that only read, and say no more than what they read.

    Each is called anew for every answer, so it may keep nothing, nor hold rows. It may itself ask several.
    """
    given: list[list[list[list[TupleRow]]]] = [[] for _ in asks]
    found: dict[int, Any] = {}
    while len(found) < len(asks):
        noted = {
            n: statements for n, ask in enumerate(asks)
            if n not in found and (statements := _noted(session, ask, given[n], found, n))
        }  # fmt: skip
        if not noted:
            break
        every = [one for statements in noted.values() for one in statements]
        answers = iter(session.ask(every) if isinstance(session, _Asking) else _answers(session, every))
        for n, statements in noted.items():
            given[n].append([next(answers) for _ in statements])
    return tuple(found[n] for n in range(len(asks)))


def _noted(
    session: Session, ask: Ask, given: Sequence[list[list[TupleRow]]], found: dict[int, Any], number: int
) -> Sequence[Statement]:
    """What a question asks next; where that is nothing, what it gives is `found`."""
    asking = _Asking(actor=session.actor, use=session.use, acts=session.acts, given=given)
    try:
        found[number] = ask(asking)
    except _AskedError:
        return asking.asked[-1]
    return ()


def _answers(session: Session, statements: Sequence[Statement]) -> list[list[TupleRow]]:
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
