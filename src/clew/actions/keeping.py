"""Keeping: a medium's bytes go into the vault once, and each case that holds it has a key to them."""

import hashlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from uuid import UUID

from clew.actions.workplace import Workplace
from clew.domain.errors import Invalid, StepRefused, Tampered, Unavailable
from clew.media.digests import Content
from clew.media.vault import Batch, Kept, Vault
from clew.records import forgotten, locks, medium_keys, officers
from clew.records.intakes import Intake
from clew.records.medium_keys import MediumKey
from clew.records.session import Session, acting_as

BLOCK_BYTES = 1 << 20
SAMPLED_PER_UNIT = 5


def carried(
    vault: Vault, intake: Intake, known: Mapping[bytes, UUID], held: Mapping[UUID, MediumKey]
) -> Mapping[UUID, tuple[bytes, bytes] | None]:
    """For known media whose bytes the vault has: (blob, data key wrapped for this intake's case).

    None where the case has its own already. Left out is what opens no more: it is stored anew.
    """
    if intake.case_id is None:
        return {}
    member, case = intake.handling.owner_member, str(intake.case_id)
    found: dict[UUID, tuple[bytes, bytes] | None] = {}
    for sha256, medium_id in known.items():
        key = held.get(medium_id)
        if key is None or key.case_id == intake.case_id:
            found.update({} if key is None else {medium_id: None})
            continue
        with suppress(Tampered, Unavailable, StepRefused):
            data_key = vault.data_key(member, str(key.case_id), sha256, key.wrapped)
            found[medium_id] = (key.blob, vault.wrapped(member, case, sha256, data_key))
    return found


def write(
    session: Session, vault: Vault, intake: Intake, names: Mapping[bytes, UUID], kept_bytes: Mapping[bytes, Kept],
    carried: Mapping[UUID, tuple[bytes, bytes] | None],
) -> None:  # fmt: skip
    """By which case's key each medium can be read from now on; the case and the names in the vault are held meanwhile.

    Raises:
        Unavailable: a blob that was found in place, or a key of the case, went since with the end of what held it.
    """
    if intake.case_id is not None and intake.keeps_bytes:
        if not all(vault.holds(kept.blob) for kept in kept_bytes.values()):
            raise Unavailable("Some media went meanwhile with an exhibit that ended; they are taken in again.")
        fresh = {names[sha256]: (kept.blob, kept.wrapped) for sha256, kept in kept_bytes.items()}
        medium_keys.hold(session, intake.case_id, [one for one, key in carried.items() if key is None])
        medium_keys.add(session, intake.case_id, fresh)
        medium_keys.carry(session, intake.case_id, {one: key for one, key in carried.items() if key is not None})


def remove_unheld(session: Session, vault: Vault, blobs: Sequence[bytes]) -> int:
    """Take those blobs off the disk that no case holds; how many are held, and stay.

    Asked again here, whatever was found before: an intake may have come upon one in place since, for another case.
    """
    locks.close_names(session)
    held = set(forgotten.still_held(session, blobs))
    vault.remove(blob for blob in blobs if blob not in held)
    return len(held)


def look_after(vault: Vault) -> tuple[int, int]:
    """Open a few media of every unit, of chance, as its calendar: how many opened, and how many are lost or damaged.

    What a shredding or an end takes away meanwhile is neither.
    """
    opened = lost = 0
    for calendar in officers.calendars():
        with acting_as(calendar) as session:
            found = medium_keys.sample(session, SAMPLED_PER_UNIT)
        shut = [key.medium_id for key, sha256 in found if not _opens(vault, calendar.member, key, sha256)]
        opened += len(found) - len(shut)
        if shut:
            with acting_as(calendar) as session:
                lost += len(medium_keys.of(session, shut))
    return opened, lost


def _opens(vault: Vault, member: str, key: MediumKey, sha256: bytes) -> bool:
    """Whether the medium can be read: at its beginning, at its end, and at a place of chance between them."""
    try:
        with vault.open(member, str(key.case_id), sha256, Kept(blob=key.blob, wrapped=key.wrapped)) as reader:
            last = max(0, reader.size_bytes - 1)
            for at in (0, secrets.randbelow(last + 1), last):
                reader.read(at, 1)
    except StepRefused:  # its case is being shredded
        return True
    except (Tampered, Unavailable):
        return False
    return True


def keep(workplace: Workplace, intake: Intake, fresh: Sequence[Content]) -> Mapping[bytes, Kept]:
    """What is now durable in the vault, by SHA-256; nothing where bytes stay where they are."""
    if not intake.keeps_bytes or not fresh or intake.case_id is None:
        return {}
    member, case = intake.handling.owner_member, str(intake.case_id)
    with workplace.vault.batch() as batch:
        for _ in workplace.readers.each(lambda one: _put(batch, member, case, one), fresh):
            pass
    return {sha256: kept for (_, _, sha256), kept in batch.kept.items()}


def _put(batch: Batch, member: str, case: str, content: Content) -> None:
    digests = content.digests
    # What is not sealed may have been written to since it was digested.
    source = content.fd if content.is_sealed else _checked_blocks(content)
    batch.put(member, case, digests.sha256, source, digests.size_bytes)


def _checked_blocks(content: Content) -> Iterator[bytes]:
    """The content in blocks; fails at the end where it is no longer what was digested."""
    digest, offset = hashlib.sha256(), 0
    while block := content.read(offset, BLOCK_BYTES):
        digest.update(block)
        offset += len(block)
        yield block
    if digest.digest() != content.digests.sha256:
        raise Invalid("A file changed while it was taken in; it is tried again.")
