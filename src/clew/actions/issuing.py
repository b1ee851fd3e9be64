"""Issuing: hashes of media leave the node as a list, each by its owner's leave; on record before the first of them.

A medium is on a list only if whoever takes it out sees its facts, has its use for export, and its cover bears that:
kept for the stated purpose, not under examination, not confidential, and, of another member, without condition H2.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from clew.actions import sequencing, triaging
from clew.actions.releasing import digest_of
from clew.actions.viewing import RECEIPT_SECONDS_MAX
from clew.domain.category import SETTLED, Scheme, assessed
from clew.domain.cover import Statement, stated
from clew.domain.errors import NOWHERE, Invalid, NotVisible, StepRefused
from clew.domain.handling import Actor, Use
from clew.domain.hash_list import Entry, Form, Of
from clew.formats.issued_list import written
from clew.records import audit, hash_lists, issues, merges, observations, series
from clew.records.issues import Exported, Scope, Seen
from clew.records.session import Session, acting_as

MEDIA_PER_LIST_MAX = 100_000
"""Of so many media one list is made at most; the next goes on behind them."""
MEDIA_AT_ONCE = 2_000
"""So many are read between two transactions, and held in memory."""
MEDIA_NAMED_MAX = 1_000
FIRST = UUID(int=0)

__all__ = [
    "MEDIA_NAMED_MAX", "MEDIA_PER_LIST_MAX", "Chosen", "Counted", "Form", "Of", "Source", "choose", "count", "give",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a list is made of: an own case or an `exhibit` of it, a series, an own hash list, or media by their SHA-256.

    `names`: of media each SHA-256 in hexadecimal, of anything else one reference or name. `unit` says whose case it is,
    where that is not the actor's own.
    """

    of: Of
    names: tuple[str, ...]
    exhibit: str = ""
    unit: str = ""

    def __post_init__(self) -> None:
        if not 1 <= len(self.names) <= (MEDIA_NAMED_MAX if self.of is Of.MEDIA else 1):
            raise Invalid("Name one case, series or hash list, or 1 to {most} media.", most=MEDIA_NAMED_MAX)
        if (self.exhibit or self.unit) and self.of is not Of.CASE:
            raise Invalid("An exhibit and a unit are named of a case alone.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many contents a list would hold; of a content that several members let be exported each is named.

    `left_out`: so many more the actor sees there, and may not export for that purpose. `next`: behind which medium the
    following list begins, None where all were looked at.
    """

    media: int
    by_owner: Mapping[str, int]
    left_out: int
    next: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What goes on a list and is on record as gone: no more is given, and less where it was narrowed since."""

    media: tuple[UUID, ...]
    counted: Counted
    statement: Statement
    by: Scheme | None
    act_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """What the acts are about, and whose it is; without an identifier, of the actor's own member."""

    scope: Scope
    id: UUID | None
    owner: str


def count(actor: Actor, source: Source, *, purpose: str, case: str, after: str | None = None) -> Counted:
    """What a list of the source would hold, and how much would be left out. Nothing leaves the node. On record.

    Raises as `choose`, but not where there is nothing to export.
    """
    statement = stated(purpose, case)
    subject, _, counted = _looked(actor, source, statement, after)
    about, owner = _about(subject, counted, actor)
    with acting_as(actor, Use.EXPORT) as session:
        audit.append(
            session, "hash_list.count", about, _counts(counted), purpose=statement.purpose,
            case=statement.case_reference, owner=owner, shown=counted.by_owner,
        )  # fmt: skip
    return counted


def choose(
    actor: Actor, source: Source, *, purpose: str, case: str, by: Scheme | None = None, after: str | None = None
) -> Chosen:
    """Choose what of the source goes on a list, `MEDIA_PER_LIST_MAX` media at most behind `after`. On record, with
    their owners told. `by`: the scheme by which categories go along.

    Raises:
        Invalid: the purpose is not on the closed list, no case is stated, or no list begins at `after`.
        NotVisible: there is no such source, or the actor may not see it.
        StepRefused: nothing there may be exported for this purpose.
    """
    statement = stated(purpose, case)
    subject, media, counted = _looked(actor, source, statement, after)
    if not media and counted.next is None:
        raise StepRefused("Nothing here may be exported for that purpose.")
    about, owner = _about(subject, counted, actor)
    with acting_as(actor, Use.EXPORT) as session:
        act_id = audit.append(
            session, "hash_list.export", about, _counts(counted), purpose=statement.purpose,
            case=statement.case_reference, owner=owner, shown=counted.by_owner,
        )  # fmt: skip
    return Chosen(media=media, counted=counted, statement=statement, by=by, act_id=act_id)


def give(
    actor: Actor, chosen: Chosen, form: Form, *, within_seconds: float = RECEIPT_SECONDS_MAX
) -> Iterator[bytes]:
    """The list in its form, piece by piece, once the act that took it out is beneath a signed root.

    What was narrowed since it was chosen is not given any more; an officer who may not act any more gets no further.

    Raises:
        Unavailable: the audit cannot be put in order.
    """
    sequencing.receipt(chosen.act_id, within_seconds=within_seconds)
    return written(_entries(actor, chosen), form)


def _entries(actor: Actor, chosen: Chosen) -> Iterator[Entry]:
    for start in range(0, len(chosen.media), MEDIA_AT_ONCE):
        some = chosen.media[start : start + MEDIA_AT_ONCE]
        with acting_as(actor) as session:
            seen = issues.seen(session, some)
            told = {} if chosen.by is None else _settled(session, seen, chosen.by)
        going, given = _may_go(actor, [one.id for one in seen], chosen.statement, chosen.by)
        for one in going:
            category = told.get(one.name)
            yield Entry(
                md5=one.md5, sha1=one.sha1, sha256=one.sha256, pdq=one.pdq, size_bytes=one.size_bytes, kind=one.kind,
                category=category if category == given.get(one.name) else None,
            )  # fmt: skip


def _looked(
    actor: Actor, source: Source, statement: Statement, after: str | None
) -> tuple[_Subject, tuple[UUID, ...], Counted]:
    """Which media of the source may go, one of each content; what the actor sees there beside them is counted."""
    following: UUID | None = _marker(after)
    seen, going, media, owners = set[bytes](), set[bytes](), list[UUID](), Counter[str]()
    with acting_as(actor) as session:
        subject = _subject(session, source)
    for _ in range(MEDIA_PER_LIST_MAX // MEDIA_AT_ONCE):
        if following is None:
            break
        with acting_as(actor) as session:
            some, following = issues.of_scope(session, subject.scope, following, MEDIA_AT_ONCE)
        seen.update(one.name for one in some)
        allowed, _ = _may_go(actor, [one.id for one in some], statement, None)
        owners.update({(one.name, one.owner): one.owner for one in allowed}.values())
        for one in allowed:
            if one.name not in going:
                going.add(one.name)
                media.append(one.id)
    counted = Counted(media=len(media), by_owner=dict(owners), left_out=len(seen - going), next=following)
    return subject, tuple(media), counted


def _may_go(
    actor: Actor, media: Sequence[UUID], statement: Statement, by: Scheme | None
) -> tuple[tuple[Exported, ...], Mapping[bytes, str]]:
    """Those of media that may be exported now, and the category of each that is settled by what may be exported too."""
    with acting_as(actor, Use.EXPORT) as session:
        allowed = issues.exportable(session, media, statement.purpose)
        return allowed, {} if by is None else _settled(session, allowed, by)


def _settled(session: Session, media: Sequence[Seen] | Sequence[Exported], by: Scheme) -> dict[bytes, str]:
    """By content the category that nobody needs to look at again to know, by the words that this transaction sees."""
    words = observations.of_contents(session, [one.name for one in media])
    found = {name: assessed([one.vote for one in said], by, session.actor.member) for name, said in words.items()}
    return {name: one.category for name, one in found.items() if one.category is not None and one.standing in SETTLED}


def _subject(session: Session, source: Source) -> _Subject:
    """Where the media lie; see `choose` for what it raises."""
    member, name = session.actor.member, source.names[0]
    match source.of:
        case Of.SERIES:
            row = series.find(session, name)
            together = merges.together(session, [row.id])[row.id]
            return _Subject(scope=Scope(series=together), id=row.id, owner=row.handling.owner_member)
        case Of.HASH_LIST:
            list_id = hash_lists.find(session, name)
            return _Subject(scope=Scope(list_id=list_id), id=list_id, owner=member)
        case Of.MEDIA:
            named = {digest_of(each) for each in source.names}
            if issues.seen_names(session, tuple(named)) != named:
                raise NotVisible("There is no such medium.")
            return _Subject(scope=Scope(names=tuple(named)), id=None, owner=member)
        case Of.CASE:
            case_id, exhibit_id = triaging.scope(session, name, source.exhibit or None, source.unit or None)
            return _Subject(scope=Scope(case_id=case_id, exhibit_id=exhibit_id), id=exhibit_id or case_id, owner=member)


def _about(subject: _Subject, counted: Counted, actor: Actor) -> tuple[str, str]:
    """What an act is about, and whose: another member is told which of its series only if media of its own go."""
    is_told = subject.owner in {actor.member, *counted.by_owner}
    return "" if subject.id is None else str(subject.id), subject.owner if is_told else actor.member


def _counts(counted: Counted) -> dict[str, int]:
    return {"media": counted.media, "left_out": counted.left_out, "more": int(counted.next is not None)}


def _marker(after: str | None) -> UUID:
    try:
        return FIRST if after is None else UUID(after)
    except ValueError:
        raise Invalid(NOWHERE) from None
