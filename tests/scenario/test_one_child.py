"""What a victim has come to counts for those that are the same child by the word of the owners of both, and tells nothing else."""

from collections.abc import Callable
from uuid import UUID

import psycopg
import pytest

from clew.actions import asserting, gathering, identifying, linking, opening
from clew.actions.identifying import Step
from clew.domain.errors import Invalid, NotVisible
from clew.domain.handling import Actor, Handling
from clew.domain.link import Basis, LinkType
from clew.domain.message import NoticeKind
from clew.domain.series import SeriesState
from clew.domain.victim import Said
from clew.records import identifications, policies, series
from clew.records.session import acting_as
from clew.records.visibility import visible
from tests.scenario.test_identifying import appears, enter, propose, reference, state, take, told
from tests.world.clients import signed_in
from tests.world.commands import clew
from tests.world.meanwhile import while_open
from tests.world.mutants import changed
from tests.world.world import World, handling

OPEN, IDENTIFIED, SAFEGUARDED = SeriesState.OPEN, SeriesState.IDENTIFIED, SeriesState.SAFEGUARDED


@pytest.fixture
def bo(world: World) -> Actor:
    return world.officer("bo", member="NO")


@pytest.fixture
def tyra(world: World, sven: Actor) -> Actor:
    return world.officer("tyra", member="SE")


@pytest.fixture
def dag(world: World) -> Actor:
    return world.officer("dag", member="DK")


def same(by: Actor, one: str, other: str, given: Handling | None = None) -> UUID:
    with acting_as(by) as session:
        return asserting.same(session, one, other, "The same scar.", given)


def undone(by: Actor, assertion: UUID) -> None:
    with acting_as(by) as session:
        asserting.undo(session, assertion)


def marked(by: Actor, name: str, wanted: SeriesState, basis: str = "") -> None:
    with acting_as(by) as session:
        opening.mark_series(session, name, wanted, basis)


def a_child_in(world: World, by: Actor, name: str, *with_parts: Actor) -> str:
    """A victim in a series of its own, of which others have the medium too."""
    content = name.encode()
    world.series(by, name, [world.medium(by, content=content)])
    for one in with_parts:
        world.medium(one, content=content)
    child = enter(by)
    appears(by, child, reference(by, name))
    return child


def kinds(unit: Actor) -> list[NoticeKind]:
    return [kind for kind, _ in told(unit)]


# Of one unit --------------------------------------------------------------------------------------------------


def test_a_step_of_one_victim_has_the_series_of_the_other_follow_and_those_with_a_part_there_are_told(
    world: World, ada: Actor, bo: Actor, dag: Actor
) -> None:
    one, other = a_child_in(world, ada, "green-room", dag), a_child_in(world, ada, "blue-room")
    same(ada, one, other)
    take(ada, bo, other, Step.LOCATE)
    assert (state(ada, "green-room"), told(dag)) == (OPEN, [])
    take(ada, bo, other, Step.IDENTIFY)
    assert (state(ada, "green-room"), state(ada, "blue-room")) == (IDENTIFIED, IDENTIFIED)
    green = reference(ada, "green-room")
    assert told(dag) == [(NoticeKind.IDENTIFIED, green)]
    assert told(ada) == []
    take(ada, bo, other, Step.SAFEGUARD)
    assert state(ada, "green-room") is SAFEGUARDED
    with acting_as(ada) as session:
        assert {step.basis for step in series.steps_of(session, series.find(session, green).id, 9)} == {
            "By the steps about the victims in it."
        }, "the history names no merge: whoever sees the series reads it"
    take(ada, bo, other, Step.REOPEN)
    assert (state(ada, "green-room"), state(ada, "blue-room")) == (OPEN, OPEN)
    assert kinds(dag) == [NoticeKind.IDENTIFIED, NoticeKind.OUTCOME_TAKEN_BACK, NoticeKind.SAFEGUARDED]


def test_what_follows_a_merge_after_the_step_is_done_with_it_and_undone_with_it(
    world: World, ada: Actor, bo: Actor, dag: Actor
) -> None:
    one, other = a_child_in(world, ada, "green-room", dag), a_child_in(world, ada, "blue-room")
    third = a_child_in(world, ada, "by-hand")
    take(ada, bo, other, Step.IDENTIFY)
    marked(ada, "by-hand", IDENTIFIED, "By telephone.")
    said, by_hand = same(ada, one, other), same(ada, third, other)
    assert state(ada, "green-room") is IDENTIFIED
    assert kinds(dag) == [NoticeKind.IDENTIFIED]
    assert same(ada, other, one) == said, "the same said again"
    assert kinds(dag) == [NoticeKind.IDENTIFIED]
    undone(ada, said)
    undone(ada, by_hand)
    assert (state(ada, "green-room"), state(ada, "blue-room")) == (OPEN, IDENTIFIED)
    assert kinds(dag) == [NoticeKind.IDENTIFIED, NoticeKind.OUTCOME_TAKEN_BACK]
    assert state(ada, "by-hand") is IDENTIFIED, "what an officer marked stays marked"


def test_a_series_follows_once_every_child_in_it_is_found_by_any_victim_that_is_one_with_it(
    world: World, ada: Actor, bo: Actor
) -> None:
    one, other = a_child_in(world, ada, "green-room"), a_child_in(world, ada, "blue-room")
    second = enter(ada)
    appears(ada, second, reference(ada, "green-room"))
    same(ada, one, other)
    take(ada, bo, other, Step.IDENTIFY)
    assert state(ada, "green-room") is OPEN
    take(ada, bo, second, Step.IDENTIFY)
    assert state(ada, "green-room") is IDENTIFIED
    take(ada, bo, second, Step.SAFEGUARD)
    assert state(ada, "green-room") is IDENTIFIED


def test_a_mistake_about_one_victim_takes_back_no_more_than_the_others_have_not_come_to(
    world: World, ada: Actor, bo: Actor, dag: Actor
) -> None:
    one, other = a_child_in(world, ada, "green-room", dag), a_child_in(world, ada, "blue-room")
    same(ada, one, other)
    for child in (one, other):
        take(ada, bo, child, Step.IDENTIFY)
    take(ada, bo, other, Step.SAFEGUARD)
    assert state(ada, "green-room") is SAFEGUARDED
    take(ada, bo, other, Step.REOPEN)
    assert (state(ada, "green-room"), state(ada, "blue-room")) == (IDENTIFIED, IDENTIFIED)
    assert latest(dag) is NoticeKind.IDENTIFIED, "that the child is safe was wrong, and that it is known was not"
    take(ada, bo, one, Step.REOPEN)
    assert (state(ada, "green-room"), state(ada, "blue-room")) == (OPEN, OPEN)
    assert latest(dag) is NoticeKind.OUTCOME_TAKEN_BACK


def latest(unit: Actor) -> NoticeKind:
    with acting_as(unit) as session, session.cursor() as cursor:
        cursor.execute("select kind from notices order by raised_at desc limit 1")
        return NoticeKind(cursor.fetchone()[0])


def test_a_merge_moves_nothing_that_it_does_not_change(world: World, ada: Actor, bo: Actor) -> None:
    """What follows a link that is added after the step stays, and a merge with somebody who is not found makes nothing follow."""
    one, other = a_child_in(world, ada, "green-room"), a_child_in(world, ada, "blue-room")
    found = enter(ada)
    take(ada, bo, found, Step.IDENTIFY)
    world.series(ada, "later", [world.medium(ada)])
    appears(ada, found, reference(ada, "later"))
    assert state(ada, "later") is IDENTIFIED
    undone(ada, same(ada, found, enter(ada)))
    assert state(ada, "later") is IDENTIFIED
    same(ada, one, other)
    assert state(ada, "green-room") is OPEN


def test_nobody_is_found_by_one_that_is_no_real_child(world: World, ada: Actor, bo: Actor) -> None:
    one, other = a_child_in(world, ada, "green-room"), enter(ada)
    take(ada, bo, other, Step.IDENTIFY)
    with acting_as(ada) as session:
        asserting.say(session, other, Said.NO_REAL_CHILD, "Drawn by a program.")
    same(ada, one, other)
    assert state(ada, "green-room") is OPEN


def test_series_that_are_one_follow_with_the_child_of_either(world: World, ada: Actor, bo: Actor) -> None:
    one, other = a_child_in(world, ada, "green-room"), enter(ada)
    world.series(ada, "blue-room", [world.medium(ada)])
    with acting_as(ada) as session:
        gathering.merge(session, "green-room", "blue-room", "The same wallpaper.")
    take(ada, bo, other, Step.IDENTIFY)
    said = same(ada, one, other)
    assert (state(ada, "green-room"), state(ada, "blue-room")) == (IDENTIFIED, IDENTIFIED)
    undone(ada, said)
    assert (state(ada, "green-room"), state(ada, "blue-room")) == (OPEN, OPEN)


# Of two members -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["the merge", "the step"])
@pytest.mark.parametrize("last", ["NO", "SE"])
def test_the_other_member_is_told_of_its_own_series_and_marks_it(
    world: World, ada: Actor, bo: Actor, sven: Actor, tyra: Actor, dag: Actor, first: str, last: str
) -> None:
    """Sweden's child is found, and has no series: Norway is told of its own, in whichever order it came to that."""
    ours, theirs = a_child_in(world, ada, "green-room", dag), enter(sven)
    green = reference(ada, "green-room")
    if first == "the step":
        take(sven, tyra, theirs, Step.IDENTIFY)
    for by in (ada, sven) if last == "SE" else (sven, ada):
        assert (told(ada), state(ada, "green-room")) == ([], OPEN), "one alone moves nothing"
        said = same(by, ours, theirs)
    if first == "the merge":
        assert told(ada) == []
        take(sven, tyra, theirs, Step.IDENTIFY)
    if (first, last) == ("the step", "NO"):
        assert (state(ada, "green-room"), told(ada)) == (IDENTIFIED, []), "who says so last has its own series follow"
    else:
        assert (state(ada, "green-room"), told(ada)) == (OPEN, [(NoticeKind.IDENTIFIED, green)])
        assert told(dag) == []
        marked(ada, "green-room", IDENTIFIED)
    assert told(dag) == [(NoticeKind.IDENTIFIED, green)]
    assert told(sven) == []
    before = told(ada)
    if last == "SE":
        undone(sven, said)
    else:
        take(sven, tyra, theirs, Step.REOPEN)
    assert told(ada) == [*before, (NoticeKind.OUTCOME_TAKEN_BACK, green)]
    assert state(ada, "green-room") is IDENTIFIED, "and takes it back itself"
    marked(ada, "green-room", OPEN)
    assert kinds(dag) == [NoticeKind.IDENTIFIED, NoticeKind.OUTCOME_TAKEN_BACK]
    assert told(ada) == [*before, (NoticeKind.OUTCOME_TAKEN_BACK, green)], "of what it does itself it is not told"


def test_of_a_series_that_its_unit_has_marked_as_far_it_is_told_nothing(
    world: World, ada: Actor, bo: Actor, sven: Actor, tyra: Actor
) -> None:
    ours, theirs = a_child_in(world, ada, "green-room"), enter(sven)
    for by in (ada, sven):
        same(by, ours, theirs)
    marked(ada, "green-room", IDENTIFIED, "By telephone.")
    take(sven, tyra, theirs, Step.IDENTIFY)
    assert told(ada) == []
    take(sven, tyra, theirs, Step.SAFEGUARD)
    assert kinds(ada) == [NoticeKind.SAFEGUARDED]


def test_who_takes_back_its_own_word_is_told_that_what_it_was_told_is_not_so(
    world: World, ada: Actor, sven: Actor, tyra: Actor
) -> None:
    ours, theirs = a_child_in(world, ada, "green-room"), enter(sven)
    said = same(ada, ours, theirs)
    same(sven, ours, theirs)
    take(sven, tyra, theirs, Step.IDENTIFY)
    take(sven, tyra, theirs, Step.SAFEGUARD)
    undone(ada, said)
    assert kinds(ada) == [NoticeKind.IDENTIFIED, NoticeKind.OUTCOME_TAKEN_BACK, NoticeKind.SAFEGUARDED]
    assert latest(ada) is NoticeKind.OUTCOME_TAKEN_BACK


def test_an_own_step_counts_what_the_other_member_has_found(
    world: World, ada: Actor, bo: Actor, sven: Actor, tyra: Actor
) -> None:
    ours, theirs = a_child_in(world, ada, "green-room"), enter(sven)
    second = enter(ada)
    appears(ada, second, reference(ada, "green-room"))
    for by in (ada, sven):
        same(by, ours, theirs)
    take(sven, tyra, theirs, Step.IDENTIFY)
    assert told(ada) == [], "there is another child in it"
    take(ada, bo, second, Step.IDENTIFY)
    assert state(ada, "green-room") is IDENTIFIED


def hide(theirs: str, sven: Actor) -> None:
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute("update victims set excluded = '{NO}' where reference = %s", [theirs])


@pytest.mark.parametrize("hidden", ["the merge", "the victim"])
@pytest.mark.parametrize("last", ["NO", "SE"])
def test_what_is_hidden_from_a_unit_tells_it_nothing_and_moves_nothing_of_it(
    world: World, ada: Actor, bo: Actor, sven: Actor, tyra: Actor, hidden: str, last: str
) -> None:
    """Its failure twin: Sweden agrees, and shows Norway not that it does, or its victim no more."""
    ours, theirs = a_child_in(world, ada, "green-room"), a_child_in(world, sven, "harbour")
    of_ada = same(ada, ours, theirs)
    if last == "NO":
        undone(ada, of_ada)
        take(sven, tyra, theirs, Step.IDENTIFY)
    same(sven, ours, theirs, handling(sven, excluded=["NO"]) if hidden == "the merge" else None)
    if hidden == "the victim":
        hide(theirs, sven)
    if last == "NO" and hidden == "the merge":
        same(ada, ours, theirs)
    if last == "SE":
        take(sven, tyra, theirs, Step.IDENTIFY)
    assert (told(ada), state(ada, "green-room")) == ([], OPEN)
    take(ada, bo, ours, Step.LOCATE)
    with pytest.raises(Invalid):
        marked(ada, "green-room", IDENTIFIED)
    take(sven, tyra, theirs, Step.SAFEGUARD)
    take(sven, tyra, theirs, Step.REOPEN)
    assert (told(ada), state(ada, "green-room")) == ([], OPEN)


def test_a_chain_over_a_victim_that_is_hidden_tells_nothing(
    world: World, ada: Actor, sven: Actor, tyra: Actor, dag: Actor
) -> None:
    """Norway and Denmark agree, Denmark and Sweden do; Norway does not see Sweden's child, whom the ledger counts as one."""
    ours, between, theirs = a_child_in(world, ada, "green-room"), a_child_in(world, dag, "harbour"), enter(sven)
    for by, one in ((ada, ours), (dag, ours), (dag, theirs), (sven, theirs)):
        same(by, one, between)
    hide(theirs, sven)
    take(sven, tyra, theirs, Step.IDENTIFY)
    assert told(ada) == []
    assert told(dag) == [(NoticeKind.IDENTIFIED, reference(dag, "harbour"))]


def test_what_a_third_member_says_is_one_moves_and_tells_nothing(
    world: World, ada: Actor, bo: Actor, sven: Actor, dag: Actor
) -> None:
    ours, theirs = a_child_in(world, ada, "green-room"), a_child_in(world, sven, "harbour")
    same(dag, ours, theirs)
    same(sven, ours, theirs)
    take(ada, bo, ours, Step.IDENTIFY)
    assert (told(sven), state(sven, "harbour")) == ([], OPEN)


def test_another_unit_has_no_say_about_what_is_told(world: World, ada: Actor, sven: Actor) -> None:
    """Whoever calls the functions of the database for what is not its own, or was not done just now, tells nobody."""
    ours, theirs = a_child_in(world, ada, "green-room"), enter(sven)
    made = same(ada, ours, theirs)
    for by in (ada, sven):
        with acting_as(by) as session, session.cursor() as cursor:
            cursor.execute("select clew_tell_owners_of_same(%s), clew_tell_owners_of_step(id) from victims", [made])
    assert (told(ada), told(sven)) == ([], [])
    for function in ("clew_tell_owners(null, null, false, false, null, null)", "clew_come_to(null, null, false, null, null)"):
        with acting_as(ada) as session, session.cursor() as cursor, pytest.raises(psycopg.errors.InsufficientPrivilege):
            cursor.execute(f"select {function}")


def test_of_a_step_and_a_merge_at_once_the_later_sees_the_earlier(
    world: World, ada: Actor, bo: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = a_child_in(world, ada, "green-room"), a_child_in(world, ada, "blue-room")
    propose(ada, other)
    with while_open(monkeypatch, world, lambda: same(ada, one, other), at=(identifications, "states_in")) as meanwhile:
        take_now(bo, other)
    assert meanwhile.had_to_wait
    assert (state(ada, "green-room"), state(ada, "blue-room")) == (IDENTIFIED, IDENTIFIED)


def test_of_a_merge_and_a_step_of_two_members_at_once_the_later_sees_the_earlier(
    world: World, ada: Actor, sven: Actor, tyra: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = a_child_in(world, ada, "green-room"), enter(sven)
    same(sven, ours, theirs)
    propose(sven, theirs)
    with while_open(monkeypatch, world, lambda: take_now(tyra, theirs), at=(identifications, "states_in")) as meanwhile:
        same(ada, ours, theirs)
    assert meanwhile.had_to_wait
    assert told(ada) == [(NoticeKind.IDENTIFIED, reference(ada, "green-room"))]


def test_of_two_series_that_become_one_while_a_victim_does_both_follow(
    world: World, ada: Actor, bo: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = a_child_in(world, ada, "green-room"), enter(ada)
    world.series(ada, "blue-room", [world.medium(ada)])
    take(ada, bo, other, Step.IDENTIFY)
    meant = while_open(monkeypatch, world, lambda: same(bo, one, other), at=(identifications, "states_in"))
    with meant as meanwhile, acting_as(ada) as session:
        gathering.merge(session, "green-room", "blue-room", "The same wallpaper.")
    assert meanwhile.had_to_wait
    assert (state(ada, "green-room"), state(ada, "blue-room")) == (IDENTIFIED, IDENTIFIED)


def take_now(by: Actor, victim: str) -> None:
    with acting_as(by) as session:
        identifying.confirm(session, victim)


# By hand ------------------------------------------------------------------------------------------------------


def test_who_marks_a_series_alone_says_on_what_basis(world: World, ada: Actor, bo: Actor) -> None:
    """Unless two officers agreed to as much of every child in it; on pages, by the API and by commands."""
    child = a_child_in(world, ada, "green-room")
    green = reference(ada, "green-room")
    for alone in ("", " \n"):
        with pytest.raises(Invalid, match="no second officer"):
            marked(ada, "green-room", IDENTIFIED, alone)
    client = signed_in("ada")
    assert client.post(f"/api/series/{green}/mark", {"state": "identified"}, "application/json").status_code == 400
    page = client.post(f"/series/{green}/mark/", {"state": "identified"}, follow=True).content.decode()
    assert "no second officer" in page
    assert clew("series", "mark", green, "--state", "identified", "--as", "ada", "--json").code == 1
    assert state(ada, "green-room") is OPEN
    with pytest.raises(NotVisible):
        marked(ada, "none", IDENTIFIED)
    take(ada, bo, child, Step.IDENTIFY)
    marked(ada, "green-room", OPEN)
    marked(ada, "green-room", IDENTIFIED)
    with pytest.raises(Invalid, match="no second officer"):
        marked(ada, "green-room", SAFEGUARDED)
    marked(ada, "green-room", SAFEGUARDED, "By telephone.")
    marked(ada, "green-room", SAFEGUARDED)
    marked(ada, "green-room", OPEN)
    second = enter(ada)
    with acting_as(ada) as session:
        linking.link(session, second, LinkType.APPEARS_IN, green, basis=Basis.SEEN)
    with pytest.raises(Invalid, match="no second officer"):
        marked(ada, "green-room", IDENTIFIED)


# What would be noticed ----------------------------------------------------------------------------------------

Given = tuple[World, Actor, Actor, Actor, Actor, Actor]
SEEN = {f"{{{one}_is_seen_by_u}}": visible(f"{one}.", viewer_member="u.member", viewer_unit="u.unit", viewer_use=policies.FACTS)
        for one in "ev"}  # fmt: skip


def hidden_story(hidden: str, last: str) -> Callable[[Given], None]:
    return lambda given: test_what_is_hidden_from_a_unit_tells_it_nothing_and_moves_nothing_of_it(*given[:5], hidden, last)


CARELESS: dict[str, tuple[str, str, str, Callable[[Given], None]]] = {
    "a hidden merge tells": (
        "clew_come_to(", "(v.owner_member, v.owner_unit) and {e_is_seen_by_u})\n    ), bounded", "(v.owner_member, v.owner_unit))\n    ), bounded",
        hidden_story("the merge", "SE")),
    "a hidden victim tells": (
        "clew_come_to(", "where {v_is_seen_by_u}\n           and exists (select from said", "where true\n           and exists (select from said",
        lambda given: test_a_chain_over_a_victim_that_is_hidden_tells_nothing(given[0], given[1], *given[3:])),
    "one owner alone tells": (
        "clew_come_to(", "(e.owner_member, e.owner_unit) = (w.owner_member, w.owner_unit) and {e_is_seen_by_u}", "true",
        lambda given: test_the_other_member_is_told_of_its_own_series_and_marks_it(*given, first="the step", last="NO")),
    "what it was is not asked": (
        "clew_tell_owners_of_step(", "limit 1), 'unidentified'));", "limit 1), 'safeguarded'));",
        lambda given: test_the_other_member_is_told_of_its_own_series_and_marks_it(*given, first="the merge", last="NO")),
    "the furthest child counts": (
        "clew_come_to(", "case min(c.far)", "case max(c.far)",
        lambda given: test_an_own_step_counts_what_the_other_member_has_found(*given[:5])),
    "what is marked is told": (
        "clew_tell_owners(", "else s.state not in ('identified', 'safeguarded')", "else true",
        lambda given: test_of_a_series_that_its_unit_has_marked_as_far_it_is_told_nothing(*given[:5])),
    "whoever calls is heard": (
        "clew_tell_owners_of_same(", "and coalesce(e.withdrawn_at, e.asserted_at) >= transaction_timestamp()", "",
        lambda given: test_a_merge_is_told_in_its_own_transaction_alone(*given[:5])),
}  # fmt: skip


def test_a_merge_is_told_in_its_own_transaction_alone(world: World, ada: Actor, bo: Actor, sven: Actor, tyra: Actor) -> None:
    """Norway could else have Sweden told again, as often as it likes."""
    ours, theirs = enter(ada), a_child_in(world, sven, "harbour")
    take(ada, bo, ours, Step.IDENTIFY)
    same(sven, ours, theirs)
    made = same(ada, ours, theirs)
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute("update notices set seen_by = 'sven', seen_at = now()")
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select clew_tell_owners_of_same(%s)", [made])
    assert told(sven) == [(NoticeKind.IDENTIFIED, reference(sven, "harbour"))]


@pytest.mark.parametrize("mutant", CARELESS)
def test_careless_telling_of_owners_would_be_noticed(
    world: World, ada: Actor, bo: Actor, sven: Actor, tyra: Actor, dag: Actor, mutant: str
) -> None:
    function, before, after, story = CARELESS[mutant]
    for place, words in SEEN.items():
        before, after = before.replace(place, words), after.replace(place, words)
    with changed(world.facts, function, before, after), pytest.raises(AssertionError):
        story((world, ada, bo, sven, tyra, dag))


@pytest.mark.parametrize(("side", "last"), [("w", "NO"), ("v", "SE")])
def test_own_series_that_follow_the_word_of_one_owner_would_be_noticed(
    world: World, ada: Actor, bo: Actor, sven: Actor, tyra: Actor, dag: Actor, side: str, last: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    says_so = identifications._SAYS_SO.format(side)
    assert says_so in identifications.ONE_CHILD
    monkeypatch.setattr(identifications, "ONE_CHILD", identifications.ONE_CHILD.replace(says_so, "true"))
    with pytest.raises(AssertionError):
        test_the_other_member_is_told_of_its_own_series_and_marks_it(world, ada, bo, sven, tyra, dag, "the step", last)
