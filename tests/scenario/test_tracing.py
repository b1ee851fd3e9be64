"""The shortest path of evidence between two records: through what one sees, and as short as any."""

from itertools import pairwise

import pytest

from clew.actions import linking, tracing
from clew.domain.errors import NotVisible
from clew.domain.handling import Actor, Audience
from clew.domain.link import Basis, LinkType
from clew.records.session import acting_as
from tests.scenario.test_linking import link, offender, place, victim
from tests.world.world import World


def path(by: Actor, a: str, b: str, **how: bool) -> list[str]:
    """The labels along it."""
    with acting_as(by) as session:
        found = tracing.trace(session, a, b, **how)
    assert len(found.edges) == len(found.nodes) - 1
    for edge, here, there in zip(found.edges, found.nodes[:-1], found.nodes[1:], strict=True):
        assert {edge.a.id, edge.b.id} == {here.row.end.id, there.row.end.id}
    return [node.row.label for node in found.nodes]


def test_a_path_of_four_links_is_found_and_one_of_five_is_not(world: World, ada: Actor) -> None:
    chain = [victim(ada) for _ in range(6)]
    for one, next_one in pairwise(chain):
        link(ada, one, LinkType.CONNECTED_WITH, next_one, note="They wrote to one another.")
    assert path(ada, chain[0], chain[4]) == chain[:5]
    assert path(ada, chain[4], chain[0]) == chain[4::-1]
    assert path(ada, chain[2], chain[3]) == chain[2:4]
    assert path(ada, chain[0], chain[0]) == chain[:1]
    assert path(ada, chain[0], chain[5]) == chain[:1]
    with acting_as(ada) as session:
        edge = tracing.trace(session, chain[0], chain[1]).edges[0]
    assert (edge.note, edge.said_at is not None) == ("They wrote to one another.", True)


def test_the_shorter_of_two_paths_is_given_and_one_of_facts_where_both_are_as_short(world: World, ada: Actor) -> None:
    child, room, man, other, far = victim(ada), place(ada), offender(ada), place(ada), victim(ada)
    with acting_as(ada) as session:
        linking.propose(session, child, LinkType.WAS_AT, other, basis=Basis.SEEN)
        linking.propose(session, man, LinkType.WAS_AT, other, basis=Basis.SEEN)
    assert path(ada, child, man) == [child, other, man]
    assert path(ada, child, man, with_candidates=False) == [child]
    link(ada, child, LinkType.WAS_AT, room)
    link(ada, man, LinkType.WAS_AT, room)
    assert path(ada, child, man) == [child, room, man]
    link(ada, child, LinkType.CONNECTED_WITH, far)
    link(ada, far, LinkType.CONNECTED_WITH, man)
    link(ada, child, LinkType.CONNECTED_WITH, man)
    assert path(ada, child, man) == [child, man]


def test_a_path_through_what_is_hidden_is_the_same_as_none(world: World, ada: Actor, sven: Actor) -> None:
    child, room, man = victim(ada), place(ada, Audience.UNIT), offender(ada)
    with acting_as(sven) as session:
        before = tracing.trace(session, child, man)
    link(ada, child, LinkType.WAS_AT, room)
    link(ada, man, LinkType.WAS_AT, room)
    assert path(ada, child, man) == [child, room, man]
    with acting_as(sven) as session:
        assert tracing.trace(session, child, man) == before
        for a, b in ((child, room), (room, child), (child, "P-000000000")):
            with pytest.raises(NotVisible):
                tracing.trace(session, a, b)
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select count(*) from acts where act = 'link.trace' and officer = 'ada'")
        assert cursor.fetchone()[0] == 1
