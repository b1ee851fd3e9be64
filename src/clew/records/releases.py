"""Releases: originals that a member opened to another, one medium and one recipient each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clew.domain.agreement import State
from clew.domain.errors import NotVisible
from clew.records import sealed
from clew.records.session import Session

CONDITIONS = b"releases.conditions"

_COLUMNS = (
    "id, medium_id, member, unit, recipient, conditions, wrapped, state, released_by, released_at, decided_by, withdrawn_at"
)
OPEN = f"state in ('{State.PROPOSED}', '{State.IN_FORCE}')"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A medium opened to `recipient` by `unit` of `owner`, or to be. `wrapped` opens it while it is in force.

    `released_at`: when it came into force, or was proposed; `decided_by`: the second officer, where one was asked for.
    """

    id: UUID
    medium_id: UUID
    owner: str
    unit: str
    recipient: str
    conditions: str
    wrapped: bytes | None
    state: State
    released_by: str
    released_at: datetime
    decided_by: str | None
    withdrawn_at: datetime | None

    @property
    def proposed_by(self) -> str:
        return self.released_by

    @property
    def proposed_at(self) -> datetime:
        return self.released_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Bears:
    """What binds the recipient of a release now. `purposes` are what its medium is kept for, None where nobody said."""

    is_denied: bool
    purposes: frozenset[str] | None


def add(session: Session, medium_id: UUID, recipient: str, conditions: str, wrapped: bytes | None) -> UUID:
    """Keep a release of a medium of the actor's own unit, or without `wrapped` a proposal; an earlier one ends."""
    actor = session.actor
    text = sealed.of_member(actor.member).seal(conditions.encode(), CONDITIONS, medium_id.bytes)
    state = State.PROPOSED if wrapped is None else State.IN_FORCE
    with session.cursor() as cursor:
        cursor.execute(
            f"update releases set {ENDED} where medium_id = %s and recipient = %s and withdrawn_at is null",
            [medium_id, recipient],
        )
        cursor.execute(
            """
            insert into releases (medium_id, member, unit, recipient, conditions, wrapped, state, released_by)
            values (%s, %s, %s, %s, %s, %s, %s, %s) returning id""",
            [medium_id, actor.member, actor.unit, recipient, text, wrapped, state.value, actor.officer],
        )
        return cursor.fetchone()[0]


def agree(session: Session, release_id: UUID, wrapped: bytes) -> None:
    """What was proposed is in force, by the session's officer."""
    with session.cursor() as cursor:
        cursor.execute(
            f"update releases set wrapped = %s, state = '{State.IN_FORCE}', decided_by = %s, released_at = now() where id = %s",
            [wrapped, session.actor.officer, release_id],
        )


def own(session: Session, release_id: UUID) -> Release:
    """The own unit's release that is in force or proposed, held until the transaction ends.

    Raises:
        NotVisible: the unit has none.
    """
    with session.cursor() as cursor:
        cursor.execute(
            f"select {_COLUMNS} from releases where id = %s and member = %s and unit = %s and {OPEN} for update",
            [release_id, session.actor.member, session.actor.unit],
        )
        row = cursor.fetchone()
    if row is None:
        raise NotVisible("There is no such release, or it ended before.")
    return _release(row)


def bears(session: Session, release_id: UUID) -> Bears:
    """What binds the actor's member, to which it is, now: its medium may be hidden from them.

    Raises:
        NotVisible: there is none to it that is in force.
    """
    with session.cursor() as cursor:
        cursor.execute("select is_denied, purposes from clew_release_bears(%s)", [release_id])
        row = cursor.fetchone()
    if row is None:
        raise NotVisible("There is no such release.")
    return Bears(is_denied=row[0], purposes=None if row[1] is None else frozenset(row[1]))


def ended_now(session: Session) -> int:
    """How many releases of the own unit's media ended in this transaction."""
    with session.cursor() as cursor:
        cursor.execute(
            "select count(*) from releases where member = %s and unit = %s and withdrawn_at = now()",
            [session.actor.member, session.actor.unit],
        )
        return int(cursor.fetchone()[0])


def get(session: Session, release_id: UUID) -> Release:
    """The release, for its owner and its recipient; NotVisible for everybody else."""
    with session.cursor() as cursor:
        cursor.execute(f"select {_COLUMNS} from releases where id = %s", [release_id])
        row = cursor.fetchone()
    if row is None:
        raise NotVisible("There is no such release.")
    return _release(row)


def of(session: Session, limit: int, after: UUID | None = None) -> tuple[Release, ...]:
    """Releases that the actor's member gave or got, the latest first."""
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select {_COLUMNS} from releases
             where %(after)s::uuid is null
                   or (released_at, id) < (select a.released_at, a.id from releases a where a.id = %(after)s)
             order by released_at desc, id desc limit %(limit)s""",
            {"after": after, "limit": limit},
        )
        return tuple(_release(row) for row in cursor)


def withdraw(session: Session, release_id: UUID) -> None:
    """End a release of the actor's own unit, or take back what was proposed; what opened it is taken out of the record.

    Raises:
        NotVisible: there is none that is open.
    """
    with session.cursor() as cursor:
        cursor.execute(
            f"update releases set {ENDED} where id = %s and withdrawn_at is null and member = %s returning id",
            [release_id, session.actor.member],
        )
        if cursor.fetchone() is None:
            raise NotVisible("There is no such release, or it ended before.")


ENDED = (
    f"wrapped = null, withdrawn_at = now(),"
    f" state = case state when '{State.PROPOSED}' then '{State.WITHDRAWN}' else '{State.ENDED}' end"
)
"""How a release is ended in a statement, whether it was in force or only proposed."""


def _release(row: Sequence) -> Release:
    texts = sealed.of_member(row[2])
    return Release(
        id=row[0], medium_id=row[1], owner=row[2], unit=row[3], recipient=row[4],
        conditions=texts.unseal(bytes(row[5]), CONDITIONS, row[1].bytes).decode(),
        wrapped=None if row[6] is None else bytes(row[6]), state=State(row[7]), released_by=row[8], released_at=row[9],
        decided_by=row[10], withdrawn_at=row[11],
    )  # fmt: skip
