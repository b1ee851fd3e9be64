"""Who acts, who may see a record and for which use: the rule of visibility, to be read.

`records/visibility.sql` is its twin, to be obeyed; a property test holds the two equal.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from functools import lru_cache, reduce

from clew.domain.officer import WITHOUT_CONTENT, Role

MEMBERS_PER_RECORD_MAX = 300


class Use(IntFlag):
    """What a record may be used for, each with its own permission. The bits are stored; never reuse one."""

    FINGERPRINTS = 1
    """To be told of by what is near: whoever has this and the facts is told of matches, and reads the fingerprints."""
    FACTS = 2
    """To be known of: that it is there, and what is known of it."""
    PREVIEW = 4
    ORIGINAL = 8
    EXPORT = 16
    """To be put on a hash list that leaves the node."""


NOTHING = Use(0)
EVERY_USE = Use.FINGERPRINTS | Use.FACTS | Use.PREVIEW | Use.ORIGINAL | Use.EXPORT
MATCHED = Use.FINGERPRINTS | Use.FACTS
"""What a match is told by, whatever the transaction is for: one use of the two tells of none."""
SHARED_AT_INTAKE = Use.FINGERPRINTS | Use.FACTS
"""What an audience has unless more is said: media stay with their owner."""

BLOCKED = "(blocked)"
"""Among those excluded from a record: it is under examination. No member has such a code."""

CIRCLE_BITS = 5
CIRCLE_MASK = (1 << CIRCLE_BITS) - 1


class Audience(IntEnum):
    """The widest circle that has any use of a record."""

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


NODE = Actor(officer="node", member="node", unit="node", role=Role.OPERATOR)
"""Acts where nobody is signed in, such as a sign-in that failed; sees no record. No member has such a code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """Owner of a record, and what each circle around the owner may use it for.

    The owner's unit has every use. `member_uses` are for the other units of the owner's member,
    `named_uses` for `members`, `all_uses` for every member; whoever stands in two circles has the
    uses of both. A nearer circle never lacks what a wider one has. `excluded` members have no use
    whatever else is said; the owner is never excluded.
    """

    owner_member: str
    owner_unit: str
    member_uses: Use = NOTHING
    named_uses: Use = NOTHING
    all_uses: Use = NOTHING
    members: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not (self.owner_member and self.owner_unit):
            raise ValueError("a record has an owner: a member and a unit")
        if self.owner_member in self.excluded:
            raise ValueError("the owner of a record cannot be excluded from it")
        if (self.named_uses != NOTHING) != bool(self.members):
            raise ValueError("members are named exactly where there is a use for them")
        if self.all_uses & ~self.member_uses or (self.members and self.all_uses & ~self.named_uses):
            raise ValueError("what every member may, the nearer circles may too")
        if max(len(self.members), len(self.excluded)) > MEMBERS_PER_RECORD_MAX:
            raise ValueError("more members named than a record can hold")

    @property
    def is_blocked(self) -> bool:
        """Whether nobody but the owner's unit has any use, and that one only to examine it."""
        return BLOCKED in self.excluded

    def is_of_unit_of(self, actor: Actor) -> bool:
        """Whether it is the actor's own unit's."""
        return (self.owner_member, self.owner_unit) == (actor.member, actor.unit)

    @property
    def audience(self) -> Audience:
        """The widest circle that has any use."""
        if self.all_uses:
            return Audience.ALL
        if self.named_uses:
            return Audience.MEMBERS
        return Audience.MEMBER if self.member_uses else Audience.UNIT

    @property
    def circles(self) -> int:
        """The uses of the three circles in one number of 15 bits, as it is stored."""
        return int(self.member_uses) << 2 * CIRCLE_BITS | int(self.named_uses) << CIRCLE_BITS | int(self.all_uses)


def from_circles(
    circles: int, *, owner_member: str, owner_unit: str, members: Iterable[str] = (), excluded: Iterable[str] = ()
) -> Handling:
    """The handling whose `circles` were stored."""
    return _from_circles(circles, owner_member, owner_unit, tuple(members), tuple(excluded))


@lru_cache(maxsize=1_000)
def _from_circles(
    circles: int, owner_member: str, owner_unit: str, members: tuple[str, ...], excluded: tuple[str, ...]
) -> Handling:
    """A page shows many records under few handlings; each is checked once."""
    return Handling(
        owner_member=owner_member,
        owner_unit=owner_unit,
        member_uses=Use(circles >> 2 * CIRCLE_BITS & CIRCLE_MASK),
        named_uses=Use(circles >> CIRCLE_BITS & CIRCLE_MASK),
        all_uses=Use(circles & CIRCLE_MASK),
        members=frozenset(members),
        excluded=frozenset(excluded),
    )


def handled(
    *,
    owner_member: str,
    owner_unit: str,
    audience: Audience,
    members: Iterable[str] = (),
    excluded: Iterable[str] = (),
    uses: Use = SHARED_AT_INTAKE,
    named_uses: Use = NOTHING,
) -> Handling:
    """The handling by which `audience` has `uses`, and the named `members` have `named_uses` besides.

    The other units of the owner's member have every use wherever the audience is wider than the unit.

    Raises:
        ValueError: members are named where they do not count, or none where they must be.
    """
    named = frozenset(members)
    if (audience is Audience.MEMBERS and not named) or (named and audience < Audience.MEMBERS):
        raise ValueError("members are named exactly where the audience is named members, or beside all")
    return Handling(
        owner_member=owner_member,
        owner_unit=owner_unit,
        member_uses=NOTHING if audience is Audience.UNIT else EVERY_USE,
        named_uses=uses | named_uses if named else NOTHING,
        all_uses=uses if audience is Audience.ALL else NOTHING,
        members=named,
        excluded=frozenset(excluded),
    )


def blocked(owner_member: str, owner_unit: str) -> Handling:
    """The handling of what is under examination: nobody but the owner's unit has any use of it."""
    return Handling(owner_member=owner_member, owner_unit=owner_unit, excluded=frozenset({BLOCKED}))


def in_circles(
    *,
    owner_member: str,
    owner_unit: str,
    own: Use,
    named: Use,
    everyone: Use,
    members: Iterable[str],
    excluded: Iterable[str],
) -> Handling:
    """The handling that gives each circle these uses; a nearer one gets what a wider one has besides.

    Raises:
        ValueError: members are named without a use, or the other way round.
    """
    some = frozenset(members) - {owner_member}
    if bool(named) and not some:
        raise ValueError("say which members have the uses of those named")
    return Handling(
        owner_member=owner_member,
        owner_unit=owner_unit,
        member_uses=own | everyone,
        named_uses=named | everyone if some else NOTHING,
        all_uses=everyone,
        members=some,
        excluded=frozenset(excluded),
    )


def uses_of(actor: Actor | None, handling: Handling, brought: Use = NOTHING) -> Use:
    """Every use that `actor` has of a record under `handling`.

    Denial wins over permission, and nobody is nobody: without an actor there is no use, nor for
    a role that has no right on content. `brought`: what its owner brought it for into a task force that the
    actor is in now (`task_force.brought_to`); never against an exclusion or a block.
    """
    if actor is None or actor.role in WITHOUT_CONTENT or actor.member in handling.excluded:
        return NOTHING
    added = NOTHING if handling.is_blocked else brought
    if actor.member != handling.owner_member:
        return _granted(handling, actor.member) | added
    if actor.unit == handling.owner_unit:
        return EVERY_USE
    return handling.member_uses | _granted(handling, actor.member) | added


def may_see(actor: Actor | None, handling: Handling, use: Use = Use.FACTS, brought: Use = NOTHING) -> bool:
    """Whether `actor` may see a record under `handling` for `use`, which is one of the five."""
    return bool(uses_of(actor, handling, brought) & use)


def may_be_told(actor: Actor | None, handling: Handling, use: Use = Use.FACTS) -> bool:
    """Whether a match with a record under `handling` may be told to `actor`, in a transaction for `use`.

    A match is what was found by comparing fingerprints; equal bytes are none: they are told by the facts of both. What
    was brought into a task force is looked at there, and tells of no match.
    """
    wanted = MATCHED | use
    return uses_of(actor, handling) & wanted == wanted


def widens(before: Handling, after: Handling) -> bool:
    """Whether anybody at all has a use under `after` that was not there under `before`."""
    if (after.all_uses & ~before.all_uses) or (after.member_uses & ~before.member_uses):
        return True
    mentioned = before.members | before.excluded | after.members | after.excluded
    return any(_left(after, code) & ~_left(before, code) for code in mentioned - {before.owner_member})


def narrowest(first: Handling, *others: Handling) -> Handling:
    """The handling that gives what all of them give: never wider than any, for anybody.

    Raises:
        ValueError: they are of several owners, or exclude more members than a record can hold.
    """
    return reduce(_narrower, others, first)


def _narrower(one: Handling, other: Handling) -> Handling:
    if (one.owner_member, one.owner_unit) != (other.owner_member, other.owner_unit):
        raise ValueError("handlings of several owners have none in common")
    if one.is_blocked or other.is_blocked:
        # Nobody has a use that could be excluded from, and a block must not fail for want of room.
        return blocked(one.owner_member, one.owner_unit)
    everyone = one.all_uses & other.all_uses
    by_member = {code: _granted(one, code) & _granted(other, code) for code in one.members | other.members}
    named = {code: uses for code, uses in by_member.items() if uses != everyone}
    # One set of uses is kept for all who are named: where they differ, what they have in common.
    common = reduce(lambda a, b: a & b, named.values(), EVERY_USE) if named else NOTHING
    if common == everyone:
        named, common = {}, NOTHING
    return Handling(
        owner_member=one.owner_member,
        owner_unit=one.owner_unit,
        member_uses=one.member_uses & other.member_uses,
        named_uses=common,
        all_uses=everyone,
        members=frozenset(named),
        excluded=one.excluded | other.excluded,
    )


def _granted(handling: Handling, member: str) -> Use:
    """What a whole member has as one of the named, and as one of all."""
    return handling.all_uses | (handling.named_uses if member in handling.members else NOTHING)


def _left(handling: Handling, member: str) -> Use:
    return NOTHING if member in handling.excluded else _granted(handling, member)


def audience_from_words(words: str) -> tuple[Audience, frozenset[str]]:
    """`unit`, `member`, `all` or `members NO,SE` as an audience and the members it names.

    Raises:
        ValueError: the words name no audience.
    """
    name, _, rest = words.strip().partition(" ")
    members = codes_from_words(rest)
    try:
        audience = Audience[name.upper()]
    except KeyError:
        raise ValueError("say unit, member, all, or members followed by their codes") from None
    if (audience is Audience.MEMBERS) != bool(members):
        raise ValueError("name members after the word members, and only there")
    return audience, members


def named_from_words(words: str, *, beside: Audience = Audience.ALL) -> tuple[frozenset[str], Use]:
    """`BR,CA=preview,original` as the members named beside the audience, and what they have; empty names nobody.

    Raises:
        ValueError: it is not written so, or the audience is itself of named members.
    """
    if words.strip() and beside is Audience.MEMBERS:
        raise ValueError("named members have one set of uses: name them once")
    codes, equals, uses = words.partition("=")
    members, named = codes_from_words(codes), uses_from_words(uses)
    if bool(members) != bool(named) or bool(equals) != bool(words.strip()):
        raise ValueError("name members beside the audience as BR,CA=preview,original")
    return members, named


def codes_from_words(words: str) -> frozenset[str]:
    """`no, SE` as codes of members."""
    return frozenset(code.strip().upper() for code in words.split(",") if code.strip())


def uses_from_words(words: str) -> Use:
    """`fingerprints,facts` as a set of uses; `none` and `every` are sets too.

    Raises:
        ValueError: a word names no use.
    """
    named = [word.strip().upper() for word in words.split(",") if word.strip()]
    if named in (["NONE"], ["EVERY"]):
        return EVERY_USE if named == ["EVERY"] else NOTHING
    try:
        return reduce(lambda a, b: a | b, (Use[word] for word in named), NOTHING)
    except KeyError:
        raise ValueError("uses are fingerprints, facts, preview, original and export") from None
