"""The own member for programs: what others know of it, and its units."""

from dataclasses import replace
from typing import Annotated

from ninja import Router, Schema
from pydantic import Field

from clew.actions import admitting, entering
from clew.actions.opening import Session
from clew.api.door import reading, writing
from clew.api.given import Given, Name, OneOf
from clew.domain.member import (
    LANGUAGES_MAX,
    NAME_CHARACTERS_MAX,
    TEXT_CHARACTERS_MAX,
    MemberKind,
    Speciality,
)

router = Router(tags=["administration"])
Text = Annotated[str, Field(max_length=TEXT_CHARACTERS_MAX)]


class UnitOfMember(Schema):
    code: str
    specialities: list[OneOf[Speciality]]


class OwnMember(Schema):
    """`languages`: ISO 639."""

    code: str
    name: str
    kind: OneOf[MemberKind]
    languages: list[str]
    contact_point: str
    legal_basis: str
    units: list[UnitOfMember]


class GivenParticulars(Given):
    """All of it, in place of what others knew before; `languages`: ISO 639 codes, such as en or fr."""

    name: Annotated[str, Field(min_length=1, max_length=NAME_CHARACTERS_MAX)]
    languages: Annotated[list[Annotated[str, Field(pattern="^[a-z]{2,3}$")]], Field(max_length=LANGUAGES_MAX)]
    contact_point: Text
    legal_basis: Text


class GivenUnitEntered(Given):
    """`specialities`: what the unit is good at, in place of what was said before."""

    code: Name
    specialities: Annotated[list[OneOf[Speciality]], Field(max_length=len(Speciality))] = []  # noqa: RUF012 (pydantic copies it)


@reading(router, "/member", OwnMember)
def look(session: Session) -> dict[str, object]:
    """What other members know of the own one, and all of its units, as an administrator."""
    line = entering.look(session)
    known = line.particulars
    return {
        "code": line.code, "name": known.name, "kind": known.kind, "languages": known.languages,
        "contact_point": known.contact_point, "legal_basis": known.legal_basis,
        "units": [{"code": unit.code, "specialities": sorted(unit.specialities)} for unit in line.units],
    }  # fmt: skip


@writing(router, "/member")
def change(session: Session, given: GivenParticulars) -> None:
    """Change what other members know of the own one, as its administrator."""
    admitting.administer_own(session)
    entering.change_member(
        session,
        replace(
            entering.particulars(session), name=given.name, languages=tuple(given.languages),
            contact_point=given.contact_point, legal_basis=given.legal_basis,
        ),
    )  # fmt: skip


@writing(router, "/member/units")
def add_unit(session: Session, given: GivenUnitEntered) -> None:
    """Enter a unit of the own member, or say anew what one is good at, as its administrator."""
    admitting.administer_own(session)
    entering.add_unit(session, given.code, given.specialities)
