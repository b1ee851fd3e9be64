"""The law of links: each officer sees a link, and reaches a record, exactly where the oracle says.

The oracle holds records and links as plain values, and goes along them breadth first. It knows no SQL and no row security.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from clew.actions import describing, exploring, linking
from clew.domain.handling import Actor, Audience
from clew.domain.link import Basis, LinkState, LinkType
from clew.domain.victim import VictimFacts
from clew.records import explorations, graph
from clew.records.session import acting_as
from clew.records.visibility import visible
from tests.world.kept import connected
from tests.world.world import World, handling

RECORDS_OF_A_UNIT, LINKS = 4, 22
SEEDS = 4


@dataclass(kw_only=True)
class Said:
    owner: Actor
    ends: tuple[str, str]
    is_narrow: bool
    state: LinkState


@dataclass(kw_only=True)
class Oracle:
    """Who has which record, which of them are hidden, and what was said."""

    owners: dict[str, Actor] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    said: dict[UUID, Said] = field(default_factory=dict)

    def sees(self, viewer: Actor, record: str) -> bool:
        return self.owners[record] == viewer or record not in self.hidden

    def links(self, viewer: Actor) -> set[UUID]:
        return {
            one for one, said in self.said.items()
            if (said.owner == viewer or not said.is_narrow) and all(self.sees(viewer, end) for end in said.ends)
        }  # fmt: skip

    def reached(self, viewer: Actor, start: str, hops: int, states: set[LinkState]) -> set[str]:
        found = {start}
        for _ in range(hops):
            gone = [self.said[one].ends for one in self.links(viewer) if self.said[one].state in states]
            found |= {end for ends in gone if found & {*ends} for end in ends}
        return found


def begun(world: World, seed: int) -> tuple[Oracle, list[Actor]]:
    world.empty()
    chance, oracle = random.Random(seed), Oracle()
    actors = [world.officer("ada"), world.officer("sven", member="SE"), world.officer("dora", member="DE")]
    for actor in actors:
        for _ in range(RECORDS_OF_A_UNIT):
            is_hidden = chance.random() < 0.3
            with acting_as(actor) as session:
                given = handling(actor, Audience.UNIT if is_hidden else Audience.ALL)
                made = describing.enter_victim(session, VictimFacts(), "", given).kept.reference
            oracle.owners[made] = actor
            oracle.hidden |= {made} if is_hidden else set()
    for _ in range(LINKS):
        say(oracle, chance, chance.choice(actors))
    return oracle, actors


def say(oracle: Oracle, chance: random.Random, by: Actor) -> None:
    """Somebody links two records that it sees, as a fact or a candidate, for all or its unit; some are refused."""
    ends = chance.sample([one for one in oracle.owners if oracle.sees(by, one)], 2)
    is_narrow, act = chance.random() < 0.3, chance.choice([linking.link, linking.propose])
    with acting_as(by) as session:
        given = handling(by, Audience.UNIT if is_narrow else Audience.ALL)
        if any(said.owner == by and {*said.ends} == {*ends} for said in oracle.said.values()):
            return
        made = act(session, ends[0], LinkType.CONNECTED_WITH, ends[1], basis=Basis.STATED, handling=given)
        state = made.state
        if chance.random() < 0.2:
            linking.refuse(session, made.id, "Not so.")
            state = LinkState.REFUSED
    oracle.said[made.id] = Said(owner=by, ends=(ends[0], ends[1]), is_narrow=is_narrow, state=state)


SHOWN = {LinkState.ACCEPTED, LinkState.CANDIDATE}


def differs(world: World, seed: int) -> bool:
    """Whether what somebody sees or reaches parts from the oracle."""
    oracle, actors = begun(world, seed)
    for viewer in actors:
        with acting_as(viewer) as session, session.cursor() as cursor:
            cursor.execute("select id from links")
            if {row[0] for row in cursor} != oracle.links(viewer):
                return True
            for start in oracle.owners:
                if not oracle.sees(viewer, start):
                    continue
                for hops, facts in ((1, False), (2, False), (2, True)):
                    found = exploring.explore(session, start, hops_max=hops, with_candidates=not facts)
                    wanted = oracle.reached(viewer, start, hops, {LinkState.ACCEPTED} if facts else SHOWN)
                    if {node.row.label for node in found.nodes} != wanted:
                        return True
    return False


@pytest.mark.parametrize("seed", range(SEEDS))
def test_each_officer_sees_and_reaches_what_the_oracle_says(world: World, seed: int) -> None:
    assert not differs(world, seed)


# Mutants: a law counts only once it has killed them -------------------------------------------------------


@contextmanager
def ruled(world: World, condition: str) -> Iterator[None]:
    """The policy of links is another."""
    with connected(**world.facts.as_owner(), autocommit=True) as owner:
        owner.execute(f"alter policy app_select on links using ({condition})")
        try:
            yield
        finally:
            owner.execute(f"alter policy app_select on links {graph.RULES['links']['select']}")


@contextmanager
def asked(old: str, new: str) -> Iterator[None]:
    """A hop is asked for wrongly."""
    kept = explorations._LINKS
    explorations._LINKS = tuple(words.replace(old, new) for words in kept)
    assert kept != explorations._LINKS
    try:
        yield
    finally:
        explorations._LINKS = kept


A, B = graph.SEES_ENDS.split(") and (")
MUTANTS: dict[str, Callable[[World], object]] = {
    "an end that is hidden is not asked": lambda w: ruled(w, f"{visible()} and {A})"),
    "the other end is not asked": lambda w: ruled(w, f"{visible()} and ({B}"),
    "its own cover is not asked": lambda w: ruled(w, graph.SEES_ENDS),
    "an end of another table is taken for it": lambda w: ruled(
        w, f"{visible()} and {graph.SEES_ENDS.replace('from public.victims e where e.id = b_id', 'from public.victims e where e.id = a_id')}"
    ),
    "links are gone along one way only": lambda _: asked("where k.b_id = f.id", "where false"),
    "what is refused is gone along": lambda _: asked("= any(%(states)s::smallint[])", "<> 0 and %(states)s::smallint[] is not null"),
}  # fmt: skip


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_law_notices_a_broken_rule(world: World, mutant: str) -> None:
    with MUTANTS[mutant](world):  # type: ignore[attr-defined]
        assert any(differs(world, seed) for seed in range(SEEDS))
