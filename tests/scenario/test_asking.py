"""An object is cut out by one officer, let out by another, goes with a question, is answered; and nobody else learns of it."""

import io
from base64 import b64decode
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import numpy as np
import psycopg
import pytest
from django.conf import settings
from django.test import override_settings
from PIL import Image

from clew.actions import (
    auditing,
    blocking,
    concluding,
    corresponding,
    cropping,
    ending,
    entering,
    questioning,
    shredding,
    spotting,
)
from clew.actions.auditing import Wanted
from clew.actions.cropping import Box, Piece, State
from clew.actions.questioning import About, Answer, Asking, Kind, Said
from clew.cli.drawing import room
from clew.domain import clue
from clew.domain.agreement import PROPOSAL_DAYS_MAX
from clew.domain.clue import ClueKind
from clew.domain.errors import ClewError, Invalid, NotVisible, SecondPersonNeeded, StepRefused, Unavailable
from clew.domain.handling import Actor, Audience
from clew.domain.handling_change import SubjectKind
from clew.domain.message import NoticeKind, Side
from clew.keys import rotation
from clew.records.session import acting_as
from tests.scenario.test_api_operations import Caller
from tests.world.clients import shown_ago, signed_in
from tests.world.kept import connected
from tests.world.office import Office, cutter_of, unit_only
from tests.world.world import World, handling

DUE = date.today() + timedelta(days=14)  # noqa: DTZ011 (a day is enough)
STATED = {"purpose": "victim-identification", "case": "NO-1"}
BOX = Box(left=100, top=200, width=300, height=300)
WORDS = "Is this plug yours?"


@pytest.fixture
def bo(world: World) -> Actor:
    return world.officer("bo")


@pytest.fixture
def picture(office: Office, ada: Actor, tmp_path: Path) -> bytes:
    """The SHA-256 of a drawn room that only its unit sees."""
    folder = tmp_path / "seized"
    folder.mkdir()
    room(1, (640, 480)).save(folder / "1.png")
    office.intake(ada, folder, "NO-1", cover=unit_only(ada))
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select name from media")
        return bytes(cursor.fetchone()[0])


@pytest.fixture
def series(world: World, ada: Actor) -> str:
    made = world.series(ada, "Room with a plug")
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("update series set audience = %s where id = %s", [unit_only(ada).circles, made])
        cursor.execute("select reference from series")
        return str(cursor.fetchone()[0])


@pytest.fixture
def cut(office: Office, ada: Actor, picture: bytes) -> UUID:
    return cropping.make(cutter_of(office), ada, Piece(sha256=picture, box=BOX, words="a plug"), **STATED)


@pytest.fixture
def let_out(cut: UUID, bo: Actor) -> UUID:
    with acting_as(bo) as session:
        cropping.approve(session, cut)
    return cut


@pytest.fixture
def asked(ada: Actor, sven: Actor, let_out: UUID, series: str) -> str:
    return put(ada, series, ["SE"], let_out)


def put(of: Actor, series: str, named: list[str], crop: UUID | None = None, *, words: str = WORDS) -> str:
    asking = Asking(
        kind=Kind.PLUG_TYPE, about=About.SERIES, name=series, words=words, language="en", due_on=DUE, crop_id=crop
    )
    with acting_as(of) as session:
        return questioning.ask(session, asking, questioning.whom(named, (), ()))


def look(of: Actor, reference: str) -> questioning.View:
    with acting_as(of) as session:
        return questioning.look(session, reference)


def show(office: Office, of: Actor, crop: UUID) -> bytes:
    with cropping.revealed(office.workplace.vault, of, crop, **STATED) as png:
        return png


def state_of(of: Actor, crop: UUID) -> tuple[State, bool]:
    with acting_as(of) as session:
        found = cropping.look(session, crop)
    return found.state, found.is_there


def blobs(office: Office) -> int:
    return sum(path.is_file() for path in (office.workplace.vault.incoming.parent / "blobs").rglob("*"))


def waits(of: Actor) -> list[NoticeKind]:
    with acting_as(of) as session:
        return [notice.kind for notice in corresponding.notices(session).items if notice.seen_at is None]


def test_an_object_is_cut_let_out_asked_about_answered_and_the_asker_reads_it(
    office: Office, ada: Actor, sven: Actor, asked: str, let_out: UUID, series: str
) -> None:
    assert waits(sven) == [NoticeKind.MESSAGE]
    view = look(sven, asked)
    (mine,) = view.parties
    assert (view.side, view.has_it, view.has_object) == (Side.ASKED, True, True)
    assert (view.question.kind, view.question.about, view.question.asked_by) == (Kind.PLUG_TYPE, "", "")
    assert [one.words for one in view.messages[mine.correspondence_id].items] == [WORDS]
    seen = Image.open(io.BytesIO(show(office, sven, let_out)))
    drawn = room(1, (640, 480)).crop((64, 96, 256, 240))
    assert np.array_equal(np.asarray(seen), np.asarray(drawn))
    with acting_as(sven) as session:
        questioning.answer(session, asked, Answer(said=Said.PROBABLY, country="SE"), "Sold here until 1998.")
    assert waits(ada) == [NoticeKind.MESSAGE]
    view = look(ada, asked)
    (party,) = view.parties
    assert (party.member, party.answers[0].answer) == ("SE", Answer(said=Said.PROBABLY, country="SE"))
    assert view.messages[party.correspondence_id].items[-1].words == "Sold here until 1998."
    assert view.question.about == series


def test_an_object_is_cut_out_by_the_page_and_what_cannot_be_is_one_sentence(
    office: Office, ada: Actor, picture: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "CLEW_CUTTER", cutter_of(office))
    client = signed_in("ada")
    given = {"sha256": picture.hex(), "box": "0.1,0.2,0.3,0.3", "words": "a plug", "purpose": "investigation", "case": "NO-1"}
    for more, told in (
        ({}, "It is cut out"), ({"box": "0,0,1,1"}, "at most a quarter"), ({"sha256": "00" * 32}, "Your unit has no such medium"),
        ({"purpose": "curiosity"}, "closed list"), ({"at": "x"}, "in seconds"), ({"words": " "}, "which object"),
    ):  # fmt: skip
        shown_ago(client, "ada", 0)
        answer = client.post("/objects/cut/new/", given | more, follow=True)
        assert told in answer.content.decode(), more
    with acting_as(ada) as session:
        (made,) = cropping.page(session).items
    assert (made.words, made.box, made.state, made.is_there) == ("a plug", BOX, State.PROPOSED, True)


def test_one_officer_alone_lets_nothing_out(office: Office, ada: Actor, sven: Actor, bo: Actor, cut: UUID, series: str) -> None:
    assert show(office, ada, cut).startswith(b"\x89PNG")
    with acting_as(ada) as session, pytest.raises(SecondPersonNeeded):
        cropping.approve(session, cut)
    with pytest.raises(StepRefused):
        put(ada, series, ["SE"], cut)
    with acting_as(ada) as session, session.cursor() as cursor, pytest.raises(psycopg.errors.CheckViolation):
        cursor.execute("update crops set state = 'in-force', decided_by = 'ada', decided_at = now() where id = %s", [cut])
    with pytest.raises(NotVisible):
        show(office, sven, cut)
    assert state_of(bo, cut) == (State.PROPOSED, True)


def test_what_is_refused_shows_nothing_and_its_bytes_go(office: Office, ada: Actor, bo: Actor, cut: UUID) -> None:
    before = blobs(office)
    with acting_as(bo) as session:
        cropping.refuse(office.workplace.vault, session, cut)
    assert (state_of(ada, cut), blobs(office)) == ((State.WITHDRAWN, False), before - 1)
    for of in (ada, bo):
        with pytest.raises(NotVisible):
            show(office, of, cut)
    with acting_as(bo) as session, pytest.raises(StepRefused):
        cropping.approve(session, cut)


def test_who_was_not_asked_reads_nothing_and_cannot_tell(
    office: Office, world: World, ada: Actor, sven: Actor, asked: str, let_out: UUID
) -> None:
    dina, carl = world.officer("dina", member="DK"), world.officer("carl", member="SE", unit="FORENSICS")
    said = set()
    for stranger in (dina, carl, world.officer("iris", unit="INTAKE")):
        for reference in (asked, "Q-100000017", "plug"):
            with pytest.raises(NotVisible) as refused:
                look(stranger, reference)
            said.add(str(refused.value))
        for crop in (let_out, UUID(int=7)):
            with pytest.raises(NotVisible) as hidden:
                show(office, stranger, crop)
            assert str(hidden.value) == "There is no such object to be shown."
        with acting_as(stranger) as session, session.cursor() as cursor:
            for table in ("questions", "question_answers", "crops", "correspondences", "messages", "notices"):
                cursor.execute(f"select count(*) from {table}")
                assert cursor.fetchone() == (0,), (stranger, table)
    assert said == {"There is no such question."}


def test_those_who_were_asked_see_nothing_of_one_another(world: World, ada: Actor, sven: Actor, let_out: UUID, series: str) -> None:
    dina = world.officer("dina", member="DK")
    asked = put(ada, series, ["SE", "DK"], let_out)
    with acting_as(dina) as session:
        questioning.answer(session, asked, Answer(said=Said.NO, country="DK"), "Ours has other holes.")
    view = look(sven, asked)
    assert [party.member for party in view.parties] == ["SE"]
    assert "holes" not in repr(view)
    assert [(party.member, len(party.answers)) for party in look(ada, asked).parties] == [("DK", 1), ("SE", 0)]


def test_an_officer_makes_a_clue_of_an_answer_once_where_the_object_was_cut_out(
    ada: Actor, sven: Actor, asked: str, picture: bytes
) -> None:
    for answer, words in ((Answer(said=Said.NOTHING_KNOWN), ""), (Answer(said=Said.YES, country="SE"), "Type F, sold here.")):
        with acting_as(sven) as session:
            questioning.answer(session, asked, answer, words)
    (party,) = look(ada, asked).parties
    latest, earlier = party.answers
    with acting_as(ada) as session:
        concluding.conclude(session, asked, latest.id)
        (made,) = spotting.of_media(session, [picture.hex()])
    assert (made.said.kind, made.said.value, made.said.speaks) == (ClueKind.PLUG_TYPE, asked, {"SE": 3})
    assert made.said.note == f"By an answer to {asked}.", "who answered, and in which words, is told with the question alone"
    assert (made.said.where.box, made.is_own) == (clue.Box(x=0.1, y=0.2, width=0.3, height=0.3), True)
    for of, answer_id, refusal in (
        (ada, latest.id, StepRefused), (ada, earlier.id, StepRefused), (ada, UUID(int=7), NotVisible), (sven, latest.id, StepRefused),
    ):  # fmt: skip
        with acting_as(of) as session, pytest.raises(refusal):
            concluding.conclude(session, asked, answer_id)


def test_kinds_of_questions_are_in_step_with_those_of_clues() -> None:
    assert {*Kind} - {*map(str, ClueKind)} == {Kind.OTHER}


def test_we_know_nothing_is_one_press_and_an_answer_can_be_another_later(ada: Actor, sven: Actor, asked: str) -> None:
    with acting_as(sven) as session:
        questioning.answer(session, asked, Answer(said=Said.NOTHING_KNOWN))
    with acting_as(sven) as session:
        questioning.answer(session, asked, Answer(said=Said.YES, country="SE"))
    (party,) = look(ada, asked).parties
    assert [given.answer.said for given in party.answers] == [Said.YES, Said.NOTHING_KNOWN]
    with acting_as(ada) as session, pytest.raises(StepRefused):
        questioning.answer(session, asked, Answer(said=Said.YES))


def test_a_closed_question_is_not_answered_and_its_object_not_shown(
    office: Office, ada: Actor, sven: Actor, asked: str, let_out: UUID
) -> None:
    with acting_as(sven) as session, pytest.raises(StepRefused):
        questioning.close(session, asked)
    with acting_as(ada) as session:
        questioning.close(session, asked)
    assert not look(sven, asked).has_object
    with pytest.raises(NotVisible):
        show(office, sven, let_out)
    with acting_as(sven) as session, pytest.raises(StepRefused):
        questioning.answer(session, asked, Answer(said=Said.YES))


def test_who_let_the_day_pass_is_reminded_once_and_a_question_closed_long_ago_goes_with_its_answers(
    world: World, ada: Actor, sven: Actor, asked: str
) -> None:
    look(sven, asked)
    lay_back(world, "update correspondences set due_on = due_on - 30")
    for _ in range(2):
        corresponding.look_after()
        assert waits(sven) == [NoticeKind.MESSAGE_DUE]
    with acting_as(sven) as session:
        questioning.answer(session, asked, Answer(said=Said.NO, country="SE"))
    with acting_as(ada) as session:
        questioning.close(session, asked)
    lay_back(world, "update correspondences set closed_at = closed_at - interval '366 days'")
    lay_back(world, "update questions set closed_at = closed_at - interval '366 days'")
    corresponding.look_after()
    for of in (ada, sven):
        with pytest.raises(NotVisible):
            look(of, asked)
    with acting_as(ada) as session, session.cursor() as cursor:
        for table in ("questions", "question_answers", "correspondences", "messages"):
            cursor.execute(f"select count(*) from {table}")
            assert cursor.fetchone() == (0,), table


def test_a_question_is_passed_on_and_translated(world: World, ada: Actor, sven: Actor, asked: str) -> None:
    carl = world.officer("carl", member="SE", unit="FORENSICS")
    with acting_as(sven) as session:
        questioning.pass_on(session, asked, "FORENSICS", "You know plugs.")
    assert look(carl, asked).has_it
    with acting_as(sven) as session, pytest.raises(StepRefused):
        questioning.answer(session, asked, Answer(said=Said.NO))
    with acting_as(carl) as session:
        questioning.translate(session, asked, "sv", "Är kontakten er?")
        questioning.answer(session, asked, Answer(said=Said.YES, country="SE"))
    view = look(ada, asked)
    (party,) = view.parties
    first = view.messages[party.correspondence_id].items[0]
    assert (first.words, first.translations[0].words, party.units[-1]) == (WORDS, "Är kontakten er?", "FORENSICS")


def test_units_are_asked_for_what_they_are_good_at_and_speak(world: World, ada: Actor, sven: Actor, series: str) -> None:
    world.officer("dina", member="DK")
    for member, languages, good_at in (("SE", ("sv",), "digital-forensics"), ("DK", ("da", "sv"), "liaison")):
        particulars = entering.Particulars(name=member, kind=entering.MemberKind.COUNTRY, languages=languages)
        with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as superuser:
            superuser.execute("update members set languages = %s where code = %s", [list(particulars.languages), member])
            superuser.execute("update units set specialities = %s where member = %s", [[good_at], member])
    asking = Asking(kind=Kind.TEXT, about=About.SERIES, name=series, words="What is it?", language="en", due_on=DUE)
    for good_at, speaking, members in (
        (["liaison"], [], {"DK"}), ([], ["sv"], {"DK", "SE"}), (["digital-forensics"], ["sv"], {"SE"}), (["liaison"], ["fr"], None),
    ):  # fmt: skip
        with acting_as(ada) as session:
            if members is None:
                with pytest.raises(Invalid):
                    questioning.ask(session, asking, questioning.whom((), good_at, speaking))
                continue
            reference = questioning.ask(session, asking, questioning.whom((), good_at, speaking))
        assert {party.member for party in look(ada, reference).parties} == members


def test_a_member_excluded_from_the_medium_is_not_shown_a_piece_of_it(
    office: Office, world: World, ada: Actor, sven: Actor, asked: str, let_out: UUID, series: str
) -> None:
    excluded = handling(ada, Audience.UNIT, excluded=["SE"])
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("update media set excluded = %s", [sorted(excluded.excluded)])
    assert not look(sven, asked).has_object
    with pytest.raises(NotVisible):
        show(office, sven, let_out)
    with pytest.raises(Invalid):
        put(ada, series, ["SE"], let_out)
    assert put(ada, series, ["SE"])


def test_the_piece_of_a_shredded_case_is_gone(
    office: Office, ada: Actor, bo: Actor, sven: Actor, asked: str, let_out: UUID
) -> None:
    with acting_as(ada) as session:
        shredding.propose(session, "NO-1")
    shredding.confirm(office.workplace, bo, "NO-1", backup_days=30, seed=bytes(32))
    assert blobs(office) == 0
    for of in (ada, sven):
        with pytest.raises(NotVisible):
            show(office, of, let_out)
    view = look(sven, asked)
    assert (view.has_object, [one.words for one in view.messages[view.parties[0].correspondence_id].items]) == (False, [""])
    assert (view.question.closed_at is not None, view.has_it) == (True, False)


def test_a_question_about_a_clue_on_a_medium_of_a_shredded_case_loses_its_words(
    office: Office, ada: Actor, bo: Actor, sven: Actor, picture: bytes
) -> None:
    with acting_as(ada) as session:
        made = spotting.add(session, picture.hex(), clue.Said(kind=ClueKind.TEXT, value="Skola 4", speaks={"SE": 3}))
        asking = Asking(kind=Kind.TEXT, about=About.CLUE, name=str(made.id), words="Skola 4?", language="en", due_on=DUE)
        reference = questioning.ask(session, asking, questioning.whom(["SE"], (), ()))
    with acting_as(ada) as session:
        shredding.propose(session, "NO-1")
    shredding.confirm(office.workplace, bo, "NO-1", backup_days=30, seed=bytes(32))
    view = look(sven, reference)
    assert [one.words for one in view.messages[view.parties[0].correspondence_id].items] == [""]
    assert view.question.closed_at is not None


def test_a_piece_opens_after_its_owners_key_was_renewed(office: Office, ada: Actor, cut: UUID) -> None:
    before, keys = show(office, ada, cut), office.workplace.vault.keys
    version = keys.version("NO", "own")
    rotation.rotate(keys, "NO")
    assert (keys.version("NO", "own"), show(office, ada, cut)) == (version + 1, before)


def test_a_piece_goes_with_the_exhibit_that_held_its_medium(
    office: Office, world: World, ada: Actor, sven: Actor, asked: str, let_out: UUID
) -> None:
    lay_back(world, "update exhibits set entered_at = entered_at - interval '20 years'")
    lay_back(world, "update covers set retention_end = date '2020-01-01'")
    ending.end_all(office.workplace)
    assert blobs(office) == 0
    for of in (ada, sven):
        with pytest.raises(NotVisible):
            show(office, of, let_out)


def test_while_its_case_is_under_examination_nobody_else_sees_the_piece(
    office: Office, world: World, ada: Actor, sven: Actor, asked: str, let_out: UUID
) -> None:
    with acting_as(ada) as session:
        blocking.block(session, SubjectKind.CASE, "NO-1", None, "Somebody asked.")
    with pytest.raises(NotVisible):
        show(office, sven, let_out)
    with pytest.raises(StepRefused):
        show(office, ada, let_out)


def test_what_nobody_agreed_to_in_a_week_goes_with_its_bytes(office: Office, world: World, ada: Actor, cut: UUID) -> None:
    before = blobs(office)
    cropping.look_after(office.workplace.vault)
    assert state_of(ada, cut) == (State.PROPOSED, True)
    lay_back(world, f"update crops set proposed_at = proposed_at - interval '{PROPOSAL_DAYS_MAX} days'")
    assert cropping.overdue() == 0
    lay_back(world, "update crops set proposed_at = proposed_at - interval '1 day'")
    assert cropping.overdue() == 1
    cropping.look_after(office.workplace.vault)
    assert (state_of(ada, cut), blobs(office)) == ((State.LAPSED, False), before - 1)


@pytest.mark.parametrize("moment", ["before the bytes", "after the bytes"])
def test_a_cut_that_is_stopped_on_its_way_leaves_nothing_behind_and_is_done_again(
    office: Office, world: World, ada: Actor, picture: bytes, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    before, piece = blobs(office), Piece(sha256=picture, box=BOX, words="a plug")
    stop = {"before the bytes": (office.workplace.vault.__class__, "put"), "after the bytes": (cropping.crops, "arrive")}

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(*stop[moment], stopped)
        with pytest.raises(KeyboardInterrupt):
            cropping.make(cutter_of(office), ada, piece, **STATED)
    lay_back(world, "update crops set proposed_at = proposed_at - interval '2 hours'")
    cropping.look_after(office.workplace.vault)
    assert blobs(office) == before
    assert state_of(ada, cropping.make(cutter_of(office), ada, piece, **STATED)) == (State.PROPOSED, True)


def test_a_piece_is_shown_for_what_its_medium_is_kept_for_alone(office: Office, sven: Actor, asked: str, let_out: UUID) -> None:
    for purpose, is_shown in (("investigation", True), ("crime-analysis", False), ("curiosity", False)):
        try:
            with cropping.revealed(office.workplace.vault, sven, let_out, purpose=purpose, case=asked):
                assert is_shown
        except (StepRefused, Invalid):
            assert not is_shown


def test_who_was_shown_a_piece_is_on_record_with_its_owner_before_the_key_is_asked_for(
    office: Office, world: World, ada: Actor, sven: Actor, asked: str, let_out: UUID
) -> None:
    show(office, sven, let_out)
    with acting_as(ada) as session:
        (access,) = auditing.accesses(session, Wanted(act="crop.show")).items
    assert (access.member, access.subject, access.purpose) == ("SE", str(let_out), STATED["purpose"])
    app = world.facts.roles.app
    with connected(**world.facts.as_owner(), autocommit=True) as owner:
        owner.execute(f"revoke insert on acts from {app}")
        try:
            with pytest.raises(Unavailable):
                show(office, sven, let_out)
        finally:
            owner.execute(f"grant insert on acts to {app}")


@pytest.mark.parametrize(
    "asking",
    [
        {"name": "S-100000017"}, {"words": " "}, {"language": "english"}, {"due_on": date(2020, 1, 1)},
        {"crop_id": UUID(int=7)}, {"about": About.MEDIUM, "name": "00" * 32}, {"about": About.PLACE, "name": "P-1"},
    ],
    ids=["series", "words", "language", "day", "crop", "medium", "place"],
)  # fmt: skip
def test_a_question_that_cannot_be_is_refused_and_nobody_is_asked(
    world: World, ada: Actor, sven: Actor, series: str, asking: dict[str, object]
) -> None:
    given = {
        "kind": Kind.SIGN, "about": About.SERIES, "name": series, "words": WORDS, "language": "en", "due_on": DUE, **asking
    }
    with acting_as(ada) as session, pytest.raises(ClewError):
        questioning.ask(session, Asking(**given), questioning.whom(["SE"], (), ()))
    assert waits(sven) == []


@pytest.mark.parametrize("named", [["NO"], ["FR"], ["SE/NOWHERE"], [], ["a b c"]], ids=str)
def test_nobody_is_asked_who_cannot_be(ada: Actor, sven: Actor, series: str, named: list[str]) -> None:
    with pytest.raises(Invalid):
        put(ada, series, named)


def lay_back(world: World, statement: str) -> None:
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as superuser:
        superuser.execute(statement)


def test_a_program_cuts_objects_out_and_a_second_officer_lets_one_out_by_it(
    office: Office, ada: Actor, bo: Actor, cut: UUID, picture: bytes
) -> None:
    with override_settings(CLEW_VAULT=office.workplace.vault, CLEW_CUTTER=office.workplace):
        by_programs(picture, cut)


def by_programs(picture: bytes, cut: UUID) -> None:
    walked: set[tuple[str, str]] = set()
    assert [one["id"] for one in Caller("ada", walked).get("/crops")["items"]] == [str(cut)]
    bo_, ada_ = Caller("bo", walked), Caller("ada", walked)
    bo_.post(f"/crops/{cut}/approve")
    assert ada_.get(f"/crops/{cut}")["state"] == "in-force"
    png = b64decode(bo_.post(f"/crops/{cut}/show", **STATED)["png"])
    assert Image.open(io.BytesIO(png)).size == (192, 144)
    bo_.post(f"/crops/{cut}/end")
    made = ada_.post("/crops", medium=picture.hex(), box="0.1,0.2,0.3,0.3", words="a plug", **STATED)["crop"]
    bo_.post(f"/crops/{made}/refuse")
    assert ada_.get(f"/crops/{made}")["is_there"] is False


def test_an_object_waits_for_whoever_did_not_cut_it_out_until_one_lets_it_out(ada: Actor, bo: Actor, cut: UUID) -> None:
    def waiting(of: Actor) -> list[UUID]:
        with acting_as(of) as session:
            return [one.id for one in cropping.page(session, is_waiting=True).items]

    assert (waiting(ada), waiting(bo)) == ([], [cut])
    client = signed_in("bo")
    assert "a plug" in client.get("/objects/?waiting=1").content.decode()
    assert [one["id"] for one in client.get("/api/crops", {"is_waiting": True}).json()["items"]] == [str(cut)]
    with acting_as(bo) as session:
        cropping.approve(session, cut)
    assert (waiting(ada), waiting(bo)) == ([], [])
    assert "Nothing waits." in client.get("/objects/?waiting=1").content.decode()
    assert "a plug" in client.get("/objects/").content.decode()
