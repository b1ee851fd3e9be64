"""A package is built for the likely country, agreed to by a second officer, read, accepted and handed back; and by nobody else."""

import hashlib
import io
import json
import zipfile
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from clew.actions import (
    blocking,
    corresponding,
    cropping,
    ending,
    gathering,
    questioning,
    referring,
    shredding,
    spotting,
)
from clew.actions.cropping import Box, Piece
from clew.actions.referring import State, Step
from clew.cli.drawing import room
from clew.domain import clue
from clew.domain.errors import ClewError, Invalid, NotVisible, SecondPersonNeeded, StepRefused, Tampered
from clew.domain.handling import Actor, Audience
from clew.domain.handling_change import SubjectKind
from clew.domain.message import NoticeKind
from clew.domain.question import About
from clew.domain.question import Kind as QuestionKind
from clew.domain.referral import Section, sections_from_words
from clew.formats import referral as packing
from clew.keys import certificates
from clew.records.session import acting_as
from tests.world.clients import signed_in
from tests.world.kept import connected
from tests.world.office import Office, cutter_of, unit_only
from tests.world.world import World, handling

DUE = date.today() + timedelta(days=30)  # noqa: DTZ011 (a day is enough)
STATED = {"purpose": "victim-identification", "case": "NO-1"}
SEED = bytes(range(32))
NOTE = "The jacket of a school."


@pytest.fixture
def bo(world: World) -> Actor:
    return world.officer("bo")


@pytest.fixture
def medium(office: Office, ada: Actor, tmp_path: Path) -> bytes:
    """The SHA-256 of a drawn room that only its unit sees, with a clue on it."""
    folder = tmp_path / "seized"
    folder.mkdir()
    room(1, (640, 480)).save(folder / "1.png")
    office.intake(ada, folder, "NO-1", cover=unit_only(ada))
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select name from media")
        name = bytes(cursor.fetchone()[0])
        said = clue.Said(kind=clue.ClueKind.TEXT, value="Skola 4", note=NOTE, speaks={"SE": 3})
        spotting.add(session, name.hex(), said)
    return name


@pytest.fixture
def series(ada: Actor, medium: bytes) -> str:
    with acting_as(ada) as session:
        reference = gathering.open_new(session, "Room", unit_only(ada)).reference
        gathering.add(session, reference, media=[medium], case=None, exhibit=None)
        gathering.narrate(session, reference, "Words of the unit alone.")
    return reference


@pytest.fixture
def crop(office: Office, ada: Actor, bo: Actor, medium: bytes) -> UUID:
    box = Box(left=100, top=200, width=300, height=300)
    made = cropping.make(cutter_of(office), ada, Piece(sha256=medium, box=box, words="a plug"), **STATED)
    with acting_as(bo) as session:
        cropping.approve(session, made)
    return made


def build(of: Actor, series: str, *, to: tuple[str, str] | None = ("SE", "VICTIM-ID"), country: str = "SE", **more) -> str:
    given = {"words": "Likely yours.", "due_on": DUE, "sections": sections_from_words(""), **more}
    with acting_as(of) as session:
        return referring.build(session, referring.Wanted(series=series, country=country, to=to, **given))


@pytest.fixture
def built(ada: Actor, sven: Actor, series: str, crop: UUID) -> str:
    return build(ada, series, crops=(crop,))


@pytest.fixture
def handed(built: str, bo: Actor) -> str:
    with acting_as(bo) as session:
        referring.approve(session, built)
    return built


def look(of: Actor, reference: str) -> referring.View:
    with acting_as(of) as session:
        return referring.look(session, reference)


def move(of: Actor, reference: str, step: Step, words: str = "") -> None:
    with acting_as(of) as session:
        referring.move(session, reference, step, words)


def waits(of: Actor) -> list[NoticeKind]:
    with acting_as(of) as session:
        return [notice.kind for notice in corresponding.notices(session).items if notice.seen_at is None]


def test_a_package_is_agreed_to_read_accepted_and_handed_back_with_words(
    office: Office, ada: Actor, sven: Actor, handed: str, crop: UUID
) -> None:
    assert waits(sven) == [NoticeKind.MESSAGE]
    view = look(sven, handed)
    assert (view.is_own, view.steps, view.referral.series) == (False, (Step.ACCEPT, Step.DECLINE), "")
    (told,) = view.package.sections[Section.CLUES]
    assert (told["read"], told["note"], told["speaks"]) == ("Skola 4", NOTE, {"SE": 3})
    assert view.package.sections[Section.RANKING][0]["country"] == "SE"
    assert Section.NARRATIVE not in view.package.sections
    with cropping.revealed(office.workplace.vault, sven, crop, **STATED) as png:
        assert png.startswith(b"\x89PNG")
    move(sven, handed, Step.ACCEPT)
    assert waits(ada) == [NoticeKind.MESSAGE]
    with pytest.raises(Invalid):
        move(sven, handed, Step.HAND_BACK)
    move(sven, handed, Step.HAND_BACK, "It is over the border.")
    view = look(sven, handed)
    assert (view.referral.state, view.package) == (State.HANDED_BACK, None)
    with pytest.raises(NotVisible), cropping.revealed(office.workplace.vault, sven, crop, **STATED):
        pass
    assert look(ada, handed).package is not None


def test_one_officer_alone_hands_nothing_over(ada: Actor, sven: Actor, built: str) -> None:
    with acting_as(ada) as session, pytest.raises(SecondPersonNeeded):
        referring.approve(session, built)
    with pytest.raises(NotVisible):
        look(sven, built)
    assert waits(sven) == []
    with acting_as(ada) as session, session.cursor() as cursor, pytest.raises(psycopg.errors.CheckViolation):
        cursor.execute("update referrals set state = 'handed-over', decided_by = 'ada', decided_at = now()")


def test_nobody_else_reads_a_word(world: World, ada: Actor, sven: Actor, handed: str) -> None:
    said = set()
    for stranger in (world.officer("dina", member="DK"), world.officer("carl", member="SE", unit="FORENSICS")):
        for reference in (handed, "R-100000017", "x"):
            with pytest.raises(NotVisible) as refused:
                look(stranger, reference)
            said.add(str(refused.value))
        with acting_as(stranger) as session, session.cursor() as cursor:
            for table in ("referrals", "referral_packages", "correspondences"):
                cursor.execute(f"select count(*) from {table}")
                assert cursor.fetchone() == (0,)
    assert said == {"There is no such referral."}


def test_what_is_withdrawn_is_read_by_nobody_and_its_package_is_gone(ada: Actor, sven: Actor, handed: str) -> None:
    with pytest.raises(StepRefused):
        move(sven, handed, Step.WITHDRAW)
    move(ada, handed, Step.WITHDRAW)
    with pytest.raises(NotVisible):
        look(sven, handed)
    assert look(ada, handed).package is None


def test_of_others_only_what_the_recipient_may_see_goes_into_a_package(
    world: World, office: Office, ada: Actor, sven: Actor, medium: bytes, series: str
) -> None:
    """A clue of Denmark, on the own medium, that Sweden may not see, is weighed for its own unit and not handed over."""
    dina = world.officer("dina", member="DK")
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("update media set audience = %s", [handling(ada).circles])
        cursor.execute("update series_media set audience = %s", [handling(ada).circles])
    with acting_as(dina) as session:
        for value, audience, members in (("Hidden", Audience.MEMBERS, ["NO"]), ("Open", Audience.ALL, [])):
            said = clue.Said(kind=clue.ClueKind.TEXT, value=value, speaks={"FI": 3})
            spotting.add(session, medium.hex(), said, handling(dina, audience, members=members))
    package = look(ada, build(ada, series)).package
    assert {line["read"] for line in package.sections[Section.CLUES]} == {"Skola 4", "Open"}
    assert "Hidden" not in repr(package)
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("update media set audience = %s, members = '{DK}'", [handling(ada, Audience.MEMBERS, members=["DK"]).circles])
    assert {line["read"] for line in look(ada, build(ada, series)).package.sections[Section.CLUES]} == {"Skola 4"}
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("update media set audience = %s, members = '{}'", [handling(ada).circles])
    assert {line["country"] for line in package.sections[Section.RANKING]} == {"SE", "FI"}
    assert "Open" not in repr(look(ada, build(ada, series, to=None, country="FR")).package)


def test_a_zip_has_one_signed_manifest_of_all_that_is_in_it_and_no_medium(
    office: Office, ada: Actor, sven: Actor, handed: str, medium: bytes
) -> None:
    packed = referring.pack(office.workplace.vault, sven, handed, seed=SEED, **STATED)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    statement = certificates.verified(files.pop(packing.MANIFEST).decode(), certificates.public_key(SEED))
    assert set(files) == {"package.json", "package.pdf", "object-1.png"}
    assert statement["files"] == {
        name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()} for name, content in files.items()
    }
    assert files["package.pdf"].startswith(b"%PDF")
    assert json.loads(files["package.json"])["crops"] == [{"file": "object-1.png", "words": "a plug"}]
    assert medium not in {hashlib.sha256(content).digest() for content in files.values()}
    broken = files["package.json"].replace(b"clew-referral/1", b"clew-referral/2")
    with pytest.raises(Tampered):
        packing.from_json(broken.decode())


def test_for_a_country_that_takes_no_part_a_package_goes_by_file_once_two_agreed(
    office: Office, ada: Actor, bo: Actor, sven: Actor, series: str
) -> None:
    made = build(ada, series, to=None, country="FR")
    with pytest.raises(StepRefused):
        referring.pack(office.workplace.vault, ada, made, seed=SEED, **STATED)
    with acting_as(bo) as session:
        referring.approve(session, made)
    assert referring.pack(office.workplace.vault, ada, made, seed=SEED, **STATED)
    with pytest.raises(Invalid):
        build(ada, series, to=None, country="SE")


def test_while_the_series_is_under_examination_nothing_is_read_or_handed_over(
    ada: Actor, bo: Actor, sven: Actor, handed: str, series: str
) -> None:
    with acting_as(ada) as session:
        blocking.block(session, SubjectKind.SERIES, series, None, "Somebody asked.")
    with pytest.raises(ClewError):
        look(sven, handed)
    with pytest.raises(StepRefused):
        build(ada, series)


def hide(world: World, table: str) -> None:
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as superuser:
        superuser.execute(f"update {table} set excluded = array['SE']")


@pytest.mark.parametrize("table", ["series", "media"])
def test_what_was_hidden_since_a_package_was_made_is_not_handed_over(
    world: World, ada: Actor, bo: Actor, sven: Actor, series: str, table: str
) -> None:
    made = build(ada, series)
    hide(world, table)
    with acting_as(bo) as session, pytest.raises((Invalid, StepRefused)):
        referring.approve(session, made)
    with pytest.raises(NotVisible):
        look(sven, made)


def test_a_series_under_examination_leaves_by_no_file(
    office: Office, ada: Actor, sven: Actor, bo: Actor, series: str
) -> None:
    made = build(ada, series)
    with acting_as(bo) as session:
        referring.approve(session, made)
    with acting_as(ada) as session:
        blocking.block(session, SubjectKind.SERIES, series, None, "Somebody asked.")
    with pytest.raises(StepRefused, match="examination"):
        referring.pack(office.workplace.vault, ada, made, seed=SEED, **STATED)


FORGED = (
    "insert into correspondences (member, unit, to_member, to_units, subject_kind, subject_id, due_on, asked_by)"
    " values ('DK', 'VICTIM-ID', %s, array['VICTIM-ID'], %s, %s, current_date, 'dora')"
)


def test_a_correspondence_of_ones_own_about_anothers_referral_opens_nothing(
    world: World, ada: Actor, sven: Actor, handed: str
) -> None:
    """Whoever knew its identifier would have let others of the recipient's member read it, or a question of another."""
    other, dora = world.officer("siv", member="SE", unit="CYBER"), world.officer("dora", member="DK")
    with acting_as(ada) as session:
        asking = questioning.Asking(
            kind=QuestionKind.TEXT, about=About.SERIES, name=look_own(session, handed), words="Which?", language="en",
            due_on=DUE,
        )  # fmt: skip
        asked = questioning.ask(session, asking, questioning.whom(["SE/VICTIM-ID"], [], []))
        ids = {"referral": referring.look(session, handed).referral.id, "question": questioning.look(session, asked).question.id}
    with acting_as(dora) as session, session.cursor() as cursor:
        for kind, subject in ids.items():
            cursor.execute(FORGED.replace("array['VICTIM-ID']", "array['CYBER']"), ["SE", kind, subject])
        cursor.execute("select count(*) from questions")
        assert cursor.fetchone()[0] == 0
    with acting_as(other) as session, session.cursor() as cursor:
        cursor.execute("select (select count(*) from questions) + (select count(*) from referrals)")
        assert cursor.fetchone()[0] == 0
    assert look(sven, handed).package is not None


def look_own(session, reference: str) -> str:
    return referring.look(session, reference).referral.series


def test_a_referral_goes_with_its_series(office: Office, world: World, ada: Actor, sven: Actor, handed: str, day: list[date]) -> None:
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as superuser:
        superuser.execute("update series set entered_at = entered_at - interval '20 years'")
        superuser.execute("update covers set retention_end = date '2020-01-01'")
    ending.end_all(office.workplace)
    for of in (ada, sven):
        with pytest.raises(NotVisible):
            look(of, handed)


def test_a_package_goes_when_the_case_is_shredded_whose_media_it_names(
    office: Office, ada: Actor, bo: Actor, sven: Actor, handed: str, series: str
) -> None:
    """It lies under the member's key, which stays: nothing of the case would be left but what the package says of it."""
    other = build(ada, series, to=None, country="FR", sections=frozenset({Section.PLACES}))
    with acting_as(ada) as session:
        shredding.propose(session, "NO-1")
    text = shredding.confirm(office.workplace, bo, "NO-1", backup_days=30, seed=SEED)
    assert certificates.verified(text, certificates.public_key(SEED))["counts"]["referral_packages"] == 1
    with pytest.raises(NotVisible):
        look(sven, handed)
    view = look(ada, handed)
    assert (view.referral.state, view.package, view.steps) == (State.WITHDRAWN, None, ())
    with pytest.raises(ClewError):
        referring.pack(office.workplace.vault, ada, handed, seed=SEED, **STATED)
    assert look(ada, other).package is not None, "it names no medium"


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"country": "XX"}, Invalid), ({"to": ("SE", "NOWHERE")}, Invalid), ({"to": ("NO", "VICTIM-ID"), "country": "NO"}, Invalid),
        ({"words": " "}, Invalid), ({"due_on": date(2020, 1, 1)}, Invalid), ({"crops": (UUID(int=7),)}, NotVisible),
        ({"series": "S-100000017"}, NotVisible),
    ],
    ids=["country", "unit", "own", "words", "day", "crop", "series"],
)  # fmt: skip
def test_what_cannot_be_handed_over_is_refused(ada: Actor, sven: Actor, series: str, more: dict, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        build(ada, **{"series": series, **more})


def test_a_referral_waits_for_whoever_did_not_build_it_until_one_agrees(ada: Actor, bo: Actor, sven: Actor, built: str) -> None:
    def waiting(of: Actor) -> list[str]:
        with acting_as(of) as session:
            return [one.reference for one in referring.page(session, is_waiting=True).items]

    assert (waiting(ada), waiting(bo), waiting(sven)) == ([], [built], [])
    client = signed_in("bo")
    assert f'href="/referrals/{built}/"' in client.get("/referrals/?waiting=1").content.decode()
    assert [one["reference"] for one in client.get("/api/referrals", {"is_waiting": True}).json()["items"]] == [built]
    with acting_as(bo) as session:
        referring.approve(session, built)
    assert (waiting(ada), waiting(bo), waiting(sven)) == ([], [], [])
