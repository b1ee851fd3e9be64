"""Programs of members: each request carries a token, and a session of an officer counts for nothing here."""

from datetime import datetime

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.security import HttpBearer

from clew.actions import lending, opening
from clew.actions.lending import Program
from clew.api.door import READS, described
from clew.api.given import OneOf
from clew.domain.errors import NotAdmitted
from clew.domain.token import PREFIX, TokenScope

TOKEN_CHARACTERS_MAX = 200


class Token(HttpBearer):
    """A token that an administrator of a member lent to a program."""

    def authenticate(self, request: HttpRequest, token: str) -> Program | None:  # noqa: ARG002 (ninja's signature)
        is_token = token.startswith(PREFIX) and len(token) <= TOKEN_CHARACTERS_MAX
        return lending.program_of(token) if is_token else None


class Whoami(Schema):
    member: str
    unit: str
    name: str
    scopes: list[OneOf[TokenScope]]
    ends_at: datetime


class Unit(Schema):
    code: str
    specialities: list[str]


class Member(Schema):
    code: str
    name: str
    kind: str
    languages: list[str]
    contact_point: str
    units: list[Unit]


class Directory(Schema):
    members: list[Member]


router = Router(tags=["programs"], auth=Token())


@router.get("/whoami", response=described(Whoami), throttle=READS)
def whoami(request: HttpRequest) -> dict[str, object]:
    """Which program the token is of, what it may do and until when."""
    program: Program = request.auth
    if TokenScope.WHOAMI not in program.scopes:
        raise NotAdmitted("This token was not given the scope whoami.")
    return {
        "member": program.member, "unit": program.unit, "name": program.name, "scopes": sorted(program.scopes),
        "ends_at": program.ends_at,
    }  # fmt: skip


@router.get("/directory", response=described(Directory), throttle=READS)
def directory(request: HttpRequest) -> dict[str, object]:
    """All members: whom to ask, in which languages, and which unit does what."""
    program: Program = request.auth
    with opening.acting_as(lending.actor_of(program)) as session:
        lines = lending.directory(session, program)
    return {
        "members": [
            {
                "code": line.code, "name": line.particulars.name, "kind": line.particulars.kind,
                "languages": line.particulars.languages, "contact_point": line.particulars.contact_point,
                "units": [{"code": unit.code, "specialities": sorted(unit.specialities)} for unit in line.units],
            }
            for line in lines
        ]
    }  # fmt: skip
