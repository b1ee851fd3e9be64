"""Who acts, who may see a record: the rule of visibility, to be read.

`records/visibility.sql` is its twin, to be obeyed; a property test holds the two equal.
"""

from dataclasses import dataclass
from enum import IntEnum

from clew.domain.officer import Role

MEMBERS_PER_RECORD_MAX = 300


class Audience(IntEnum):
    """The widest circle that may see a record. The numbers are stored; never reuse one."""

    UNIT = 1
    MEMBER = 2
    MEMBERS = 3
    ALL = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Whoever acts: an officer of a unit of a member, in a role."""

    officer: str
    member: str
    unit: str
    role: Role = Role.INVESTIGATOR

    def __post_init__(self) -> None:
        if not (self.officer and self.member and self.unit):
            raise ValueError("an actor has an officer, a member and a unit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """Owner of a record and the circle that may see it.

    `members` are the members named by the owner and count only for `Audience.MEMBERS`;
    `excluded` are refused whatever else is said. The owner is never excluded.
    """

    owner_member: str
    owner_unit: str
    audience: Audience
    members: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not (self.owner_member and self.owner_unit):
            raise ValueError("a record has an owner: a member and a unit")
        if self.owner_member in self.excluded:
            raise ValueError("the owner of a record cannot be excluded from it")
        if (self.audience is Audience.MEMBERS) != bool(self.members):
            raise ValueError("members are named exactly where the audience is named members")
        if max(len(self.members), len(self.excluded)) > MEMBERS_PER_RECORD_MAX:
            raise ValueError("more members named than a record can hold")


def may_see(actor: Actor | None, handling: Handling) -> bool:
    """Whether `actor` may see a record under `handling`.

    Denial wins over permission, and nobody is nobody: without an actor nothing is seen.
    """
    if actor is None or actor.member in handling.excluded:
        return False
    if handling.audience is Audience.ALL:
        return True
    if actor.member == handling.owner_member:
        return handling.audience is not Audience.UNIT or actor.unit == handling.owner_unit
    return handling.audience is Audience.MEMBERS and actor.member in handling.members


def audience_from_words(words: str) -> tuple[Audience, frozenset[str]]:
    """`unit`, `member`, `all` or `members NO,SE` as an audience and the members it names.

    Raises:
        ValueError: the words name no audience.
    """
    name, _, rest = words.strip().partition(" ")
    members = frozenset(code.strip().upper() for code in rest.split(",") if code.strip())
    try:
        audience = Audience[name.upper()]
    except KeyError:
        raise ValueError("say unit, member, all, or members followed by their codes") from None
    if (audience is Audience.MEMBERS) != bool(members):
        raise ValueError("name members after the word members, and only there")
    return audience, members
