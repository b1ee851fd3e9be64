"""Releasing: a member opens the original of a medium to one other member, and may end that.

What opens it (data key, SHA-256, blob) is sealed to the recipient's key by HPKE, bound to owner,
recipient, medium and conditions. The recipient's reading goes by its own key: the owner's keys
are not asked. Ending a release stops new reads; what was seen before cannot be unseen.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from clew.actions import budgeting, sequencing
from clew.actions.viewing import RECEIPT_SECONDS_MAX
from clew.domain import agreement
from clew.domain.cover import Statement, check_use, stated
from clew.domain.errors import Invalid, NotVisible, StepRefused
from clew.domain.handling import Actor, Use
from clew.domain.span import Span
from clew.keys import exchange
from clew.media.vault import BLOB_BYTES, Reader, Vault
from clew.records import audit, covers, handling_changes, media, medium_keys, members, releases
from clew.records.medium_keys import MediumKey
from clew.records.releases import Bears, Release
from clew.records.session import Session, acting_as

CONDITIONS_CHARACTERS_MAX = 2_000
_KEY_BYTES = 32
SHA256_BYTES = 32
RELEASES_PER_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Releases, the latest first; `next` is where the following page begins."""

    items: tuple[Release, ...]
    next: UUID | None


def release(
    vault: Vault, session: Session, medium: bytes, recipient: str, conditions: str, *, purpose: str, case: str
) -> Release:  # fmt: skip
    """Open the original of an own unit's medium (named by its SHA-256) to another member.

    `purpose` and `case` are what the officer states: for what, and in which case, it is handed over. Where the
    member's administrator asks for two it is a proposal, to which a second officer of the unit agrees.

    Raises:
        NotVisible: the unit has no such medium with bytes in the vault.
        Invalid: there is no such member, it is the actor's own or excluded from the medium, the conditions are too
            long, the purpose is not on the closed list, or no case is stated.
        StepRefused: the medium is not kept for that purpose, or is under examination.
    """
    statement = stated(purpose, case)
    if recipient == session.actor.member or recipient not in members.names(session):
        raise Invalid("A release is to another member who takes part.")
    if len(conditions) > CONDITIONS_CHARACTERS_MAX:
        raise Invalid("Conditions have at most {most} characters.", most=CONDITIONS_CHARACTERS_MAX)
    medium_id = media.own(session, medium)
    key = _checked(session, medium_id, recipient, statement)
    owner, waits, wrapped = session.actor.member, handling_changes.widening_needs_second(session), None
    if not waits:  # what is only proposed opens nothing
        data_key = vault.data_key(owner, str(key.case_id), medium, key.wrapped)
        info = exchange.terms(owner, recipient, medium_id.bytes, conditions)
        wrapped = exchange.sealed_to(vault.keys, recipient, data_key + medium + key.blob, info)
    release_id = releases.add(session, medium_id, recipient, conditions, wrapped)
    audit.append(
        session, "medium.propose_release" if waits else "medium.release", str(release_id), purpose=statement.purpose,
        case=statement.case_reference,
    )  # fmt: skip
    return releases.get(session, release_id)


def agree(vault: Vault, session: Session, release_id: UUID, *, purpose: str, case: str) -> None:
    """Agree, as a second officer of the unit, to a release that was proposed; it is open at once.

    Raises:
        NotVisible: the unit has no such proposal.
        SecondPersonNeeded: it is the actor's own.
        Invalid: the member is excluded from the medium since, the purpose is not on the closed list, or no case is
            stated.
        StepRefused: it has lapsed or is open already, the medium is not kept for that purpose, or is under examination.
    """
    statement = stated(purpose, case)
    found = releases.own(session, release_id)
    agreement.approved(found, by=session.actor.officer, now=datetime.now(tz=UTC))
    key = _checked(session, found.medium_id, found.recipient, statement)
    sha256 = media.held(session, found.medium_id).sha256
    data_key = vault.data_key(found.owner, str(key.case_id), sha256, key.wrapped)
    info = exchange.terms(found.owner, found.recipient, found.medium_id.bytes, found.conditions)
    wrapped = exchange.sealed_to(vault.keys, found.recipient, data_key + sha256 + key.blob, info)
    releases.agree(session, release_id, wrapped)
    audit.append(
        session, "medium.release", str(release_id), purpose=statement.purpose, case=statement.case_reference
    )  # fmt: skip


def _checked(session: Session, medium_id: UUID, recipient: str, statement: Statement) -> MediumKey:
    """What opens the own medium, which may be released now; raises as `release`."""
    key = medium_keys.of(session, [medium_id]).get(medium_id)
    if key is None:
        raise NotVisible("Your unit has no such medium in the vault.")
    held = media.held(session, medium_id, stays=True)
    if held.is_blocked:
        raise StepRefused("This record is under examination: it is released to nobody.")
    if recipient in media.excluded_from(session, medium_id):
        raise Invalid("This member is excluded from the medium: nothing of it is released there.")
    check_use(covers.get(session, held.cover_id), Use.ORIGINAL, statement, is_own=True)
    return key


def digest_of(untrusted_text: str) -> bytes:
    """The SHA-256 that somebody wrote.

    Raises:
        Invalid: it is none.
    """
    try:
        found = bytes.fromhex(untrusted_text.strip())
    except ValueError:
        found = b""
    if len(found) != SHA256_BYTES:
        raise Invalid("A SHA-256 has 64 letters of 0 to 9 and a to f.")
    return found


def withdraw(session: Session, release_id: UUID) -> None:
    """End a release, or take back or refuse one that was proposed: nothing more is read by it.

    Raises:
        NotVisible: the actor's unit has no such open release.
    """
    releases.withdraw(session, release_id)
    audit.append(session, "medium.withdraw_release", str(release_id))


def opened(
    vault: Vault, actor: Actor, release_id: UUID, *, purpose: str, case: str, span: Span | None = None,
    within_seconds: float = RECEIPT_SECONDS_MAX,
) -> Reader:  # fmt: skip
    """The original that was released to the actor's member, to be closed by whoever asked.

    The event is in the signed log before the key is unwrapped, as in `viewing.opened`; `span` is what of it is asked
    for, where that is said beforehand.

    Raises:
        Invalid: the purpose is not on the closed list, or no case is stated.
        NotVisible: nothing was released to the actor's member by this name.
        StepRefused: it was withdrawn, or its medium is not kept for that purpose; OverBudget: the reveal budget is used
            up (on record).
        Tampered: release or blob are not what they were.
        Unavailable: the audit cannot be written, or the blob is gone because its case was shredded.
    """
    statement = stated(purpose, case)
    counts = None if span is None else {"first": span.first, "last": span.last}
    with acting_as(actor) as session:
        found = releases.get(session, release_id)
        if found.recipient != actor.member:
            raise NotVisible("There is no such release.")
        if found.wrapped is None:
            raise StepRefused("This release was withdrawn.")
        _check_bears(releases.bears(session, release_id), statement)
        spent = budgeting.spend(
            session, "medium.open_released", str(release_id), counts, purpose=statement.purpose,
            case=statement.case_reference, owner=found.owner,
        )  # fmt: skip
    sequencing.receipt(spent.granted(), within_seconds=within_seconds)
    info = exchange.terms(found.owner, found.recipient, found.medium_id.bytes, found.conditions)
    content = exchange.opened(vault.keys, found.recipient, found.wrapped, info)
    data_key, sha256, blob = content[:_KEY_BYTES], content[_KEY_BYTES:-BLOB_BYTES], content[-BLOB_BYTES:]
    return vault.open_with(data_key, found.owner, sha256, blob)


def is_open(actor: Actor, release_id: UUID, *, purpose: str, case: str) -> bool:
    """Whether what is being read by a release still may be: asked again and again while a long film is given."""
    with suppress(NotVisible, StepRefused), acting_as(actor) as session:
        _check_bears(releases.bears(session, release_id), stated(purpose, case))
        return True
    return False


def _check_bears(bears: Bears, statement: Statement) -> None:
    """What its owner decided since binds who was given it before: who is excluded has no use of it at all."""
    if bears.is_denied:
        raise StepRefused("This release was withdrawn.")
    if bears.purposes is not None and statement.purpose not in bears.purposes:
        raise StepRefused("This record is not kept for that purpose: ask its owner.")


def given_and_got(session: Session, *, limit: int = RELEASES_PER_PAGE, after: UUID | None = None) -> Page:
    """Releases of the actor's member to others, and of others to it, the latest first."""
    found = releases.of(session, limit + 1, after)
    audit.append(session, "release.list", session.actor.member, shown={one.owner for one in found[:limit]})
    return Page(items=found[:limit], next=found[limit - 1].id if len(found) > limit else None)
