"""A case under examination: nobody but its own unit sees it, nothing is made of it, and it comes back as it was."""

import hashlib
from datetime import date
from pathlib import Path
from threading import Thread
from uuid import UUID

import pytest

from clew.actions import blocking, ending, opening, releasing, restricting, retaining, shredding, viewing
from clew.cli.drawing import landscape
from clew.domain.agreement import State
from clew.domain.cover import default_retention_end
from clew.domain.errors import Invalid, NotVisible, StepRefused
from clew.domain.handling import Actor, Audience, Handling, Use
from clew.domain.handling_change import SubjectKind
from clew.domain.officer import Role
from clew.domain.retention import calendar_of
from clew.domain.triage import Counts
from clew.records import blocks, handlings
from clew.records.session import acting_as, let_go
from tests.world.kept import connected
from tests.world.locks import until_it_waits
from tests.world.office import Office
from tests.world.world import World, handling


def block(officer: Actor, name: str = "NO-1", kind: SubjectKind = SubjectKind.CASE, within: str | None = None) -> UUID:
    with acting_as(officer) as session:
        return blocking.block(session, kind, name, within, "A person asked for its deletion.")


def unblock(officer: Actor, block_id: UUID) -> None:
    with acting_as(officer) as session:
        blocking.unblock(session, block_id)


def seen(officer: Actor, table: str = "media", use: Use = Use.FACTS) -> int:
    with acting_as(officer, use) as session, session.cursor() as cursor:
        cursor.execute(f"select count(*) from {table}")
        return cursor.fetchone()[0]


def overlaps(world: World) -> int:
    with connected(**world.facts.as_owner()) as connection:
        connection.execute(f"set role {world.facts.roles.blind}")
        return connection.execute("select count(*) from public.overlaps").fetchone()[0]


def found_in(world: World, officer: Actor, case: str = "NO-1", count: int = 3, audience: Audience = Audience.ALL) -> list[UUID]:
    media = [world.medium(officer, audience) for _ in range(count)]
    for medium in media:
        world.occurrence(officer, medium, case)
    return media


def test_nobody_else_sees_any_row_of_what_is_blocked_for_any_use(world: World, ada: Actor, sven: Actor) -> None:
    found_in(world, ada)
    eva = world.officer("eva", unit="INTAKE")
    tables = ("media", "occurrences", "cases", "exhibits")
    assert [seen(sven, table) for table in tables] == [3, 3, 1, 1]
    block_id = block(ada)
    for use in Use:
        for officer in (sven, eva):
            assert [seen(officer, table, use) for table in tables] == [0, 0, 0, 0], use
    assert [seen(ada, table) for table in tables] == [3, 3, 1, 1]
    unblock(ada, block_id)
    assert [seen(sven, table) for table in tables] == [3, 3, 1, 1]


def test_it_comes_back_as_restricted_as_it_was(world: World, ada: Actor, sven: Actor) -> None:
    found_in(world, ada)
    dora = world.officer("dora", member="DK")
    with acting_as(ada) as session:
        restricting.change(
            session, SubjectKind.CASE, "NO-1", None, handling(ada, excluded={"SE"}), "An operation.", date(2090, 1, 1)
        )
    block_id = block(ada)
    assert (seen(sven), seen(dora)) == (0, 0)
    unblock(ada, block_id)
    assert (seen(sven), seen(dora)) == (0, 3)


def test_no_change_of_handling_opens_what_is_blocked(world: World, ada: Actor, sven: Actor) -> None:
    found_in(world, ada)
    block(ada)
    with acting_as(ada) as session:
        restricting.change(session, SubjectKind.CASE, "NO-1", None, handling(ada), "A slip of the hand.")
    assert seen(sven) == 0
    with acting_as(ada) as session:
        changes = restricting.look(session, SubjectKind.CASE, "NO-1").changes
    (laid,) = [change for change in changes if change.given.is_blocked]
    with pytest.raises(StepRefused), acting_as(ada) as session:
        restricting.end(session, laid.id)
    assert seen(sven) == 0


def test_nothing_is_taken_into_what_is_blocked(world: World, ada: Actor) -> None:
    found_in(world, ada)
    block_id = block(ada)
    with pytest.raises(StepRefused), acting_as(ada) as session:
        restricting.within(session, handling(ada), case="NO-1", exhibit="PHONE-1")
    unblock(ada, block_id)
    with acting_as(ada) as session:
        assert not restricting.within(session, handling(ada), case="NO-1", exhibit="PHONE-1").is_blocked


def test_what_lies_in_another_case_too_stays_to_be_used_there(world: World, ada: Actor, sven: Actor) -> None:
    (shared, *_) = found_in(world, ada)
    world.occurrence(ada, shared, "NO-2")
    block(ada)
    assert seen(sven, "media") == 1
    assert seen(sven, "occurrences") == 1


def test_a_blocked_series_hides_its_media_wherever_they_lie(world: World, ada: Actor, sven: Actor) -> None:
    media = found_in(world, ada)
    world.series(ada, "harbour", media[:2])
    block_id = block(ada, "harbour", SubjectKind.SERIES)
    assert (seen(sven), seen(sven, "series"), seen(sven, "series_media")) == (1, 0, 0)
    unblock(ada, block_id)
    assert (seen(sven), seen(sven, "series"), seen(sven, "series_media")) == (3, 1, 2)


def test_overlaps_with_it_are_gone_while_it_lasts_and_noted_anew_afterwards(
    world: World, ada: Actor, sven: Actor
) -> None:
    world.exhibit(ada, "NO-1", cover=handling(ada, Audience.UNIT))
    world.occurrence(ada, world.medium(ada, Audience.UNIT, content=b"a harbour"), "NO-1")
    theirs = world.medium(sven, content=b"a harbour")
    note(sven, theirs)
    assert overlaps(world) == 1
    block_id = block(ada)
    assert overlaps(world) == 0
    note(sven, theirs)
    assert overlaps(world) == 0, "nobody learns of what is under examination"
    unblock(ada, block_id)
    assert overlaps(world) == 1


def note(officer: Actor, medium: UUID) -> None:
    with acting_as(officer) as session, session.cursor() as cursor:
        cursor.execute("select clew_note_equal_bytes(%s::uuid[])", [[medium]])


def test_a_block_is_laid_once_lifted_once_and_has_a_reason(world: World, ada: Actor, sven: Actor) -> None:
    found_in(world, ada)
    with pytest.raises(Invalid), acting_as(ada) as session:
        blocking.block(session, SubjectKind.CASE, "NO-1", None, "  ")
    block_id = block(ada)
    with pytest.raises(StepRefused):
        block(ada)
    for stranger in (sven, world.officer("eva", unit="INTAKE")):
        with pytest.raises(NotVisible):
            unblock(stranger, block_id)
        with pytest.raises(NotVisible):
            block(stranger)
    unblock(ada, block_id)
    with pytest.raises(NotVisible):
        unblock(ada, block_id)
    again = block(ada)
    assert again != block_id


def test_the_reason_lies_sealed_and_both_steps_are_on_record(world: World, ada: Actor) -> None:
    found_in(world, ada)
    block_id = block(ada)
    with acting_as(ada) as session:
        (kept,) = [one.block for one in blocking.blocked_now(session).items]
    assert (kept.id, kept.reason, kept.laid_by) == (block_id, "A person asked for its deletion.", "ada")
    unblock(ada, block_id)
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select reason from blocks")
        assert "person" not in cursor.fetchone()[0]
        cursor.execute("select act from acts where act like 'retention.%%' order by id")
        assert [row[0] for row in cursor] == ["retention.block", "retention.unblock"]


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.OPERATOR])
def test_who_sees_no_records_reads_no_word_about_them(world: World, ada: Actor, role: Role) -> None:
    """Of the very unit: references only. Neither why it was blocked nor why it is kept."""
    found_in(world, ada)
    block(ada)
    with acting_as(ada) as session:
        until = opening.today().replace(year=opening.today().year + 20)
        retaining.extend(session, SubjectKind.CASE, "NO-1", None, until, "The trial goes on.")
    for officer, seen in ((ada, 1), (world.officer("otto", role=role), 0)):
        with acting_as(officer) as session, session.cursor() as cursor:
            assert len(blocking.blocked_now(session).items) == seen
            cursor.execute("select count(*) from retention_decisions")
            assert cursor.fetchone() == (seen,)


def test_a_data_protection_officer_blocks_for_a_request_without_seeing_the_case(
    world: World, ada: Actor, sven: Actor
) -> None:
    found_in(world, ada, audience=Audience.UNIT)
    dag = world.officer("dag", unit="PRIVACY", role=Role.DATA_PROTECTION_OFFICER)
    block_id = blocking.block_on_request(dag, "VICTIM-ID", SubjectKind.CASE, "NO-1", None, "Request 17.")
    with acting_as(dag) as session:
        assert [one.id for one in blocks.lasting(session, 10)] == [block_id]
    assert (seen(dag), seen(ada)) == (0, 3)
    with acting_as(ada) as session:
        (kept,) = [one.block for one in blocking.blocked_now(session).items]
    assert kept.laid_by == "dag"
    blocking.unblock_on_request(dag, "VICTIM-ID", block_id)
    with acting_as(ada) as session:
        assert blocking.blocked_now(session).items == ()
    for other in (ada, sven):
        with pytest.raises(StepRefused):
            blocking.block_on_request(other, "VICTIM-ID", SubjectKind.CASE, "NO-1", None, "Request 17.")


# With media that have bytes ----------------------------------------------------------------------------


@pytest.fixture
def seized(tmp_path: Path) -> Path:
    folder = tmp_path / "seized"
    folder.mkdir()
    for seed in range(3):
        landscape(seed, (320, 240)).save(folder / f"{seed}.jpg")
    return folder


def test_no_triage_of_anybody_names_it_and_it_is_named_again_afterwards(
    office: Office, world: World, ada: Actor, sven: Actor, seized: Path
) -> None:
    """Neither the own unit's later case nor another member's: by bytes, by fingerprint, or beside a search."""
    office.intake(ada, seized, "NO-1")
    near = seized.parent / "near"
    near.mkdir()
    for seed in range(3):
        landscape(seed, (320, 240)).save(near / f"{seed}.png")
    for folder, case in ((seized, "2"), (near, "3")):
        office.intake(ada, folder, f"NO-{case}", cover=handling(ada, Audience.UNIT))
        office.intake(sven, folder, f"SE-{case}", cover=handling(sven, Audience.UNIT))
    cases = [(ada, "NO-2"), (ada, "NO-3"), (sven, "SE-2"), (sven, "SE-3")]
    before = [office.counts(officer, case) for officer, case in cases]
    assert before == [Counts(known=3), Counts(known=3), Counts(parallel_enquiry=3), Counts(parallel_enquiry=3)]
    block_ids = [block(ada, case) for case in ("NO-1", "NO-2", "NO-3")]
    assert [office.counts(officer, case) for officer, case in cases[2:]] == [Counts(new=3), Counts(known=3)], "from SE-2"
    unblock(ada, block_ids[1])
    assert office.counts(ada, "NO-2") == Counts(new=3), "the other two are under examination still"
    for block_id in (block_ids[0], block_ids[2]):
        unblock(ada, block_id)
    assert [office.counts(officer, case) for officer, case in cases] == before


def test_its_media_are_seen_for_supervision_only(office: Office, ada: Actor, seized: Path) -> None:
    office.intake(ada, seized, "NO-1")
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select id from media limit 1")
        medium = cursor.fetchone()[0]
    block_id = block(ada)
    with (
        pytest.raises(StepRefused),
        viewing.revealed(office.workplace.vault, ada, medium, purpose="victim-identification", case="NO-1"),
    ):
        pass
    with viewing.revealed(office.workplace.vault, ada, medium, purpose="supervision", case="NO-1") as reader:
        assert reader.size_bytes > 0
    unblock(ada, block_id)
    with viewing.revealed(office.workplace.vault, ada, medium, purpose="victim-identification", case="NO-1") as reader:
        assert reader.size_bytes > 0


def test_its_releases_end_and_none_is_given_while_it_lasts(
    office: Office, ada: Actor, sven: Actor, seized: Path
) -> None:
    office.intake(ada, seized, "NO-1", cover=handling(ada, Audience.UNIT))
    content = (seized / "0.jpg").read_bytes()

    def release() -> UUID:
        with acting_as(ada) as session:
            return releasing.release(
                office.workplace.vault, session, hashlib.sha256(content).digest(), "SE", "", purpose="victim-identification",
                case="NO-1",
            ).id  # fmt: skip

    def read(release_id: UUID) -> bytes:
        with releasing.opened(
            office.workplace.vault, sven, release_id, purpose="victim-identification", case="SE-1"
        ) as reader:
            return b"".join(map(bytes, reader))

    given = release()
    assert read(given) == content
    block_id = block(ada)
    with pytest.raises(StepRefused):
        read(given)
    with pytest.raises(NotVisible):
        release()
    unblock(ada, block_id)
    with pytest.raises(StepRefused):
        read(given)
    assert read(release()) == content


def test_what_fewer_may_use_goes_into_an_exhibit_of_its_own(world: World, ada: Actor) -> None:
    """Or the end of a block, or of a restriction, would open it to all who may use the rest of the exhibit."""
    found_in(world, ada)
    with acting_as(ada) as session:
        opening.open_list(session, "known", handling(ada))

    def into(asked: Handling, **place: str) -> Handling:
        with acting_as(ada) as session:
            return restricting.within(session, asked, **place)

    places: tuple[dict[str, str], ...] = ({"case": "NO-1", "exhibit": "PHONE-1"}, {"list_name": "known"})
    for place in places:
        for fewer in (handling(ada, Audience.UNIT), handling(ada, excluded={"SE"}), handling(ada, uses=Use.FINGERPRINTS)):
            with pytest.raises(StepRefused):
                into(fewer, **place)
        assert into(handling(ada), **place) == handling(ada)
    assert into(handling(ada, Audience.UNIT), case="NO-1", exhibit="PHONE-2") == handling(ada, Audience.UNIT)
    # While a restriction lasts that ends, it is what comes afterwards that counts.
    with acting_as(ada) as session:
        restricting.change(
            session, SubjectKind.CASE, "NO-1", None, handling(ada, Audience.UNIT), "An operation.", date(2090, 1, 1)
        )
    with pytest.raises(StepRefused):
        into(handling(ada, Audience.UNIT), case="NO-1", exhibit="PHONE-1")
    assert into(handling(ada), case="NO-1", exhibit="PHONE-1") == handling(ada, Audience.UNIT)
    # And what was decided for good counts for good.
    with acting_as(ada) as session:
        restricting.change(session, SubjectKind.CASE, "NO-1", None, handling(ada, Audience.UNIT), "For good.")
    assert into(handling(ada, Audience.UNIT), case="NO-1", exhibit="PHONE-1") == handling(ada, Audience.UNIT)


def test_an_exhibit_that_was_entered_for_fewer_than_its_case_stays_so(world: World, ada: Actor, sven: Actor) -> None:
    """Through a change of the case, a restriction that ends, and a block that is lifted."""
    found_in(world, ada)
    world.exhibit(ada, "NO-1", "SECRET", cover=handling(ada, Audience.UNIT))
    hidden = world.medium(ada, Audience.UNIT)
    world.occurrence(ada, hidden, "NO-1", "SECRET")
    world.member("DK")
    assert seen(sven) == 3
    with acting_as(ada) as session:
        given = restricting.preview(
            session, SubjectKind.CASE, "NO-1", None, "SE", handling(ada, excluded={"DK"})
        )
        assert given.media[Use.FACTS] == 3
        made = restricting.change(
            session, SubjectKind.CASE, "NO-1", None, handling(ada, excluded={"DK"}), "An operation.", date(2090, 1, 1)
        )
    assert seen(sven) == 3
    with acting_as(ada) as session:
        restricting.end(session, made.id)
    assert seen(sven) == 3
    block_id = block(ada)
    assert seen(sven) == 0
    unblock(ada, block_id)
    assert seen(sven) == 3
    with acting_as(ada) as session:
        restricting.change(session, SubjectKind.CASE, "NO-1", None, handling(ada, Audience.UNIT), "Operation.", date(2090, 1, 1))
    world.exhibit(ada, "NO-1", "LATER", cover=handling(ada, Audience.UNIT))
    world.occurrence(ada, world.medium(ada, Audience.UNIT), "NO-1", "LATER")
    with acting_as(ada) as session:
        restricting.entered(session, "NO-1", "LATER", handling(ada, Audience.UNIT))
        view = restricting.look(session, SubjectKind.CASE, "NO-1")
        (lasting,) = [one for one in view.changes if one.until == date(2090, 1, 1) and one.state is State.IN_FORCE]
        restricting.end(session, lasting.id)
    assert seen(sven) == 3
    # Its own handling, changed by its owner, opens it.
    with acting_as(ada) as session:
        restricting.change(session, SubjectKind.EXHIBIT, "SECRET", "NO-1", handling(ada), "It may be known.")
    assert seen(sven) == 4


# What is going already ----------------------------------------------------------------------------------


@pytest.fixture
def day(monkeypatch: pytest.MonkeyPatch) -> list[date]:
    """The day on which things end; what is put into the list counts."""
    now = [opening.today()]
    monkeypatch.setattr(ending, "today", lambda: now[-1])
    return now


END = default_retention_end(opening.today())


def begun(officer: Actor, kind: SubjectKind, name: str, within: str | None = None) -> None:
    """The end of a subject was begun, and not more."""
    actor = calendar_of(officer.member, officer.unit)
    with acting_as(actor) as session:
        subject_id = handlings.find(session, kind, name, within).id
    assert ending._begin(actor, kind, subject_id)


def test_a_case_is_not_blocked_while_an_exhibit_of_it_is_ending(
    office: Office, ada: Actor, seized: Path, tmp_path: Path, day: list[date]
) -> None:
    """Nor is a series whose media lie in it; what does not touch it is blocked as ever."""
    office.intake(ada, seized, "NO-1", "PHONE-1", series="harbour")
    (tmp_path / "kept").mkdir()
    landscape(99, (320, 240)).save(tmp_path / "kept" / "99.jpg")
    office.intake(ada, tmp_path / "kept", "NO-1", "PHONE-2", until=date(END.year + 2, 3, 1))
    day.append(END)
    begun(ada, SubjectKind.EXHIBIT, "PHONE-1", "NO-1")
    for kind, name, within in (
        (SubjectKind.EXHIBIT, "PHONE-1", "NO-1"), (SubjectKind.CASE, "NO-1", None), (SubjectKind.SERIES, "harbour", None),
    ):  # fmt: skip
        with pytest.raises(StepRefused):
            block(ada, name, kind, within)
    block(ada, "PHONE-2", SubjectKind.EXHIBIT, "NO-1")


def test_no_exhibit_and_no_series_of_a_case_is_blocked_while_that_is_ending(
    office: Office, ada: Actor, seized: Path, day: list[date]
) -> None:
    office.intake(ada, seized, "NO-1", "PHONE-1", series="harbour")
    day.append(END)
    begun(ada, SubjectKind.CASE, "NO-1")
    for kind, name, within in (
        (SubjectKind.CASE, "NO-1", None), (SubjectKind.EXHIBIT, "PHONE-1", "NO-1"), (SubjectKind.SERIES, "harbour", None),
    ):  # fmt: skip
        with pytest.raises(StepRefused):
            block(ada, name, kind, within)


def test_nothing_of_a_case_is_blocked_once_two_officers_decided_to_shred_it(
    office: Office, world: World, ada: Actor, seized: Path
) -> None:
    bo = world.officer("bo")
    office.intake(ada, seized, "NO-1", "PHONE-1", series="harbour")
    with acting_as(ada) as session:
        shredding.propose(session, "NO-1")
    unblock(ada, block(ada))
    with acting_as(bo) as session:
        shredding.agree(session, "NO-1")
    for kind, name, within in (
        (SubjectKind.CASE, "NO-1", None), (SubjectKind.EXHIBIT, "PHONE-1", "NO-1"), (SubjectKind.SERIES, "harbour", None),
    ):  # fmt: skip
        with pytest.raises(StepRefused):
            block(ada, name, kind, within)


@pytest.mark.parametrize("how", ["end", "shredding"])
@pytest.mark.parametrize("kind", [SubjectKind.CASE, SubjectKind.EXHIBIT, SubjectKind.SERIES])
def test_a_block_beside_an_end_or_a_shredding_comes_before_or_is_refused(
    office: Office, world: World, ada: Actor, seized: Path, day: list[date], how: str, kind: SubjectKind,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The block is not committed yet when the other begins: that waits, and finds it."""
    bo = world.officer("bo")
    office.intake(ada, seized, "NO-1", "PHONE-1", series="harbour")
    with acting_as(ada) as session:
        shredding.propose(session, "NO-1")
    day.append(END)
    refused: list[Exception] = []

    def destroy() -> None:
        try:
            if how == "end":
                ending.end_all(office.workplace)
            else:
                shredding.confirm(office.workplace, bo, "NO-1", backup_days=30, seed=bytes(32))
        except StepRefused as met:
            refused.append(met)
        finally:
            let_go()

    lay, beside = blocks.lay, Thread(target=destroy)

    def meanwhile(*given: object) -> UUID:
        laid = lay(*given)
        beside.start()
        until_it_waits(world, beside)
        return laid

    monkeypatch.setattr(blocks, "lay", meanwhile)
    names = {SubjectKind.CASE: "NO-1", SubjectKind.EXHIBIT: "PHONE-1", SubjectKind.SERIES: "harbour"}
    block(ada, names[kind], kind, "NO-1" if kind is SubjectKind.EXHIBIT else None)
    beside.join(60)
    assert office.counts(ada, "NO-1") == Counts(new=3)
    assert len(refused) == (how == "shredding")


def test_a_block_whose_subject_is_gone_can_be_lifted(world: World, ada: Actor) -> None:
    """As an earlier version left them: otherwise the request that it was laid for could never be closed."""
    found_in(world, ada)
    block_id = block(ada)
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as superuser:
        superuser.execute("set session_replication_role = replica")
        superuser.execute("delete from cases")
    unblock(ada, block_id)
    with acting_as(ada) as session:
        assert blocking.blocked_now(session).items == ()
