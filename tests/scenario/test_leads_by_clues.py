"""Leads by clues: the same name read in two media, and answers; once, and by nothing that the unit may not see."""

import hashlib
from datetime import date, timedelta
from uuid import UUID

import pytest

from clew.actions import following, questioning, raising, spotting
from clew.actions.questioning import About, Answer, Asking, Kind, Said
from clew.domain import clue
from clew.domain.clue import ClueKind
from clew.domain.handling import Actor, Audience
from clew.domain.lead import Because, Rule, Step
from clew.domain.link import Confidence
from clew.records import series
from clew.records.session import acting_as
from tests.scenario.test_leads import let_see, notices, of
from tests.scenario.test_localising import spot
from tests.scenario.test_proposing import found
from tests.world.world import World, handling

ACCOUNT = clue.Said(kind=ClueKind.ACCOUNT, value="@Green Kari_77", note="On a screen.")
SAME = clue.Said(kind=ClueKind.ACCOUNT, value="greenkari_77")


def waits(world: World, ada: Actor) -> UUID:
    """Norway's series, in whose medium an account is read; what is new was looked at."""
    green = world.series(ada, "green-room", [found(world, ada, "NO-1", content=b"room")])
    spot(ada, b"room", ACCOUNT)
    raising.raise_all()
    assert of(ada) == ()
    return green


def test_a_name_that_another_member_reads_elsewhere_raises_a_lead_once(world: World, ada: Actor, sven: Actor) -> None:
    green = waits(world, ada)
    street = found(world, sven, "SE-1", content=b"street")
    raising.raise_all()
    assert of(ada) == ()
    spot(sven, b"street", SAME)
    assert raising.raise_all() == 1
    (lead,) = of(ada)
    assert (lead.rule, lead.series_id) == (Rule.SAME_NAME, green)
    assert notices(ada) == [green]
    with acting_as(ada) as session:
        view = following.look(session, lead.id)
        following.move(session, lead.id, Step.SET_ASIDE, why="A common name.")
    assert [(one.id, said) for one, said in view.media] == [
        (street, "A clue on it reads the same as a clue in the series: account."),
    ]  # fmt: skip
    spot(sven, b"street", SAME)
    assert raising.raise_all() == 0, "what was set aside stays so"
    assert of(sven) == ()


@pytest.mark.parametrize("hidden", ["the medium", "the clue", "both"])
def test_a_name_that_is_hidden_raises_nothing_until_it_is_shown(
    world: World, ada: Actor, sven: Actor, hidden: str
) -> None:
    """The failure twin, for what is hidden being the medium, the clue on it, or both."""
    waits(world, ada)
    street = found(world, sven, "SE-1", content=b"street")
    if hidden != "the clue":
        let_see(sven, street, Audience.UNIT)
    made = spot(sven, b"street", SAME, Audience.ALL if hidden == "the medium" else Audience.UNIT)
    assert raising.raise_all() == 0
    assert (of(ada), notices(ada)) == ((), [])
    let_see(sven, street, Audience.ALL)
    with acting_as(sven) as session:
        spotting.restrict(session, made, handling(sven, Audience.ALL), "It may be known.")
    assert raising.raise_all() == 1
    assert [lead.rule for lead in of(ada)] == [Rule.SAME_NAME]


def test_a_clue_that_somebody_else_puts_on_a_medium_of_the_series_counts_as_well(
    world: World, ada: Actor, sven: Actor
) -> None:
    """Either side may be new: here what is outside was there first."""
    found(world, sven, "SE-1", content=b"street")
    spot(sven, b"street", SAME)
    world.series(ada, "green-room", [found(world, ada, "NO-1", content=b"room")])
    raising.raise_all()
    assert of(ada) == ()
    spot(sven, b"room", ACCOUNT)
    assert raising.raise_all() == 1
    assert [lead.rule for lead in of(ada)] == [Rule.SAME_NAME]


@pytest.mark.parametrize(
    "other",
    [
        clue.Said(kind=ClueKind.ACCOUNT, value="greenkari_78"),
        clue.Said(kind=ClueKind.TEXT, value="greenkari_77"),
    ],
)
def test_another_name_or_another_kind_raises_nothing(world: World, ada: Actor, sven: Actor, other: clue.Said) -> None:
    waits(world, ada)
    found(world, sven, "SE-1", content=b"street")
    spot(sven, b"street", other)
    assert raising.raise_all() == 0


def test_a_clue_that_was_taken_back_in_time_raises_nothing(world: World, ada: Actor, sven: Actor) -> None:
    waits(world, ada)
    found(world, sven, "SE-1", content=b"street")
    made = spot(sven, b"street", SAME)
    with acting_as(sven) as session:
        spotting.withdraw(session, made)
    assert raising.raise_all() == 0


def test_a_name_in_a_copy_of_what_the_series_has_is_no_news(world: World, ada: Actor, sven: Actor) -> None:
    waits(world, ada)
    found(world, sven, "SE-1", content=b"room")
    spot(sven, b"room", SAME)
    assert raising.raise_all() == 0


def ask(by: Actor, green: UUID, medium: bytes | None = None) -> str:
    with acting_as(by) as session:
        name = hashlib.sha256(medium).hexdigest() if medium else series.of(session, [green])[green].reference
        asking = Asking(
            kind=Kind.PLUG_TYPE, about=About.MEDIUM if medium else About.SERIES, name=name, words="Is it yours?",
            language="en", due_on=date.today() + timedelta(days=9),  # noqa: DTZ011 (a day is enough)
        )  # fmt: skip
        return questioning.ask(session, asking, questioning.whom(["SE"], (), ()))


def answer(by: Actor, reference: str, said: Said, country: str = "") -> None:
    with acting_as(by) as session:
        questioning.answer(session, reference, Answer(said=said, country=country))


@pytest.mark.parametrize("medium", [None, b"room"])
def test_an_answer_raises_a_lead_for_whoever_asked_and_once(
    world: World, ada: Actor, sven: Actor, medium: bytes | None
) -> None:
    green = waits(world, ada)
    asked = ask(ada, green, medium)
    answer(sven, asked, Said.NOTHING_KNOWN)
    assert raising.raise_all() == 0, "that somebody knows nothing is no lead"
    answer(sven, asked, Said.PROBABLY, "SE")
    assert raising.raise_all() == 1
    (lead,) = of(ada)
    assert (lead.rule, lead.series_id, lead.measured) == (Rule.CLUE_ANSWERED, green, {"answer": "probably, SE"})
    assert of(sven) == ()
    spot(ada, b"room", SAME)
    assert raising.raise_all() == 0, "every round with the medium finds the answer again"
    assert len(of(ada)) == 1


def test_what_is_answered_to_another_unit_raises_nothing_here(world: World, ada: Actor, sven: Actor) -> None:
    green = waits(world, ada)
    dina = world.officer("dina", member="DK")
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select count(*) from question_answers")
        assert cursor.fetchone() == (0,)
    answer(sven, ask(dina, green), Said.YES, "SE")
    assert raising.raise_all() == 0
    assert of(ada) == of(dina) == ()


def test_a_likely_country_counts_in_the_rank_of_leads(world: World, ada: Actor, sven: Actor) -> None:
    waits(world, ada)
    found(world, sven, "SE-1", content=b"street")
    spot(sven, b"street", SAME)
    raising.raise_all()

    def parts() -> tuple[Because, ...]:
        with acting_as(ada) as session:
            (line,) = following.every(session).lines
            assert following.look(session, line.lead.id).line.rank == line.rank
        return line.rank.parts

    assert Because.LIKELY_COUNTRY not in parts()
    for kind, value in ((ClueKind.PLUG_TYPE, "K"), (ClueKind.CURRENCY, "DKK")):
        spot(ada, b"room", clue.Said(kind=kind, value=value, certainty=Confidence.CERTAIN, speaks={"DK": 3}))
    assert Because.LIKELY_COUNTRY in parts()
