"""Every page is read on behalf of the officer who is signed in, within one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

from clew.actions import opening
from clew.actions.opening import Session


@contextmanager
def as_officer(username: str) -> Iterator[Session]:
    """A session of the officer who signs in as `username`.

    Raises:
        NotVisible: the account is not an officer's.
    """
    with opening.acting_as(opening.actor_of(username)) as session:
        yield session
