"""Every page is read on behalf of the officer who is signed in, within one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from clew.actions import opening
from clew.actions.opening import Session
from clew.domain.handling import Actor

_let_in: ContextVar[Actor | None] = ContextVar("who was let in for this request", default=None)


def let_in(actor: Actor | None) -> None:
    """Remember for the length of this request whom the door has just looked at, or that it was nobody.

    PostgreSQL asks again whether they may act, in each transaction: this saves a question and decides nothing.
    """
    _let_in.set(actor)


@contextmanager
def as_officer(username: str, *, goes_on: bool = False, is_part: bool = False) -> Iterator[Session]:
    """A session of the officer who signs in as `username`.

    What is read or done within is on record, or the page fails: nobody can forget it. `goes_on`:
    this continues what was put on record when it began, as a stream of progress does. `is_part`: of a page that is on
    record by itself.

    Raises:
        NotVisible: the account is not an officer's.
        RuntimeError: the page put nothing on record.
    """
    here = None if goes_on else _let_in.get()  # a stream outlives what the door saw
    actor = here if here is not None and here.officer == username else opening.actor_of(username)
    with opening.acting_as(actor) as session:
        yield session
        if not (session.acts or goes_on or is_part):
            raise RuntimeError("a page was read and no act was appended to the audit")
