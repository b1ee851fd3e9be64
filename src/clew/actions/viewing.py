"""Viewing: the only way by which a medium's bytes leave the vault for a person; the audit comes first.

The event is committed, put in order and beneath a signed root before the medium's key is
unwrapped. Where the audit cannot be written or put in order nothing is shown; an intake goes on.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from uuid import UUID

from clew.actions import budgeting, sequencing
from clew.domain.cover import Statement, check_use, stated
from clew.domain.errors import Unavailable
from clew.domain.handling import Actor, Use
from clew.media.vault import Kept, Reader, Vault
from clew.records import covers, media, medium_keys
from clew.records.media import Held
from clew.records.session import Session, acting_as

RECEIPT_SECONDS_MAX = 5.0


def check(session: Session, medium_id: UUID, statement: Statement) -> Held:
    """That the actor may be shown the original now, in a transaction that asks for originals.

    Raises:
        NotVisible: there is no such medium, or the actor may not see its original.
        StepRefused: it is not kept for that purpose, or is under examination.
    """
    medium = media.held(session, medium_id)
    is_own = medium.owner_member == session.actor.member
    cover = covers.get(session, medium.cover_id)
    check_use(cover, Use.ORIGINAL, statement, is_own=is_own, is_blocked=medium.is_blocked)
    return medium


@contextmanager
def revealed(
    vault: Vault, actor: Actor, medium_id: UUID, *, purpose: str, case: str,
    within_seconds: float = RECEIPT_SECONDS_MAX,
) -> Iterator[Reader]:  # fmt: skip
    """The stored bytes of a medium, for as long as the `with` block lasts.

    `purpose` and `case` are what the officer states; both go on record. Raises as `opened`.
    """
    with opened(vault, actor, medium_id, purpose=purpose, case=case, within_seconds=within_seconds) as reader:
        yield reader


def opened(
    vault: Vault, actor: Actor, medium_id: UUID, *, purpose: str, case: str, act: str = "medium.reveal",
    counts: Mapping[str, int] | None = None, within_seconds: float = RECEIPT_SECONDS_MAX,
    beside: Callable[[Session], None] = lambda _session: None,
) -> Reader:  # fmt: skip
    """The stored bytes of a medium, to be closed by whoever asked. Nothing is read of them yet.

    `act` and its `counts` are what goes on record; `beside` is done within the same transaction, before it ends. It
    counts against the actor's reveal budget, unless a ticket was given for it.

    Raises:
        Invalid: the purpose is not on the closed list, or no case is stated.
        NotVisible: there is no such medium, or the actor may not see its original.
        StepRefused: the medium is not kept for that purpose; OverBudget: the reveal budget is used up (on record).
        Unavailable: the audit cannot be written or put in order, or the bytes are not here.
    """
    statement = stated(purpose, case)
    with acting_as(actor, Use.ORIGINAL) as session:
        medium = check(session, medium_id, statement)
        key = medium_keys.of(session, [medium_id]).get(medium_id)
        spent = budgeting.spend(
            session, act, str(medium_id), counts, purpose=statement.purpose, case=statement.case_reference,
            owner=medium.owner_member,
        )  # fmt: skip
        if spent.refusal is None:
            beside(session)
    sequencing.receipt(spent.granted(), within_seconds=within_seconds)
    if key is None:
        raise Unavailable("The bytes of this medium are not kept here.")
    kept = Kept(blob=key.blob, wrapped=key.wrapped)
    return vault.open(medium.owner_member, str(key.case_id), medium.sha256, kept)
