"""Entrusting: who a victim or an offender is, kept by its unit alone; on record before anybody reads it."""

from uuid import UUID

from clew.actions import sequencing
from clew.actions.describing import check_open
from clew.domain.cover import check_use, stated
from clew.domain.errors import NotVisible
from clew.domain.handling import Actor, Use
from clew.domain.offender import reference_in
from clew.domain.series import checked_words
from clew.records import audit, covers, identities, nouns, offenders, victims
from clew.records.identities import Identity
from clew.records.nouns import Kept, Noun
from clew.records.session import Session, acting_as

__all__ = ["Identity", "entrust", "forget", "reveal"]

VERSIONS_MAX = 50
RECEIPT_SECONDS_MAX = 5.0
IDENTITY_CHARACTERS_MAX = 4_000


def entrust(session: Session, reference: str, words: str) -> None:
    """Keep who an own victim or offender is, in words, beside what was written before. Nobody else is shown it.

    Raises:
        NotVisible: the unit has no such victim or offender.
        Invalid: there are no words, or too many.
        StepRefused: it is ending or under examination.
    """
    kept = checked_words(words, characters_max=IDENTITY_CHARACTERS_MAX, is_demanded=True)
    noun, person = _own(session, reference)
    check_open(session, person)
    identities.add(session, noun, person.id, kept)
    audit.append(session, "identity.write", str(person.id))


def reveal(
    actor: Actor, reference: str, *, purpose: str, case: str, within_seconds: float = RECEIPT_SECONDS_MAX
) -> tuple[Identity, ...]:
    """Who an own victim or offender is, the latest version first; beneath a signed root before it is given.

    `purpose` and `case` are what the officer states; both go on record.

    Raises:
        Invalid: the purpose is not on the closed list, or no case is stated.
        NotVisible: the unit has no such victim or offender.
        StepRefused: it is not kept for that purpose.
        Unavailable: the audit cannot be written or put in order.
    """
    statement = stated(purpose, case)
    with acting_as(actor, Use.ORIGINAL) as session:
        noun, person = _own(session, reference)
        check_use(
            covers.get(session, person.cover_id), Use.ORIGINAL, statement, is_own=True,
            is_blocked=person.handling.is_blocked,
        )  # fmt: skip
        found = identities.of(session, noun, person.id, VERSIONS_MAX)
        act_id = audit.append(
            session, "identity.reveal", str(person.id), {"versions": len(found)}, purpose=statement.purpose,
            case=statement.case_reference, owner=actor.member,
        )  # fmt: skip
    sequencing.receipt(act_id, within_seconds=within_seconds)
    return found


def forget(actor: Actor, reference: str, *, purpose: str, case: str) -> UUID:
    """Have nothing stay of who an own victim or offender is; which one. Backups end with their own term.

    Raises:
        Invalid: the purpose is not on the closed list, or no case is stated.
        NotVisible: the unit has no such victim or offender.
        StepRefused: it is ending or under examination.
    """
    statement = stated(purpose, case)
    with acting_as(actor, Use.ORIGINAL) as session:
        noun, person = _own(session, reference)
        check_open(session, person)
        identities.forget(session, noun, person.id)
        audit.append(
            session, "identity.forget", str(person.id), purpose=statement.purpose, case=statement.case_reference
        )
        return person.id


def _own(session: Session, reference: str) -> tuple[Noun, Kept]:
    """The own unit's victim or offender of that reference, held until the transaction ends."""
    try:
        return victims.NOUN, victims.hold_own(session, reference).kept
    except NotVisible:
        return offenders.NOUN, nouns.held(session, offenders.NOUN, reference_in(reference))[0]
