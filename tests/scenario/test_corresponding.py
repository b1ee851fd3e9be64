"""One unit asks another about a record: answered, passed on, translated, closed; and nobody else reads a word."""

import hashlib
import html
import re
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from clew.actions import corresponding, deconflicting, describing, shredding
from clew.actions.corresponding import About, Kind, NoticeKind, Side, SubjectKind
from clew.cli.drawing import landscape
from clew.domain import handling_change
from clew.domain.errors import Invalid, NotVisible, StepRefused
from clew.domain.handling import Actor, Audience
from clew.domain.overlap import Step
from clew.domain.victim import VictimFacts
from clew.records import messages
from clew.records.session import acting_as
from tests.world.clients import signed_in
from tests.world.kept import connected
from tests.world.office import Office, unit_only
from tests.world.ticks import ticks
from tests.world.world import World, handling

DUE = date.today() + timedelta(days=14)  # noqa: DTZ011 (a day is enough)
CASE = About(kind=SubjectKind.CASE, name="NO-1")


@pytest.fixture
def eva(world: World) -> Actor:
    return world.officer("eva", member="SE", unit="FORENSICS")


@pytest.fixture
def asked(world: World, ada: Actor, sven: Actor, eva: Actor):
    world.exhibit(ada, "NO-1", "PHONE-1", cover=unit_only(ada))
    with acting_as(ada) as session:
        return corresponding.ask(session, CASE, ("SE", "VICTIM-ID"), DUE, "Is this tram yours?")


def look(of: Actor, which) -> corresponding.View:
    with acting_as(of) as session:
        return corresponding.look(session, which)


def waits(of: Actor) -> list[NoticeKind]:
    with acting_as(of) as session:
        return [notice.kind for notice in corresponding.notices(session).items if notice.seen_at is None]


def test_a_request_is_read_answered_and_closed_and_each_side_is_told_that_something_waits(
    ada: Actor, sven: Actor, asked
) -> None:
    assert waits(sven) == [NoticeKind.MESSAGE]
    assert waits(ada) == []
    with acting_as(sven) as session:
        (line,) = corresponding.page(session).items
    assert (line.is_unread, line.is_answered, line.about, line.due_on) == (True, False, "", DUE)
    view = look(sven, asked)
    assert (view.side, view.messages[0].words, view.messages[0].written_by) == (Side.ASKED, "Is this tram yours?", "")
    assert waits(sven) == []
    with acting_as(sven) as session:
        assert not corresponding.page(session).items[0].is_unread
        corresponding.say(session, asked, Kind.ANSWER, "It is, of line 12.")
    assert waits(ada) == [NoticeKind.MESSAGE]
    view = look(ada, asked)
    assert (view.side, view.correspondence.about) == (Side.ASKER, "NO-1")
    assert [message.words for message in view.messages] == ["Is this tram yours?", "It is, of line 12."]
    with acting_as(ada) as session:
        corresponding.close(session, asked)
    with acting_as(sven) as session, pytest.raises(StepRefused):
        corresponding.say(session, asked, Kind.ANSWER, "One thing more.")


@pytest.mark.parametrize("audience", [Audience.ALL, Audience.UNIT], ids=["seen", "hidden"])
def test_a_request_about_a_medium_names_it_to_whoever_sees_the_record_alone(
    world: World, ada: Actor, sven: Actor, audience: Audience
) -> None:
    name = hashlib.sha256(b"a tram").hexdigest()
    # That Sweden has the same content too opens nothing: what is asked about is Norway's record.
    world.medium(sven, Audience.UNIT, content=b"a tram")
    world.medium(ada, audience, content=b"a tram")
    with acting_as(ada) as session:
        made = corresponding.ask(session, About(kind=SubjectKind.MEDIUM, name=name), ("SE", "VICTIM-ID"), DUE, "Is it yours?")
    assert look(ada, made).correspondence.about == name
    assert look(sven, made).correspondence.about == (name if audience is Audience.ALL else "")
    hidden = hashlib.sha256(b"hidden").hexdigest()
    world.medium(ada, Audience.UNIT, content=b"hidden")
    for untrusted in (hidden, "ab" * 32, "NO-1", "S-482177348"):
        with acting_as(sven) as session, pytest.raises(NotVisible):
            corresponding.ask(session, About(kind=SubjectKind.MEDIUM, name=untrusted), ("NO", "VICTIM-ID"), DUE, "Words.")


def test_a_page_of_a_record_fills_in_the_form_and_words_keep_their_lines_and_lead_on(
    world: World, ada: Actor, sven: Actor
) -> None:
    with acting_as(sven) as session:
        child = describing.enter_victim(session, VictimFacts(), "", handling(sven, Audience.ALL)).kept.reference
    client = signed_in("ada")
    page = client.get(f"/victims/{child}/").content.decode()
    (address,) = re.findall(r'href="(/messages/[?][^"]*)"', page)
    form = client.get(html.unescape(address).partition("#")[0]).content.decode().partition('id="ask"')[2]
    assert re.findall(r'<option value="([^"]*)" selected>', form) == ["victim", "SE/VICTIM-ID"]
    assert f'name="name" required maxlength="200" value="{child}"' in form
    words = f"Do you know {child}?\n<b>Or this:</b> {'ab' * 32}."
    about = About(kind=SubjectKind.VICTIM, name=child)
    with acting_as(ada) as session:
        made = corresponding.ask(session, about, ("SE", "VICTIM-ID"), DUE, words)
    said = client.get(f"/messages/{made}/").content.decode()
    link = f'<a href="/victims/{child}/"><bdi dir="ltr">{child}</bdi></a>'
    assert f'<p dir="auto">Do you know {link}?</p><p dir="auto">&lt;b&gt;Or this:&lt;/b&gt; <a href="/media/' in said
    assert link in said.partition("</h1>")[0]


@pytest.mark.parametrize("audience", [Audience.ALL, Audience.UNIT], ids=["seen", "hidden"])
def test_a_request_about_a_victim_names_it_to_whoever_sees_it_alone(
    world: World, ada: Actor, sven: Actor, audience: Audience
) -> None:
    with acting_as(ada) as session:
        child = describing.enter_victim(session, VictimFacts(), "", handling(ada, audience)).kept.reference
        about = About(kind=SubjectKind.VICTIM, name=child)
        made = corresponding.ask(session, about, ("SE", "VICTIM-ID"), DUE, "Is this school yours?")
    assert look(ada, made).correspondence.about == child
    assert look(sven, made).correspondence.about == (child if audience is Audience.ALL else "")
    with acting_as(sven) as session, pytest.raises(NotVisible):
        corresponding.ask(session, About(kind=SubjectKind.PLACE, name="P-100000017"), ("NO", "VICTIM-ID"), DUE, "Words.")


def test_we_know_nothing_is_one_press_and_each_side_says_its_own(ada: Actor, sven: Actor, asked) -> None:
    with acting_as(sven) as session:
        assert corresponding.say(session, asked, Kind.NOTHING_KNOWN).messages[-1].kind is Kind.NOTHING_KNOWN
    for of, kind in ((sven, Kind.REMARK), (ada, Kind.ANSWER), (ada, Kind.NOTHING_KNOWN), (sven, Kind.PASSED)):
        with acting_as(of) as session, pytest.raises(StepRefused):
            corresponding.say(session, asked, kind, "Words.")
    with acting_as(sven) as session, pytest.raises(StepRefused):
        corresponding.close(session, asked)


def test_a_request_is_passed_on_and_the_unit_that_has_it_answers(world: World, sven: Actor, eva: Actor, asked) -> None:
    with pytest.raises(NotVisible):
        look(eva, asked)
    with acting_as(sven) as session:
        corresponding.pass_on(session, asked, "FORENSICS", "You know trams.")
    assert waits(eva) == [NoticeKind.MESSAGE]
    assert look(eva, asked).has_it
    with acting_as(eva) as session:
        corresponding.say(session, asked, Kind.ANSWER, "It is ours.")
    assert look(sven, asked).messages[-1].words == "It is ours."
    with acting_as(sven) as session:
        with pytest.raises(StepRefused):
            corresponding.say(session, asked, Kind.ANSWER, "Me too.")
        with pytest.raises(StepRefused):
            corresponding.pass_on(session, asked, "FORENSICS")


def test_a_translation_stands_beside_the_original_for_both_sides(ada: Actor, sven: Actor, asked) -> None:
    message = look(sven, asked).messages[0]
    with acting_as(sven) as session:
        corresponding.translate(session, asked, message.id, "sv", "Är spårvagnen er?")
    for of in (ada, sven):
        (found,) = look(of, asked).messages[0].translations
        assert (found.language, found.words, look(of, asked).messages[0].words) == ("sv", "Är spårvagnen er?", message.words)


def test_nobody_else_reads_a_word_not_even_in_the_database(world: World, ada: Actor, sven: Actor, eva: Actor, asked) -> None:
    dina, bo = world.officer("dina", member="DK"), world.officer("bo", unit="INTAKE")
    for stranger in (eva, dina, bo):
        with pytest.raises(NotVisible):
            look(stranger, asked)
        with acting_as(stranger) as session, session.cursor() as cursor:
            for table in ("correspondences", "messages", "translations", "correspondence_reads", "notices"):
                cursor.execute(f"select count(*) from {table}")
                assert cursor.fetchone() == (0,), (stranger, table)
    with connected(**world.facts.as_owner()) as owner:
        owner.execute(f"set role {world.facts.roles.blind}")
        assert "tram" not in str(owner.execute("select words from messages").fetchall())


@pytest.mark.parametrize(
    ("about", "to", "due", "words", "refusal"),
    [
        (About(kind=SubjectKind.CASE, name="SE-1"), ("SE", "VICTIM-ID"), DUE, "Words.", NotVisible),
        (About(kind=SubjectKind.SERIES, name="S-1"), ("SE", "VICTIM-ID"), DUE, "Words.", NotVisible),
        (About(kind=SubjectKind.OVERLAP, name="x"), None, DUE, "Words.", NotVisible),
        (CASE, ("SE", "NOWHERE"), DUE, "Words.", Invalid), (CASE, ("NO", "VICTIM-ID"), DUE, "Words.", Invalid),
        (CASE, None, DUE, "Words.", Invalid), (CASE, ("SE", "VICTIM-ID"), DUE, "  ", Invalid),
        (CASE, ("SE", "VICTIM-ID"), date(2020, 1, 1), "Words.", Invalid),
    ],
)  # fmt: skip
def test_a_request_that_cannot_be_is_refused(
    ada: Actor, sven: Actor, asked, about: About, to: tuple[str, str] | None, due: date, words: str, refusal: type[Exception]
) -> None:
    with acting_as(ada) as session, pytest.raises(refusal):
        corresponding.ask(session, about, to, due, words)


def test_sides_of_an_overlap_write_to_one_another_once_both_consented(
    office: Office, world: World, ada: Actor, sven: Actor, tmp_path: Path
) -> None:
    (tmp_path / "seized").mkdir()
    landscape(1, (320, 240)).save(tmp_path / "seized" / "1.jpg")
    for of in (ada, sven):
        office.intake(of, tmp_path / "seized", f"{of.member}-1", cover=unit_only(of))
    ticks(world)
    assert waits(ada) == waits(sven) == [NoticeKind.OVERLAP]
    case = handling_change.SubjectKind.CASE
    for of in (ada, sven):
        with acting_as(of) as session:
            view = deconflicting.say(session, case, f"{of.member}-1", Step.CONSENT)
    assert {*waits(ada)} == {*waits(sven)} == {NoticeKind.OVERLAP, NoticeKind.CONTACT}
    about = About(kind=SubjectKind.OVERLAP, name=str(view.line.cards[0].contact.id))
    with acting_as(ada) as session:
        made = corresponding.ask(session, about, None, DUE, "Shall we speak?")
    found = look(sven, made)
    assert (found.correspondence.about, look(ada, made).correspondence.about) == ("SE-1", "NO-1")


def test_who_let_the_day_pass_is_reminded_once_and_what_was_closed_long_ago_goes(
    world: World, ada: Actor, sven: Actor, asked
) -> None:
    look(sven, asked)
    corresponding.look_after()
    assert waits(sven) == []
    lay_back(world, "update correspondences set due_on = due_on - 30")
    for _ in range(2):
        corresponding.look_after()
        assert waits(sven) == [NoticeKind.MESSAGE_DUE]
    with acting_as(ada) as session:
        corresponding.close(session, asked)
    lay_back(world, "update correspondences set closed_at = closed_at - interval '366 days'")
    corresponding.look_after()
    for of in (ada, sven):
        with pytest.raises(NotVisible):
            look(of, asked)
    assert waits(sven) == []


def lay_back(world: World, statement: str) -> None:
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as superuser:
        superuser.execute(statement)


def test_what_was_asked_about_a_case_that_is_shredded_loses_its_words(
    office: Office, world: World, ada: Actor, sven: Actor, asked
) -> None:
    bo = world.officer("bo")
    with acting_as(ada) as session:
        shredding.propose(session, "NO-1")
    shredding.confirm(office.workplace, bo, "NO-1", backup_days=30, seed=bytes(32))
    assert [message.words for message in look(sven, asked).messages] == [""]


@pytest.fixture
def lengthy(asked, ada: Actor, monkeypatch: pytest.MonkeyPatch):
    """A correspondence of three pages: the request and six remarks, of which three are shown at once."""
    monkeypatch.setattr(messages, "MESSAGES_SHOWN_MAX", 3)
    for number in range(6):
        with acting_as(ada) as session:
            corresponding.say(session, asked, Kind.REMARK, f"remark {number}")
    return asked


def test_what_was_said_last_is_shown_and_all_before_it_is_read_on(sven: Actor, lengthy) -> None:
    read, before = [], None
    with acting_as(sven) as session:
        while True:
            view = corresponding.look(session, lengthy, before)
            read.append([one.words for one in view.messages])
            before = view.messages[0].id
            if not view.has_earlier:
                break
    assert read == [
        ["remark 3", "remark 4", "remark 5"], ["remark 0", "remark 1", "remark 2"], ["Is this tram yours?"],
    ]  # fmt: skip


def test_a_message_of_another_correspondence_stands_before_nothing(ada: Actor, sven: Actor, lengthy) -> None:
    with acting_as(ada) as session:
        other = corresponding.ask(session, CASE, ("SE", "VICTIM-ID"), DUE, "And this one?")
        foreign = corresponding.look(session, other).messages[0].id
    with acting_as(sven) as session:
        latest = [one.words for one in corresponding.look(session, lengthy).messages]
        for which in (foreign, uuid4()):
            assert [one.words for one in corresponding.look(session, lengthy, which).messages] == latest


def test_the_latest_translations_of_every_message_shown_are_shown(
    sven: Actor, lengthy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "TRANSLATIONS_SHOWN_MAX", 2)
    with acting_as(sven) as session:
        shown = corresponding.look(session, lengthy).messages
        first = messages.first_of(session, [lengthy])
    for words in ("un", "deux", "trois"):
        with acting_as(sven) as session:
            corresponding.translate(session, lengthy, shown[1].id, "fr", words)
    with acting_as(sven) as session:
        corresponding.translate(session, lengthy, next(iter(first)), "fr", "le premier")
        latest = corresponding.look(session, lengthy)
        assert [[one.words for one in message.translations] for message in latest.messages] == [[], ["deux", "trois"], []]
        earliest = corresponding.look(session, lengthy, corresponding.look(session, lengthy, shown[0].id).messages[0].id)
    assert [[one.words for one in message.translations] for message in earliest.messages] == [["le premier"]]


def test_pages_of_a_correspondence_lead_to_its_beginning(lengthy) -> None:
    client = signed_in("sven")
    address, seen = f"/messages/{lengthy}/", []
    while True:
        page = client.get(address).content.decode()
        seen.append(re.findall(r"remark \d|Is this tram yours\?", page))
        earlier = re.search(rf'href="(/messages/{lengthy}/\?before=[^"]+)"', page)
        assert ("Latest messages" in page) == ("before" in address)
        if earlier is None:
            break
        address = earlier[1]
    assert seen == [["remark 3", "remark 4", "remark 5"], ["remark 0", "remark 1", "remark 2"], ["Is this tram yours?"]]
