"""Why a job failed is told to whoever waits, and nothing else is."""

import pytest

from clew.domain.errors import Invalid
from clew.jobs import tasks


@pytest.fixture(autouse=True)
def no_refusals(monkeypatch):
    monkeypatch.setattr(tasks, "_refusals", {})


def fail(chunk: int, failure: Exception) -> None:
    with pytest.raises(type(failure)), tasks._noted(chunk):
        raise failure


def done(chunk: int) -> None:
    with tasks._noted(chunk):
        pass


def test_a_refusal_is_told_in_its_own_words_and_another_failure_by_its_type_only():
    fail(1, Invalid("Say it otherwise."))
    assert tasks.refusal() == "Say it otherwise."
    fail(2, OSError("/seized/secret.jpg"))
    assert tasks.refusal() == "Something that Clew did not foresee (OSError)."


def test_a_chunk_that_is_done_takes_back_only_its_own_refusal():
    fail(1, Invalid("one"))
    fail(2, Invalid("two"))
    done(2)
    done(3)
    assert tasks.refusal() == "one"
    done(1)
    assert tasks.refusal() == ""


def test_refusals_are_kept_of_the_chunks_that_failed_last(monkeypatch):
    monkeypatch.setattr(tasks, "REFUSALS_KEPT_MAX", 2)
    for chunk in (1, 2, 1, 3):
        fail(chunk, Invalid(str(chunk)))
    assert list(tasks._refusals) == [1, 3]
