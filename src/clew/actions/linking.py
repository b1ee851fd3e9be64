"""Linking: what joins records, said by a unit with its basis; a candidate is no fact until an officer accepts it."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from clew.actions import easing, identifying, withdrawing
from clew.actions.opening import check_members, handling_beside
from clew.domain.errors import Invalid, StepRefused
from clew.domain.handling import Handling
from clew.domain.handling_change import checked_reason
from clew.domain.link import (
    SYMMETRIC,
    Basis,
    Confidence,
    EndKind,
    LinkState,
    LinkType,
    Step,
    after,
    check_ends,
    named,
)
from clew.domain.series import checked_words
from clew.records import audit, ends, links
from clew.records.ends import EndRow
from clew.records.links import Claim, LinkRow
from clew.records.session import Session

__all__ = [
    "Claim", "LinkRow", "accept", "end_restriction", "link", "propose", "propose_all", "refuse", "restrict", "withdraw",
]  # fmt: skip

PROPOSED_MAX = 10_000
"""How many candidates a program proposes in one transaction."""


def link(
    session: Session, a: str, link_type: LinkType, b: str, *, basis: Basis,
    confidence: Confidence = Confidence.PROBABLE, note: str = "", handling: Handling | None = None,
) -> LinkRow:  # fmt: skip
    """Say as a fact that two records that the actor sees belong together so.

    A candidate of the own unit that says the same, or one that was refused, becomes a fact; a fact stays as it is. Own
    series follow the children that appear in them, and leads that rest on a known place come back; taken back, the same
    the other way.

    Raises:
        NotVisible: there is no such record, or the actor may not see it.
        Invalid: links of this type do not join such records, or the note is too long.
        StepRefused: one of them is ending or under examination.
    """
    claim, given = _claimed(session, a, link_type, b, basis, confidence, note, handling)
    before = identifying.before_link(session, claim)
    found = links.add(session, claim, LinkState.ACCEPTED, given)
    if found.state is not LinkState.ACCEPTED:
        links.move(session, found.id, Step.ACCEPT, after(found.state, Step.ACCEPT), "")
        found = links.get(session, found.id)
    identifying.follow(session, before)
    _reask(session, claim)
    audit.append(session, "link.add", str(found.claim.a.id))
    return found


def propose(
    session: Session, a: str, link_type: LinkType, b: str, *, basis: Basis,
    confidence: Confidence = Confidence.POSSIBLE, note: str = "", handling: Handling | None = None,
) -> LinkRow:  # fmt: skip
    """Say that two records may belong together so: kept apart from facts. What the unit said already stays as it is.

    Raises as `link`, and besides:
        StepRefused: the unit has refused this.
    """
    claim, given = _claimed(session, a, link_type, b, basis, confidence, note, handling)
    found = links.add(session, claim, LinkState.CANDIDATE, given)
    if found.state is LinkState.REFUSED:
        raise StepRefused("Your unit has refused this link: accept it where you think better of it.")
    audit.append(session, "link.propose", str(found.claim.a.id))
    return found


def propose_all(session: Session, claims: Sequence[Claim], handling: Handling) -> int:
    """Keep what a program found as candidates of the own unit, but for what it refused; how many are new.

    The ends are records that the actor sees; each claim is matched by a program and names its rule.

    Raises:
        Invalid: too many, or one that no program could have found.
    """
    if len(claims) > PROPOSED_MAX or any(one.basis is not Basis.MATCHED or not one.rule for one in claims):
        raise Invalid("A program proposes at most {most} links at once, each by a rule.", most=PROPOSED_MAX)
    for one in claims:
        check_ends(one.type, one.a.kind, one.b.kind)
    check_members(session, handling)
    count = links.propose_all(session, [_in_order(one) for one in claims], handling)
    audit.append(session, "link.propose", "", {"links": count})
    return count


def accept(session: Session, link_id: UUID, reason: str = "") -> None:
    """Say as an officer that a candidate of the own unit, or what it refused before, is a fact. Raises as `refuse`."""
    _step(session, link_id, Step.ACCEPT, checked_words(reason))


def refuse(session: Session, link_id: UUID, reason: str) -> None:
    """Say that an own link does not hold: it is remembered, and not proposed to the unit again.

    Raises:
        NotVisible: the unit has no such link, or no longer sees what it joins.
        Invalid: there is no reason, or it is too long.
        StepRefused: it is so already, or was withdrawn.
    """
    _step(session, link_id, Step.REFUSE, checked_words(reason, is_demanded=True))


def withdraw(session: Session, link_id: UUID, reason: str) -> None:
    """Take an own link back; the same may be said anew. Raises as `refuse`."""
    _step(session, link_id, Step.WITHDRAW, checked_words(reason, is_demanded=True))


def restrict(
    session: Session, link_id: UUID, handling: Handling, reason: str, until: date | None = None
) -> date | None:
    """Have an own link lie under another handling: who sees both ends sees it only as far as this says.

    With `until` it is a restriction that ends by itself; what lasted before holds again then. Gives the day on which
    the first restriction ends of those that hold now and have an end.

    Raises:
        NotVisible: the unit has no such link.
        Invalid: there is no reason, the end cannot be, or the handling names a member who does not take part.
        StepRefused: it widens, and the member's administrator asks for two officers.
    """
    kept = checked_reason(reason)
    check_members(session, handling)
    found = links.hold_own(session, link_id)
    lying, added = easing.restricted(session, found, handling, kept, until)
    links.lie(session, found.id, lying, added)
    audit.append(session, "link.restrict", str(found.claim.a.id))
    return lying.until


def end_restriction(session: Session, link_id: UUID, reason: str) -> None:
    """End what restricts an own link for a time before its time: a widening.

    Raises:
        NotVisible: the unit has no such link.
        Invalid: there is no reason.
        StepRefused: nothing with an end restricts it; or the member's administrator asks for two officers.
    """
    found = links.hold_own(session, link_id)
    lying, added = easing.ended(session, found, reason)
    links.lie(session, found.id, lying, added)
    audit.append(session, "link.end_restriction", str(found.claim.a.id))


def _claimed(
    session: Session, a: str, link_type: LinkType, b: str, basis: Basis, confidence: Confidence, note: str,
    handling: Handling | None,
) -> tuple[Claim, Handling]:  # fmt: skip
    """What a link says, and under which handling; both its ends are seen, and open."""
    kept, first, second = checked_words(note), named(a), named(b)
    check_ends(link_type, first.kind, second.kind)
    one, other = ends.find(session, first), ends.find(session, second)
    if one.end == other.end:
        raise Invalid("A link joins two records; these are one and the same.")
    _check_open(session, one, other)
    given = handling or handling_beside(session, [one.handling, other.handling])
    check_members(session, given)
    claim = Claim(type=link_type, a=one.end, b=other.end, basis=basis, confidence=confidence, note=kept)
    return _in_order(claim), given


def _step(session: Session, link_id: UUID, step: Step, reason: str) -> None:
    found = links.hold_own(session, link_id)
    state = after(found.state, step)
    is_fact = LinkState.ACCEPTED in (found.state, state)
    before = identifying.before_link(session, found.claim) if is_fact else None
    links.move(session, found.id, step, state, reason)
    identifying.follow(session, before)
    if is_fact:
        _reask(session, found.claim)
    audit.append(session, f"link.{step}", str(found.claim.a.id))


def _reask(session: Session, claim: Claim) -> None:
    """Leads of the own unit are asked once more that rest on where the series is known to be that it is about."""
    joined = {one.kind: one.id for one in (claim.a, claim.b)}
    if claim.type in (LinkType.TAKEN_AT, LinkType.APPEARS_IN) and joined.keys() == {EndKind.SERIES, EndKind.PLACE}:
        withdrawing.of_places(session, joined[EndKind.SERIES])


def _in_order(claim: Claim) -> Claim:
    """What says the same of both its ends is kept in one order."""
    if claim.type not in SYMMETRIC or claim.a.id < claim.b.id:
        return claim
    return Claim(
        type=claim.type, a=claim.b, b=claim.a, basis=claim.basis, confidence=claim.confidence, note=claim.note,
        rule=claim.rule,
    )  # fmt: skip


def _check_open(session: Session, *some: EndRow) -> None:
    if ends.is_one_ending(session, some):
        raise StepRefused("What is ending or under examination is linked to nothing.")
