"""Every page is read on behalf of the officer who is signed in, within one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

from clew.actions import opening
from clew.actions.opening import Session


@contextmanager
def as_officer(username: str, *, goes_on: bool = False) -> Iterator[Session]:
    """A session of the officer who signs in as `username`.

    What is read or done within is on record, or the page fails: nobody can forget it. `goes_on`:
    this continues what was put on record when it began, as a stream of progress does.

    Raises:
        NotVisible: the account is not an officer's.
        RuntimeError: the page put nothing on record.
    """
    with opening.acting_as(opening.actor_of(username)) as session:
        yield session
        if not session.acts and not goes_on:
            raise RuntimeError("a page was read and no act was appended to the audit")
