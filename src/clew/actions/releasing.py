"""Releasing: a member opens the original of a medium to one other member, and may end that.

What opens it (data key, SHA-256, blob) is sealed to the recipient's key by HPKE, bound to owner,
recipient, medium and conditions. The recipient's reading goes by its own key: the owner's keys
are not asked. Ending a release stops new reads; what was seen before cannot be unseen.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from clew.actions import budgeting, sequencing
from clew.actions.viewing import RECEIPT_SECONDS_MAX
from clew.actions.workplace import Workplace
from clew.domain.cover import check_use, stated
from clew.domain.errors import Invalid, NotVisible, StepRefused
from clew.domain.handling import Actor, Use
from clew.keys import exchange
from clew.media.vault import BLOB_BYTES, Reader, Vault
from clew.records import audit, covers, media, medium_keys, members, releases
from clew.records.releases import Release
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
) -> UUID:  # fmt: skip
    """Open the original of an own unit's medium (named by its SHA-256) to another member.

    `purpose` and `case` are what the officer states: for what, and in which case, it is handed over.

    Raises:
        NotVisible: the unit has no such medium with bytes in the vault.
        Invalid: there is no such member, it is the actor's own, the conditions are too long, the purpose is not
            on the closed list, or no case is stated.
        StepRefused: the medium is not kept for that purpose, or is under examination.
    """
    statement = stated(purpose, case)
    owner = session.actor.member
    if recipient == owner or recipient not in members.names(session):
        raise Invalid("A release is to another member who takes part.")
    if len(conditions) > CONDITIONS_CHARACTERS_MAX:
        raise Invalid("Conditions have at most {most} characters.", most=CONDITIONS_CHARACTERS_MAX)
    medium_id = media.own(session, medium)
    key = medium_keys.of(session, [medium_id]).get(medium_id)
    if key is None:
        raise NotVisible("Your unit has no such medium in the vault.")
    held = media.held(session, medium_id, stays=True)
    if held.is_blocked:
        raise StepRefused("This record is under examination: it is released to nobody.")
    check_use(covers.get(session, held.cover_id), Use.ORIGINAL, statement, is_own=True)
    data_key = vault.data_key(owner, str(key.case_id), medium, key.wrapped)
    info = exchange.terms(owner, recipient, medium_id.bytes, conditions)
    public = exchange.public_key(vault.keys, recipient)
    wrapped = exchange.sealed_to(public, data_key + medium + key.blob, info)
    release_id = releases.add(session, medium_id, recipient, conditions, wrapped)
    audit.append(
        session, "medium.release", str(release_id), purpose=statement.purpose, case=statement.case_reference
    )  # fmt: skip
    return release_id


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
    """End a release: nothing more is read by it.

    Raises:
        NotVisible: the actor's unit has no such open release.
    """
    releases.withdraw(session, release_id)
    audit.append(session, "medium.withdraw_release", str(release_id))


@contextmanager
def released(
    workplace: Workplace, actor: Actor, release_id: UUID, *, purpose: str, case: str,
    within_seconds: float = RECEIPT_SECONDS_MAX,
) -> Iterator[Reader]:  # fmt: skip
    """The original that was released to the actor's member, for as long as the `with` block lasts.

    The event is in the signed log before the key is unwrapped, as in `viewing.revealed`.

    Raises:
        Invalid: the purpose is not on the closed list, or no case is stated.
        NotVisible: nothing was released to the actor's member by this name.
        StepRefused: it was withdrawn; OverBudget: the reveal budget is used up (on record).
        Tampered: release or blob are not what they were.
        Unavailable: the audit cannot be written, or the blob is gone because its case was shredded.
    """
    statement = stated(purpose, case)
    with acting_as(actor) as session:
        found = releases.get(session, release_id)
        if found.recipient != actor.member:
            raise NotVisible("There is no such release.")
        if found.wrapped is None:
            raise StepRefused("This release was withdrawn.")
        spent = budgeting.spend(
            session, "medium.open_released", str(release_id), purpose=statement.purpose,
            case=statement.case_reference, owner=found.owner,
        )  # fmt: skip
    sequencing.receipt(spent.granted(), within_seconds=within_seconds)
    info = exchange.terms(found.owner, found.recipient, found.medium_id.bytes, found.conditions)
    content = exchange.opened(workplace.vault.keys, found.recipient, found.wrapped, info)
    data_key, sha256, blob = content[:_KEY_BYTES], content[_KEY_BYTES:-BLOB_BYTES], content[-BLOB_BYTES:]
    with workplace.vault.open_with(data_key, found.owner, sha256, blob) as reader:
        yield reader


def given_and_got(session: Session, *, limit: int = RELEASES_PER_PAGE, after: UUID | None = None) -> Page:
    """Releases of the actor's member to others, and of others to it, the latest first."""
    audit.append(session, "release.list", session.actor.member)
    found = releases.of(session, limit + 1, after)
    return Page(items=found[:limit], next=found[limit - 1].id if len(found) > limit else None)
