"""PostgreSQL for a node: its own, shared by all its processes, or one reached by URL."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from clew.node import account, binaries
from clew.node.cluster import Cluster
from clew.node.configuration import Configuration
from clew.node.connection import ConnectionFacts, facts
from clew.node.place import SHARED, Place, place_of

Say = Callable[[str], None]


@contextmanager
def running(configuration: Configuration, say: Say | None = None) -> Iterator[ConnectionFacts]:
    """PostgreSQL is up within; the last process that leaves stops the node's own one.

    A process that is killed leaves it running, and the next one uses it as it is. With
    a database by URL nothing is started or stopped. May be used within itself.

    Raises:
        Unavailable: it does not start, or is not a PostgreSQL that Clew can use.
    """
    found = facts(configuration)
    if not found.is_own:
        yield found
        return
    cluster = _cluster(configuration, say or _say_nothing)
    with _opened(cluster.place, "users") as users:
        with _gate(cluster.place):
            fcntl.flock(users, fcntl.LOCK_SH)
            cluster.start()
        try:
            yield found
        finally:
            with _gate(cluster.place):
                if _is_last(users):
                    cluster.stop()


def _cluster(configuration: Configuration, say: Say) -> Cluster:
    place = place_of(configuration)
    as_user = account.for_postgres(say)
    place.make(as_user)
    return Cluster(programs=binaries.find(configuration.postgres_bin, as_user, SHARED), place=place)


@contextmanager
def _gate(place: Place) -> Iterator[None]:
    """One process at a time starts or stops it."""
    with _opened(place, "gate") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        yield


def _is_last(users: IO[bytes]) -> bool:
    # Asked under the gate: nobody can begin to use it between the answer and the stop.
    fcntl.flock(users, fcntl.LOCK_UN)
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _opened(place: Place, name: str) -> IO[bytes]:
    path: Path = place.locks / f"{name}.lock"
    return path.open("ab")


def _say_nothing(_: str) -> None: ...
