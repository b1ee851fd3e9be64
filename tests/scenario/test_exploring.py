"""What is reached from a record: as far as the links go that one sees, between records that one sees, and no further."""

import hashlib

import pytest

from clew.actions import asserting, exploring, linking, portraying
from clew.domain.errors import Invalid, NotVisible
from clew.domain.handling import Actor, Audience
from clew.domain.link import Basis, Confidence, LinkState, LinkType
from clew.records import explorations
from clew.records.session import acting_as
from tests.scenario.test_linking import link, offender, place, series_of, victim
from tests.world.world import World, handling


def reached(by: Actor, start: str, **how: object) -> dict[str, int]:
    """By label: how many hops away."""
    with acting_as(by) as session:
        found = exploring.explore(session, start, **how)
    return {node.row.label: node.hops for node in found.nodes}


def joined(by: Actor, start: str) -> set[tuple[str, str, str]]:
    with acting_as(by) as session:
        found = exploring.explore(session, start)
    rows = {node.row.end.id: node.row.label for node in found.nodes}
    return {(rows[edge.a.id], edge.what, rows[edge.b.id]) for edge in found.edges}


def test_two_hops_reach_two_hops_far_and_one_hop_one(world: World, ada: Actor) -> None:
    child, room, man, other = victim(ada), place(ada), offender(ada), victim(ada)
    link(ada, child, LinkType.WAS_AT, room)
    link(ada, man, LinkType.WAS_AT, room)
    link(ada, man, LinkType.CONNECTED_WITH, other)
    assert reached(ada, child) == {child: 0, room: 1, man: 2}
    assert reached(ada, child, hops_max=1) == {child: 0, room: 1}
    assert joined(ada, child) == {(child, "was-at", room), (man, "was-at", room)}
    for hops in (0, 3):
        with pytest.raises(Invalid):
            reached(ada, child, hops_max=hops)


def test_a_path_through_a_hidden_record_or_a_hidden_link_does_not_exist(world: World, ada: Actor, sven: Actor) -> None:
    child, hidden, man = victim(ada), place(ada, Audience.UNIT), offender(ada)
    room, far = place(ada), offender(ada)
    link(ada, child, LinkType.WAS_AT, hidden)
    link(ada, man, LinkType.WAS_AT, hidden)
    link(ada, child, LinkType.WAS_AT, room, handling=handling(ada, Audience.UNIT))
    link(ada, far, LinkType.WAS_AT, room)
    assert reached(ada, child) == {child: 0, hidden: 1, man: 2, room: 1, far: 2}
    assert reached(sven, child) == {child: 0}
    with pytest.raises(NotVisible):
        reached(sven, hidden)


def test_what_is_hidden_changes_nothing_of_what_another_is_answered(world: World, ada: Actor, sven: Actor) -> None:
    """The whole answer, before Sweden's member hides anything behind it and after."""
    child, room = victim(ada), place(ada)
    link(ada, child, LinkType.WAS_AT, room)
    with acting_as(sven) as session:
        before = exploring.explore(session, child)
    for _ in range(3):
        link(ada, child, LinkType.WAS_AT, place(ada, Audience.UNIT))
        link(ada, child, LinkType.CONNECTED_WITH, victim(ada), handling=handling(ada, Audience.UNIT))
    with acting_as(sven) as session:
        assert exploring.explore(session, child) == before


def test_facts_alone_leave_candidates_out_and_what_is_refused_is_never_gone_along(world: World, ada: Actor) -> None:
    child, room, man, other = victim(ada), place(ada), offender(ada), victim(ada)
    link(ada, child, LinkType.WAS_AT, room)
    with acting_as(ada) as session:
        linking.propose(session, child, LinkType.CONNECTED_WITH, man, basis=Basis.STATED)
        refused = linking.propose(session, child, LinkType.CONNECTED_WITH, other, basis=Basis.STATED)
        linking.refuse(session, refused.id, "Another child.")
    assert reached(ada, child) == {child: 0, room: 1, man: 1}
    assert reached(ada, child, with_candidates=False) == {child: 0, room: 1}


def test_duplicates_and_places_in_series_are_gone_along_too(world: World, ada: Actor) -> None:
    one, other, green = victim(ada), victim(ada), series_of(world, ada, "green")
    name = hashlib.sha256(b"a landscape").hexdigest()
    world.series(ada, "blue", [world.medium(ada, content=b"a landscape")])
    with acting_as(ada) as session:
        asserting.same(session, one, other, "The same.")
    link(ada, other, LinkType.APPEARS_IN, green)
    link(ada, one, LinkType.APPEARS_IN, name)
    found = joined(ada, one)
    (blue,) = [b for a, what, b in found if what == explorations.IN_SERIES]
    assert {(frozenset((a, b)), what) for a, what, b in found} == {
        (frozenset((one, other)), explorations.ONE_WITH), (frozenset((other, green)), "appears-in"),
        (frozenset((one, name)), "appears-in"), (frozenset((name, blue)), explorations.IN_SERIES),
    }  # fmt: skip
    assert reached(ada, one) == {one: 0, other: 1, name: 1, green: 2, blue: 2}


def test_a_hub_is_cut_and_says_so_and_facts_come_before_candidates(
    world: World, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = place(ada)
    there = [victim(ada) for _ in range(4)]
    with acting_as(ada) as session:
        for one in there[:3]:
            linking.propose(session, one, LinkType.WAS_AT, room, basis=Basis.SEEN)
    link(ada, there[3], LinkType.WAS_AT, room, confidence=Confidence.CERTAIN)
    monkeypatch.setattr(exploring, "NODES_MAX", 3)
    with acting_as(ada) as session:
        found = exploring.explore(session, room)
    assert (len(found.nodes), found.is_cut) == (3, True)
    assert there[3] in {node.row.label for node in found.nodes}
    assert found.edges[0].state is LinkState.ACCEPTED
    monkeypatch.setattr(exploring, "NODES_MAX", 300)
    monkeypatch.setattr(explorations, "LINKS_PER_NODE_MAX", 2)
    with acting_as(ada) as session:
        found = exploring.explore(session, room, hops_max=1)
    assert (len(found.nodes), found.is_cut, found.nodes[0].has_more) == (3, True, True)


@pytest.mark.parametrize("way", ["list", "read", "place", "victim"])
def test_whose_links_and_ends_a_page_shows_is_on_record(world: World, ada: Actor, sven: Actor, way: str) -> None:
    """An own place, with a link that Sweden says of a child of its own."""
    room, child = place(ada), victim(sven)
    with acting_as(sven) as session:
        made = linking.link(session, child, LinkType.WAS_AT, room, basis=Basis.SEEN)
    with acting_as(ada) as session:
        if way == "list":
            exploring.linked(session, room)
        elif way == "read":
            exploring.look_at_link(session, made.id)
        elif way == "place":
            portraying.look_at_place(session, room)
        else:
            portraying.look_at_victim(session, child)
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select shown from acts where officer = 'ada' order by id desc limit 1")
        assert cursor.fetchone()[0] == ["SE"]


def test_who_looked_is_on_record_and_so_is_whose_records_were_shown(world: World, ada: Actor, sven: Actor) -> None:
    child = victim(ada)
    link(sven, child, LinkType.WAS_AT, place(sven))
    reached(ada, child)
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select counts, shown from acts where act = 'link.explore'")
        counts, shown = cursor.fetchone()
    assert '"nodes": 2' in counts
    assert shown == ["SE"]


# Lists ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_own", [False, True], ids=["all", "own"])
def test_pages_of_victims_name_each_once_the_newest_first_and_none_that_is_hidden(
    world: World, ada: Actor, sven: Actor, is_own: bool
) -> None:
    made = [victim(by, audience) for by in (ada, sven) for audience in (Audience.ALL, Audience.UNIT, Audience.ALL)]
    wanted = [made[one] for one in ((2, 1, 0) if is_own else (5, 3, 2, 1, 0))]
    found, after = [], None
    for _ in range(4):
        with acting_as(ada) as session:
            page = portraying.every_victim(session, own=is_own, after=after, limit=2)
        found += [row.kept.reference for row in page.items]
        after = page.next
        if after is None:
            break
    assert found == wanted
    with acting_as(ada) as session, pytest.raises(Invalid):
        portraying.every_victim(session, after="nowhere")


def test_candidates_wait_in_pages_until_they_are_decided(world: World, ada: Actor) -> None:
    room, there = place(ada), [victim(ada) for _ in range(3)]
    with acting_as(ada) as session:
        made = {linking.propose(session, one, LinkType.WAS_AT, room, basis=Basis.SEEN).id for one in there}
    with acting_as(ada) as session:
        first = exploring.waiting(session, limit=2)
        rest = exploring.waiting(session, limit=2, after=first.next)
        linking.accept(session, rest.items[0].link.id)
    assert (len(first.items), len(rest.items), rest.next) == (2, 1, None)
    assert {line.link.id for line in (*first.items, *rest.items)} == made
    with acting_as(ada) as session:
        assert {line.link.id for line in exploring.waiting(session).items} == {line.link.id for line in first.items}
