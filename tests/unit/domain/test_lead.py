"""Leads: steps as a table, sentences for every rule, and a rank whose every part is said and counts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from clew.domain import lead
from clew.domain.clue import ClueKind
from clew.domain.errors import Invalid, StepRefused
from clew.domain.lead import BECAUSE, RANK_MAX, STEPS, Because, Outcome, Rule, State, Step, Weighed, rank
from clew.domain.question import Said
from clew.domain.series import SOLVED, UNSOLVED, SeriesState
from clew.web import lead_words

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
LEAST = Weighed(
    rule=Rule.ALIGNED_CLIP, series_state=SeriesState.IDENTIFIED, newest_taken_at=None, entered_at=NOW - timedelta(days=400),
    media=1, others=0, has_place=False,
)  # fmt: skip
MOST = Weighed(
    rule=Rule.SAME_CAMERA, series_state=SeriesState.OPEN, newest_taken_at=NOW - timedelta(days=90),
    entered_at=NOW - timedelta(days=7), media=10, others=1, has_place=True,
)  # fmt: skip


def test_every_state_can_be_reached_and_left_or_had_again() -> None:
    assert {*STEPS} == {*State}
    reached = {state for steps in STEPS.values() for state in steps.values()}
    assert reached == {*State} - {State.WATCHED}
    assert all(STEPS.values())


def test_what_is_set_aside_or_closed_is_raised_only_by_an_officer() -> None:
    for state in (State.SET_ASIDE, State.CLOSED):
        assert {*STEPS[state]} == {Step.REOPEN}
        with pytest.raises(StepRefused):
            lead.after(state, Step.RAISE)


@pytest.mark.parametrize("step", list(Step))
def test_a_step_says_why_and_with_what_outcome_where_it_must(step: Step) -> None:
    outcome = Outcome.NOTHING if step is Step.CLOSE else None
    assert lead.checked_step(step, " Because. ", outcome) == "Because."
    if step in {Step.SET_ASIDE, Step.CLOSE, Step.REOPEN}:
        with pytest.raises(Invalid):
            lead.checked_step(step, " ", outcome)
    else:
        assert lead.checked_step(step, " ", outcome) == ""
    with pytest.raises(Invalid):
        lead.checked_step(step, "Because.", None if outcome else Outcome.NOTHING)


@pytest.mark.parametrize("rule", list(Rule))
def test_every_rule_has_one_sentence_and_the_pages_say_the_same(rule: Rule) -> None:
    measured = {"ending": "4471", "seconds": 9, "metres": 11, "days": 39, "kind": "account", "answer": "yes, FR", "bits": 8, "radius": 31}
    said = lead.sentence(rule, measured)
    assert said.endswith(".")
    assert "{" not in said
    assert said == lead_words.reason(rule, measured)
    assert lead.WAITING[rule] in (SOLVED, UNSOLVED)


def test_half_of_what_a_rule_asks_for_has_its_own_sentence() -> None:
    assert lead.sentence(Rule.REAPPEARED, {}) == lead_words.reason(Rule.REAPPEARED, {}) == lead.HALVES[Rule.REAPPEARED]


def test_the_pages_have_words_for_every_part_step_and_outcome() -> None:
    assert {part: str(words) for part, words in lead_words.PARTS.items()} == {part: words for part, (_, words) in BECAUSE.items()}
    assert {*lead_words.OUTCOMES} == {*Outcome}
    assert {*lead_words.STEPS} == {*Step} - {Step.RAISE}
    assert {*lead_words.STATES} == {*State} - {State.WATCHED}


def test_the_rank_is_the_sum_of_its_parts_and_each_is_said_in_words() -> None:
    found = rank(MOST, NOW)
    assert found.points == sum(BECAUSE[part][0] for part in found.parts) == RANK_MAX
    assert found.words == tuple(BECAUSE[part][1] for part in found.parts)
    assert [BECAUSE[part][0] for part in found.parts] == sorted((BECAUSE[part][0] for part in found.parts), reverse=True)
    assert rank(LEAST, NOW).parts == (Because.SOME_WEIGHT,)


AT_THE_EDGE = {
    "a child in danger now": (Because.DANGER, {"newest_taken_at": NOW - timedelta(days=90)}, {"newest_taken_at": NOW - timedelta(days=90, seconds=1)}),
    "a clock that is ahead": (Because.DANGER, {"newest_taken_at": NOW + timedelta(days=1)}, {"newest_taken_at": NOW + timedelta(days=1, seconds=1)}),
    "a series that is open": (Because.STILL_OPEN, {"series_state": SeriesState.UNDER_ENQUIRY}, {"series_state": SeriesState.SAFEGUARDED}),
    "fresh material": (Because.FRESH, {"entered_at": NOW - timedelta(days=7)}, {"entered_at": NOW - timedelta(days=7, seconds=1)}),
    "material of a month": (Because.RECENT, {"entered_at": NOW - timedelta(days=30)}, {"entered_at": NOW - timedelta(days=30, seconds=1)}),
    "fresh is not recent too": (Because.RECENT, {"entered_at": NOW - timedelta(days=7, seconds=1)}, {"entered_at": NOW - timedelta(days=7)}),
    "a place": (Because.PLACE, {"has_place": True}, {"has_place": False}),
    "a likely country": (Because.LIKELY_COUNTRY, {"has_likely_country": True}, {"has_likely_country": False}),
    "a place makes the country known once": (
        Because.LIKELY_COUNTRY, {"has_likely_country": True}, {"has_likely_country": True, "has_place": True},
    ),
    "one device": (Because.STRONG, {"rule": Rule.SAME_DOCUMENT}, {"rule": Rule.KNOWN_PLACE}),
    "many media": (Because.MANY, {"media": 10}, {"media": 9}),
    "another member": (Because.OTHERS, {"others": 1}, {"others": 0}),
}  # fmt: skip


@pytest.mark.parametrize("what", AT_THE_EDGE)
def test_a_part_counts_up_to_its_edge_and_not_beyond(what: str) -> None:
    part, just, beyond = AT_THE_EDGE[what]
    assert part in rank(replace(LEAST, **just), NOW).parts
    assert part not in rank(replace(LEAST, **beyond), NOW).parts


def test_a_child_in_danger_outranks_everything_that_is_merely_strong() -> None:
    danger = replace(LEAST, newest_taken_at=NOW, series_state=SeriesState.OPEN)
    strong = replace(MOST, newest_taken_at=None, series_state=SeriesState.IDENTIFIED, entered_at=LEAST.entered_at)
    assert rank(danger, NOW).points > rank(strong, NOW).points


def test_newer_material_is_taken_after_the_newest_that_is_known() -> None:
    newest = datetime(2020, 5, 1, 12, 0)  # noqa: DTZ001 (as a camera shows it)
    assert lead.newer_material(newest, newest) is None
    assert lead.newer_material(None, newest) is None
    assert lead.newer_material(newest, None) is None
    assert lead.newer_material(newest, newest + timedelta(seconds=1)) == {"days": 0}
    assert lead.newer_material(newest, newest + timedelta(days=39)) == {"days": 39}


MUTANTS = {
    "danger lasts a day longer": ("DANGER_DAYS", 91), "danger ends a day sooner": ("DANGER_DAYS", 89),
    "fresh lasts a day longer": ("FRESH_DAYS", 8), "a month has a day more": ("RECENT_DAYS", 31),
    "nine are many": ("MANY_MEDIA", 9), "eleven are many": ("MANY_MEDIA", 11),
    "a place is strong": ("STRONG_RULES", lead.STRONG_RULES | {Rule.KNOWN_PLACE}),
    "a document is weak": ("STRONG_RULES", lead.STRONG_RULES - {Rule.SAME_DOCUMENT}),
    "what is solved is open": ("UNSOLVED", SOLVED | UNSOLVED),
}  # fmt: skip


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_edges_kill_every_mutant_of_the_rank(mutant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, value = MUTANTS[mutant]
    monkeypatch.setattr(lead, name, value)
    noticed = []
    for part, just, beyond in AT_THE_EDGE.values():
        is_kept = part in rank(replace(LEAST, **just), NOW).parts and part not in rank(replace(LEAST, **beyond), NOW).parts
        noticed.append(not is_kept)
    assert any(noticed)


@pytest.mark.parametrize(
    ("kind", "words", "is_ground"),
    [
        (ClueKind.ACCOUNT, "kari", True), (ClueKind.ACCOUNT, "bob", False), (ClueKind.TEXT, "skole øst", True),
        (ClueKind.TEXT, "welcome", False), (ClueKind.PHONE, "4722010", True), (ClueKind.PHONE, "472201", False),
        (ClueKind.PLUG_TYPE, "a very long plug", False), (ClueKind.LANGUAGE, "norwegian", False),
    ],
)  # fmt: skip
def test_only_words_that_tell_one_from_another_are_the_same_name(kind: ClueKind, words: str, is_ground: bool) -> None:
    assert (lead.same_name(kind, words) is not None) is is_ground


@pytest.mark.parametrize(
    ("said", "country", "answer"),
    [(Said.YES, "FR", "yes, FR"), (Said.PROBABLY, "", "probably"), (Said.NO, "FR", None), (Said.NOTHING_KNOWN, "", None)],
)
def test_an_answer_leads_on_where_somebody_knows_it(said: Said, country: str, answer: str | None) -> None:
    assert lead.clue_answered(said, country) == (answer and {"answer": answer})
