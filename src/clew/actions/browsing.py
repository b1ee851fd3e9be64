"""Browsing: media of a case, an exhibit or a series in pages, each with its answer and what the own unit said of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from clew.actions import triaging
from clew.domain.errors import Invalid
from clew.domain.handling import Actor
from clew.domain.medium import Verdict
from clew.domain.triage import Answer, Reason, answer
from clew.records import audit, cases, exhibits, grids, merges, series
from clew.records.grids import GridMedium, Part, Scope, Wanted
from clew.records.session import Session

CONSIDERED_MAX = 200
"""Of so many media a page works out the answer; those that are not asked for leave it shorter."""
OPEN = frozenset(Answer) - {Answer.KNOWN}
"""Answers that need a person: what is known is folded away."""

__all__ = [
    "CONSIDERED_MAX", "OPEN", "GridMedium", "Item", "Lack", "Page", "Wanted", "check_case", "lack_of", "of_case",
    "of_series",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A medium of a page. `answer` and its best reason are of a case; None in a series."""

    medium: GridMedium
    answer: Answer | None
    reason: Reason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some media; `next` is where the following page begins, or None."""

    items: tuple[Item, ...]
    next: str | None


class Lack(StrEnum):
    """Why there is no preview of a medium."""

    EXAMINED = "under-examination"
    FINGERPRINTS_ONLY = "fingerprints-only"
    NOT_READ = "not-read"
    NOT_MADE_YET = "not-made-yet"
    NOT_SHARED = "not-shared"
    NONE = "none"


def of_case(
    session: Session, case: str, exhibit: str | None = None, *, unit: str | None = None, wanted: Wanted,
    answers: Collection[Answer] = OPEN, after: str | None = None,
) -> Page:  # fmt: skip
    """A page of media of the case (or exhibit) with these answers.

    A page is shorter where few of those looked at are asked for; `next` goes on behind them.

    Raises:
        NotVisible: there is no such case or exhibit.
        Invalid: no page begins at `after`.
    """
    case_id = cases.find(session, case, unit)
    part = grids.part(session, Scope(case_id=case_id, exhibit=exhibit), wanted, _marker(after), CONSIDERED_MAX)
    reasons = triaging.reasons(session, case_id, part.exhibit_id, [medium.id for medium in part.media])
    items = tuple(item for item in _answered(part, reasons) if item.answer in answers)
    shown = triaging.owners_of(reason for item in items for reason in reasons[item.medium.id])
    audit.append(session, "grid.read", str(part.exhibit_id or case_id), {"media": len(items)}, shown=shown)
    return Page(items=items, next=None if part.last is None else str(part.last))


def check_case(session: Session, case: str, exhibit: str | None = None, *, unit: str | None = None) -> None:
    """That the case (and exhibit) is there, before anything of it is asked.

    Raises:
        NotVisible: there is no such case or exhibit.
    """
    case_id = cases.find(session, case, unit)
    exhibit_id = None if exhibit is None else exhibits.find(session, case_id, exhibit)
    audit.append(session, "grid.open", str(exhibit_id or case_id))


def of_series(session: Session, name: str, *, wanted: Wanted, after: str | None = None) -> Page:
    """A page of media of a series and of all that are one with it.

    Raises:
        NotVisible: there is no such series, or the actor may not see it.
        Invalid: no page begins at `after`.
    """
    found = series.find(session, name)
    ids = merges.together(session, [found.id])[found.id]
    part = grids.part(session, Scope(series=tuple(ids)), wanted, _marker(after), CONSIDERED_MAX)
    items = tuple(Item(medium=one, answer=None, reason=None) for one in part.media)
    owners = {item.medium.owner for item in items}
    audit.append(session, "grid.read", str(found.id), {"media": len(items)}, shown=owners)
    return Page(items=items, next=None if part.last is None else str(part.last))


def lack_of(medium: GridMedium, actor: Actor) -> Lack:
    """Why there is no preview of this medium, as far as the actor may know."""
    if medium.is_blocked:
        return Lack.EXAMINED
    if (medium.owner, medium.unit) != (actor.member, actor.unit):
        return Lack.NOT_SHARED
    if medium.verdict is Verdict.ABSENT or not medium.has_bytes:
        return Lack.FINGERPRINTS_ONLY
    if not medium.verdict.is_decoded:
        return Lack.NOT_READ
    return Lack.NOT_MADE_YET if medium.is_waiting else Lack.NONE


def _answered(part: Part, reasons: Mapping[UUID, tuple[Reason, ...]]) -> list[Item]:
    made = []
    for medium in part.media:
        best = reasons[medium.id][0] if reasons[medium.id] else None
        found = answer(None if best is None else best.evidence, is_decoded=medium.verdict.is_decoded)
        made.append(Item(medium=medium, answer=found, reason=best))
    return made


def _marker(after: str | None) -> UUID | None:
    try:
        return None if after is None else UUID(after)
    except ValueError:
        raise Invalid("No page begins there: take the marker as the page before gave it.") from None
