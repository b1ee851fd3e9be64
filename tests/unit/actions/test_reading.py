"""The pool of readers holds no more at once than it was told."""

from threading import Lock

import pytest

from clew.actions.reading import Readers


def no_sandbox(owner: str):
    raise AssertionError(owner)


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
