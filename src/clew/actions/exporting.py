"""Exporting: events are taken out of the audit for somebody without a node, each provable by one signed checkpoint.

In two transactions, as a reveal is: what is taken out is chosen and put on record, and once that act is in the signed
log itself, it goes with the events and says how many they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from clew.actions import checking, proving, sequencing
from clew.actions.rereading import check_audits
from clew.domain.act import EXPORT, Act, identifier_in
from clew.domain.cover import stated
from clew.domain.errors import Tampered
from clew.domain.merkle import Perfect, consistency_proof, inclusion_proof
from clew.domain.tile import perfect_of
from clew.formats.audit_export import EVENTS_MAX, AuditExport, Line
from clew.records import acts, audit, cosignatures, leaves
from clew.records.acts import Wanted
from clew.records.leaves import Cursor
from clew.records.session import Session

WITHIN_SECONDS = 10.0
"""So long the act of taking out may take to be in the log."""

__all__ = ["EVENTS_MAX", "AuditExport", "Chosen", "choose", "prove"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Events that are taken out, as they lie in the log, and the act that says so; `has_more`: there are older ones."""

    acts: tuple[Act, ...]
    has_more: bool
    asked: Mapping[str, str]
    act_id: UUID


def choose(session: Session, wanted: Wanted, *, purpose: str, case: str) -> Chosen:
    """Choose the newest events of those asked for that the actor may read, `EVENTS_MAX` at most. On record, with why.

    Raises:
        StepRefused: the actor does not audit.
        Invalid: the purpose is not on the closed list, or no case is stated.
    """
    check_audits(session)
    statement = stated(purpose, case)
    found = acts.page_sealed(session, wanted, EVENTS_MAX + 1)
    few, has_more = tuple(found[:EVENTS_MAX]), len(found) > EVENTS_MAX
    asked = _asked(wanted)
    if not few:  # what names nothing may be words of a case
        asked["subject"] = identifier_in(asked["subject"])
        asked.pop("officer", None)
    act_id = audit.append(
        session, EXPORT, identifier_in(wanted.subject or ""), {"events": len(few), "more": int(has_more)},
        purpose=statement.purpose, case=statement.case_reference, owner=session.actor.member,
    )  # fmt: skip
    return Chosen(acts=few, has_more=has_more, asked=asked, act_id=act_id)


def prove(chosen: Chosen) -> AuditExport:
    """The events with their proofs, once the act that took them out is committed; checked as whoever gets them will.

    Raises:
        Unavailable: that act is not in the log yet.
        Tampered: an event or the log was changed.
    """
    sequencing.receipt(chosen.act_id, within_seconds=WITHIN_SECONDS)
    with leaves.opened() as cursor:
        leaves.freeze(cursor)
        try:
            made = _made(cursor, chosen)
        except (LookupError, ValueError) as broken:
            raise Tampered(sequencing.BROKEN) from broken
    checking.check_export(made, sequencing.log_key(), ())
    return made


def _made(cursor: Cursor, chosen: Chosen) -> AuditExport:
    head, perfect = leaves.head(cursor), cache(perfect_of(leaves.tile_at(cursor)))
    witnessed = cosignatures.newest_cosigned(cursor, -1)
    numbers = leaves.numbers_of(cursor, [act.id for act in chosen.acts])
    lines = tuple(_line(act, numbers[act.id], head.size, perfect) for act in chosen.acts)
    return AuditExport(
        asked=chosen.asked, has_more=chosen.has_more, note=proving.note_of(cursor, head),
        witnessed=None if witnessed is None else proving.note_of(cursor, witnessed),
        consistency=() if witnessed is None else consistency_proof(witnessed.size, head.size, perfect),
        lines=lines, taken=_taken(cursor, chosen.act_id, head.size, perfect),
    )  # fmt: skip


def _taken(cursor: Cursor, act_id: UUID, size: int, perfect: Perfect) -> Line:
    number = leaves.numbers_of(cursor, [act_id])[act_id]
    ((_, taken),) = leaves.between(cursor, number, number + 1)
    if taken.act is None:
        raise LookupError("the act that took them out was removed")
    return _line(taken.act, number, size, perfect)


def _line(act: Act, number: int, size: int, perfect: Perfect) -> Line:
    return Line(number=number, act=act, hashes=inclusion_proof(number, size, perfect))


def _asked(wanted: Wanted) -> dict[str, str]:
    """What was asked for as words; `until` is the moment before which."""
    return {
        "member": wanted.member or "", "act": wanted.act or "", "subject": wanted.subject or "",
        "since": wanted.since.isoformat() if wanted.since else "",
        "until": wanted.until.isoformat() if wanted.until else "",
        "before": str(wanted.before) if wanted.before else "",
        **({"officer": wanted.officer} if wanted.officer else {}),
        **({"event": str(wanted.event)} if wanted.event else {}),
    }  # fmt: skip
