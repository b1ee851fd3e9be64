"""An event of another member's officer is asked about with that member's supervisor, and nobody else reads of it."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from clew.actions import auditing, corresponding, suspending
from clew.actions.auditing import Wanted
from clew.actions.corresponding import About, Kind, NoticeKind, SubjectKind
from clew.domain.errors import ClewError, Invalid, NotVisible, StepRefused
from clew.domain.handling import Actor
from clew.domain.officer import Role
from clew.domain.suspension import Level, Scope
from clew.records import audit
from clew.records.session import acting_as
from tests.world.clients import signed_in
from tests.world.counting import QUERIES_MAX, counted
from tests.world.world import World

DUE = date.today() + timedelta(days=14)  # noqa: DTZ011 (a day is enough)
WHY = "For which enquiry was this looked at?"


@pytest.fixture
def dora(world: World, ada: Actor) -> Actor:
    """The data-protection officer of Norway, in a unit of her own."""
    return world.officer("dora", member="NO", unit="OVERSIGHT", role=Role.DATA_PROTECTION_OFFICER)


@pytest.fixture
def event(world: World, ada: Actor, sven: Actor) -> UUID:
    """Norway looked at a Swedish medium."""
    return looked_at(ada, world.medium(sven))


def looked_at(actor: Actor, medium: UUID) -> UUID:
    with acting_as(actor) as session:
        return audit.append(session, "medium.reveal", str(medium), purpose="investigation", case="NO-1")


def about(event: object) -> About:
    return About(kind=SubjectKind.EVENT, name=str(event))


def ask(actor: Actor, event: object, to: tuple[str, str] | None = None) -> UUID:
    with acting_as(actor) as session:
        return corresponding.ask(session, about(event), to, DUE, WHY)


def sees(actor: Actor, which: UUID) -> bool:
    try:
        with acting_as(actor) as session:
            corresponding.look(session, which)
    except NotVisible:
        return False
    return True


def waits(actor: Actor) -> list[NoticeKind]:
    with acting_as(actor) as session:
        return [notice.kind for notice in corresponding.notices(session).items if notice.seen_at is None]


def supervisor(world: World) -> Actor:
    world.member("CCF", "Commission")
    auditor = world.officer("overseer", member="CCF", role=Role.AUDITOR)
    auditing.add_supervisor("CCF")
    return auditor


def refusal(actor: Actor, event: object) -> str:
    with pytest.raises(ClewError) as refused, acting_as(actor) as session:
        corresponding.ask(session, about(event), ("NO", "OVERSIGHT"), DUE, WHY)
    return f"{type(refused.value).__name__}: {refused.value}"


def test_an_owner_asks_about_an_access_and_the_protection_officer_answers(
    ada: Actor, sven: Actor, dora: Actor, event: UUID
) -> None:
    made = ask(sven, event)
    assert (waits(dora), waits(ada)) == ([NoticeKind.MESSAGE], [])
    with acting_as(dora) as session:
        (line,) = corresponding.page(session).items
        assert (line.to_member, line.units, line.subject_kind, line.about) == ("NO", ("OVERSIGHT",), SubjectKind.EVENT, str(event))
        (act,) = auditing.acts_of(session, Wanted(event=UUID(line.about))).items
        assert (act.officer, act.act) == ("ada", "medium.reveal")
        corresponding.say(session, made, Kind.ANSWER, "For NO-1.")
    assert waits(sven) == [NoticeKind.MESSAGE]
    with acting_as(sven) as session:
        view = corresponding.look(session, made)
        assert [message.words for message in view.messages] == [WHY, "For NO-1."]
        assert view.correspondence.about == ""  # whose officer it was stays in the other's audit
        (access,) = auditing.accesses(session, Wanted(event=view.correspondence.subject_id)).items
        assert access.member == "NO"
        corresponding.close(session, made)


def test_who_is_asked_is_given_by_the_event_whatever_is_said(world: World, sven: Actor, dora: Actor, event: UUID) -> None:
    world.officer("finn", member="FI")
    made = ask(sven, event, ("FI", "VICTIM-ID"))
    assert sees(dora, made)


@pytest.mark.parametrize(
    ("there", "unit"),
    [
        ({"a": Role.DATA_PROTECTION_OFFICER, "b": Role.AUDITOR, "c": Role.NATIONAL_ADMINISTRATOR}, "A"),
        ({"b": Role.AUDITOR, "c": Role.NATIONAL_ADMINISTRATOR}, "B"), ({"c": Role.NATIONAL_ADMINISTRATOR}, "C"),
        ({"d": Role.COORDINATOR, "e": Role.OPERATOR, "f": Role.INVESTIGATOR}, None), ({}, None),
    ],
)  # fmt: skip
def test_the_protection_officer_is_asked_or_else_an_auditor_or_an_administrator(
    world: World, sven: Actor, event: UUID, there: dict[str, Role], unit: str | None
) -> None:
    for name, role in there.items():
        world.officer(name, member="NO", unit=name.upper(), role=role)
    with acting_as(sven) as session:
        if unit is None:
            with pytest.raises(StepRefused, match="Nobody there can be asked"):
                corresponding.supervisor_of(session, str(event))
        else:
            assert corresponding.supervisor_of(session, str(event)) == ("NO", unit)


def test_neither_who_did_it_nor_who_is_suspended_is_asked(world: World, sven: Actor, dora: Actor) -> None:
    nora = world.officer("nora", member="NO", unit="OFFICE", role=Role.NATIONAL_ADMINISTRATOR)
    anna = world.officer("anna", member="NO", unit="AUDITORS", role=Role.AUDITOR)
    of_dora = looked_at(dora, world.medium(sven))
    with acting_as(sven) as session:
        assert corresponding.supervisor_of(session, str(of_dora)) == ("NO", "AUDITORS")
    with acting_as(nora) as session:
        suspending.suspend(session, Scope(level=Level.OFFICER, member="NO", officer=anna.officer), "On leave.")
    with acting_as(sven) as session:
        assert corresponding.supervisor_of(session, str(of_dora)) == ("NO", "OFFICE")


def test_an_auditor_of_the_supervisor_asks_answers_are_read_and_the_request_is_closed(
    world: World, ada: Actor, dora: Actor, event: UUID
) -> None:
    overseer = supervisor(world)
    made = ask(overseer, event)
    with acting_as(dora) as session:
        corresponding.say(session, made, Kind.ANSWER, "For NO-1.")
    assert waits(overseer) == [NoticeKind.MESSAGE]
    with acting_as(overseer) as session:
        (line,) = corresponding.page(session).items
        assert (line.id, line.about, line.is_unread, line.is_answered) == (made, str(event), True, True)
        assert [one.words for one in corresponding.look(session, made).messages] == [WHY, "For NO-1."]
        corresponding.say(session, made, Kind.REMARK, "Thank you.")
        corresponding.translate(session, made, corresponding.look(session, made).messages[0].id, "no", "Hvilken sak?")
        (notice,) = corresponding.notices(session).items
        assert notice.seen_at is not None
        corresponding.close(session, made)
    assert waits(dora) == [NoticeKind.MESSAGE]


def test_where_an_auditor_is_asked_that_one_reads_and_answers(world: World, sven: Actor, event: UUID) -> None:
    anna = world.officer("anna", member="NO", role=Role.AUDITOR)
    made = ask(sven, event)
    assert waits(anna) == [NoticeKind.MESSAGE]
    with acting_as(anna) as session:
        corresponding.say(session, made, Kind.ANSWER, "For NO-1.")
        (notice,) = corresponding.notices(session).items
        corresponding.see(session, notice.id)
    assert waits(anna) == []
    assert waits(sven) == [NoticeKind.MESSAGE]


def test_who_works_beside_a_supervisor_reads_nothing_of_it_and_is_told_nothing(world: World, ada: Actor, sven: Actor, event: UUID) -> None:
    """The officer whose act it is works in the same unit."""
    dora = world.officer("dora", member="NO", role=Role.DATA_PROTECTION_OFFICER)
    anna = world.officer("anna", member="NO", role=Role.AUDITOR)
    nora = world.officer("nora", member="NO", unit="OFFICE", role=Role.NATIONAL_ADMINISTRATOR)
    olga = world.officer("olga", member="NO", role=Role.OPERATOR)
    siri, anders = world.officer("siri", member="SE"), world.officer("anders", member="SE", role=Role.AUDITOR)
    assert ada.unit == dora.unit
    made = ask(sven, event)
    assert {one.officer for one in (ada, dora, anna, nora, olga, sven, siri, anders) if sees(one, made)} == {
        "dora", "anna", "sven", "anders"
    }  # fmt: skip
    assert waits(ada) == waits(olga) == []
    for one in (ada, siri, olga, nora):
        with acting_as(one) as session, session.cursor() as cursor:
            for table in ("correspondences", "messages", "translations"):
                cursor.execute(f"select count(*) from {table}")
                assert cursor.fetchone() == (0,)
        with pytest.raises(NotVisible), acting_as(one) as session:
            corresponding.say(session, made, Kind.ANSWER, "It was nothing.")
    with acting_as(dora) as session:
        corresponding.pass_on(session, made, "OFFICE", "Yours.")
    assert waits(nora) == [NoticeKind.MESSAGE]
    assert sees(nora, made)


def test_an_auditor_sees_no_other_correspondence_of_the_unit_and_asks_about_no_record(
    world: World, ada: Actor, sven: Actor
) -> None:
    anna = world.officer("anna", member="NO", role=Role.AUDITOR)
    world.exhibit(ada, "NO-1", "PHONE-1")
    case = About(kind=SubjectKind.CASE, name="NO-1")
    with acting_as(ada) as session:
        made = corresponding.ask(session, case, ("SE", "VICTIM-ID"), DUE, "Is this tram yours?")
    with acting_as(sven) as session:
        corresponding.say(session, made, Kind.ANSWER, "No.")
    assert not sees(anna, made)
    assert waits(anna) == []
    with acting_as(anna) as session:
        assert corresponding.page(session).items == ()
    with acting_as(anna) as session, pytest.raises(StepRefused):
        corresponding.ask(session, case, ("SE", "VICTIM-ID"), DUE, "Is this tram yours?")


@pytest.mark.parametrize("role", [*(role for role in Role if role not in (Role.PROGRAM, Role.CALENDAR))])
def test_a_foreign_an_absent_and_a_malformed_event_have_one_answer(world: World, ada: Actor, sven: Actor, dora: Actor, role: Role) -> None:
    """An act of Norway on its own record concerns nobody in Finland, and Finland cannot tell it from none."""
    foreign = looked_at(ada, world.medium(ada))
    finn = world.officer("finn", member="FI", role=role)
    said = {refusal(finn, event) for event in (foreign, uuid4(), "", "x", "NO-1", "\0", str(foreign)[:-1])}
    assert len(said) == 1
    is_heard = role is not Role.OPERATOR
    assert said.pop().startswith("NotVisible" if is_heard else "StepRefused")
    if is_heard:
        client = signed_in("finn")
        answers = {client.get("/messages/", {"kind": "event", "name": name}).status_code for name in (foreign, uuid4(), "x")}
        assert answers == {404}
        given = {"kind": "event", "due_on": f"{DUE}", "words": WHY}
        told = [client.post("/api/messages", {**given, "name": f"{name}"}, "application/json") for name in (foreign, uuid4(), "x")]
        assert {one.status_code for one in told} == {404}
        assert len({one.content for one in told}) == 1


def test_an_event_of_the_own_member_is_asked_about_at_home(ada: Actor, dora: Actor, event: UUID) -> None:
    for one in (ada, dora):
        with acting_as(one) as session, pytest.raises(Invalid, match="at home"):
            corresponding.ask(session, about(event), ("SE", "VICTIM-ID"), DUE, WHY)


def test_the_function_that_finds_the_unit_tells_nothing_else(world: World, sven: Actor, dora: Actor, event: UUID) -> None:
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute("select * from clew_supervisor_of(%s)", [event])
        assert cursor.fetchall() == [("NO", "OVERSIGHT")]
        assert [column.name for column in cursor.description or ()] == ["member", "unit"]
        cursor.execute("select * from clew_supervisor_of(%s)", [uuid4()])
        assert cursor.fetchall() == []


def test_the_press_fills_the_form_in_and_leads_back_to_the_event(world: World, sven: Actor, dora: Actor, event: UUID) -> None:
    overseer = supervisor(world)
    for name, page in (("sven", "/audit/accesses/"), ("overseer", "/audit/?act=reveal")):
        client = signed_in(name)
        ask_at = f"/messages/?kind=event&amp;name={event}#ask"
        assert ask_at in client.get(page).content.decode()
        with counted() as asked:
            form = client.get("/messages/", {"kind": "event", "name": str(event)}).content.decode()
        assert len(asked) <= QUERIES_MAX
        assert '<option value="event" selected>' in form
        assert '<option value="NO/OVERSIGHT" selected>' in form
        assert f'value="{event}"' in form
        answer = client.post("/messages/ask/", {"kind": "event", "name": str(event), "to": "NO/OVERSIGHT", "due": f"{DUE}", "words": WHY})
        assert answer.status_code == 302
        shown = client.get(answer["Location"]).content.decode()
        there = "/audit/accesses/" if name == "sven" else "/audit/"
        assert f'href="{there}?event={event}"' in shown
        assert str(event) in client.get(f"{there}?event={event}").content.decode()
    client = signed_in("dora")
    with acting_as(dora) as session:
        first, _second = corresponding.page(session).items
    assert f'href="/audit/?event={event}"' in client.get(f"/messages/{first.id}/").content.decode()
    assert f"/messages/?kind=event&amp;name={event}" not in client.get("/audit/").content.decode()  # her own member's
    assert overseer.member == "CCF"


def test_where_nobody_can_be_asked_the_page_says_so_in_a_sentence(sven: Actor, event: UUID) -> None:
    page = signed_in("sven").get("/messages/", {"kind": "event", "name": str(event)}).content.decode()
    assert "Nobody there can be asked" in page
    assert '<option value="event" selected>' not in page


def test_the_api_asks_about_an_event_without_being_told_whom(sven: Actor, dora: Actor, event: UUID) -> None:
    given = {"kind": "event", "name": str(event), "due_on": f"{DUE}", "words": WHY}
    made = signed_in("sven").post("/api/messages", given, "application/json")
    assert made.status_code == 200
    assert sees(dora, UUID(made.json()["correspondence"]))
