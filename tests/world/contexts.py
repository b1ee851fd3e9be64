"""What the application's role sees under any context, true or forged."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.conf import settings
from django.db import connection
from psycopg.rows import TupleRow

from clew.domain.handling import Actor, Use
from clew.records.session import signed
from tests.world.kept import connected

FAR_FUTURE = 4_000_000_000


@contextmanager
def app_connection() -> Iterator[psycopg.Connection[TupleRow]]:
    """A connection of the application's role with nobody's context; what it writes is rolled back."""
    with connected(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}) as app:
        try:
            yield app
        finally:
            app.rollback()


def claim(app: psycopg.Connection[TupleRow], context: str) -> None:
    """Say who acts, for the rest of the transaction."""
    app.execute("select set_config('clew.actor', %s, true)", [context])


def true_context(
    app: psycopg.Connection[TupleRow], actor: Actor, *, use: Use = Use.FACTS, until: int = FAR_FUTURE
) -> str:
    """The context of `actor` for one use, as the node signs it."""
    return signed(actor, backend_pid=app.info.backend_pid, until=until, key=settings.CLEW_CONTEXT_KEY, use=use)
