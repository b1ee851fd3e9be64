"""Connections that are kept from one use to the next, as clean as new ones.

A new connection first reads what tables, rules and functions there are: that costs the database more than most of what
a test asks by it. What a use leaves to the connection (settings, roles, temporary tables, locks) is thrown away.
"""

import select
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import TupleRow

Connection = psycopg.Connection[TupleRow]

_IDLE: dict[tuple[tuple[str, object], ...], list[Connection]] = {}
"""By their parameters: connections that nobody uses now."""


@contextmanager
def connected(*, autocommit: bool = False, **parameters: Any) -> Iterator[Connection]:
    """What `psycopg.connect` gives with these parameters: committed at the end, rolled back on any error."""
    idle = _IDLE.setdefault(tuple(sorted(parameters.items())), [])
    connection = _living(idle) or psycopg.connect(**parameters)
    connection.autocommit = autocommit
    try:
        yield connection
        connection.commit()
    finally:
        _put_back(connection, idle)


def leave() -> None:
    """Close those that nobody uses: the database is about to stop."""
    for idle in _IDLE.values():
        while idle:
            idle.pop().close()


def _living(idle: list[Connection]) -> Connection | None:
    """One whose other end is there: a database that stopped has closed it, which can be read from it."""
    while idle:
        connection = idle.pop()
        if not select.select([connection], [], [], 0)[0]:
            return connection
        connection.close()
    return None


def _put_back(connection: Connection, idle: list[Connection]) -> None:
    try:
        connection.rollback()
        connection.autocommit = False
        connection.execute("select", prepare=False)
        connection.rollback()  # by this psycopg forgets too what it prepared
        connection.autocommit = True
        for words in ("reset role", "discard all"):
            connection.execute(words, prepare=False)
    except psycopg.Error:
        connection.close()
    else:
        idle.append(connection)
