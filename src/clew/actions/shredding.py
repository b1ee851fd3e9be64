"""Shredding: a case ends for good: two officers, one key destroyed, and a certificate of what is not sure yet."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from clew.actions import auditing, keeping, uploading
from clew.actions.admitting import operator_at
from clew.actions.workplace import Workplace
from clew.domain.errors import ClewError, Invalid, NotVisible, StepRefused
from clew.domain.handling import Actor
from clew.domain.shredding import Step, backups_until, check_second_person, in_words
from clew.keys import certificates
from clew.keys.keyring import Keyring
from clew.records import audit, blocks, cases, forgotten, locks, officers, shreddings
from clew.records.session import Session, acting_as
from clew.records.shreddings import Shredding

UUID_LETTERS = 36
SHREDDINGS_PER_LOOK = 20


def check_again(case: str, again: str) -> None:
    """Refuse whoever does not write the reference of the case once more, before it is proposed or confirmed.

    Raises:
        Invalid: it is another word.
    """
    if again.strip() != case:
        raise Invalid("Write the reference of the case once more: what is shredded does not come back.")


def propose(session: Session, case: str) -> None:
    """Propose to shred an own unit's case.

    Raises:
        NotVisible: there is no such case of the actor's unit.
        StepRefused: it, or something in it, is under examination.
    """
    case_id = cases.find_own(session, case)
    _check_examined(session, case_id)
    shredding_id = shreddings.propose(session, case_id, case)
    audit.append(session, "case.propose_shredding", str(shredding_id))


def withdraw(session: Session, case: str) -> None:
    """Take a proposal back. Any officer of the unit may.

    Raises:
        NotVisible: none was made.
        StepRefused: it was confirmed already; a destroyed key does not come back.
    """
    shredding = shreddings.of(session, case)
    if shredding.step is not Step.PROPOSED:
        raise StepRefused("This was confirmed already and cannot be taken back.")
    shreddings.withdraw(session, shredding.id)
    audit.append(session, "case.withdraw_shredding", str(shredding.id))


def confirm(workplace: Workplace, actor: Actor, case: str, *, backup_days: int, seed: bytes) -> str:
    """Confirm the shredding of a case and carry it out; the certificate, signed with the node's `seed`.

    Killed on its way it is gone on with by the same call, then by any officer of the unit.

    Raises:
        NotVisible: nobody proposed it.
        StepRefused: the actor proposed it, or the case is under examination.
    """
    with acting_as(actor) as session:
        shredding = agree(session, case)
    if shredding.step in (Step.PROPOSED, Step.CONFIRMED):
        _destroy(workplace, actor, shredding)
    return _finish(workplace, actor, shredding.id, backup_days=backup_days, seed=seed)


def agree(session: Session, case: str) -> Shredding:
    """Confirm, as the second officer, what another proposed: from now on nothing is taken into the case.

    Whoever does the node's jobs carries it out (`go_on`). Confirmed before: nothing happens.

    Raises:
        NotVisible: nobody proposed it.
        StepRefused: the actor proposed it, or the case is under examination.
    """
    with suppress(NotVisible):  # it may be going already
        locks.close_place(session, cases.find_own(session, case))
    shredding = shreddings.of(session, case)
    if shredding.step is Step.PROPOSED:
        check_second_person(shredding.proposed_by, session.actor.officer)
        cases.begin_shredding(session, shredding.case_id)
        _check_examined(session, shredding.case_id)
        shreddings.confirm(session, shredding.id)
        audit.append(session, "case.confirm_shredding", str(shredding.id))
    return shredding


def go_on(workplace: Workplace) -> int:
    """Carry out, for every unit, what two of its officers decided and nobody finished; how many are done now.

    The calendar of the unit acts: the decision is on record in the names of those who made it.
    """
    done = 0
    certifier = workplace.certifier
    if certifier is None:
        return done
    for actor in officers.calendars():
        after: UUID | None = None
        while True:
            with acting_as(actor) as session:
                waiting = shreddings.unfinished(session, SHREDDINGS_PER_LOOK, after)
            for shredding in waiting:
                # What fails is gone on with by the next run, and stops no other: nor those behind it.
                with suppress(ClewError):
                    _destroy(workplace, actor, shredding)
                    _finish(workplace, actor, shredding.id, backup_days=certifier.backup_days, seed=certifier.seed)
                    done += 1
            if len(waiting) < SHREDDINGS_PER_LOOK:
                break
            after = waiting[-1].id
    return done


def unfinished() -> int:
    """How many cases, of all units, two officers decided to shred and nobody finished; of each up to one look's."""
    count = 0
    for calendar in officers.calendars():
        with acting_as(calendar) as session:
            count += len(shreddings.unfinished(session, SHREDDINGS_PER_LOOK))
    return count


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How the end of a case stands: whether the unit still has it, and what was last proposed or done."""

    case: str
    is_open: bool
    shredding: Shredding | None

    @property
    def words(self) -> str | None:
        """The certificate to be read by people."""
        text = None if self.shredding is None else self.shredding.certificate
        return None if text is None else in_words(certificates.verified(text))


def look(session: Session, case: str) -> View:
    """How the end of an own unit's case stands.

    Raises:
        NotVisible: the unit has no such case, and none was shredded.
    """
    open_id = shredding = None
    with suppress(NotVisible):
        open_id = cases.find_own(session, case)
    with suppress(NotVisible):
        shredding = shreddings.of(session, case)
    if open_id is None and shredding is None:
        raise NotVisible("Your unit has no such case.")
    audit.append(session, "case.read_shredding", str(open_id if shredding is None else shredding.id))
    return View(case=case, is_open=open_id is not None, shredding=shredding)


def certificate(session: Session, case: str) -> str:
    """The certificate of a case that was shredded.

    Raises:
        NotVisible: no case of this reference was shredded by the actor's unit.
        StepRefused: it is not done yet.
    """
    found = shreddings.of(session, case)
    if found.certificate is None:
        raise StepRefused("The shredding of this case is not done yet.")
    audit.append(session, "case.read_certificate", str(found.id))
    return found.certificate


def revived(keyring: Keyring) -> list[tuple[str, str]]:
    """(member, case) of every shredded case that has a key: it came back with a backup.

    Raises:
        Unavailable: the database is away now.
    """
    scopes = ((member, scope) for member in keyring.members() for scope in keyring.scopes(member))
    kept = [(member, scope) for member, scope in scopes if len(scope) == UUID_LETTERS]
    gone = {str(case) for case in shreddings.shredded(UUID(scope) for _, scope in kept)}
    return [(member, scope) for member, scope in kept if scope in gone]


def destroy_again(keyring: Keyring) -> int:
    """Destroy the keys of shredded cases that came back with a backup; how many. Done by the node's operator.

    It is on record first: in the audit of each member whose keys go, in the node's own where there are none.

    Raises:
        Unavailable: the audit cannot be written.
    """
    found = revived(keyring)
    keys = Counter(member for member, _ in found)
    for member, count in keys.items():
        with acting_as(operator_at(member)) as session:
            audit.append(session, "key.sweep", member, {"keys": count})
    if not found:
        auditing.note("key.sweep")
    for member, case in found:
        keyring.destroy(member, case)
    return len(found)


def _check_examined(session: Session, case_id: UUID) -> None:
    if blocks.is_within(session, case_id):
        raise StepRefused("This case, or something in it, is under examination; nothing of it is destroyed meanwhile.")


def _destroy(workplace: Workplace, actor: Actor, shredding: Shredding) -> None:
    """The key first: from here nothing of the case can be opened, whatever else is still in place.

    Somebody else may have come as far meanwhile: what they counted stands.
    """
    if workplace.uploads is not None:
        uploading.end_of_case(workplace.uploads, actor.member, actor.unit, shredding.case)
    workplace.vault.keys.destroy(actor.member, str(shredding.case_id))
    with acting_as(actor) as session:
        if shreddings.get(session, shredding.id).step is not Step.CONFIRMED:
            return
        gone = forgotten.case(session, shredding.case_id)
        shreddings.destroyed(session, shredding.id, gone.counts, gone.blobs)
        audit.append(session, "case.destroy", str(shredding.id), gone.counts)


def _finish(workplace: Workplace, actor: Actor, shredding_id: UUID, *, backup_days: int, seed: bytes) -> str:
    with acting_as(actor) as session:
        shredding = shreddings.get(session, shredding_id)
        if shredding.certificate is not None:
            return shredding.certificate
        stay = keeping.remove_unheld(session, workplace.vault, shredding.blobs)
    text = certificates.signed(_statement(actor, shredding, backup_days, stay), seed)
    with acting_as(actor) as session:
        shreddings.done(session, shredding.id, text)
        audit.append(session, "case.shred", str(shredding.id))
    return text


def _statement(actor: Actor, shredding: Shredding, backup_days: int, stay: int) -> dict[str, object]:
    """What is certified. Everything in it is of this node, as it knew it then; so many blobs `stay`, held meanwhile."""
    confirmed_at, destroyed_at = shredding.confirmed_at, shredding.destroyed_at
    if confirmed_at is None or destroyed_at is None:
        raise StepRefused("The key of this case is not destroyed yet.")
    return {
        "what": "destruction of the key of a case",
        "case": shredding.case,
        "case_id": str(shredding.case_id),
        "member": actor.member,
        "unit": actor.unit,
        "proposed_by": shredding.proposed_by,
        "proposed_at": shredding.proposed_at.isoformat(timespec="seconds"),
        "confirmed_by": shredding.confirmed_by,
        "confirmed_at": confirmed_at.isoformat(timespec="seconds"),
        "destroyed_at": destroyed_at.isoformat(timespec="seconds"),
        "backups_may_hold_the_key_until": backups_until(destroyed_at, backup_days).isoformat(),
        "backup_days": backup_days,
        "counts": {**shredding.counts, "blobs_removed": max(0, shredding.counts["blobs_removed"] - stay)},
    }
