"""Reading: several sandboxed readers at work on the files of one owner."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from queue import LifoQueue
from threading import Lock
from typing import TypeVar

from clew.domain.intake import FILES_PER_CHUNK_MAX
from clew.media.sandbox import Sandbox

FULL_READINGS_AT_ONCE = 16
"""The full readings of so many moving media may be held at the same time."""

Item = TypeVar("Item")
Result = TypeVar("Result")


class Readers:
    """A pool of threads, each with a sandboxed reader of its own while it needs one.

    A reader serves one owner: whoever takes over a reader with a hostile file learns nothing
    of another owner's files. `make` makes a reader, which starts with its first medium.
    """

    def __init__(self, count: int, make: Callable[[], Sandbox]) -> None:
        self.count = count
        self._make = make
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="reader")
        self._idle: LifoQueue[tuple[str, Sandbox]] = LifoQueue()
        self._lock = Lock()

    def each(
        self, work: Callable[[Item], Result], items: Iterable[Item], at_once: int = FILES_PER_CHUNK_MAX
    ) -> Iterator[Result]:
        """`work` done on each of `items` by the threads, results in order.

        At most `at_once` results are held or under way: one may hold a whole file, or the
        full reading of a video. When it ends, early too, nothing is under way.
        """
        begun: deque[Future[Result]] = deque()
        try:
            for item in items:
                begun.append(self._threads.submit(work, item))
                if len(begun) == at_once:
                    yield begun.popleft().result()
            while begun:
                yield begun.popleft().result()
        finally:
            for one in begun:
                one.cancel()
            wait(begun)

    @contextmanager
    def lend(self, owner: str) -> Iterator[Sandbox]:
        """A reader for `owner`, given back at the end.

        Raises:
            Unavailable: the sandbox cannot be proved closed on this machine.
        """
        reader = self._take(owner)
        try:
            yield reader
        except BaseException:
            reader.close()
            raise
        self._idle.put((owner, reader))

    def close(self) -> None:
        """End all readers and threads."""
        self._threads.shutdown(cancel_futures=True)
        while not self._idle.empty():
            self._idle.get()[1].close()

    def _take(self, owner: str) -> Sandbox:
        with self._lock:
            while not self._idle.empty():
                served, reader = self._idle.get()
                if served == owner:
                    return reader
                reader.close()
        return self._make()
