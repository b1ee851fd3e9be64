"""Sourcing: where a medium came from, and what has become of it since: a chain from the device to who looked at it."""

from dataclasses import dataclass

from clew.domain.act import Act
from clew.records import acts, audit, ends, provenances
from clew.records.acts import Access, Wanted
from clew.records.provenances import Found, InSeries, Opened
from clew.records.session import Session

SHOWN_MAX = 50
"""How many lines are shown of each kind."""
REVEAL = "medium.reveal"

__all__ = ["Access", "Act", "Found", "InSeries", "Opened", "Provenance", "source"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """The chain of a medium, as far as the actor may see it. `looks` are acts of the own member that the actor may
    read, `accesses` all that other members did with the own member's record. `has_more`: of some kind there is
    more than `SHOWN_MAX`."""

    digest: str
    owner: str
    unit: str
    is_own: bool
    found: tuple[Found, ...]
    series: tuple[InSeries, ...]
    opened: tuple[Opened, ...]
    looks: tuple[Act, ...]
    accesses: tuple[Access, ...]
    has_more: bool


def source(session: Session, untrusted_digest: str) -> Provenance:
    """The chain of the medium of that SHA-256.

    Raises:
        NotVisible: there is none, or the actor may not see it.
    """
    row = ends.medium(session, untrusted_digest)
    name = bytes.fromhex(row.label)
    subject = str(row.end.id)
    is_own = row.handling.owner_member == session.actor.member
    most = SHOWN_MAX + 1
    places, held = provenances.found(session, name, most), provenances.series(session, name, most)
    opened = provenances.opened(session, name, most)
    looks = tuple(acts.page(session, Wanted(act=REVEAL, subject=subject), most)) if is_own else ()
    accesses = tuple(acts.accesses(session, Wanted(subject=subject), most)) if is_own else ()
    found = Provenance(
        digest=row.label, owner=row.handling.owner_member, unit=row.handling.owner_unit, is_own=is_own,
        found=places[:SHOWN_MAX], series=held[:SHOWN_MAX], opened=opened[:SHOWN_MAX], looks=looks[:SHOWN_MAX],
        accesses=accesses[:SHOWN_MAX],
        has_more=any(len(each) > SHOWN_MAX for each in (places, held, opened, looks, accesses)),
    )  # fmt: skip
    shown = {found.owner, *(one.owner for one in found.opened)}
    shown |= {member for one in found.series for member in (one.owner, one.member)}
    audit.append(session, "medium.source", subject, {"places": len(found.found)}, shown=shown)
    return found
