"""Ends of cases for programs: how one stands, the steps of its two officers, and its certificate."""

from datetime import datetime

from ninja import Router, Schema

from clew.actions import shredding
from clew.actions.opening import Session
from clew.api.door import reading, writing
from clew.api.given import Given, Name, OneOf
from clew.domain.shredding import Step

router = Router(tags=["ends of cases"])


class CaseEnd(Schema):
    """`is_open`: the unit still has the case; `step`: null where nobody proposed to shred it."""

    case: str
    is_open: bool
    step: OneOf[Step] | None
    proposed_by: str | None
    proposed_at: datetime | None
    confirmed_by: str | None
    confirmed_at: datetime | None
    destroyed_at: datetime | None
    counts: dict[str, int]


class CaseCertificate(Schema):
    """The statement as JSON, signed with the key of the node; `clew case verify` checks it."""

    certificate: str


class GivenEnd(Given):
    case: Name


class GivenEndTwice(GivenEnd):
    """`again`: the reference once more, for what is shredded does not come back."""

    again: Name


@reading(router, "/cases/end", CaseEnd)
def look(session: Session, case: Name) -> dict[str, object]:
    """How the end of a case of the own unit stands."""
    view = shredding.look(session, case)
    one = view.shredding
    return {
        "case": view.case, "is_open": view.is_open, "step": one and one.step, "proposed_by": one and one.proposed_by,
        "proposed_at": one and one.proposed_at, "confirmed_by": one and one.confirmed_by,
        "confirmed_at": one and one.confirmed_at, "destroyed_at": one and one.destroyed_at,
        "counts": {} if one is None else one.counts,
    }  # fmt: skip


@writing(router, "/cases/end/propose")
def propose(session: Session, given: GivenEndTwice) -> None:
    """Propose to shred a case of the own unit."""
    shredding.look(session, given.case)
    shredding.check_again(given.case, given.again)
    shredding.propose(session, given.case)


@writing(router, "/cases/end/withdraw")
def withdraw(session: Session, given: GivenEnd) -> None:
    """Take a proposal back that nobody confirmed yet."""
    shredding.withdraw(session, given.case)


@writing(router, "/cases/end/confirm")
def confirm(session: Session, given: GivenEndTwice) -> None:
    """Confirm, as the second officer, what another proposed: the node's worker carries it out within a minute."""
    shredding.look(session, given.case)
    shredding.check_again(given.case, given.again)
    shredding.agree(session, given.case)


@reading(router, "/cases/end/certificate", CaseCertificate)
def certificate(session: Session, case: Name) -> dict[str, str]:
    """The certificate of a case that was shredded by the own unit."""
    return {"certificate": shredding.certificate(session, case)}
