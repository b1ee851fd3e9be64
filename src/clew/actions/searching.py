"""Searching: by reference, digest and serial number, and through words that the actor sees, a bounded part a page."""

from dataclasses import dataclass
from datetime import datetime

from clew.domain import reference
from clew.domain.search import (
    FILES_PER_PAGE_MAX,
    FOUND_PER_KIND_MAX,
    LOOKED_AT_PER_PAGE_MAX,
    Asked,
    Kind,
    asked,
    excerpt,
    marker_of,
    marker_words,
)
from clew.records import audit, cases, members, searches
from clew.records.searches import Row
from clew.records.session import Session

__all__ = ["Found", "Kind", "Page", "search"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found: `label` names it, `within` what it lies in, `words` are those around what was looked for."""

    kind: Kind
    label: str
    within: str
    words: str
    owner: str
    unit: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a page found, and among how many records it looked; `next` is where the following one goes on, or None."""

    items: tuple[Found, ...]
    looked_at: int
    next: str | None


def search(session: Session, untrusted_text: str, *, case: str | None = None, after: str | None = None) -> Page:
    """Records in which every word of the text stands, the newest first; with a case of the own member file names too.

    Names, digests and serial numbers are looked up whole. Words lie sealed and in no index: a page unseals so many of
    the newest that the actor sees, and the next goes on behind them: an old word may be found on a later page only.

    Raises:
        Invalid: the text is too short, too long or does not show, or no page begins there.
        NotVisible: there is no such case, or the actor may not see it.
    """
    looked_for, marker = asked(untrusted_text), marker_of(after)
    case_id = None if case is None else cases.find(session, case)
    rows: dict[Kind, list[Row]] = dict(searches.looked_at(session, marker))
    if case_id is not None and (marker is None or marker.get(Kind.FILE) is not None):
        rows[Kind.FILE] = searches.files(session, case_id, None if marker is None else marker[Kind.FILE])
    whole = _whole(session, looked_for) if marker is None else []
    parts = {kind: _part(kind, some, looked_for) for kind, some in rows.items()}
    found = [*whole, *(row for part in parts.values() for row in part.found)]
    looked_at = sum(part.looked_at for part in parts.values())
    audit.append(
        session, "search.read", "" if case_id is None else str(case_id),
        {"found": len(found), "looked_at": looked_at}, owner=session.actor.member, shown={row.owner for row in found},
    )  # fmt: skip
    return Page(
        items=tuple(_found(row, looked_for) for row in found), looked_at=looked_at,
        next=marker_words({kind: part.next for kind, part in parts.items()}),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    found: tuple[Row, ...]
    looked_at: int
    next: str | None


def _part(kind: Kind, rows: list[Row], looked_for: Asked) -> _Part:
    """Rows that hold the words, until so many are found; the next page goes on behind the last that was looked at."""
    most = FILES_PER_PAGE_MAX if kind is Kind.FILE else LOOKED_AT_PER_PAGE_MAX
    found: list[Row] = []
    for number, row in enumerate(rows, start=1):
        if looked_for.is_in(row.words):
            found.append(row)
            if len(found) == FOUND_PER_KIND_MAX and number < len(rows):
                return _Part(found=tuple(found), looked_at=number, next=row.id)
    return _Part(found=tuple(found), looked_at=len(rows), next=rows[-1].id if len(rows) == most else None)


def _whole(session: Session, looked_for: Asked) -> list[Row]:
    """What is named so: a record by its reference, a medium by its digest, camera or document."""
    for letter in searches.LETTERS:
        name = reference.reference_in(looked_for.text, letter, is_letter_demanded=True)
        if name is not None:
            row = searches.named(session, name)
            return [] if row is None else [row]
    return searches.media(session, looked_for.text, tuple(members.names(session)), FOUND_PER_KIND_MAX)


def _found(row: Row, looked_for: Asked) -> Found:
    return Found(
        kind=row.kind, label=row.label, within=row.within, words=excerpt(row.words, looked_for), owner=row.owner,
        unit=row.unit, at=row.at,
    )  # fmt: skip
