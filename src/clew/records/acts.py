"""Acts, as those read them who may: references only, the newest first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from clew.domain.act import Act
from clew.domain.act_kind import named
from clew.domain.errors import NotVisible
from clew.records import sealed
from clew.records.audit import CASE
from clew.records.leaves import ACT_COLUMNS, act_of
from clew.records.session import Session

CLOCKS_DIFFER = timedelta(hours=1)
"""Identifiers carry the time of the machine that acted, `at` that of the database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which acts are asked for; what is absent is not asked. `act` is an act, or a kind that means all its acts.

    Raises:
        Invalid: `act` is neither.
    """

    member: str | None = None
    officer: str | None = None
    """Not of accesses: the names of another member's officers stay there."""
    act: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: UUID | None = None
    """Acts older than this one: where a page begins."""
    event: UUID | None = None
    """This one alone."""

    def __post_init__(self) -> None:
        if self.act is not None:
            named(self.act)

    @property
    def is_nothing(self) -> bool:
        """No act says this: no text of PostgreSQL holds a NUL."""
        return any("\0" in (words or "") for words in (self.member, self.officer, self.subject))

    @property
    def acts(self) -> tuple[str, ...] | None:
        """The acts that are meant; None: all."""
        return None if self.act is None else named(self.act)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What another member did with a record of one's own. `subject` is empty where it was about its own records."""

    id: UUID
    at: datetime
    member: str
    unit: str
    act: str
    subject: str
    purpose: str
    case_reference: str


Said = TypeVar("Said", Act, Access)


def page(session: Session, wanted: Wanted, limit: int) -> list[Act]:
    """Acts that the actor may read, the newest first."""
    return [_unsealed(act) for act in page_sealed(session, wanted, limit)]


def find(session: Session, act_id: UUID) -> Act:
    """The act of this identifier, with the stated case as it lies in the log: sealed.

    Raises:
        NotVisible: there is none, or the actor may not read it.
    """
    with session.cursor() as cursor:
        cursor.execute(f"select {ACT_COLUMNS} from acts a where a.id = %s", [act_id])
        found = cursor.fetchone()
    if found is None:
        raise NotVisible("There is no such event.")
    return act_of(found)


def supervisor_of(session: Session, act_id: UUID) -> tuple[str, str | None]:
    """The member whose officer did what the actor reads as an act or an access, and the unit that is asked about it.

    The unit is None where nobody there protects data, audits or administers who did not do it.

    Raises:
        NotVisible: there is none, or the actor may not read it.
    """
    with session.cursor() as cursor:
        cursor.execute("select member, unit from clew_supervisor_of(%s)", [act_id])
        found = cursor.fetchone()
    if found is None:
        raise NotVisible("There is no such event.")
    return found[0], found[1]


def readable(session: Session, act_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Those of these acts that the actor may read."""
    with session.cursor() as cursor:
        cursor.execute("select id from acts where id = any (%s)", [list(act_ids)])
        return frozenset(row[0] for row in cursor.fetchall())


def page_sealed(session: Session, wanted: Wanted, limit: int) -> list[Act]:
    """As `page`, with stated cases as they lie in the log: sealed."""
    if wanted.is_nothing:
        return []
    conditions, values = _conditions(wanted)
    each = [[act, *values, limit] for act in wanted.acts] if wanted.acts else [[*values, limit]]
    one = f"select {ACT_COLUMNS} from acts a where {' and '.join(conditions)} order by a.id desc limit %s"
    with session.cursor() as cursor:
        # The acts of a kind are read side by side, each by its index and no further than the page: so a rare kind is
        # found among many acts, and of a common one little more is read than is shown.
        cursor.execute(
            f"select * from ({' union all '.join([f'({one})'] * len(each))}) a order by id desc limit %s",
            [*(value for some in each for value in some), limit],
        )
        return [act_of(row) for row in cursor.fetchall()]


def accesses(session: Session, wanted: Wanted, limit: int) -> list[Access]:
    """Acts of other members on records of the actor's member, the newest first."""
    if wanted.is_nothing:
        return []
    with session.cursor() as cursor:
        cursor.execute(
            "select act_id, at, member, unit, act, subject, purpose, case_reference"
            "  from clew_accesses(%s, %s, %s, %s, %s, %s)",
            [wanted.before, wanted.member, wanted.acts and list(wanted.acts), wanted.subject, wanted.event, limit],
        )
        names = ("id", "at", "member", "unit", "act", "subject", "purpose", "case_reference")
        return [_unsealed(Access(**dict(zip(names, row, strict=True)))) for row in cursor.fetchall()]


def _unsealed(one: Said) -> Said:
    """With the words of the case that its officer stated."""
    return replace(one, case_reference=sealed.words_of_note(one.member, CASE, one.case_reference))


def _conditions(wanted: Wanted) -> tuple[list[str], list[object]]:
    asked: list[tuple[str, object]] = []
    if wanted.member is not None:
        asked.append(("a.member = %s", wanted.member))
    if wanted.officer is not None:
        asked.append(("a.officer = %s", wanted.officer))
    if wanted.subject is not None:
        asked.append(("a.subject = %s", wanted.subject))
    if wanted.since is not None:
        asked.append(("a.at >= %s", wanted.since))
        asked.append(("a.id >= %s", _first_of(wanted.since - CLOCKS_DIFFER)))
    if wanted.until is not None:
        asked.append(("a.at < %s", wanted.until))
        asked.append(("a.id < %s", _first_of(wanted.until + CLOCKS_DIFFER)))
    if wanted.before is not None:
        asked.append(("a.id < %s", wanted.before))
    if wanted.event is not None:
        asked.append(("a.id = %s", wanted.event))
    first = "a.act = %s" if wanted.act is not None else "true"
    return [first, *(condition for condition, _ in asked)], [value for _, value in asked]


def bounds(since: datetime, until: datetime) -> tuple[UUID, UUID]:
    """Identifiers between which every act of that time lies, and few others: so an index finds them."""
    return _first_of(since - CLOCKS_DIFFER), _first_of(until + CLOCKS_DIFFER)


def _first_of(moment: datetime) -> UUID:
    """The least identifier of an act at `moment`."""
    return UUID(int=max(0, int(moment.timestamp() * 1000)) << 80)
