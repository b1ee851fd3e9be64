"""The pool of readers holds no more at once than it was told, and lends a reader to one owner."""

import os
from threading import Lock

import pytest

from clew.actions.reading import Readers
from clew.media.nursery import Nursery
from clew.media.reading import Wants
from clew.media.sandbox import Sandbox


def no_sandbox():
    raise AssertionError


@pytest.fixture
def readers():
    made = Readers(2, no_sandbox)
    yield made
    made.close()


def test_results_come_in_order_and_few_are_held(readers):
    begun: list[int] = []
    lock = Lock()

    def work(number: int) -> int:
        with lock:
            begun.append(number)
        return number

    taken = []
    for result in readers.each(work, range(50), at_once=4):
        assert len(begun) <= len(taken) + 5
        taken.append(result)
    assert taken == list(range(50))


def test_a_failure_is_raised_in_its_place_and_ends_the_others(readers):
    begun: list[int] = []

    def work(number: int) -> int:
        begun.append(number)
        return 1 // (number - 3)

    results = readers.each(work, range(1000), at_once=4)
    assert [next(results) for _ in range(3)] == [-1, -1, -1]
    with pytest.raises(ZeroDivisionError):
        next(results)
    assert len(begun) < 10


def test_nothing_at_all_gives_nothing(readers):
    assert list(readers.each(lambda number: number, [])) == []


def _pid(readers: Readers, owner: str) -> int | None:
    """The process that reads for the owner."""
    fd = os.memfd_create("words")
    try:
        os.write(fd, b"words")
        with readers.lend(owner) as reader:
            reader.read(fd, 5, Wants.FULL)
            return reader.reader_pid
    finally:
        os.close(fd)


def test_a_reader_serves_one_owner(nursery: Nursery) -> None:
    readers = Readers(1, lambda: Sandbox(nursery=nursery))
    first = _pid(readers, "NO/A")
    assert first is not None
    assert _pid(readers, "NO/A") == first
    second = _pid(readers, "NO/B")
    assert second != first
    assert _pid(readers, "NO/A") not in {first, second}
    readers.close()
