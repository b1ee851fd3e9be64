"""The law of overlaps: what the database tells, shows and brings together is what the rules of the domain say.

Every pair of rules meets once with every pair of answers, with and without one side excluding the other, all in one
world. A law counts only once it has killed its mutants.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product

import pytest

from clew.actions import deconflicting
from clew.domain.errors import NotVisible, StepRefused
from clew.domain.handling import Actor, Audience
from clew.domain.handling_change import SubjectKind
from clew.domain.overlap import STATE_OF, Mode, Step, View, agrees, toward, view
from clew.records import matches, policies
from clew.records.session import acting_as
from tests.world.kept import connected
from tests.world.ticks import ticks
from tests.world.world import World, handling

CASE = SubjectKind.CASE
ANSWERS = (Step.CONSENT, Step.DECLINE)


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """Two cases of one name, one of each member: their rules, answers, and whether Norway excludes Sweden."""

    name: str
    modes: tuple[Mode, Mode]
    answers: tuple[Step | None, Step | None]
    excludes: bool


MEETINGS = tuple(
    Meeting(name=f"case-{number}", modes=(mine, theirs), answers=(mine_says, theirs_says), excludes=excludes)
    for number, (mine, theirs, mine_says, theirs_says, excludes) in enumerate(
        product(Mode, Mode, ANSWERS, ANSWERS, (False, True))
    )
)
FEW = tuple(one for one in MEETINGS if one.answers == (Step.DECLINE, Step.CONSENT))
"""Enough to tell each of the mutants below."""
Read = dict[str, tuple[tuple[bool, bool, bool], ...]]
"""By meeting and for either side: whether it was told, sees whose it is, and has the other's card."""


def said_by_the_rules(meeting: Meeting) -> tuple[tuple[bool, bool, bool], ...]:
    mine, theirs = toward(meeting.modes[0], excludes=meeting.excludes), meeting.modes[1]
    views = view(mine, theirs), view(theirs, mine)
    are_told = [one is not View.NOTHING for one in views]
    states = [
        STATE_OF[step if one in (View.ASKED, View.FACTS) else None]
        for one, step in zip(views, meeting.answers, strict=True)
    ]
    is_met = all(are_told) and agrees(mine, states[0], was_there=True) and agrees(theirs, states[1], was_there=True)
    return tuple((told, one is View.FACTS, is_met) for told, one in zip(are_told, views, strict=True))


def done_by_the_database(world: World, meetings: Sequence[Meeting] = MEETINGS) -> Read:
    world.empty(to_the_file=True)
    sides = world.officer("ada"), world.officer("sven", member="SE")
    for number, meeting in enumerate(meetings):
        for of, mode in zip(sides, meeting.modes, strict=True):
            excluded = ["SE"] if meeting.excludes and of is sides[0] else []
            cover = handling(of, Audience.UNIT, excluded=excluded)
            medium = world.medium(of, Audience.UNIT, excluded=excluded, content=b"meeting %d" % number)
            world.occurrence(of, medium, meeting.name, cover=cover)
            with acting_as(of) as session:
                deconflicting.set_mode(session, CASE, meeting.name, mode, "As the test says.")
                matches.note_digest_overlaps(session, [medium])
    ticks(world)
    for meeting in meetings:
        for of, step in zip(sides, meeting.answers, strict=True):
            if step is not None:
                say(of, meeting.name, step)
    return {meeting.name: tuple(read(of, meeting.name) for of in sides) for meeting in meetings}


def say(of: Actor, case: str, step: Step) -> None:
    try:
        with acting_as(of) as session:
            deconflicting.say(session, CASE, case, step, reason="As the test says.")
    except (NotVisible, StepRefused):
        pass


def read(of: Actor, case: str) -> tuple[bool, bool, bool]:
    with acting_as(of) as session:
        found = deconflicting.look(session, CASE, case)
    return found.line is not None, bool(found.facts), found.line is not None and bool(found.line.cards)


@pytest.fixture
def read_world(node) -> Iterator[World]:
    if not node.is_own:
        pytest.skip("the database elsewhere lets nobody lay back its clock")
    made = World(facts=node)
    yield made
    made.empty()


def test_the_database_does_what_the_rules_say_of_every_meeting(read_world: World) -> None:
    assert done_by_the_database(read_world) == {one.name: said_by_the_rules(one) for one in MEETINGS}


MUTANTS = {
    "an excluded member has sight": ("asker.member <> all (m.excluded)", "true"),
    "an open rule is no word": (" = 'open' and not g.exclude", " = 'nobody' and not g.exclude"),
    "one word is enough": (
        "where a.mode <> 'silent' and (a.step = 'consent' and clew_overlap_covers(a.side_id, b.member) or a.mode = 'open' and not g.excludes)",
        "where true",
    ),
    "a silent side is told nothing": ("('silent', 'contact')", "('silent', 'nobody')"),
}  # fmt: skip


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_law_notices_a_protocol_that_does_otherwise(read_world: World, mutant: str) -> None:
    with changed(read_world, *MUTANTS[mutant]):
        assert done_by_the_database(read_world, FEW) != {one.name: said_by_the_rules(one) for one in FEW}


@contextmanager
def changed(world: World, before: str, after: str) -> Iterator[None]:
    """The functions of the protocol with other words in them."""
    made = policies.functions_made(world.facts.roles)
    assert any(before in words for words in made), before
    with connected(**world.facts.as_owner()) as owner:
        for words in made:
            owner.execute(words.replace(before, after))
    try:
        yield
    finally:
        with connected(**world.facts.as_owner()) as owner:
            for words in made:
                owner.execute(words)
