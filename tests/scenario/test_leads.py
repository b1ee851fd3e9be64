"""Leads: old series of every unit learn of what is new, by what the unit may see, once, and with a reason."""

from uuid import UUID

import pytest

from clew.actions import corresponding, following, raising
from clew.domain.errors import Invalid, NotVisible, StepRefused
from clew.domain.handling import Actor, Audience
from clew.domain.lead import BECAUSE, OPEN, Outcome, Rule, State, Step
from clew.domain.message import NoticeKind
from clew.records import leads
from clew.records.leads import Lead
from clew.records.session import acting_as
from tests.scenario.test_proposing import CAMERA, found, hide
from tests.world.world import World, handling

DOCUMENT = {"document_id": "xmp.did:8c0b2c7e55aa"}
HERE = {"latitude": 59.9139, "longitude": 10.7522, "gps_precision_m": 20.0}
NEAR = {"latitude": 59.9140, "longitude": 10.7522, "gps_precision_m": 20.0}
SHARED = {
    Rule.SAME_CAMERA: (CAMERA, CAMERA), Rule.SAME_DOCUMENT: (DOCUMENT, DOCUMENT), Rule.KNOWN_PLACE: (HERE, NEAR),
}  # fmt: skip


def of(unit: Actor, states: frozenset[State] = OPEN) -> tuple[Lead, ...]:
    with acting_as(unit) as session:
        return leads.of_unit(session, states, 100)


def notices(unit: Actor) -> list[UUID]:
    with acting_as(unit) as session:
        return [one.subject_id for one in corresponding.notices(session) if one.kind is NoticeKind.LEAD]


def notices_waiting(unit: Actor) -> list[UUID]:
    with acting_as(unit) as session:
        return [one.subject_id for one in corresponding.notices(session) if one.seen_at is None]


def let_see(by: Actor, medium: UUID, audience: Audience) -> None:
    cover = handling(by, audience)
    with acting_as(by) as session, session.cursor() as cursor:
        cursor.execute("update media set audience = %s where id = %s", [cover.circles, medium])


@pytest.mark.parametrize("rule", SHARED)
def test_a_series_that_waits_learns_of_what_another_member_enters_months_later(
    world: World, ada: Actor, sven: Actor, rule: Rule
) -> None:
    waits, comes = SHARED[rule]
    green = world.series(ada, "green-room", [found(world, ada, "NO-1", **waits)])
    raising.raise_all()
    assert of(ada) == ()
    medium = found(world, sven, "SE-1", **comes)
    assert raising.raise_all() == 1
    (lead,) = of(ada)
    assert (lead.rule, lead.series_id, lead.state) == (rule, green, State.RAISED)
    assert notices(ada) == [green]
    with acting_as(ada) as session:
        assert [(one.id, one.owner) for one in leads.media(session, lead.id, 10)] == [(medium, "SE")]
    # Sweden waits for nothing, and is told nothing.
    assert of(sven) == ()
    assert notices(sven) == []


@pytest.mark.parametrize("rule", SHARED)
def test_what_a_unit_may_not_see_raises_nothing_and_tells_it_nothing(
    world: World, ada: Actor, sven: Actor, rule: Rule
) -> None:
    """The failure twin: the same, hidden. Shown later, it raises the lead; hidden again, nothing of it is left to see."""
    waits, comes = SHARED[rule]
    world.series(ada, "green-room", [found(world, ada, "NO-1", **waits)])
    raising.raise_all()
    medium = found(world, sven, "SE-1", **comes)
    let_see(sven, medium, Audience.UNIT)
    assert raising.raise_all() == 0
    assert of(ada) == ()
    assert notices(ada) == []
    let_see(sven, medium, Audience.ALL)
    assert raising.raise_all() == 1
    (lead,) = of(ada)
    let_see(sven, medium, Audience.UNIT)
    assert of(ada) == ()
    with acting_as(ada) as session:
        assert leads.media(session, lead.id, 10) == ()


@pytest.mark.parametrize("rule", SHARED)
def test_a_series_that_is_opened_later_finds_what_was_there(world: World, ada: Actor, sven: Actor, rule: Rule) -> None:
    waits, comes = SHARED[rule]
    found(world, sven, "SE-1", **comes)
    medium = found(world, ada, "NO-1", **waits)
    raising.raise_all()
    assert of(ada) == ()
    world.series(ada, "green-room", [medium])
    assert raising.raise_all() == 1
    assert [lead.rule for lead in of(ada)] == [rule]
    assert raising.raise_all() == 0


def test_a_series_of_another_unit_that_is_hidden_raises_nothing(world: World, ada: Actor, sven: Actor) -> None:
    green = world.series(sven, "green-room", [found(world, sven, "SE-1", **CAMERA)])
    hide(sven, green)
    found(world, ada, "NO-1", **CAMERA)
    raising.raise_all()
    assert of(ada) == ()
    assert [lead.series_id for lead in of(sven)] == [green]


def test_a_lead_goes_through_its_steps_and_who_did_what_is_on_record(world: World, ada: Actor, sven: Actor) -> None:
    world.series(ada, "green-room", [found(world, ada, "NO-1", **CAMERA)])
    found(world, sven, "SE-1", **CAMERA)
    raising.raise_all()
    (lead,) = of(ada)
    noor = world.officer("noor", member="NO")
    with acting_as(ada) as session:
        (line,) = following.every(session).lines
        assert line.reason == "It was taken with the camera of the series, whose serial number ends in 4471."
        assert line.rank.points == sum(BECAUSE[part][0] for part in line.rank.parts)
        with pytest.raises(StepRefused):
            following.move(session, lead.id, Step.CLOSE, why="Too soon.", outcome=Outcome.NOTHING)
    for by, step, why, outcome in (
        (ada, Step.TAKE, "", None), (noor, Step.FOLLOW, "Asked Sweden.", None),
        (ada, Step.CLOSE, "One hand held it.", Outcome.CONTACT),
    ):  # fmt: skip
        with acting_as(by) as session:
            following.move(session, lead.id, step, why=why, outcome=outcome)
    with acting_as(ada) as session:
        view = following.look(session, lead.id)
    assert [(one.step, one.taken_by, one.reason, one.outcome) for one in view.steps] == [
        (Step.CLOSE, "ada", "One hand held it.", Outcome.CONTACT), (Step.FOLLOW, "noor", "Asked Sweden.", None),
        (Step.TAKE, "ada", "", None),
    ]  # fmt: skip
    assert notices_waiting(ada) == []
    with acting_as(sven) as session, pytest.raises(NotVisible):
        following.look(session, lead.id)


def test_what_was_set_aside_is_not_raised_again_by_more_of_the_same(world: World, ada: Actor, sven: Actor) -> None:
    world.series(ada, "green-room", [found(world, ada, "NO-1", **CAMERA)])
    found(world, sven, "SE-1", **CAMERA)
    raising.raise_all()
    (lead,) = of(ada)
    with acting_as(ada) as session:
        following.look(session, lead.id)
        with pytest.raises(Invalid):
            following.move(session, lead.id, Step.SET_ASIDE)
    with acting_as(ada) as session:
        following.move(session, lead.id, Step.SET_ASIDE, why="The camera was sold.")
    found(world, sven, "SE-2", **CAMERA)
    assert raising.raise_all() == 0
    assert of(ada) == ()
    assert notices_waiting(ada) == []
    assert [one.weighed.media for one in of(ada, frozenset({State.SET_ASIDE}))] == [2]
