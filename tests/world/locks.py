"""Two at once: when the other one waits."""

from threading import Thread

from tests.world.kept import connected
from tests.world.world import World


def until_it_waits(world: World, thread: Thread) -> None:
    """Until the thread is over, or waits for a lock in the database; at most a minute."""
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}, autocommit=True) as superuser:
        for _ in range(600):
            waiting = superuser.execute("select count(*) from pg_locks where not granted").fetchone()
            if not thread.is_alive() or waiting != (0,):
                return
            thread.join(0.1)
    raise AssertionError("the thread neither ended nor waited")
