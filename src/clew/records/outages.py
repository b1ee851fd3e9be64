"""What a failing database means to the caller: one sentence for each thing that can be done about it."""

from collections.abc import Iterator
from contextlib import contextmanager

import django.db
import psycopg
from django.db import connection

from clew.domain.errors import Unavailable

LOST = (psycopg.OperationalError, django.db.OperationalError, django.db.InterfaceError)
"""What psycopg and Django raise when the database could not do what it was asked."""

AWAY = "The database cannot be reached now; the same call may succeed later."
_SENTENCES = {
    "08": AWAY,
    "53": "The database is out of room, memory or connections: its log says which; the same call may succeed later.",
    "40": "Another change came between; the same call may succeed later.",
    "57014": "The database took too long over this and stopped; ask for less, or again later.",
    "57": AWAY,
}
"""By SQLSTATE or its class. Source: PostgreSQL documentation, appendix A."""


@contextmanager
def reached() -> Iterator[None]:
    """The database does what it is asked within, or what follows begins on a new connection.

    Raises:
        Unavailable: it is away, or out of its means.
    """
    try:
        yield
    except LOST as lost:
        connection.close()
        if (told := unavailable(lost)) is None:
            raise
        raise told from lost


def unavailable(lost: BaseException) -> Unavailable | None:
    """What to tell of a failure; None where it is no outage but a mistake of ours, to be raised as it is."""
    state = _state(lost)
    if state is None:
        return Unavailable(AWAY)
    sentence = _SENTENCES.get(state) or _SENTENCES.get(state[:2])
    return None if sentence is None else Unavailable(sentence)


def _state(lost: BaseException) -> str | None:
    """SQLSTATE of the failure; none where no server answered."""
    for error in (lost, lost.__cause__):
        if isinstance(error, psycopg.Error) and error.sqlstate is not None:
            return error.sqlstate
    return None
