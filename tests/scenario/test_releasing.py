"""A member opens an original to one other member, under its conditions, until it ends that."""

import hashlib
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from clew.actions import auditing, blocking, releasing, shredding
from clew.domain.errors import Invalid, NotVisible, StepRefused, Tampered, Unavailable
from clew.domain.handling import Actor
from clew.domain.handling_change import SubjectKind
from clew.records import releases
from clew.records.session import acting_as
from tests.world.kept import connected
from tests.world.meanwhile import while_open
from tests.world.office import Office, unit_only
from tests.world.world import World

PURPOSE = "victim-identification"


def release(office: Office, of: Actor, content: bytes, to: str = "SE", conditions: str = "for case SE-1 only") -> UUID:
    with acting_as(of) as session:
        return releasing.release(
            office.workplace.vault, session, hashlib.sha256(content).digest(), to, conditions, purpose=PURPOSE, case="NO-1"
        ).id  # fmt: skip


def read(office: Office, by: Actor, release_id: UUID) -> bytes:
    with releasing.opened(office.workplace.vault, by, release_id, purpose=PURPOSE, case="SE-1") as reader:
        return b"".join(map(bytes, reader))


def test_the_recipient_reads_what_was_released_and_nobody_else_does(
    office: Office, world: World, ada: Actor, sven: Actor, content: bytes
) -> None:
    release_id = release(office, ada, content)
    assert read(office, sven, release_id) == content
    maria = world.officer("maria", member="ES")
    with pytest.raises(NotVisible):
        read(office, maria, release_id)
    with pytest.raises(NotVisible):
        read(office, ada, release_id)
    with pytest.raises(NotVisible):
        read(office, maria, uuid4())


def test_owner_and_recipient_see_the_release_and_nobody_else(
    office: Office, world: World, ada: Actor, sven: Actor, content: bytes
) -> None:
    release_id = release(office, ada, content)
    for actor in (ada, sven):
        with acting_as(actor) as session:
            (found,) = releasing.given_and_got(session).items
        assert (found.id, found.owner, found.recipient) == (release_id, "NO", "SE")
        assert (found.conditions, found.released_by) == ("for case SE-1 only", "ada")
    with acting_as(world.officer("maria", member="ES")) as session:
        assert releasing.given_and_got(session).items == ()


def test_once_withdrawn_nothing_is_read_by_it_and_it_can_be_given_again(
    office: Office, world: World, ada: Actor, sven: Actor, content: bytes
) -> None:
    release_id = release(office, ada, content)
    for stranger in (sven, world.officer("eva", member="NO", unit="INTAKE")):
        with pytest.raises(NotVisible), acting_as(stranger) as session:
            releasing.withdraw(session, release_id)
    with acting_as(ada) as session:
        releasing.withdraw(session, release_id)
    with pytest.raises(StepRefused):
        read(office, sven, release_id)
    assert read(office, sven, release(office, ada, content)) == content


def test_a_second_release_to_the_same_member_ends_the_first(
    office: Office, ada: Actor, sven: Actor, content: bytes
) -> None:
    first = release(office, ada, content)
    second = release(office, ada, content, conditions="for all of Sweden")
    with pytest.raises(StepRefused):
        read(office, sven, first)
    assert read(office, sven, second) == content


CHANGES = {
    "recipient": "update releases set recipient = 'ES'",
    "medium": "update releases set medium_id = gen_random_uuid()",
    "owner": "update releases set member = 'ES'",
    "wrap": "update releases set wrapped = set_byte(wrapped, 40, get_byte(wrapped, 40) # 1)",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_release_that_was_changed_in_the_database_opens_nothing(
    office: Office, world: World, ada: Actor, sven: Actor, content: bytes, change: str
) -> None:
    release_id = release(office, ada, content)
    maria = world.officer("maria", member="ES")
    assert read(office, sven, release_id) == content
    with connected(**world.facts.as_owner()) as connection:
        connection.execute("alter table releases no force row level security")
        connection.execute(CHANGES[change])
        connection.execute("alter table releases force row level security")
    with pytest.raises((Tampered, Unavailable)):
        read(office, maria if change == "recipient" else sven, release_id)


def test_a_shredded_case_ends_what_was_released_of_it(
    office: Office, world: World, ada: Actor, sven: Actor, content: bytes
) -> None:
    release_id = release(office, ada, content)
    with acting_as(ada) as session:
        shredding.propose(session, "NO-1")
    bo = world.officer("bo", member="NO")
    shredding.confirm(office.workplace, bo, "NO-1", backup_days=30, seed=bytes(32))
    with pytest.raises(StepRefused):
        read(office, sven, release_id)


@pytest.mark.parametrize("to", ["NO", "XX", ""])
def test_a_release_is_to_another_member_who_takes_part(office: Office, ada: Actor, content: bytes, to: str) -> None:
    with pytest.raises(Invalid):
        release(office, ada, content, to=to)


def test_what_another_unit_holds_cannot_be_released(office: Office, world: World, ada: Actor, content: bytes) -> None:
    for stranger in (world.officer("eva", member="NO", unit="INTAKE"), world.officer("maria", member="ES")):
        with pytest.raises(NotVisible):
            release(office, stranger, content)


def test_nothing_is_read_that_is_not_on_record_with_its_purpose(
    office: Office, ada: Actor, sven: Actor, content: bytes
) -> None:
    """The owner sees who opened what it released, why and for which case."""
    release_id = release(office, ada, content)
    for purpose, case in (("curiosity", "SE-1"), (PURPOSE, "")):
        with (
            pytest.raises(Invalid),
            releasing.opened(office.workplace.vault, sven, release_id, purpose=purpose, case=case) as reader,
        ):
            reader.read(0, 1)
    assert read(office, sven, release_id) == content
    with acting_as(ada) as session:
        (access,) = auditing.accesses(session, auditing.Wanted(act="medium.open_released")).items
    assert (access.member, access.subject, access.purpose) == ("SE", str(release_id), PURPOSE)


def test_nothing_is_released_without_purpose_and_case_and_both_stay_on_record(
    office: Office, ada: Actor, content: bytes
) -> None:
    name = hashlib.sha256(content).digest()
    for purpose, case, refusal in (("curiosity", "NO-1", Invalid), (PURPOSE, " ", Invalid), ("crime-analysis", "NO-1", StepRefused)):
        with pytest.raises(refusal), acting_as(ada) as session:
            releasing.release(office.workplace.vault, session, name, "SE", "", purpose=purpose, case=case)
    release_id = release(office, ada, content)
    with acting_as(ada) as session:
        (act,) = auditing.acts_of(session, auditing.Wanted(act="medium.release")).items
    assert (act.subject, act.purpose, act.case_reference) == (str(release_id), PURPOSE, "NO-1")


def test_without_the_log_nothing_released_is_read(
    office: Office, ada: Actor, sven: Actor, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    release_id = release(office, ada, content)
    unwrapped: list[object] = []
    monkeypatch.setattr("clew.keys.exchange.opened", lambda *given: unwrapped.append(given))

    def away(*_: object, **__: object) -> None:
        raise Unavailable("The log is away.")

    monkeypatch.setattr("clew.actions.sequencing.receipt", away)
    with pytest.raises(Unavailable):
        read(office, sven, release_id)
    assert not unwrapped


def test_the_conditions_of_another_release_open_nothing(
    office: Office, world: World, ada: Actor, sven: Actor, content: bytes
) -> None:
    """Sealed words of the same medium can be put in the place of others; what was released under them cannot."""
    world.member("ES")
    strict = release(office, ada, content, conditions="ask before any use")
    lax = release(office, ada, content, to="ES", conditions="use as you like")
    with connected(**world.facts.as_owner()) as connection:
        connection.execute("alter table releases no force row level security")
        connection.execute(
            "update releases set conditions = (select conditions from releases where id = %s) where id = %s", [lax, strict]
        )
        connection.execute("alter table releases force row level security")
    with pytest.raises(Tampered):
        read(office, sven, strict)


def block(of: Actor, case: str) -> None:
    with acting_as(of) as session:
        blocking.block(session, SubjectKind.CASE, case, None, "A person asked.")


def test_once_all_that_hold_it_are_under_examination_its_release_has_ended(
    office: Office, world: World, ada: Actor, sven: Actor, content: bytes, tmp_path: Path
) -> None:
    """The second block joins the record with that of the first: the release named the one that goes."""
    again = tmp_path / "again"
    again.mkdir()
    (again / "1.jpg").write_bytes(content)
    office.intake(ada, again, "NO-2", cover=unit_only(ada))
    release_id = release(office, ada, content)
    block(ada, "NO-2")
    assert read(office, sven, release_id) == content
    block(ada, "NO-1")
    with pytest.raises(StepRefused):
        read(office, sven, release_id)
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select (counts ->> 'releases_ended')::int from acts where act = 'retention.block'")
        assert sorted(row[0] for row in cursor) == [0, 1]


def test_a_release_that_is_given_while_a_block_is_laid_has_ended_with_it(
    office: Office, world: World, ada: Actor, sven: Actor, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with while_open(monkeypatch, world, lambda: block(ada, "NO-1"), at=(releases, "add")) as meanwhile:
        release_id = release(office, ada, content)
    assert meanwhile.had_to_wait
    with pytest.raises(StepRefused):
        read(office, sven, release_id)
