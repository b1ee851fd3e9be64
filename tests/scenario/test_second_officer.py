"""Where a member's administrator asks for two, nobody alone gives anybody more: by no action, and by no statement."""

import hashlib
import random
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from clew.actions import mustering, opening, releasing, restricting, retaining, sifting
from clew.domain.agreement import State
from clew.domain.errors import Invalid, NotVisible, SecondPersonNeeded, StepRefused
from clew.domain.handling import Actor, Audience, Handling, Use, widens
from clew.domain.handling_change import SubjectKind
from clew.domain.officer import Role
from clew.domain.task_force import Step
from clew.domain.wording import Reworded
from clew.records.session import Session, acting_as, handling_columns
from tests.property.test_visibility import some_handlings
from tests.scenario.test_restricting import change, rows_of, seen
from tests.scenario.test_task_forces import a_series
from tests.world.office import Office, unit_only
from tests.world.world import World, handling, superuser

PURPOSE, CASE = "investigation", "NO-1"


@pytest.fixture
def bo(world: World) -> Actor:
    return world.officer("bo", member="NO")


@pytest.fixture
def nina(world: World) -> Actor:
    return world.officer("nina", member="NO", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)


def ask(admin: Actor, *, two: bool) -> None:
    with acting_as(admin) as session:
        restricting.ask_for_second(session, is_asked=two)


def release(office: Office, of: Actor, content: bytes) -> releasing.Release:
    with acting_as(of) as session:
        return releasing.release(
            office.workplace.vault, session, hashlib.sha256(content).digest(), "SE", "", purpose=PURPOSE, case=CASE
        )


def agree(office: Office, of: Actor, release_id: UUID) -> None:
    with acting_as(of) as session:
        releasing.agree(office.workplace.vault, session, release_id, purpose=PURPOSE, case=CASE)


def read(office: Office, by: Actor, release_id: UUID, purpose: str = PURPOSE) -> bytes:
    with releasing.opened(office.workplace.vault, by, release_id, purpose=purpose, case="SE-1") as reader:
        return b"".join(map(bytes, reader))


# Releases ---------------------------------------------------------------------------------------


def test_an_original_is_released_by_two_and_its_recipient_hears_of_it_only_then(
    office: Office, world: World, ada: Actor, bo: Actor, sven: Actor, nina: Actor, content: bytes
) -> None:
    ask(nina, two=True)
    proposed = release(office, ada, content)
    assert (proposed.state, proposed.wrapped) == (State.PROPOSED, None)
    with acting_as(sven) as session:
        assert releasing.given_and_got(session).items == ()
    with pytest.raises(NotVisible):
        read(office, sven, proposed.id)
    with pytest.raises(SecondPersonNeeded):
        agree(office, ada, proposed.id)
    for stranger in (sven, world.officer("eva", member="NO", unit="INTAKE")):
        with pytest.raises(NotVisible):
            agree(office, stranger, proposed.id)
    agree(office, bo, proposed.id)
    assert read(office, sven, proposed.id) == content
    with acting_as(sven) as session:
        assert [one.id for one in releasing.given_and_got(session).items] == [proposed.id]
    with pytest.raises(StepRefused):
        agree(office, bo, proposed.id)


def test_a_release_that_is_refused_or_lapsed_was_never_open_to_anybody(
    office: Office, world: World, ada: Actor, bo: Actor, sven: Actor, nina: Actor, content: bytes
) -> None:
    ask(nina, two=True)
    refused = release(office, ada, content)
    with acting_as(bo) as session:
        releasing.withdraw(session, refused.id)
    with pytest.raises(NotVisible):
        agree(office, bo, refused.id)
    lapsed = release(office, ada, content)
    superuser(world.facts).execute("update releases set released_at = now() - interval '8 days'")
    with pytest.raises(StepRefused):
        agree(office, bo, lapsed.id)
    with acting_as(sven) as session:
        assert releasing.given_and_got(session).items == ()


def test_what_was_decided_since_binds_who_was_given_an_original_before(
    office: Office, world: World, ada: Actor, bo: Actor, sven: Actor, nina: Actor, content: bytes
) -> None:
    ask(nina, two=True)
    proposed = release(office, ada, content)
    excluding = handling(ada, Audience.UNIT, excluded=["SE"])
    change(ada, excluding)
    with pytest.raises((Invalid, NotVisible)):
        agree(office, bo, proposed.id)
    with pytest.raises(Invalid, match="excluded"):
        release(office, ada, content)


def test_an_exclusion_ends_what_was_released_and_denial_wins_without_it_too(
    office: Office, world: World, ada: Actor, sven: Actor, content: bytes
) -> None:
    world.officer("maria", member="DE")
    first = release(office, ada, content)
    assert read(office, sven, first.id) == content
    change(ada, handling(ada, Audience.UNIT, excluded=["DE"]))
    assert read(office, sven, first.id) == content
    change(ada, handling(ada, Audience.UNIT, excluded=["SE"]))
    with acting_as(sven) as session:
        assert releasing.given_and_got(session).items[0].state is State.ENDED
    with pytest.raises(StepRefused):
        read(office, sven, first.id)
    change(ada, unit_only(ada))
    second = release(office, ada, content)
    superuser(world.facts).execute("update media set excluded = '{SE}'")
    with pytest.raises(StepRefused):
        read(office, sven, second.id)


def test_a_recipient_states_a_purpose_that_the_original_is_kept_for(
    office: Office, ada: Actor, sven: Actor, content: bytes
) -> None:
    given = release(office, ada, content)
    for purpose in ("crime-analysis", "supervision"):
        with pytest.raises(StepRefused):
            read(office, sven, given.id, purpose)
    with acting_as(ada) as session:
        restricting.reword(session, SubjectKind.CASE, "NO-1", None, Reworded(purposes="crime-analysis"), "Another aim.")
    with pytest.raises(StepRefused):
        read(office, sven, given.id)
    assert read(office, sven, given.id, "crime-analysis") == content


# Task forces ------------------------------------------------------------------------------------


@pytest.fixture
def force(world: World, ada: Actor, bo: Actor, sven: Actor) -> str:
    nora = world.officer("nora", member="NO", unit="DESK", role=Role.COORDINATOR)
    saga = world.officer("saga", member="SE", unit="DESK", role=Role.COORDINATOR)
    with acting_as(nora) as session:
        opened = mustering.open_one(
            session, "Blue rooms", "Rooms.", starts_at=None, ends_at=mustering.now() + timedelta(days=9), invited=["SE"]
        )
    with acting_as(saga) as session:
        mustering.decide(session, opened.reference, Step.ACCEPT)
        mustering.name_officers(session, opened.reference, ["sven"])
    with acting_as(nora) as session:
        mustering.name_officers(session, opened.reference, ["ada", "bo"])
    for officer in (ada, bo, sven):
        with acting_as(officer) as session:
            mustering.come_in(session, opened.reference)
    return opened.reference


def test_a_series_is_brought_into_a_task_force_by_two(
    world: World, ada: Actor, bo: Actor, sven: Actor, nina: Actor, force: str
) -> None:
    reference = a_series(world, ada)
    ask(nina, two=True)
    with acting_as(ada) as session:
        assert sifting.bring(session, force, reference, Use.FACTS).state is State.PROPOSED
        assert [one.state for one in mustering.look(session, force).brought] == [State.PROPOSED]
    assert seen(sven, "media", rows_of("NO")) == 0
    with acting_as(sven) as session:
        assert mustering.look(session, force).brought == ()
    with acting_as(ada) as session, pytest.raises(SecondPersonNeeded):
        sifting.agree_to_bring(session, force, reference)
    with acting_as(ada) as session, pytest.raises(StepRefused):
        sifting.bring(session, force, reference)
    with acting_as(bo) as session:
        assert sifting.agree_to_bring(session, force, reference) == 3
    assert seen(sven, "media", rows_of("NO")) == 3
    with acting_as(sven) as session:
        assert len(mustering.look(session, force).brought) == 1
        assert sifting.take(session, force) is not None
    with acting_as(bo) as session, pytest.raises(StepRefused):
        sifting.agree_to_bring(session, force, reference)
    with acting_as(ada) as session:
        assert sifting.bring(session, force, reference, Use.FACTS).media == 0, "once more for no more: nobody is asked"
    with acting_as(ada) as session, pytest.raises(StepRefused, match="take it out"):
        sifting.bring(session, force, reference)


# Statements, the application's checks off -------------------------------------------------------

Statement = Callable[[Session, UUID], None]


def _handling(session: Session, case: UUID, given: Handling, *, state: str, reaches_own: bool = False) -> None:
    columns = handling_columns(given)
    session.cursor().execute(
        """
        insert into handling_changes (subject_kind, subject_id, state, reason, given_audience, given_members, given_excluded,
            reaches_own, proposed_by, owner_member, owner_unit, audience)
        values ('case', %s, %s, '', %s, %s, %s, %s, %s, %s, %s, 0)""",
        [case, state, columns["audience"], columns["members"], columns["excluded"], reaches_own, session.actor.officer,
         session.actor.member, session.actor.unit],
    )  # fmt: skip


def widens_alone(session: Session, case: UUID) -> None:
    _handling(session, case, handling(session.actor), state="in-force")


def reaches_into_what_is_narrower(session: Session, case: UUID) -> None:
    _handling(session, case, unit_only(session.actor), state="in-force", reaches_own=True)


def agrees_to_the_own_proposal(session: Session, case: UUID) -> None:
    _handling(session, case, handling(session.actor), state="proposed")
    session.cursor().execute(
        "update handling_changes set state = 'in-force', decided_by = %s where subject_id = %s and state = 'proposed'",
        [session.actor.officer, case],
    )


def agrees_in_the_name_of_another(session: Session, case: UUID) -> None:
    _handling(session, case, handling(session.actor), state="proposed")
    session.cursor().execute(
        "update handling_changes set state = 'in-force', decided_by = 'bo' where subject_id = %s and state = 'proposed'", [case]
    )


def opens_the_case_itself(session: Session, case: UUID) -> None:
    session.cursor().execute(
        "update cases set audience = %s where id = %s", [handling_columns(handling(session.actor))["audience"], case]
    )


def opens_an_exhibit(session: Session, case: UUID) -> None:
    session.cursor().execute(
        "update exhibits set audience = %s where case_id = %s",
        [handling_columns(handling(session.actor))["audience"], case],
    )


def keeps_longer(session: Session, case: UUID) -> None:
    session.cursor().execute(
        """
        insert into retention_decisions (subject_kind, subject_id, member, unit, until, reason, state, proposed_by, decided_by)
        values ('case', %s, %s, %s, '2039-01-01', '', 'in-force', %s, %s)""",
        [case, session.actor.member, session.actor.unit, session.actor.officer, session.actor.officer],
    )


def releases(session: Session, case: UUID) -> None:
    session.cursor().execute(
        """
        insert into releases (medium_id, member, unit, recipient, conditions, wrapped, released_by)
        select medium_id, %s, %s, 'SE', '', '\\x00', %s from occurrences where case_id = %s""",
        [session.actor.member, session.actor.unit, session.actor.officer, case],
    )


ALONE: tuple[Statement, ...] = (
    widens_alone, reaches_into_what_is_narrower, opens_the_case_itself, opens_an_exhibit, keeps_longer, releases,
)  # fmt: skip
NEVER: tuple[Statement, ...] = (agrees_to_the_own_proposal, agrees_in_the_name_of_another)


@pytest.mark.parametrize("statement", [*ALONE, *NEVER], ids=lambda one: one.__name__)
def test_no_statement_of_one_officer_gives_anybody_more(
    office: Office, world: World, ada: Actor, sven: Actor, nina: Actor, content: bytes, statement: Statement
) -> None:
    with acting_as(ada) as session:
        case = restricting.look(session, SubjectKind.CASE, "NO-1").id

    def tried() -> None:
        with acting_as(ada) as session:
            statement(session, case)

    ask(nina, two=True)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        tried()
    ask(nina, two=False)
    if statement in NEVER:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            tried()
    else:
        tried()


def test_what_two_decided_is_carried_out_and_what_one_may_narrow_too(
    office: Office, world: World, ada: Actor, bo: Actor, sven: Actor, nina: Actor, content: bytes
) -> None:
    """The triggers stand in the way of nothing that the rules allow: restrictions end, exhibits follow, words too."""
    ask(nina, two=True)
    wider = change(ada, handling(ada))
    with acting_as(bo) as session:
        restricting.approve(session, wider.id)
    assert seen(sven, "exhibits", rows_of("NO")) == seen(sven, "media", rows_of("NO")) == 1
    until = opening.today() + timedelta(days=3)
    limited = change(ada, unit_only(ada), until=until)
    assert seen(sven, "exhibits", rows_of("NO")) == 0
    with acting_as(ada) as session, pytest.raises(StepRefused):
        restricting.end(session, limited.id)
    superuser(world.facts).execute("update handling_changes set until = current_date where until is not null")
    assert restricting.end_due(ada) == 1
    assert seen(sven, "exhibits", rows_of("NO")) == seen(sven, "media", rows_of("NO")) == 1
    with acting_as(ada) as session:
        narrower = Reworded(purposes="investigation", conditions="H1", confidentiality="confidential")
        assert restricting.reword(session, SubjectKind.CASE, "NO-1", None, narrower, "Less.").state is State.IN_FORCE
        looser = Reworded(purposes="investigation,detection")
        again = restricting.reword(session, SubjectKind.CASE, "NO-1", None, looser, "More.")
    assert again.state is State.PROPOSED
    with acting_as(bo) as session:
        restricting.approve(session, again.id)
    with acting_as(ada) as session:
        later = opening.today() + timedelta(days=3_000)
        assert retaining.extend(session, SubjectKind.CASE, "NO-1", None, later, "Needed.").state is State.PROPOSED


def test_the_database_says_of_two_handlings_what_the_rule_says(world: World, ada: Actor) -> None:
    chance = random.Random(7)
    every = some_handlings(600, chance)
    by_owner: dict[tuple[str, str], list[Handling]] = {}
    for one in every:
        by_owner.setdefault((one.owner_member, one.owner_unit), []).append(one)
    pairs = [(before, after) for same in by_owner.values() for before in same for after in same]
    assert len(pairs) > 5_000
    rows = [
        (after.owner_member, *(handling_columns(one)[name] for one in (before, after) for name in ("audience", "members", "excluded")))
        for before, after in pairs
    ]
    columns = list(zip(*rows, strict=True))
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("create temporary table pairs (owner text, a smallint, am text[], ax text[], b smallint, bm text[], bx text[], n int)")
        with cursor.copy("copy pairs from stdin") as copy:
            for number, row in enumerate(rows):
                copy.write_row([*row, number])
        cursor.execute("select clew_widens(owner, a, am, ax, b, bm, bx) from pairs order by n")
        said = [row[0] for row in cursor]
    assert len(columns) == 7
    wanted = [widens(before, after) for before, after in pairs]
    assert said == wanted
    assert {True, False} == set(wanted)
