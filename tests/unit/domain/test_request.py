"""A request goes its way by a table, and nothing is decided over the head of an owner."""

import inspect
import itertools
from datetime import UTC, datetime, timedelta
from types import ModuleType

import pytest

from clew.domain import request
from clew.domain.clock import Clock, RequestKind, check_receipt
from clew.domain.errors import Invalid, StepRefused
from clew.domain.request import TEXT_CHARACTERS_MAX, Outcome, State, Step, after, text

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
WAYS = {
    ("admit",): "admitted", ("admit", "consult"): "admitted", ("admit", "decide"): "decided", ("dismiss",): "decided",
    ("withdraw",): "decided", ("admit", "withdraw"): "decided", ("dismiss", "close"): "closed",
    ("admit", "consult", "consult", "decide", "close"): "closed",
}  # fmt: skip


@pytest.mark.parametrize(("steps", "wanted"), WAYS.items())
def test_a_request_goes_its_way(steps: tuple[str, ...], wanted: str) -> None:
    state = State.RECEIVED
    for step in steps:
        state = after(state, Step(step))
    assert state == wanted


def test_every_other_step_is_refused() -> None:
    allowed = {
        ("received", "admit"), ("received", "dismiss"), ("received", "withdraw"), ("admitted", "consult"),
        ("admitted", "decide"), ("admitted", "withdraw"), ("decided", "close"),
    }  # fmt: skip
    for state, step in itertools.product(State, Step):
        if (state.value, step.value) not in allowed:
            with pytest.raises(StepRefused):
                after(state, step)


def is_refused(of: ModuleType, outcome: str, owners: list[tuple[str | None, timedelta]]) -> bool:
    consulted = [
        of.Consulted(view=None if view is None else of.View(view), ends_at=NOW + left) for view, left in owners
    ]
    try:
        of.check_decision(of.Outcome(outcome), consulted, NOW)
    except (StepRefused, Invalid):
        return True
    return False


def law(of: ModuleType) -> None:
    """Every decision over up to two owners, each with every view, in time, at its end and past it."""
    said = [*itertools.product((None, "agrees", "agrees-in-part", "objects"), (-MOMENT, timedelta(), MOMENT))]
    for owners in [[], *([one] for one in said), *(list(two) for two in itertools.product(said, said))]:
        may_still_answer = any(view is None and left > timedelta() for view, left in owners)
        all_agree = {view for view, _ in owners} <= {"agrees"}
        for outcome in ("granted", "partly-granted", "refused", "inadmissible", "withdrawn"):
            wanted = outcome in {"inadmissible", "withdrawn"} or may_still_answer or (outcome == "granted" and not all_agree)
            assert is_refused(of, outcome, owners) is wanted, (outcome, owners)


def test_nothing_is_decided_before_an_owner_could_answer_nor_granted_against_it() -> None:
    law(request)


MUTANTS = {
    "silence is consent": ("one.view is not View.AGREES for one", "one.view not in (None, View.AGREES) for one"),
    "a part is the whole": ("one.view is not View.AGREES for one", "one.view not in (View.AGREES_IN_PART, View.AGREES) for one"),
    "objections are heard and no more": ("if outcome is Outcome.GRANTED and any", "if False and any"),
    "nobody waits": ("now < one.ends_at for one in views", "False for one in views"),
    "the end is in time": ("now < one.ends_at for one in views", "now <= one.ends_at for one in views"),
    "one owner is enough": ("any(one.view is not View.AGREES", "all(one.view is not View.AGREES"),
    "all are waited for as one": ("any(one.view is None and", "len(views) > 0 and all(one.view is None and"),
    "dismissed after it was examined": ("if outcome not in OUTCOMES[Step.DECIDE]:", "if False:"),
}  # fmt: skip


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_law_notices_a_broken_rule(mutant: str) -> None:
    source, (whole, broken) = inspect.getsource(request), MUTANTS[mutant]
    assert source.count(whole) == 1
    made = ModuleType("broken_request")
    __import__("sys").modules["broken_request"] = made
    exec(source.replace(whole, broken), made.__dict__)  # noqa: S102 (our own source, broken on purpose)
    with pytest.raises(AssertionError):
        law(made)


def test_an_answer_is_given_once_and_in_time() -> None:
    open_ = request.Consulted(view=None, ends_at=NOW)
    request.check_answer(open_, NOW - MOMENT)
    for consulted, now in ((open_, NOW), (request.Consulted(view=request.View.OBJECTS, ends_at=NOW), NOW - MOMENT)):
        with pytest.raises(StepRefused):
            request.check_answer(consulted, now)


def test_outcomes_of_the_steps_are_all_there_are() -> None:
    assert set().union(*request.OUTCOMES.values()) == set(Outcome)


@pytest.mark.parametrize("words", ["", " \n ", "x" * (TEXT_CHARACTERS_MAX + 1), "a\x00b", "turned \u202e round"])
def test_words_that_cannot_be_kept_are_refused(words: str) -> None:
    with pytest.raises(Invalid):
        text(words)


def test_words_of_several_paragraphs_and_of_any_script_are_kept() -> None:
    words = "\u0623\u0637\u0644\u0628 \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"  # Arabic, and a Persian word with its joiner
    assert text(f" I ask.\r\n\r\n{words} \n") == f"I ask.\n\n{words}"
    assert len(text("x" * TEXT_CHARACTERS_MAX)) == TEXT_CHARACTERS_MAX


def test_a_receipt_without_a_zone_or_to_come_is_refused() -> None:
    with pytest.raises(Invalid):
        Clock(kind=RequestKind.ACCESS, received_at=datetime(2026, 11, 27))  # noqa: DTZ001
    with pytest.raises(Invalid):
        Clock(kind=RequestKind.ACCESS, received_at=datetime(9999, 12, 31, tzinfo=UTC))
    check_receipt(Clock(kind=RequestKind.ACCESS, received_at=NOW + timedelta(hours=14)), NOW)
    with pytest.raises(Invalid):
        check_receipt(Clock(kind=RequestKind.ACCESS, received_at=NOW + timedelta(hours=14, seconds=1)), NOW)
