"""How often a page asks the database."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

QUERIES_MAX = 12
"""No page asks more often, however much it shows."""


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that this process sends meanwhile."""
    sent: list[str] = []
    execute = psycopg.Cursor.execute

    def noted(self, query, *rest, **more):
        sent.append(str(query))
        return execute(self, query, *rest, **more)

    psycopg.Cursor.execute = noted  # type: ignore[method-assign]
    try:
        yield sent
    finally:
        psycopg.Cursor.execute = execute  # type: ignore[method-assign]
