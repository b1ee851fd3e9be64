"""Entering: members with their particulars, and their units."""

from collections.abc import Iterable
from dataclasses import dataclass

from clew.actions.admitting import administer, administer_own, operator_at
from clew.domain.errors import NotVisible
from clew.domain.handling import NODE
from clew.domain.member import MemberKind, Particulars, Speciality, kind_of, member_code, unit_code
from clew.records import audit, exercises, handling_changes, members
from clew.records.members import MemberLine, UnitLine
from clew.records.session import Session, acting_as
from clew.records.several import several

__all__ = [
    "MemberLine", "UnitLine", "about_member", "add_member", "add_unit", "change_member", "everybody", "look",
    "particulars", "units",
]  # fmt: skip


def add_member(
    code: str,
    name: str,
    *,
    kind: MemberKind | None = None,
    languages: Iterable[str] | None = None,
    contact_point: str | None = None,
    legal_basis: str | None = None,
) -> None:
    """Enter a member, or change one that is there; what is not said stays. Done by the node's operator.

    Raises:
        Invalid: the code, the name or the rest is of no use.
    """
    kept = member_code(code)
    with acting_as(operator_at(kept)) as session:
        known = members.find(session, kept)
        was = known or Particulars(name=name, kind=kind_of(kept, kind))
        particulars = Particulars(
            name=name,
            kind=was.kind if kind is None else kind_of(kept, kind),
            languages=was.languages if languages is None else tuple(languages),
            contact_point=was.contact_point if contact_point is None else contact_point,
            legal_basis=was.legal_basis if legal_basis is None else legal_basis,
        )
        if particulars != known:
            members.enter(session, kept, particulars)
            audit.append(session, "member.enter", kept)


def change_member(session: Session, particulars: Particulars) -> None:
    """Change what others know of the actor's own member.

    Raises:
        StepRefused: the actor is no administrator.
        Invalid: a country that is called a body, or the other way round.
    """
    administer(session)
    kind_of(session.actor.member, particulars.kind)
    members.change(session, session.actor.member, particulars)
    audit.append(session, "member.change", session.actor.member)


def add_unit(session: Session, code: str, specialities: Iterable[Speciality] = ()) -> None:
    """Enter a unit of the actor's own member, or say anew what one that is there is good at.

    Raises:
        StepRefused: the actor is no administrator.
    """
    administer(session)
    kept = unit_code(code)
    members.enter_unit(session, session.actor.member, kept)
    members.specialise(session, session.actor.member, kept, specialities)
    audit.append(session, "unit.enter", f"{session.actor.member}/{kept}")


def particulars(session: Session) -> Particulars:
    """What others know of the actor's own member.

    Raises:
        NotVisible: it does not take part.
    """
    found = members.find(session, session.actor.member)
    if found is None:
        raise NotVisible("There is no such member.")
    return found


def units(session: Session) -> tuple[UnitLine, ...]:
    """The units of the actor's own member."""
    return members.units(session, session.actor.member)


def about_member(session: Session) -> tuple[Particulars, tuple[UnitLine, ...]]:
    """Both, of the actor's own member. Raises as `particulars`."""
    found: tuple[Particulars, tuple[UnitLine, ...]] = several(session, particulars, units)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the member asks of its own officers: two of them to widen, and an exercise before a certification."""

    widening_needs_second: bool
    exercise_needed: bool


def rules(session: Session) -> Rules:
    """Those of the actor's own member."""
    second, exercise = several(session, handling_changes.widening_needs_second, exercises.is_needed)
    return Rules(widening_needs_second=second, exercise_needed=exercise)


def look(session: Session) -> MemberLine:
    """The actor's own member with its particulars and units, asked for by itself: on record.

    Raises:
        StepRefused: the actor is no administrator.
        NotVisible: it does not take part.
    """
    administer_own(session)
    audit.append(session, "member.read", session.actor.member)
    known, teams = about_member(session)
    return MemberLine(code=session.actor.member, particulars=known, units=teams)


def everybody() -> tuple[MemberLine, ...]:
    """All members with their particulars and units, for the node's operator; in the node's own audit."""
    with acting_as(NODE) as session:
        audit.append(session, "member.list", "")
        return members.lines(session)
