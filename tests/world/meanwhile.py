"""Something is done in a thread of its own while a transaction is open, as by another worker or another officer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from time import monotonic, sleep

import pytest

from clew.records import matches
from clew.records.session import let_go
from tests.world.kept import connected
from tests.world.world import World

SECONDS_MAX = 60
WAITS = "select from pg_locks where not granted and locktype in ('advisory', 'transactionid', 'tuple')"


@dataclass(kw_only=True)
class Meanwhile:
    """An act in a thread of its own, begun while somebody's intake is open; what it failed with."""

    world: World
    act: Callable[[], object]
    failures: list[BaseException] = field(default_factory=list)
    had_to_wait: bool = False

    def begin(self) -> None:
        """Begin, and come back once it is done or waits for a lock."""
        self.thread = Thread(target=self._run)
        self.thread.start()
        until = monotonic() + SECONDS_MAX
        while self.thread.is_alive() and not self._waits() and monotonic() < until:
            sleep(0.05)
        self.had_to_wait = self.thread.is_alive()

    def _run(self) -> None:
        try:
            self.act()
        except BaseException as failure:
            self.failures.append(failure)
        finally:
            let_go()

    def _waits(self) -> bool:
        with connected(**self.world.facts.as_owner()) as connection:
            return connection.execute(WAITS).fetchone() is not None


@contextmanager
def while_open(
    monkeypatch: pytest.MonkeyPatch, world: World, act: Callable[[], object],
    at: tuple[object, str] = (matches, "note_digest_overlaps"),
) -> Iterator[Meanwhile]:  # fmt: skip
    """`act` begins when the next transaction comes to the function that `at` names; it is over at the end.

    By default: when the next intake has written its matches and has not committed.
    """
    called = getattr(*at)
    meanwhile = Meanwhile(world=world, act=act)

    def paused(*given: object) -> object:
        monkeypatch.setattr(*at, called)
        meanwhile.begin()
        return called(*given)

    monkeypatch.setattr(*at, paused)
    yield meanwhile
    meanwhile.thread.join(SECONDS_MAX)
    assert not meanwhile.thread.is_alive()
    assert meanwhile.failures == []
