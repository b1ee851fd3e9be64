"""Ends of cases for programs: how one stands, and its certificate. Officers propose and confirm it on its page."""

from datetime import datetime

from ninja import Router, Schema

from clew.actions import shredding
from clew.actions.opening import Session
from clew.api.door import reading
from clew.api.given import Name, OneOf
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


@reading(router, "/cases/end/certificate", CaseCertificate)
def certificate(session: Session, case: Name) -> dict[str, str]:
    """The certificate of a case that was shredded by the own unit."""
    return {"certificate": shredding.certificate(session, case)}
