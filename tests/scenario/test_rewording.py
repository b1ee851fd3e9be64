"""The words of a cover are changed by its owner; what was entered narrower than its exhibit stays so."""

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from clew.actions import auditing, opening, receiving, restricting
from clew.domain.agreement import State
from clew.domain.cover import Condition, Confidentiality, Cover, Purpose, Words, default_retention_end
from clew.domain.errors import Invalid, NotVisible, SecondPersonNeeded, Unavailable
from clew.domain.handling import Actor, Audience, Handling
from clew.domain.handling_change import Change, SubjectKind
from clew.domain.officer import Role
from clew.domain.wording import Reworded
from clew.records import covers
from clew.records.session import acting_as
from tests.world.meanwhile import while_open
from tests.world.office import Office
from tests.world.world import World, handling

WHY = "The court asks for it."
DEFAULT = Cover(retention_end=default_retention_end(opening.today()))
H2 = replace(DEFAULT, conditions=frozenset({Condition.H2}))


def files(folder: Path, *words: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for word in words:
        (folder / f"{word}.txt").write_text(f"words of {word}")
    return folder


def reword(
    of: Actor, name: str = "PHONE-1", kind: SubjectKind = SubjectKind.EXHIBIT, within: str | None = "NO-1", *,
    reaches_own: bool = False, **said: object,
) -> Change:  # fmt: skip
    with acting_as(of) as session:
        return restricting.reword(session, kind, name, within, Reworded(**said), WHY, reaches_own=reaches_own)


def of_case(of: Actor, **said: object) -> Change:
    return reword(of, "NO-1", SubjectKind.CASE, None, **said)


def rehandle(of: Actor, given: Handling, *, kind: SubjectKind = SubjectKind.EXHIBIT, **more: object) -> Change:
    name, within = ("PHONE-1", "NO-1") if kind is SubjectKind.EXHIBIT else ("NO-1", None)
    with acting_as(of) as session:
        return restricting.change(session, kind, name, within, given, WHY, **more)


def words_of(of: Actor, table: str = "media") -> set[tuple[str, ...]]:
    """Conditions of every record of a table that the officer sees, each once."""
    with acting_as(of) as session:
        with session.cursor() as cursor:
            ids = [row[0] for row in cursor.execute(f"select distinct cover_id from {table} where owner_member = 'NO'")]
        found = covers.of(session, [each for each in ids if each is not None])
        return {tuple(sorted(found[each].conditions)) if each in found else ("none",) for each in ids}


def seen(by: Actor, table: str = "media") -> int:
    with acting_as(by) as session, session.cursor() as cursor:
        return cursor.execute(f"select count(*) from {table} where owner_member = 'NO'").fetchone()[0]


@pytest.fixture
def bo(world: World) -> Actor:
    return world.officer("bo", member="NO")


@pytest.fixture
def held(office: Office, ada: Actor, tmp_path: Path) -> None:
    office.intake(ada, files(tmp_path / "phone", "one", "two"), "NO-1", keeps_bytes=False)


@pytest.fixture
def second_asked(world: World) -> None:
    with acting_as(world.officer("nina", member="NO", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)) as session:
        restricting.ask_for_second(session, is_asked=True)


@pytest.mark.usefixtures("held")
def test_other_words_reach_the_exhibit_its_intakes_and_its_media_and_the_case_stays(ada: Actor, sven: Actor) -> None:
    made = reword(ada, conditions="H2", legal_basis="Police Act 3", confidentiality="confidential", evaluation="B2")
    assert made.state is State.IN_FORCE
    for table in ("exhibits", "intakes", "media"):
        assert words_of(ada, table) == words_of(sven, table) == {("H2",)}, table
    assert words_of(ada, "cases") == {("H0",)}
    with acting_as(ada) as session:
        view = restricting.look(session, SubjectKind.EXHIBIT, "PHONE-1", "NO-1")
    assert view.cover is not None
    assert (view.cover.legal_basis, view.cover.confidentiality) == ("Police Act 3", Confidentiality.CONFIDENTIAL)
    assert view.cover.retention_end == DEFAULT.retention_end
    assert [(each.state, each.cover) for each in view.changes] == [(State.REPLACED, DEFAULT), (State.IN_FORCE, view.cover)]
    assert view.handling == handling(ada)


@pytest.mark.usefixtures("held")
def test_words_of_a_case_reach_its_exhibits(ada: Actor) -> None:
    of_case(ada, conditions="H1")
    for table in ("cases", "exhibits", "intakes", "media"):
        assert words_of(ada, table) == {("H1",)}, table
    of_case(ada, conditions="H0")
    assert words_of(ada) == {("H0",)}


@pytest.mark.usefixtures("held")
def test_a_change_leaves_a_line_of_audit_and_says_why(ada: Actor) -> None:
    with pytest.raises(Invalid, match="hold already"):
        reword(ada, conditions="H0")
    with acting_as(ada) as session, pytest.raises(Invalid, match="reason"):
        restricting.reword(session, SubjectKind.CASE, "NO-1", None, Reworded(conditions="H1"), " ")
    with pytest.raises(Invalid, match="in words"):
        reword(ada, conditions="H3")
    reword(ada, conditions="H3", condition_text="Ask first.")
    with acting_as(ada) as session:
        (act,) = auditing.acts_of(session, auditing.Wanted(act="handling.reword")).items
    assert act.counts == {"media": 2}


@pytest.mark.usefixtures("held")
def test_only_the_owning_unit_changes_words(world: World, ada: Actor, sven: Actor) -> None:
    for other in (sven, world.officer("eva", member="NO", unit="CYBER")):
        with pytest.raises(NotVisible):
            of_case(other, conditions="H1")


@pytest.mark.usefixtures("held", "second_asked")
def test_stricter_words_hold_at_once_and_looser_ones_wait_for_a_second_officer(ada: Actor, bo: Actor) -> None:
    assert reword(ada, conditions="H1,H2").state is State.IN_FORCE
    assert words_of(ada) == {("H1", "H2")}
    for said in ({"conditions": "H2"}, {"confidentiality": "official-use"}, {"is_minor": False}, {"purposes": "supervision"}):
        looser = reword(ada, **said)
        assert looser.state is State.PROPOSED, said
    proposed = reword(ada, conditions="H2")
    assert words_of(ada) == {("H1", "H2")}
    with acting_as(ada) as session, pytest.raises(SecondPersonNeeded):
        restricting.approve(session, proposed.id)
    with acting_as(bo) as session:
        restricting.approve(session, proposed.id)
    assert words_of(ada) == {("H2",)}


@pytest.mark.usefixtures("held")
def test_media_with_stricter_words_of_their_own_keep_them_and_come_under_what_is_asked_besides(
    office: Office, ada: Actor, bo: Actor, tmp_path: Path
) -> None:
    office.intake(ada, files(tmp_path / "court", "three"), "NO-1", keeps_bytes=False, words=H2)
    assert words_of(ada) == {("H0",), ("H2",)}
    for said, expected in (
        ("H1", {("H1",), ("H1", "H2")}), ("H0", {("H0",), ("H2",)}), ("H2", {("H2",)}), ("H0", {("H0",), ("H2",)}),
    ):  # fmt: skip
        reword(ada, conditions=said)
        assert words_of(ada) == expected, said
        assert words_of(ada, "intakes") == expected, said
    rehandle(ada, handling(ada, Audience.MEMBER))
    assert words_of(ada) == {("H0",), ("H2",)}
    reword(ada, conditions="H0", reaches_own=True)
    assert words_of(ada) == {("H0",)}
    reword(ada, conditions="H2")
    reword(ada, conditions="H0")
    assert words_of(ada) == {("H0",)}


def test_to_take_from_media_what_is_their_own_needs_a_second_officer_too(
    office: Office, ada: Actor, bo: Actor, tmp_path: Path, held: None, second_asked: None
) -> None:
    office.intake(ada, files(tmp_path / "court", "three"), "NO-1", keeps_bytes=False, words=H2)
    proposed = reword(ada, conditions="H0", reaches_own=True)
    assert (proposed.state, words_of(ada)) == (State.PROPOSED, {("H0",), ("H2",)})
    with acting_as(bo) as session:
        restricting.approve(session, proposed.id)
    assert words_of(ada) == {("H0",)}


def test_a_medium_of_two_exhibits_comes_under_what_both_ask(office: Office, ada: Actor, held: None, tmp_path: Path) -> None:
    office.intake(ada, files(tmp_path / "laptop", "one"), "NO-1", "LAPTOP", keeps_bytes=False)
    reword(ada, conditions="H1")
    reword(ada, "LAPTOP", conditions="H2")
    assert words_of(ada) == {("H1",), ("H1", "H2")}
    reword(ada, conditions="H0")
    assert words_of(ada) == {("H0",), ("H2",)}


def test_an_exhibit_with_stricter_words_of_its_own_keeps_them_when_its_case_changes(
    office: Office, ada: Actor, held: None, tmp_path: Path
) -> None:
    office.intake(ada, files(tmp_path / "laptop", "four"), "NO-1", "LAPTOP", keeps_bytes=False, words=H2)
    of_case(ada, conditions="H1")
    assert words_of(ada, "exhibits") == words_of(ada) == {("H1",), ("H1", "H2")}
    of_case(ada, conditions="H0")
    assert words_of(ada, "exhibits") == words_of(ada) == {("H0",), ("H2",)}


def test_what_a_series_asks_holds_for_its_media_wherever_they_lie(office: Office, ada: Actor, tmp_path: Path) -> None:
    office.intake(ada, files(tmp_path / "phone", "one", "two"), "NO-1", series="green-room", keeps_bytes=False)
    office.intake(ada, files(tmp_path / "more", "three"), "NO-1", keeps_bytes=False)
    reword(ada, "green-room", SubjectKind.SERIES, None, conditions="H2")
    assert words_of(ada) == {("H0",), ("H2",)}
    reword(ada, conditions="H1")
    assert words_of(ada) == {("H1",), ("H1", "H2")}


@pytest.mark.usefixtures("held")
def test_what_an_intake_leaves_out_is_as_its_exhibit_has_it_and_never_looser_than_was_decided(ada: Actor) -> None:
    of_case(ada, conditions="H2", legal_basis="Police Act 3")

    def said(exhibit: str, **words: str) -> Cover:
        with acting_as(ada) as session:
            return restricting.words_within(session, Words(**words), case="NO-1", exhibit=exhibit)

    for exhibit in ("PHONE-1", "PHONE-NEW"):
        assert said(exhibit) == replace(H2, legal_basis="Police Act 3")
        assert said(exhibit, conditions="H1", legal_basis="Another").conditions == {Condition.H1, Condition.H2}
    of_case(ada, purposes="investigation")
    with pytest.raises(Invalid, match="purposes"):
        said("PHONE-1", purposes="detection")
    with acting_as(ada) as session:
        assert restricting.words_within(session, Words(), case="NO-NEW", exhibit="PHONE-1") == DEFAULT


# Handlings of media of their own ------------------------------------------------------------------------


@pytest.fixture
def narrower(office: Office, ada: Actor, held: None, tmp_path: Path) -> None:
    """An exhibit of two media for all and one that was entered for the member alone."""
    office.intake(
        ada, files(tmp_path / "secret", "three"), "NO-1", keeps_bytes=False, cover=handling(ada, Audience.MEMBER)
    )


@pytest.mark.usefixtures("narrower")
def test_media_entered_for_fewer_than_their_exhibit_stay_so_whatever_becomes_of_it(
    ada: Actor, sven: Actor, world: World
) -> None:
    eva = world.officer("eva", member="NO", unit="CYBER")
    assert (seen(sven), seen(eva)) == (2, 3)
    for given, sees in (
        (handling(ada, excluded=["SE"]), (0, 3)), (handling(ada), (2, 3)), (handling(ada, Audience.UNIT), (0, 0)),
        (handling(ada, Audience.MEMBER), (0, 3)), (handling(ada), (2, 3)), (handling(ada, members=["SE"], audience=Audience.MEMBERS), (2, 3)),
    ):  # fmt: skip
        rehandle(ada, given)
        assert (seen(sven), seen(eva)) == (seen(sven, "occurrences"), seen(eva, "occurrences")) == sees, given
    rehandle(ada, handling(ada), kind=SubjectKind.CASE)
    assert (seen(sven), seen(eva)) == (2, 3)


@pytest.mark.usefixtures("narrower")
def test_an_intake_that_goes_on_stays_as_narrow_as_it_was_begun(ada: Actor, sven: Actor) -> None:
    assert seen(sven, "intakes") == seen(sven, "chunks") == 1
    rehandle(ada, handling(ada, Audience.UNIT))
    rehandle(ada, handling(ada))
    assert seen(sven, "intakes") == seen(sven, "chunks") == 1


@pytest.mark.usefixtures("narrower")
def test_a_restriction_that_ends_widens_nothing_that_was_narrower(
    ada: Actor, sven: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    until = opening.today() + timedelta(days=30)
    rehandle(ada, handling(ada, Audience.MEMBER), until=until)
    assert seen(sven) == 0
    monkeypatch.setattr(restricting, "today", lambda: until)
    assert restricting.end_due(ada) == 1
    assert seen(sven) == 2


@pytest.mark.usefixtures("narrower", "second_asked")
def test_their_own_handling_is_taken_from_media_by_two_officers_only(ada: Actor, bo: Actor, sven: Actor) -> None:
    proposed = rehandle(ada, handling(ada), reaches_own=True)
    assert (proposed.state, seen(sven)) == (State.PROPOSED, 2)
    with acting_as(bo) as session:
        restricting.approve(session, proposed.id)
    assert seen(sven) == seen(sven, "occurrences") == 3


def test_media_without_a_cover_stay_as_narrow_as_they_were_entered(world: World, ada: Actor, sven: Actor) -> None:
    world.occurrence(ada, world.medium(ada), "NO-1", "PHONE-1")
    world.occurrence(ada, world.medium(ada, Audience.UNIT), "NO-1", "PHONE-1")
    rehandle(ada, handling(ada, Audience.UNIT))
    rehandle(ada, handling(ada))
    assert seen(sven) == 1
    assert words_of(ada) == {("none",)}
    reword(ada, conditions="H1", purposes=Purpose.DETECTION)
    assert words_of(ada) == {("H1",)}


def test_what_words_were_is_never_overwritten(world: World, ada: Actor, held: None) -> None:
    of_case(ada, conditions="H1")
    with acting_as(ada) as session, session.cursor() as cursor, pytest.raises(psycopg.errors.InsufficientPrivilege):
        cursor.execute("update handling_changes set given_cover_id = null")


# Beside intakes ---------------------------------------------------------------------------------------


def test_a_file_that_was_there_already_comes_under_what_its_new_place_asks_too(
    office: Office, ada: Actor, held: None, tmp_path: Path
) -> None:
    office.intake(ada, files(tmp_path / "again", "one"), "NO-2", "LAPTOP", keeps_bytes=False, words=H2)
    assert words_of(ada) == {("H0",), ("H2",)}
    office.intake(ada, files(tmp_path / "thrice", "one"), "NO-3", "DISK", keeps_bytes=False)
    assert words_of(ada) == {("H0",), ("H2",)}


def test_what_goes_into_a_series_later_comes_under_what_that_asks(office: Office, ada: Actor, tmp_path: Path) -> None:
    office.intake(ada, files(tmp_path / "phone", "one"), "NO-1", series="green-room", keeps_bytes=False)
    reword(ada, "green-room", SubjectKind.SERIES, None, conditions="H2")
    office.intake(ada, files(tmp_path / "more", "two"), "NO-1", series="green-room", keeps_bytes=False)
    assert words_of(ada) == {("H2",)}


def work_as_a_worker_does(office: Office) -> None:
    """A job that finds other words than it began with is done again."""
    for _ in range(TRIES):
        waiting = [*office.waiting]
        try:
            office.work()
        except Unavailable:
            office.waiting.extend(waiting)
        else:
            return
    raise AssertionError("it never came to an end")


TRIES = 5


@pytest.mark.parametrize("is_archive", [False, True])
def test_words_that_change_while_an_intake_writes_reach_what_it_writes(
    office: Office, world: World, ada: Actor, held: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_archive: bool
) -> None:
    source = files(tmp_path / "more", "three")
    if is_archive:
        source = Path(shutil.make_archive(str(tmp_path / "archive"), "zip", source))
    office.intake(ada, source, "NO-1", keeps_bytes=False, works=False)
    with while_open(monkeypatch, world, lambda: reword(ada, conditions="H2")) as meanwhile:
        work_as_a_worker_does(office)
    assert meanwhile.had_to_wait
    assert words_of(ada) == {("H2",)}


def test_words_that_change_before_an_intake_writes_have_it_begin_again(
    office: Office, ada: Actor, held: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.intake(ada, files(tmp_path / "more", "three"), "NO-1", keeps_bytes=False, works=False)
    waiting, real = [*office.waiting], receiving.keeping.keep

    def meanwhile(*given: object) -> object:
        monkeypatch.setattr(receiving.keeping, "keep", real)
        reword(ada, conditions="H2")
        return real(*given)

    monkeypatch.setattr(receiving.keeping, "keep", meanwhile)
    with pytest.raises(Unavailable, match="words"):
        office.work()
    office.waiting.extend(waiting)
    office.work()
    assert words_of(ada) == {("H2",)}
    assert seen(ada) == 3
