"""Who admits, certifies and stops officers; and that it holds from the next request on."""

import re
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model

from clew.actions import admitting, auditing, corresponding, entering, signing_in, suspending
from clew.domain.certification import State, Step, Training
from clew.domain.errors import ClewError, Invalid, NotAdmitted, NotVisible, SecondPersonNeeded, StepRefused
from clew.domain.handling import Actor
from clew.domain.message import NoticeKind
from clew.domain.officer import WITHOUT_CONTENT, Role
from clew.domain.sign_in import Way
from clew.domain.suspension import Level, Scope, Standing
from clew.node import checkup
from clew.records import certifications, officers
from clew.records.session import acting_as
from tests.world.clients import signed_in
from tests.world.contexts import app_connection, claim, true_context
from tests.world.world import World

REASON = "while it is examined"


def training(ends_in: timedelta = timedelta(days=365)) -> Training:
    now = datetime.now(UTC)
    return Training(trainer="the national school", trained_on=now.date(), ends_at=now + ends_in)


@pytest.fixture
def norway(world: World) -> dict[str, Actor]:
    """Three certified administrators, so that Norway looks after itself; and one of Sweden."""
    made = {
        name: world.officer(name, unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR) for name in ("anna", "bert", "cora")
    }
    return made | {"sven": world.officer("sven", member="SE", role=Role.NATIONAL_ADMINISTRATOR)}


def admit(norway: dict[str, Actor], name: str = "ada", role: Role = Role.ANALYST) -> UUID:
    """An officer admitted and proposed by anna, not yet certified."""
    with acting_as(norway["anna"]) as session:
        entering.add_unit(session, "VICTIM-ID")
        admitting.admit(session, name, "VICTIM-ID")
        return admitting.propose(session, name, role, training())


def test_two_administrators_certify_and_only_then_may_the_officer_act(norway: dict[str, Actor]) -> None:
    proposed = admit(norway)
    with pytest.raises(NotAdmitted):
        officers.actor_of("ada")
    with acting_as(norway["anna"]) as session, pytest.raises(SecondPersonNeeded):
        admitting.move(session, proposed, Step.GIVE)
    with acting_as(norway["bert"]) as session:
        admitting.move(session, proposed, Step.GIVE)
    ada = officers.actor_of("ada")
    assert (ada.role, ada.member, ada.unit) == (Role.ANALYST, "NO", "VICTIM-ID")
    with acting_as(ada) as session:
        assert session.actor == ada


def test_nobody_proposes_their_own_certification(norway: dict[str, Actor]) -> None:
    with acting_as(norway["anna"]) as session, pytest.raises(SecondPersonNeeded):
        admitting.propose(session, "anna", Role.INVESTIGATOR, training())


def test_the_database_wants_two_people_whatever_the_application_says(world: World, norway: dict[str, Actor]) -> None:
    proposed = admit(norway)
    statement = "update certifications set state = 'given', given_by = %s, given_at = now() where id = %s"
    for actor, given_by, refusal in (
        ("anna", "anna", psycopg.errors.CheckViolation),
        ("anna", "bert", psycopg.errors.InsufficientPrivilege),
    ):
        with app_connection() as app:
            claim(app, true_context(app, norway[actor]))
            with pytest.raises(refusal):
                app.execute(statement, [given_by, proposed])
    ada = Actor(officer="ada", member="NO", unit="VICTIM-ID", role=Role.NATIONAL_ADMINISTRATOR)
    with app_connection() as app:
        claim(app, true_context(app, ada))
        with pytest.raises(psycopg.errors.CheckViolation):
            app.execute(statement, ["ada", proposed])
    for actor in (norway["sven"], Actor(officer="x", member="NO", unit="VICTIM-ID", role=Role.ANALYST)):
        with app_connection() as app:
            claim(app, true_context(app, actor))
            assert app.execute(statement, [actor.officer, proposed]).rowcount == 0


def test_an_administrator_admits_the_own_officers_and_only_these(norway: dict[str, Actor]) -> None:
    proposed = admit(norway)
    for act in (
        lambda session: admitting.propose(session, "ada", Role.ANALYST, training()),
        lambda session: admitting.move(session, proposed, Step.GIVE),
        lambda session: suspending.suspend(session, Scope(level=Level.OFFICER, member="SE", officer="ada"), REASON),
        lambda session: suspending.suspend(session, Scope(level=Level.OFFICER, member="NO", officer="ada"), REASON),
        lambda session: suspending.suspend(session, Scope(level=Level.MEMBER, member="NO"), REASON),
    ):
        with acting_as(norway["sven"]) as session, pytest.raises(NotVisible):
            act(session)
    with app_connection() as app:
        claim(app, true_context(app, norway["sven"]))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("insert into officers (username, password, member, unit) values ('eve', '', 'NO', 'A')")


def test_whoever_is_no_administrator_administers_nothing(world: World, norway: dict[str, Actor]) -> None:
    proposed = admit(norway)
    with acting_as(norway["bert"]) as session:
        admitting.move(session, proposed, Step.GIVE)
    ada = officers.actor_of("ada")
    for act in (
        lambda session: admitting.admit(session, "eve", "VICTIM-ID"),
        lambda session: admitting.propose(session, "bert", Role.ANALYST, training()),
        lambda session: entering.add_unit(session, "OTHER"),
        lambda session: suspending.suspend(session, Scope(level=Level.OFFICER, member="NO", officer="bert"), REASON),
        suspending.in_force,
        admitting.roster,
    ):
        with acting_as(ada) as session, pytest.raises(StepRefused):
            act(session)


def test_the_operator_certifies_nobody_where_the_member_can(world: World, norway: dict[str, Actor]) -> None:
    with pytest.raises(StepRefused):
        world.officer("dan")
    operator = admitting.operator_at("NO")
    statement = (
        "insert into certifications (officer, member, role, trainer, trained_on, ends_at, state, is_founding,"
        " proposed_by, given_by, given_at) values ('anna', 'NO', 'analyst', 't', now(), now() + '1 day', 'given',"
        " true, 'operator', 'operator', now())"
    )
    with app_connection() as app:
        claim(app, true_context(app, operator))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(statement)


def test_the_operator_certifies_alone_only_while_there_is_no_administrator(world: World) -> None:
    """Then one of two is the operator, until there are three: neither proposes and gives."""
    world.member("NO")
    add = {"member": "NO", "unit": "ADMIN", "role": Role.NATIONAL_ADMINISTRATOR}
    assert admitting.add_officer("anna", **add) is State.GIVEN
    assert [admitting.add_officer("bert", **add) for _ in "ab"] == [State.PROPOSED] * 2, "the same again changes nothing"
    with acting_as(admitting.operator_at("NO")) as session, pytest.raises(SecondPersonNeeded):
        admitting.give_waiting(session, "bert")
    with pytest.raises(NotAdmitted):
        officers.actor_of("bert")
    with acting_as(officers.actor_of("anna")) as session:
        ((waits,),) = [[one.id for one in certifications.of_member(session) if one.certification.given_by is None]]
        admitting.move(session, waits, Step.GIVE)
    anna, bert = (officers.actor_of(name) for name in ("anna", "bert"))
    with acting_as(bert) as session:
        admitting.admit(session, "cora", "ADMIN")
        admitting.propose(session, "cora", Role.NATIONAL_ADMINISTRATOR, training())
    with acting_as(admitting.operator_at("NO")) as session:
        admitting.give_waiting(session, "cora")
    assert officers.actor_of("cora").role is Role.NATIONAL_ADMINISTRATOR
    with acting_as(anna) as session:
        admitting.admit(session, "dan", "ADMIN")
        admitting.propose(session, "dan", Role.ANALYST, training())
    with acting_as(admitting.operator_at("NO")) as session, pytest.raises(StepRefused):
        admitting.give_waiting(session, "dan")


def test_no_act_of_the_operator_alone_makes_a_member_one_without_an_administrator(world: World) -> None:
    """Neither a suspension of all nor a withdrawal: else the operator would certify alone after it."""
    world.officer("anna", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)
    operator = admitting.operator_at("NO")
    with acting_as(operator) as session:
        suspending.suspend(session, Scope(level=Level.OFFICER, member="NO", officer="anna"), REASON)
        (anna,) = (one.id for one in certifications.of_member(session))
    for step in (Step.WITHDRAW, Step.REFUSE):
        with acting_as(operator) as session, pytest.raises(StepRefused):
            admitting.move(session, anna, step)
    assert admitting.add_officer("eve", member="NO", unit="ADMIN") is State.PROPOSED
    with pytest.raises(StepRefused):
        admitting.set_password("eve", "a password of the operator's")
    founds = (
        "insert into certifications (officer, member, role, trainer, trained_on, ends_at, state, is_founding,"
        " proposed_by, given_by, given_at) values ('eve', 'NO', 'analyst', 't', now(), now() + '1 day', 'given',"
        " true, 'operator', 'operator', now())"
    )
    gives = (
        "update certifications set state = 'given', given_by = 'operator', given_at = now() where state = 'proposed'",
        "update certifications set state = 'withdrawn', closed_by = 'operator', closed_at = now() where state = 'given'",
    )
    for statement in (founds, *gives):
        with app_connection() as app:
            claim(app, true_context(app, operator))
            with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.CheckViolation)):
                app.execute(statement)


def test_what_the_operator_does_alone_is_told_to_the_coordinators_and_by_the_doctor(world: World) -> None:
    nora = world.officer("nora", unit="DESK", role=Role.COORDINATOR)
    world.officer("sara", member="SE", unit="DESK", role=Role.COORDINATOR)
    world.officer("ada")
    admitting.set_password("ada", "a password of the operator's")
    with acting_as(nora) as session:
        told = [one.kind for one in corresponding.notices(session).items]
    assert told == [NoticeKind.DONE_ALONE] * 3, "of herself, of ada, and of her password"
    found = checkup._founded()
    assert (found.ok, found.warns) == (True, True)
    assert "NO 2, SE 1" in found.sentence
    world.officer("anna", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)
    world.officer("olav")
    with acting_as(nora) as session:
        assert len(corresponding.notices(session).items) == 4, "anna was founded, and olav by two"


def test_what_is_certified_alone_ends_soon(world: World) -> None:
    world.officer("ada")
    with acting_as(admitting.operator_at("NO")) as session, pytest.raises(Invalid, match="180 days"):
        admitting.certify(session, "ada", Role.INVESTIGATOR, training(timedelta(days=181)))


def test_what_the_operator_did_stands_in_the_members_audit(world: World, norway: dict[str, Actor]) -> None:
    with acting_as(norway["anna"]) as session, session.cursor() as cursor:
        cursor.execute("select act, officer, subject from acts order by id")
        acts = cursor.fetchall()
    assert ("officer.admit", "operator", "anna") in acts
    assert ("certification.found", "operator") in {row[:2] for row in acts}
    assert "sven" not in {row[2] for row in acts}


def test_access_ends_with_the_certification_on_the_next_request(world: World) -> None:
    ada = world.officer("ada")
    with acting_as(admitting.operator_at("NO")) as session:
        admitting.certify(session, "ada", Role.INVESTIGATOR, training(timedelta(seconds=1.5)))
    with acting_as(ada):
        pass
    time.sleep(1.6)
    for act in (lambda: officers.actor_of("ada"), lambda: enter(ada)):
        with pytest.raises(NotAdmitted):
            act()


def enter(actor: Actor) -> None:
    with acting_as(actor):
        pass


def test_an_older_certification_does_not_come_back_to_life(norway: dict[str, Actor]) -> None:
    for until in (Step.GIVE, Step.WITHDRAW):
        first = admit(norway) if until is Step.GIVE else first_again(norway)
        with acting_as(norway["bert"]) as session:
            admitting.move(session, first, Step.GIVE)
            if until is Step.WITHDRAW:
                admitting.move(session, first, Step.WITHDRAW)
    assert officers.known("ada").standing is Standing.NOT_CERTIFIED


def first_again(norway: dict[str, Actor]) -> UUID:
    with acting_as(norway["anna"]) as session:
        return admitting.propose(session, "ada", Role.INVESTIGATOR, training())


def test_a_role_that_is_not_the_certified_one_is_nobody(world: World) -> None:
    ada = world.officer("ada")
    for wrong in ({"role": Role.NATIONAL_ADMINISTRATOR}, {"unit": "OTHER"}, {"member": "SE"}):
        with pytest.raises(NotAdmitted):
            enter(Actor(**{"officer": "ada", "member": "NO", "unit": ada.unit, "role": ada.role, **wrong}))


SCOPES = {
    "officer": (Scope(level=Level.OFFICER, member="NO", officer="ada"), {"ada"}),
    "unit": (Scope(level=Level.UNIT, member="NO", unit="VICTIM-ID"), {"ada", "olav"}),
    "member": (Scope(level=Level.MEMBER, member="NO"), {"ada", "olav", "per"}),
}


@pytest.mark.parametrize("level", SCOPES)
def test_the_switch_stops_whom_it_names_from_the_next_transaction_on(world: World, level: str) -> None:
    everybody = {
        "ada": world.officer("ada"), "olav": world.officer("olav"), "per": world.officer("per", unit="CYBER"),
        "sven": world.officer("sven", member="SE"),
    }  # fmt: skip
    scope, stopped = SCOPES[level]
    operator = admitting.operator_at("NO")
    with acting_as(operator) as session:
        suspending.suspend(session, scope, REASON)
    assert {name for name, actor in everybody.items() if is_stopped(actor)} == stopped
    with acting_as(operator) as session:
        suspending.lift(session, scope)
    assert not [name for name, actor in everybody.items() if is_stopped(actor)]


def is_stopped(actor: Actor) -> bool:
    """By both gates: who the officer is, and the transaction itself with what was known before."""
    refused = []
    for gate in (lambda: officers.actor_of(actor.officer), lambda: enter(actor)):
        try:
            gate()
        except NotAdmitted:
            refused.append(gate)
    assert len(refused) in {0, 2}
    return bool(refused)


def test_a_suspension_is_lifted_by_its_own_kind_and_not_twice(norway: dict[str, Actor]) -> None:
    proposed = admit(norway)
    with acting_as(norway["bert"]) as session:
        admitting.move(session, proposed, Step.GIVE)
    scope = Scope(level=Level.OFFICER, member="NO", officer="ada")
    with acting_as(norway["anna"]) as session:
        suspending.suspend(session, scope, REASON)
    for other in (norway["sven"], admitting.operator_at("NO")):
        with acting_as(other) as session, pytest.raises(NotVisible):
            suspending.lift(session, scope)
    with acting_as(norway["bert"]) as session:
        assert [line.reason for line in suspending.in_force(session)] == [REASON]
        assert len(suspending.lift(session, scope)) == 1
        with pytest.raises(NotVisible):
            suspending.lift(session, scope)


def test_nobody_stops_themselves(norway: dict[str, Actor]) -> None:
    for scope in (
        Scope(level=Level.OFFICER, member="NO", officer="anna"),
        Scope(level=Level.UNIT, member="NO", unit="ADMIN"),
    ):
        with acting_as(norway["anna"]) as session, pytest.raises(StepRefused):
            suspending.suspend(session, scope, REASON)


def test_an_administrator_stops_the_whole_own_member_and_only_the_operator_lifts_it(norway: dict[str, Actor]) -> None:
    """Whoever finds their member broken into stops everybody at once, and nobody who stayed can undo it."""
    scope = Scope(level=Level.MEMBER, member="NO")
    with acting_as(norway["anna"]) as session:
        suspending.suspend(session, scope, REASON)
    assert is_stopped(norway["anna"])
    assert is_stopped(norway["bert"])
    assert not is_stopped(norway["sven"])
    with acting_as(norway["sven"]) as session, pytest.raises(NotVisible):
        suspending.lift(session, scope)
    with acting_as(admitting.operator_at("NO")) as session:
        suspending.lift(session, scope)
    assert not is_stopped(norway["bert"])


@pytest.mark.parametrize("role", Role)
def test_roles_without_content_see_no_record_even_with_the_applications_checks_off(world: World, role: Role) -> None:
    ada = world.officer("ada")
    world.series(ada, "green-room", [world.medium(ada)])
    other = world.officer("other", role=role)
    with app_connection() as app:
        claim(app, true_context(app, other))
        seen = {table: app.execute(f"select count(*) from {table}").fetchone()[0] for table in ("media", "series")}
    assert set(seen.values()) == ({0} if role in WITHOUT_CONTENT else {1})


def test_a_name_that_is_taken_is_refused_in_one_sentence_whoever_has_it(ada: Actor, norway: dict[str, Actor]) -> None:
    with acting_as(norway["anna"]) as session:
        said = []
        for taken in ("sven", "ada"):  # of another member, and of another unit
            with pytest.raises(ClewError) as refused:
                admitting.admit(session, taken, "ADMIN")
            said.append(str(refused.value))
        assert said == ["This name is taken: choose another, such as one that ends in your country's code."] * 2
        for name in ("operator", "two words", "", "x" * 61, "-dash"):
            with pytest.raises(ClewError):
                admitting.admit(session, name, "ADMIN")


def test_a_password_that_the_operator_sets_is_on_record_and_ends_the_officers_sign_ins(
    world: World, ada: Actor
) -> None:
    """While there is nobody else who could: no administrator but the officer, if that."""
    anna = world.officer("anna", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)
    with pytest.raises(StepRefused, match="has an administrator"):
        admitting.set_password("ada", "a password of the operator's")
    of_ada, of_anna = (signing_in.begin(one, Way.PASSKEY, "a browser") for one in (ada, anna))
    admitting.set_password("Anna", "a password of the operator's")
    with acting_as(anna) as session:
        assert [line.id for line in signing_in.own(session)] == []
    with acting_as(ada) as session:
        assert [line.id for line in signing_in.own(session)] == [of_ada]
    assert of_ada != of_anna
    with acting_as(admitting.operator_at("NO")) as session:
        (act,) = auditing.acts_of(session, auditing.Wanted(act="officer.set_password")).items
    assert (act.officer, act.member, act.subject) == ("operator", "NO", "anna")
    for name, password in (("anna", "short"), ("nobody-here", "a password of the operator's")):
        with pytest.raises(ClewError):
            admitting.set_password(name, password)
    with acting_as(admitting.operator_at("NO")) as session:
        assert len(auditing.acts_of(session, auditing.Wanted(act="officer.set_password")).items) == 1


@pytest.mark.parametrize("way", [Way.SINGLE_SIGN_ON, Way.CERTIFICATE, Way.CODE])
def test_no_administrator_alone_becomes_an_officer_who_has_signed_in_by_whatever_way(
    ada: Actor, norway: dict[str, Actor], way: Way
) -> None:
    """Who comes by single sign-on or a certificate has no second factor here that could be asked about."""
    with acting_as(norway["anna"]) as session:
        assert admitting.first_password(session, "ada")
    signing_in.begin(ada, way, "a browser")
    with acting_as(norway["anna"]) as session, pytest.raises(StepRefused, match="signed in before"):
        admitting.first_password(session, "ada")
    with acting_as(admitting.operator_at("NO")) as session:
        admitting.forget_keys(session, "ada")
    with acting_as(norway["anna"]) as session:
        assert admitting.first_password(session, "ada")
    signing_in.begin(ada, way, "a browser")
    with acting_as(norway["anna"]) as session, pytest.raises(StepRefused, match="signed in before"):
        admitting.first_password(session, "ada")


def test_an_administrator_sees_who_has_no_passkey_and_who_has_not_come_for_long(world: World) -> None:
    world.officer("nina", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)
    users = get_user_model().objects
    now = datetime.now(UTC)
    # One just within the days, one just beyond, one who never came; nina comes now, and has a code alone.
    for name, days in (("ada", 89), ("bo", 91), ("carl", None)):
        world.officer(name)
        users.filter(username=name).update(last_login=None if days is None else now - timedelta(days=days))
    Authenticator.objects.create(user=users.get(username="ada"), type=Authenticator.Type.WEBAUTHN, data={})
    page = " ".join(signed_in("nina").get("/administration/").content.decode().split())
    assert "3 officers have no passkey." in page
    assert "2 officers have not signed in for 90 days." in page
    rows = {row[0]: row[1] for row in re.findall(r'<th scope="row"><bdi>(\w+)</bdi></th>(.*?)<details', page)}
    assert "✓ passkey" in rows["ada"]
    assert "△ none yet" in rows["bo"]
    assert "never" in rows["carl"]
