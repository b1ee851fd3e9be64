"""Programs of members: each request carries a token, and a session of an officer counts for nothing here."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.security import HttpBearer

from clew.actions import counting, lending, opening
from clew.actions.lending import Program
from clew.api.connections import PeriodAsked, StatisticsTold
from clew.api.door import READS, asking, described
from clew.api.given import OneOf
from clew.domain.token import PREFIX, TokenScope
from clew.web import strangers

TOKEN_CHARACTERS_MAX = 200
SCOPE = "x-clew-scope"
"""Where the OpenAPI document says which scope an operation needs."""


class Token(HttpBearer):
    """A token that an administrator of a member lent to a program; one that is none, or no longer, is on record."""

    def authenticate(self, request: HttpRequest, token: str) -> Program | None:
        is_token = token.startswith(PREFIX) and len(token) <= TOKEN_CHARACTERS_MAX
        found = lending.program_of(token) if is_token else None
        if found is None:
            strangers.note(request)
        return found


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


Asked = Callable[..., Any]


def scoped(path: str, answer: Any, scope: TokenScope) -> Callable[[Asked], Asked]:
    """An operation for programs that were lent `scope`, which the document names: there is no other way to make one."""

    def made(operation: Asked) -> Asked:
        def view(request: HttpRequest, **given: Any) -> Any:
            program: Program = request.auth  # type: ignore[attr-defined]
            lending.check_scope(program, scope)
            return operation(program, **given)

        router.get(path, response=described(answer), throttle=READS, openapi_extra={SCOPE: scope.value})(
            asking(operation, view, given=1)
        )
        return operation

    return made


@scoped("/whoami", Whoami, TokenScope.WHOAMI)
def whoami(program: Program) -> dict[str, object]:
    """Which program the token is of, what it may do and until when."""
    return {
        "member": program.member, "unit": program.unit, "name": program.name, "scopes": sorted(program.scopes),
        "ends_at": program.ends_at,
    }  # fmt: skip


@scoped("/programs/statistics", StatisticsTold, TokenScope.STATISTICS)
def statistics(program: Program, period: PeriodAsked = "") -> counting.Statistics:
    """Whether cooperation works, in numbers that name nobody; of others in fives.

    `period`: 30, 90, 365 (where none is said), all, or one of the whole years in `periods`.
    """
    return lending.statistics(program, counting.period(period))


@scoped("/directory", Directory, TokenScope.DIRECTORY)
def directory(program: Program) -> dict[str, object]:
    """All members: whom to ask, in which languages, and which unit does what."""
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
