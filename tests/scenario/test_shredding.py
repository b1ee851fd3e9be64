"""A case ends for good: two officers, one key, and nothing left that opens what it sealed."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from clew.actions import keeping, opening, shredding
from clew.cli.drawing import landscape
from clew.domain import shredding as rules
from clew.domain.errors import NotVisible, StepRefused, Tampered
from clew.domain.handling import Actor
from clew.domain.officer import WITHOUT_CONTENT, Role
from clew.domain.triage import Counts
from clew.keys import certificates
from clew.media.vault import Kept
from clew.node import checkup
from clew.node.configuration import Configuration
from clew.node.place import place_of
from clew.records import cases, medium_keys, shreddings
from clew.records.session import acting_as
from tests.world.kept import connected
from tests.world.office import Office
from tests.world.world import World, handling

SEED = bytes(range(32))
TRIES = 30
"""So often chance does not pass by all media in turn."""


@pytest.fixture
def bo(world: World, ada: Actor) -> Actor:
    """The second officer of ada's unit."""
    return world.officer("bo", member="NO")


@pytest.fixture
def seized(tmp_path: Path) -> Path:
    folder = tmp_path / "seized"
    folder.mkdir()
    for seed in range(4):
        landscape(seed, (320, 240)).save(folder / f"{seed}.jpg")
    return folder


def propose(officer: Actor, case: str = "NO-1") -> None:
    with acting_as(officer) as session:
        shredding.propose(session, case)


def confirm(office: Office, officer: Actor, case: str = "NO-1") -> str:
    return shredding.confirm(office.workplace, officer, case, backup_days=30, seed=SEED)


def shred(office: Office, first: Actor, second: Actor, case: str = "NO-1") -> dict[str, object]:
    propose(first, case)
    return certificates.verified(confirm(office, second, case), certificates.public_key(SEED))


def keys_in(world: World) -> list[tuple[bytes, str, bytes, bytes]]:
    """SHA-256, case, blob and wrapped data key of every medium that can be read."""
    with connected(**world.facts.as_owner()) as connection:
        connection.execute(f"set role {world.facts.roles.blind}")
        rows = connection.execute(
            "select sha256, case_id::text, blob, wrapped from medium_keys join media on id = medium_id"
        ).fetchall()
    return [(bytes(sha256), case, bytes(blob), bytes(wrapped)) for sha256, case, blob, wrapped in rows]


def readable(office: Office, world: World) -> dict[tuple[str, bytes], bytes]:
    """The bytes of every medium, by case and SHA-256."""
    found = {}
    for sha256, case, blob, wrapped in keys_in(world):
        with office.workplace.vault.open("NO", case, sha256, Kept(blob=blob, wrapped=wrapped)) as reader:
            found[case, sha256] = b"".join(map(bytes, reader))
    return found


def blobs(tmp_path: Path) -> int:
    return sum(path.is_file() for path in (tmp_path / "vault" / "blobs").rglob("*"))


def test_it_takes_two_people(office: Office, ada: Actor, bo: Actor, seized: Path) -> None:
    office.intake(ada, seized, "NO-1")
    with pytest.raises(NotVisible):
        confirm(office, bo)
    propose(ada)
    with pytest.raises(StepRefused):
        confirm(office, ada)
    assert office.counts(ada, "NO-1") == Counts(new=4)
    assert certificates.verified(confirm(office, bo))["confirmed_by"] == "bo"
    with pytest.raises(NotVisible):
        office.counts(ada, "NO-1")


def test_the_database_itself_refuses_one_person_for_both(office: Office, ada: Actor, seized: Path) -> None:
    office.intake(ada, seized, "NO-1")
    propose(ada)
    with pytest.raises(psycopg.errors.CheckViolation), acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("update shreddings set step = 'confirmed', confirmed_by = 'ada'")


def test_a_proposal_can_be_taken_back_and_a_confirmed_one_cannot(
    office: Office, ada: Actor, bo: Actor, seized: Path
) -> None:
    office.intake(ada, seized, "NO-1")
    propose(ada)
    with acting_as(bo) as session:
        shredding.withdraw(session, "NO-1")
    with pytest.raises(NotVisible):
        confirm(office, bo)
    shred(office, ada, bo)
    with pytest.raises(StepRefused), acting_as(bo) as session:
        shredding.withdraw(session, "NO-1")


def test_another_unit_and_another_member_can_do_neither(
    office: Office, world: World, ada: Actor, sven: Actor, seized: Path
) -> None:
    office.intake(ada, seized, "NO-1")
    eva = world.officer("eva", member="NO", unit="INTAKE")
    for stranger in (eva, sven):
        with pytest.raises(NotVisible):
            propose(stranger)
    propose(ada)
    for stranger in (eva, sven):
        with pytest.raises(NotVisible):
            confirm(office, stranger)


def test_afterwards_nothing_of_the_case_can_be_read_and_its_blobs_are_gone(
    office: Office, world: World, ada: Actor, bo: Actor, seized: Path, tmp_path: Path
) -> None:
    office.intake(ada, seized, "NO-1")
    before = keys_in(world)
    assert (len(before), blobs(tmp_path)) == (4, 4)
    statement = shred(office, ada, bo)
    assert (keys_in(world), blobs(tmp_path)) == ([], 0)
    for sha256, case, blob, wrapped in before:
        with pytest.raises(StepRefused):
            office.workplace.vault.open("NO", case, sha256, Kept(blob=blob, wrapped=wrapped))
    with connected(**world.facts.as_owner()) as connection:
        connection.execute(f"set role {world.facts.roles.blind}")
        for table in ("media", "occurrences", "fingerprints", "matches", "overlaps", "overlap_sides"):
            assert connection.execute(f"select count(*) from public.{table}").fetchone() == (0,)
    counts = statement["counts"]
    assert isinstance(counts, dict)
    assert (counts["blobs_removed"], counts["occurrences"], counts["media"], counts["cases"]) == (4, 4, 4, 1)


def test_what_another_case_of_the_member_holds_stays_readable_there(
    office: Office, world: World, ada: Actor, bo: Actor, seized: Path, tmp_path: Path
) -> None:
    office.intake(ada, seized, "NO-1")
    (seized / "3.jpg").unlink()
    landscape(77, (320, 240)).save(seized / "77.jpg")
    office.intake(ada, seized, "NO-2")
    contents = {path.read_bytes() for path in seized.iterdir()}
    assert (len(keys_in(world)), blobs(tmp_path)) == (8, 5)
    statement = shred(office, ada, bo)
    assert {content for _, content in readable(office, world).items()} == contents
    assert blobs(tmp_path) == 4
    assert office.counts(ada, "NO-2") == Counts(new=4)
    assert "3 media lie in other cases of NO too" in rules.in_words(statement)


def test_another_units_hidden_copy_keeps_the_blob(
    office: Office, world: World, ada: Actor, bo: Actor, seized: Path, tmp_path: Path
) -> None:
    """The second unit carried the key to its own case and hides that: the first one's shredding must not break it."""
    office.intake(ada, seized, "NO-1")
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select id, sha256 from media limit 1")
        medium_id, sha256 = cursor.fetchone()
        key = medium_keys.of(session, [medium_id])[medium_id]
    vault, other = office.workplace.vault, "99999999-9999-4999-8999-999999999999"
    data_key = vault.data_key("NO", str(key.case_id), bytes(sha256), key.wrapped)
    wrapped = vault.wrapped("NO", other, bytes(sha256), data_key)
    with connected(**world.facts.as_owner()) as connection:
        connection.execute("alter table medium_keys no force row level security")
        connection.execute(
            "insert into medium_keys (medium_id, case_id, member, blob, wrapped)"
            " values (gen_random_uuid(), %s, 'NO', %s, %s)",
            [other, key.blob, wrapped],
        )
        connection.execute("alter table medium_keys force row level security")
    shred(office, ada, bo)
    assert blobs(tmp_path) == 1
    with vault.open("NO", other, bytes(sha256), Kept(blob=key.blob, wrapped=wrapped)) as reader:
        assert reader.size_bytes > 0


def test_the_same_files_are_taken_in_anew_afterwards(
    office: Office, world: World, ada: Actor, bo: Actor, seized: Path, tmp_path: Path
) -> None:
    office.intake(ada, seized, "NO-1")
    shred(office, ada, bo)
    office.intake(ada, seized, "NO-1")
    assert office.counts(ada, "NO-1") == Counts(new=4)
    assert set(readable(office, world).values()) == {path.read_bytes() for path in seized.iterdir()}
    shred(office, bo, ada)
    assert blobs(tmp_path) == 0


def test_an_intake_under_way_stops_at_the_shredding(office: Office, ada: Actor, bo: Actor, seized: Path) -> None:
    office.intake(ada, seized, "NO-1", works=False)
    propose(ada)
    with acting_as(bo) as session:
        found = shreddings.of(session, "NO-1")
        cases.begin_shredding(session, found.case_id)
        shreddings.confirm(session, found.id)
    with pytest.raises((StepRefused, NotVisible)):
        office.work()
    confirm(office, bo)
    with pytest.raises(NotVisible):
        office.counts(ada, "NO-1")


def test_the_certificate_says_until_when_backups_may_hold_the_key(
    office: Office, ada: Actor, bo: Actor, seized: Path
) -> None:
    office.intake(ada, seized, "NO-1")
    statement = shred(office, ada, bo)
    until = (datetime.now(UTC) + timedelta(days=31)).date()
    assert statement["backups_may_hold_the_key_until"] == until.isoformat()
    words = rules.in_words(statement)
    assert f"Until {until.isoformat()} a backup of the key directory may still hold the key" in words
    assert "inaccessible, not erased" in words
    with acting_as(ada) as session:
        assert certificates.verified(shredding.certificate(session, "NO-1")) == statement


def test_a_changed_certificate_or_another_nodes_is_refused(office: Office, ada: Actor, bo: Actor, seized: Path) -> None:
    office.intake(ada, seized, "NO-1")
    propose(ada)
    text = confirm(office, bo)
    assert certificates.verified(text, certificates.public_key(SEED))
    for changed in (text.replace('"NO-1"', '"NO-2"'), text.replace("bo", "eva"), "{}", "[]", "no json", text[:-20]):
        with pytest.raises(Tampered):
            certificates.verified(changed)
    with pytest.raises(Tampered):
        certificates.verified(text, certificates.public_key(bytes(32)))


def forms(secret: bytes) -> list[bytes]:
    """How a secret may lie in a file: raw, as hexadecimal in either case, as base64 at any offset."""
    shifted = [base64.b64encode(bytes(shift) + secret)[4 if shift else 0 : -4] for shift in range(3)]
    return [secret, secret.hex().encode(), secret.hex().upper().encode(), *shifted]


def files_of(configuration: Configuration, tmp_path: Path) -> Iterator[Path]:
    """Every file of the node: keys, database with its WAL, logs, cache; and the vault of this test."""
    for folder in (configuration.home, place_of(configuration).root, tmp_path):
        yield from (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def holding(secret: bytes, configuration: Configuration, tmp_path: Path) -> list[Path]:
    sought = forms(secret)
    found = []
    for path in files_of(configuration, tmp_path):
        try:
            content = path.read_bytes()
        except (FileNotFoundError, OSError):
            continue
        if any(form in content for form in sought):
            found.append(path)
    return found


def test_no_file_of_the_node_holds_the_key_of_a_shredded_case(
    office: Office, world: World, ada: Actor, bo: Actor, seized: Path, tmp_path: Path, configuration: Configuration
) -> None:
    """Key, its wrap and the data keys: none in key store, database, WAL, blobs, logs or anywhere else."""
    office.intake(ada, seized, "NO-1")
    kept = keys_in(world)
    case = kept[0][1]
    secrets = [settings.CLEW_KEYRING.key("NO", case)]
    secrets += [office.workplace.vault.data_key("NO", case, sha256, wrapped) for sha256, _, _, wrapped in kept]
    file = configuration.keys_folder / "cases" / "NO" / case
    wrapped_key = file.read_bytes()[12:]
    assert holding(wrapped_key, configuration, tmp_path) == [file], "the search finds what is there"
    shred(office, ada, bo)
    with connected(**world.facts.as_owner(), autocommit=True) as connection:
        connection.execute("vacuum full shreddings")
    for secret in (*secrets, wrapped_key):
        assert holding(secret, configuration, tmp_path) == []


@pytest.mark.parametrize("point", ["destroy", "case", "remove", "done"])
def test_a_shredding_that_ends_half_way_is_gone_on_with(
    office: Office, world: World, ada: Actor, bo: Actor, seized: Path, tmp_path: Path, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.intake(ada, seized, "NO-1")
    propose(ada)
    places = {
        "destroy": "clew.keys.keyring.Keyring.destroy", "case": "clew.records.forgotten.case",
        "remove": "clew.media.vault.Vault.remove", "done": "clew.records.shreddings.done",
    }  # fmt: skip

    class PowerLossError(Exception):
        pass

    def lost(*_: object, **__: object) -> None:
        raise PowerLossError

    with monkeypatch.context() as patched:
        patched.setattr(places[point], lost)
        with pytest.raises(PowerLossError):
            confirm(office, bo)
    if point in ("destroy", "case"):
        with pytest.raises(NotVisible), acting_as(ada) as session:
            opening.open_exhibit(session, "NO-1", "PHONE-2", handling(ada))
    statement = certificates.verified(confirm(office, ada))
    assert (statement["proposed_by"], statement["confirmed_by"]) == ("ada", "bo")
    assert (keys_in(world), blobs(tmp_path)) == ([], 0)
    assert list((tmp_path / "vault" / "incoming").iterdir()) == []


def test_a_key_that_comes_back_with_a_backup_is_noticed_and_destroyed_again(
    office: Office, world: World, ada: Actor, bo: Actor, seized: Path, configuration: Configuration
) -> None:
    """The backup brought the wrapped key back and took the mark of its destruction away."""
    office.intake(ada, seized, "NO-1")
    kept = keys_in(world)
    case = kept[0][1]
    file = configuration.keys_folder / "cases" / "NO" / case
    backup = file.read_bytes()
    shred(office, ada, bo)
    assert checkup._shredded_keys().ok
    file.with_name(f"{case}.destroyed").unlink()
    file.write_bytes(backup)
    file.chmod(0o600)
    assert not checkup._shredded_keys().ok
    assert shredding.destroy_again(settings.CLEW_KEYRING) == 1
    assert checkup._shredded_keys().ok
    assert not file.exists()


def test_the_doctor_notices_a_key_that_others_can_read(
    world: World, office: Office, ada: Actor, seized: Path, configuration: Configuration
) -> None:
    office.intake(ada, seized, "NO-1")
    file = configuration.keys_folder / "cases" / "NO" / keys_in(world)[0][1]
    assert checkup._key_files(configuration).ok
    file.chmod(0o640)
    try:
        assert not checkup._key_files(configuration).ok
    finally:
        file.chmod(0o600)


def test_what_is_under_examination_is_not_shredded(office: Office, ada: Actor, bo: Actor, seized: Path) -> None:
    """Neither the case that is blocked nor one that holds a blocked exhibit or media of a blocked series."""
    from clew.actions import blocking
    from clew.domain.handling_change import SubjectKind

    office.intake(ada, seized, "NO-1", series="harbour")
    subjects = ((SubjectKind.CASE, "NO-1", None), (SubjectKind.EXHIBIT, "PHONE-1", "NO-1"), (SubjectKind.SERIES, "harbour", None))
    for kind, name, within in subjects:
        with acting_as(ada) as session:
            block = blocking.block(session, kind, name, within, "A person asked.")
        with pytest.raises(StepRefused):
            propose(ada)
        with acting_as(ada) as session:
            blocking.unblock(session, block)
    propose(ada)
    with acting_as(ada) as session:
        block = blocking.block(session, SubjectKind.SERIES, "harbour", None, "A person asked.")
    with pytest.raises(StepRefused):
        confirm(office, bo)
    assert office.counts(ada, "NO-1") == Counts(new=4)
    with acting_as(ada) as session:
        blocking.unblock(session, block)
    confirm(office, bo)


def test_that_a_case_ends_is_known_in_its_unit_and_to_who_answers_for_the_member(world: World, ada: Actor) -> None:
    """Another unit may never have known of the case: nor is it told that there was one by its end."""
    world.exhibit(ada, "NO-1")
    propose(ada)
    known = set()
    for unit in (ada.unit, "OTHER"):
        for role in Role:
            with acting_as(world.officer(f"{unit}-{role}", unit=unit, role=role)) as session, session.cursor() as cursor:
                known |= {(unit, role)} if cursor.execute("select from shreddings").fetchall() else set()
    answering = {Role.NATIONAL_ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER}
    in_unit = {role for role in Role if role not in WITHOUT_CONTENT} | answering
    assert known == {("OTHER", role) for role in answering} | {(ada.unit, role) for role in in_unit}


def test_a_large_medium_whose_end_was_changed_or_cut_off_is_damaged(office: Office, world: World, ada: Actor, tmp_path: Path) -> None:
    """Its beginning is whole: whoever only looks there says that all is well."""
    (tmp_path / "large").mkdir()
    (tmp_path / "large" / "film.bin").write_bytes(bytes(range(256)) * (5 << 12))
    office.intake(ada, tmp_path / "large", "NO-1")
    vault = office.workplace.vault
    assert keeping.look_after(vault) == (1, 0)
    (kept,) = (path for path in (tmp_path / "vault" / "blobs").rglob("*") if path.is_file())
    whole = kept.read_bytes()
    kept.chmod(0o600)
    for damaged in (whole[:-100] + b"?" + whole[-99:], whole[: -(1 << 20)]):
        kept.write_bytes(damaged)
        assert keeping.look_after(vault) == (0, 1)
    kept.write_bytes(whole)
    assert keeping.look_after(vault) == (1, 0)


def test_the_doctor_opens_some_media_and_names_what_is_lost_but_not_what_is_being_shredded(
    office: Office, world: World, ada: Actor, bo: Actor, seized: Path, tmp_path: Path
) -> None:
    office.intake(ada, seized, "NO-1")
    vault = office.workplace.vault
    assert checkup._vault(vault).ok
    assert keeping.look_after(vault)[1] == 0
    assert max(sum(keeping.look_after(vault)) for _ in range(TRIES)) > 1, "chance"
    kept = [path for path in (tmp_path / "vault" / "blobs").rglob("*") if path.is_file()]
    for path in kept:
        path.rename(path.with_suffix(".away"))
    assert not all(checkup._vault(vault).ok for _ in range(TRIES)), "those that chance takes are lost"
    for path in kept:
        path.with_suffix(".away").rename(path)
        path.chmod(0o600)
        path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert any(keeping.look_after(vault)[1] for _ in range(TRIES)), "and damaged"
    propose(ada)
    confirm(office, bo)
    assert keeping.look_after(vault) == (0, 0)
