"""In any order of merges, splits and steps, series and what is told of them are as the ledger counts children."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clew.actions import asserting, describing, identifying, linking
from clew.domain.handling import Actor
from clew.domain.identification import Outcome, Step
from clew.domain.ledger import By
from clew.domain.link import Basis, LinkType
from clew.domain.series import SOLVED, SeriesState
from clew.domain.victim import VictimFacts
from clew.records import identifications, series
from clew.records.session import acting_as
from tests.world.kept import connected
from tests.world.mutants import changed
from tests.world.world import World, handling

VICTIMS = 4
PAIRS = [(0, 1), (1, 2), (0, 2), (2, 3)]
IN = {"first": (0,), "second": (1,), "third": (2,), "both": (0, 2), "fourth": (3,)}
"""Which victims appear in each series; it is the unit's whose the first of them is."""
FOUND = ("identified", "safeguarded")
STEPS = {"identify": Step.IDENTIFY, "safeguard": Step.SAFEGUARD, "reopen": Step.REOPEN}
NEXT = {"unidentified": ("identify",), "identified": ("safeguard", "reopen"), "safeguarded": ("reopen",)}
AFTER = {"identify": "identified", "safeguard": "safeguarded", "reopen": "unidentified"}

Told = Mapping[str, str | None]
Act = tuple[str, int, int]
"""A word of one unit about a pair, said or taken back: ("same", pair, whose owner). Or a step: ("step", victim, which)."""


@dataclass(kw_only=True)
class Walk:
    """Victims of one unit or of two members by turns, each in a series whose medium a third member has too."""

    world: World
    owners: tuple[Actor, ...]
    seconds: tuple[Actor, ...]
    dag: Actor
    victims: list[str] = field(default_factory=list)
    series: dict[str, UUID] = field(default_factory=dict)
    states: list[str] = field(default_factory=list)
    said: dict[tuple[int, int], UUID] = field(default_factory=dict)

    def owner(self, victim: int) -> int:
        return victim % len(self.owners)

    def of(self, name: str) -> Actor:
        return self.owners[self.owner(IN[name][0])]

    def begin(self) -> None:
        for number in range(VICTIMS):
            by = self.owners[self.owner(number)]
            with acting_as(by) as session:
                self.victims.append(describing.enter_victim(session, VictimFacts(), "", handling(by)).kept.reference)
        for name, some in IN.items():
            by, content = self.of(name), name.encode()
            self.series[name] = self.world.series(by, name, [self.world.medium(by, content=content)])
            self.world.medium(self.dag, content=content)
            with acting_as(by) as session:
                reference = series.find(session, name).reference
                for number in some:
                    linking.link(session, self.victims[number], LinkType.APPEARS_IN, reference, basis=Basis.SEEN)
        self.forget()

    def forget(self) -> None:
        self.states, self.said = ["unidentified"] * VICTIMS, {}
        with connected(**{**self.world.facts.as_superuser(), "dbname": self.world.facts.database}) as superuser:
            superuser.execute(
                "set session_replication_role = replica; delete from victim_merges; delete from victim_steps;"
                " delete from notices; delete from series_steps; update victims set state = 'unidentified';"
                " update series set state = 'open'"
            )

    def act(self, act: Act) -> Actor:
        """Do it; as whose officer."""
        what, one, which = act
        if what == "same":
            a, b = PAIRS[one]
            owner = self.owner((a, b)[which])
            with acting_as(self.owners[owner]) as session:
                if (one, owner) in self.said:
                    asserting.undo(session, self.said.pop((one, owner)))
                else:
                    self.said[one, owner] = asserting.same(session, self.victims[a], self.victims[b], "The same scar.")
            return self.owners[owner]
        ways = NEXT[self.states[one]]
        step = ways[which % len(ways)]
        owner = self.owner(one)
        with acting_as(self.owners[owner]) as session:
            identifying.propose(session, self.victims[one], STEPS[step], basis="A school.", evidence="Picture 3.")
        with acting_as(self.seconds[owner]) as session:
            identifying.confirm(session, self.victims[one])
        self.states[one] = AFTER[step]
        return self.owners[owner]

    # What should be, worked out apart: by painting each group with its lowest number.

    def colours(self) -> list[int]:
        colour = list(range(VICTIMS))
        for _ in range(VICTIMS):
            for number, (a, b) in enumerate(PAIRS):
                if {(number, self.owner(a)), (number, self.owner(b))} <= self.said.keys():
                    colour[a] = colour[b] = min(colour[a], colour[b])
        return colour

    def come_to(self) -> dict[str, str | None]:
        """By series: how far all the children in it have come; None where not all are found."""
        colour, order = self.colours(), ["unidentified", *FOUND]
        child = [max((self.states[other] for other in range(VICTIMS) if colour[other] == colour[one]), key=order.index)
                 for one in range(VICTIMS)]  # fmt: skip
        come = {name: min((child[one] for one in some), key=order.index) for name, some in IN.items()}
        return {name: state if state in FOUND else None for name, state in come.items()}

    def children(self) -> int:
        return len({colour for colour, state in zip(self.colours(), self.states, strict=True) if state in FOUND})

    # What is.

    def counted(self) -> int:
        found = 0
        for by in self.owners:
            with acting_as(by) as session:
                found += identifying.ledger(session, By.MEMBER)[0].total.own
        return found

    def told(self, unit: Actor) -> Told:
        """What the unit was told last of each series."""
        names = {one: name for name, one in self.series.items()}
        with acting_as(unit) as session, session.cursor() as cursor:
            cursor.execute("select subject_id, kind from notices order by raised_at")
            return {**dict.fromkeys(self.series), **{names[one]: kind for one, kind in cursor}}

    def check(self, by_whom: Actor, before: Mapping[str, str | None]) -> None:
        """The ledger counts each child once, each unit knows of its series what is so, and so do those with a part.

        `before`: what children in them had come to before `by_whom` did the last thing.
        """
        come = self.come_to()
        assert self.counted() == self.children()
        told = {by: self.told(by) for by in self.owners}
        of_dag = self.told(self.dag)
        for name in self.series:
            by = self.of(name)
            with acting_as(by) as session:
                state = series.find(session, name).state
            last, should = told[by][name], come[name]
            if len(self.owners) == 1:
                assert (state.value if state in SOLVED else None) == should, "own series are as far as their children"
                assert last is None, "of what it does itself a unit is not told"
            elif should is None:
                assert last not in FOUND
                assert state not in SOLVED or last == Outcome.TAKEN_BACK
            else:
                assert should in (state.value, last)
                assert (should, last) != ("identified", "safeguarded")
                assert last != Outcome.TAKEN_BACK or by == by_whom or before[name] == should
            assert of_dag[name] == state.value if state in SOLVED else of_dag[name] not in FOUND
            assert all(other == by or not told[other][name] for other in self.owners), "nobody else is told of it"


def walked(walk: Walk, acts: Iterable[Act]) -> None:
    walk.forget()
    for act in acts:
        before = walk.come_to()
        walk.check(walk.act(act), before)


@pytest.fixture
def ada(world: World) -> Actor:
    if not world.facts.is_own:
        pytest.skip("the database elsewhere shows nobody past row security")
    return world.officer("ada", member="NO")


@pytest.fixture
def two(world: World, ada: Actor) -> Walk:
    return begun(world, (ada, world.officer("sven", member="SE")), ("NO", "SE"))


@pytest.fixture
def alone(world: World, ada: Actor) -> Walk:
    return begun(world, (ada,), ("NO",))


def begun(world: World, owners: tuple[Actor, ...], members: Sequence[str]) -> Walk:
    seconds = tuple(world.officer(f"second-{member.lower()}", member=member) for member in members)
    walk = Walk(world=world, owners=owners, seconds=seconds, dag=world.officer("dag", member="DK"))
    walk.begin()
    return walk


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("same"), st.integers(0, len(PAIRS) - 1), st.integers(0, 1)),
        st.tuples(st.just("step"), st.integers(0, VICTIMS - 1), st.integers(0, 1)),
    ),
    max_size=14,
)
SETTINGS = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SETTINGS
@given(acts=ACTS)
def test_any_order_of_merges_splits_and_steps_of_one_unit_gives_the_states_that_the_ledger_counts(
    alone: Walk, acts: Sequence[Act]
) -> None:
    walked(alone, acts)


@SETTINGS
@given(acts=ACTS)
def test_any_order_of_merges_splits_and_steps_of_two_members_tells_each_what_the_ledger_counts(
    two: Walk, acts: Sequence[Act]
) -> None:
    walked(two, acts)


# What would be noticed: stories that each mutant cannot tell right -----------------------------------------------

AGREED: list[Act] = [("same", 0, 0), ("same", 0, 1)]
CHAIN: list[Act] = [*AGREED, ("same", 1, 0), ("same", 1, 1), ("step", 2, 0), ("step", 0, 0), ("same", 0, 1)]
A_MISTAKE: list[Act] = [*AGREED, ("step", 1, 0), ("step", 1, 0), ("step", 1, 0), ("step", 0, 0), ("same", 0, 0)]
A_SAFE_ONE: list[Act] = [*AGREED, ("step", 0, 0), ("step", 1, 0), ("step", 1, 0), ("step", 1, 0)]
BOTH: list[Act] = [("step", 0, 0), ("step", 2, 0), ("step", 0, 0), ("step", 2, 1)]
TAKEN_BACK: list[Act] = [*AGREED, ("same", 1, 0), ("same", 1, 1), ("same", 0, 1), ("step", 1, 0), ("step", 1, 1)]
FOLLOWED: list[Act] = [("same", 0, 1), ("same", 0, 0), ("step", 1, 1), ("step", 1, 0)]
CHAINS: list[list[Act]] = [
    [("same", one, 0), ("same", one, 1), ("same", other, 0), ("same", other, 1), ("step", 0, 0), ("step", 1, 0), ("step", 2, 0)]
    for one, other in ((0, 1), (0, 2), (1, 2))
]
"""Each of three in the middle once: by whose identifier a child is counted is chance, and one step reaches it from the middle."""
STORIES = (AGREED, CHAIN, *CHAINS, A_MISTAKE, A_SAFE_ONE, BOTH, TAKEN_BACK, FOLLOWED)


def all_stories(walk: Walk) -> None:
    """Each as it is, and begun with a step; of one unit its one word is enough."""
    for story in STORIES:
        acts = story if len(walk.owners) > 1 else [act for act in story if act[0] == "step" or not act[2]]
        walked(walk, acts)
        walked(walk, [("step", 1, 0), *acts])


def test_the_stories_are_told_right(world: World, two: Walk) -> None:
    all_stories(two)


def test_the_stories_of_one_unit_are_told_right(alone: Walk) -> None:
    all_stories(alone)


CARELESS = {
    "the ledger hears one owner": (
        "clew_children(", "and bool_or((m.owner_member, m.owner_unit) = (b.owner_member, b.owner_unit))", ""),
    "the ledger hears whoever": (
        "clew_children(", "having bool_or((m.owner_member, m.owner_unit) = (a.owner_member, a.owner_unit))", "having (true)"),
    "the ledger counts what was taken back": ("clew_children(", "where m.withdrawn_at is null group by", "group by"),
    "the ledger goes one way": ("clew_children(", " union select b_victim, a_victim from agreed", ""),
    "the ledger goes one step": ("clew_children(", "select r.root, e.b from reach r join edges e on e.a = r.node",
        "select r.root, e.b from reach r join edges e on e.a = r.node where r.root = r.node"),
    "the ledger counts victims": ("clew_children(", "coalesce((select min(r.node::text)::uuid from reach r where r.root = l.id), l.id) as child",
        "l.id as child"),
    "what was taken back tells on": (
        "clew_come_to(", "from victim_merges e\n         where e.withdrawn_at is null and e.id is distinct",
        "from victim_merges e\n         where e.id is distinct"),
    "what is taken back is not looked at before": ("clew_come_to(", "where e.id = $2 and $3", "where false"),
    "a step is not looked at before": ("clew_come_to(", "case when v.id = $4 then $5 else v.state end", "v.state"),
    "a mistake is not told": ("clew_tell_owners(", "t.kind in ('identified', 'safeguarded') or s.state in", "s.state in"),
    "a mistake about what followed is not told": (
        "clew_tell_owners(", "or s.state in ('identified', 'safeguarded') and not t.is_own", ""),
    "who is not safe stays told": ("clew_tell_owners(", "then t.kind = 'safeguarded' or s.state = 'safeguarded' and not t.is_own", "then false"),
    "what is so again stays taken back": ("clew_tell_owners(", " or t.kind = 'outcome-taken-back' end", " end"),
}  # fmt: skip


@pytest.mark.parametrize("mutant", CARELESS)
def test_careless_counting_or_telling_would_be_noticed(world: World, two: Walk, mutant: str) -> None:
    with changed(world.facts, *CARELESS[mutant]), pytest.raises(AssertionError):
        all_stories(two)


@pytest.mark.parametrize(
    ("name", "replaced"),
    [("_back", lambda *_: ()), ("_back", lambda state, _: (identifying.SeriesStep.REOPEN,) if state in SOLVED else ())],
    ids=["no mistake is followed", "every mistake opens"],
)
def test_careless_following_would_be_noticed(
    alone: Walk, name: str, replaced: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identifying, name, replaced)
    with pytest.raises(AssertionError):
        all_stories(alone)


def test_a_child_that_is_no_further_than_its_own_victim_would_be_noticed(
    alone: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identifications, "ONE_CHILD", "one_child as (select id as first, id from firsts)")
    with pytest.raises(AssertionError):
        all_stories(alone)


def test_states_are_words_in_the_order_that_is_compared_in_the_database() -> None:
    assert SeriesState.IDENTIFIED.value < SeriesState.SAFEGUARDED.value
