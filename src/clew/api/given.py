"""What requests hold, in types that pydantic checks before an action is asked."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AfterValidator, Field, WithJsonSchema

from clew.actions.opening import Session
from clew.domain.cover import Purpose
from clew.domain.handling import Audience, Handling, handled
from clew.domain.handling_change import REASON_CHARACTERS_MAX as HANDLING_REASON_CHARACTERS_MAX
from clew.domain.handling_change import SubjectKind

REASON_CHARACTERS_MAX = 4_000
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="SHA-256 of a medium, in hex.")]
Digests = Annotated[list[Digest], Field(min_length=1, max_length=1_000)]
Reference = Annotated[str, Field(min_length=1, max_length=200, description="Such as S-118.")]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Words = Annotated[str, Field(max_length=20_000), AfterValidator(str.strip)]
Reason = Annotated[str, Field(min_length=1, max_length=REASON_CHARACTERS_MAX)]
After = Annotated[str | None, Field(max_length=400, description="Where to go on: `next` of the page before.")]
Limit = Annotated[int, Field(ge=1, le=200)]


class OneOf:
    """`OneOf[Step]`: a word of a closed list, whose words the document says where it is used.

    By itself the document would name each list after its class, and several lists are called the same.
    """

    def __class_getitem__(cls, words: type[StrEnum]) -> Any:
        return Annotated[words, WithJsonSchema({"type": "string", "enum": [one.value for one in words]})]


class Given(Schema, extra="forbid"):
    """The body of a request: what it does not know is refused."""


class GivenStatement(Given):
    """For which purpose, and for which case, something is shown: both go on record."""

    purpose: OneOf[Purpose]
    case: Name


class GivenSubject(Given):
    """What is handled and kept as a whole, of the own unit: its reference or name; an exhibit `within` its case."""

    kind: OneOf[SubjectKind]
    name: Name
    within: Name | None = None


class GivenAudience(Given):
    """Who may see it; its fingerprints and facts, as `clew` gives by itself."""

    audience: Literal["unit", "member", "all"] = "all"

    def handling(self, session: Session) -> Handling:
        """The handling of what the actor's own unit enters."""
        actor = session.actor
        return handled(owner_member=actor.member, owner_unit=actor.unit, audience=Audience[self.audience.upper()])


HandlingReason = Annotated[str, Field(min_length=1, max_length=HANDLING_REASON_CHARACTERS_MAX)]


class GivenRestriction(GivenAudience):
    """`until`: a restriction that ends by itself on that day; what lasted before holds again then."""

    reason: HandlingReason
    until: date | None = None


class GivenEndOfRestriction(Given):
    reason: HandlingReason


def digests(some: list[str]) -> list[bytes]:
    """SHA-256 as actions take them."""
    return [bytes.fromhex(one) for one in some]
