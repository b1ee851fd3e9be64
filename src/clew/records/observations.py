"""What officers observed of media: one current word of each officer on each content."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clew.domain.category import TRUSTED_FROM, Facts, Vote
from clew.domain.handling import BLOCKED
from clew.records import sealed
from clew.records.occurrences import LIES
from clew.records.session import Session

REASON = b"observations.reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """A current word on a content. `officer` is named to officers of the same member only, by `shown_by`."""

    id: UUID
    facts: Facts
    facts_version: int
    is_review: bool
    is_led: bool
    reason: str
    member: str
    unit: str
    officer: str
    at: datetime

    @property
    def vote(self) -> Vote:
        """The word as rules count it."""
        return Vote(
            facts=self.facts, member=self.member, officer=self.officer, at=self.at, is_review=self.is_review,
            is_led=self.is_led,
        )  # fmt: skip

    def shown_by(self, viewer: str) -> str | None:
        """Who said it, for a viewer of that member."""
        return self.officer if self.member == viewer else None


def media_of(session: Session, names: Sequence[bytes]) -> dict[bytes, UUID]:
    """By content a medium that the actor sees: an own one before others', and none that is under examination."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select distinct on (name) name, id from media where name = any(%s) and %s <> all (excluded)
             order by name, (owner_member, owner_unit) = (%s, %s) desc, taken_in_at, id""",
            [list(names), BLOCKED, session.actor.member, session.actor.unit],
        )
        return {bytes(name): medium_id for name, medium_id in cursor}


def contents_among(session: Session, media: Sequence[UUID]) -> list[bytes]:
    """Contents of those of the media that the actor sees and that are not under examination."""
    with session.cursor() as cursor:
        cursor.execute("select name from media where id = any(%s) and %s <> all (excluded)", [list(media), BLOCKED])
        return [bytes(row[0]) for row in cursor]


def take_back(session: Session, names: Sequence[bytes]) -> int:
    """The officer's current words on these contents hold no longer; on how many there were some."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            with gone as (
                update observations o set withdrawn_at = now() from media m
                 where m.name = any(%s) and o.medium_id = m.id and o.member = %s and o.unit = %s and o.observed_by = %s
                   and o.withdrawn_at is null returning m.name)
            select count(distinct name) from gone""",
            [list(names), session.actor.member, session.actor.unit, session.actor.officer],
        )
        return _one(cursor.fetchone())


def add(session: Session, media: Sequence[UUID], facts: Facts, version: int, *, review_reason: str | None) -> None:
    """Keep what the officer observed of each of the media; with a reason it is a review.

    It is led where the officer may have been told what others said: who says another thing than before when others
    had spoken; and whoever speaks for the first time where others differ, or are so many that all are told of it.
    """
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into observations (medium_id, facts, facts_version, is_review, is_led, reason, member, unit, observed_by)
            select m.id, %(facts)s::jsonb, %(version)s, %(review)s,
                   %(review)s or case when own.facts = %(facts)s::jsonb then own.is_led
                                      when own.facts is not null then others.officers > 0
                                      else others.still >= %(settled)s or others.ways > 1 end,
                   %(reason)s, %(member)s, %(unit)s, %(officer)s
              from unnest(%(media)s::uuid[]) as named (id) join media m on m.id = named.id
              left join lateral (
                select o.facts, o.is_led from media n join observations o on o.medium_id = n.id
                 where n.name = m.name and o.member = %(member)s and o.observed_by = %(officer)s and not o.is_review
                 order by o.observed_at desc, o.id limit 1) own on true
              cross join lateral (
                select count(distinct (o.member, o.observed_by)) as officers,
                       count(distinct (o.member, o.observed_by)) filter (where o.withdrawn_at is null) as still,
                       count(distinct o.facts) filter (where o.withdrawn_at is null) as ways
                  from media n join observations o on o.medium_id = n.id
                 where n.name = m.name and (o.member, o.observed_by) <> (%(member)s, %(officer)s)) others
             order by m.id""",
            {
                "media": list(media), "facts": json.dumps(dict(facts)), "version": version,
                "review": review_reason is not None, "reason": sealed.note(actor.member, REASON, review_reason or ""),
                "member": actor.member, "unit": actor.unit, "officer": actor.officer, "settled": TRUSTED_FROM,
            },
        )  # fmt: skip


def has_spoken(session: Session, name: bytes) -> bool:
    """Whether the officer ever said what they observe of this content, taken back or not; a review does not count."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select exists (select from media m join observations o on o.medium_id = m.id
                            where m.name = %s and o.member = %s and o.observed_by = %s and not o.is_review)""",
            [name, session.actor.member, session.actor.officer],
        )
        return bool(cursor.fetchone()[0])


def of_contents(session: Session, names: Sequence[bytes]) -> dict[bytes, tuple[Observed, ...]]:
    """By content all that is observed of it as far as the actor sees, whoever's the medium is, the oldest first.

    Of an officer who spoke on two media of one content the later word counts.
    """
    with session.cursor() as cursor:
        cursor.execute(
            """
            select distinct on (m.name, o.member, o.observed_by, o.is_review)
                   m.name, o.id, o.facts, o.facts_version, o.is_review, o.is_led, o.reason, o.member, o.unit, o.observed_by,
                   o.observed_at
              from media m join observations o on o.medium_id = m.id
             where m.name = any(%s) and o.withdrawn_at is null
             order by m.name, o.member, o.observed_by, o.is_review, o.observed_at desc, o.id""",
            [list(names)],
        )
        found: dict[bytes, list[Observed]] = {}
        for name, id_, facts, version, is_review, is_led, reason, member, unit, officer, at in cursor:
            found.setdefault(bytes(name), []).append(
                Observed(
                    id=id_, facts=_facts(facts), facts_version=version, is_review=is_review, is_led=is_led,
                    reason=sealed.words_of_note(member, REASON, reason) if member == session.actor.member else "",
                    member=member, unit=unit, officer=officer, at=at,
                )
            )  # fmt: skip
    return {name: tuple(sorted(words, key=lambda one: (one.at, one.id))) for name, words in found.items()}


def contents_of(
    session: Session, case_id: UUID, exhibit_id: UUID | None, after: bytes, limit: int, *, is_observed: bool
) -> list[bytes]:
    """Contents of a case, or of one exhibit of it, behind the content `after` in their order; those with a word, if asked.

    All of them come by the media of the case, where each stands for the first time: by content, all media of the node
    lay between two of a small case. A content that is not in the case begins at the first.
    """
    with session.cursor() as cursor:
        cursor.execute(
            _OBSERVED if is_observed else _CONTENTS,
            {"case": case_id, "exhibit": exhibit_id, "after": after, "limit": limit},
        )
        return [bytes(row[0]) for row in cursor]


def count_contents(session: Session, case_id: UUID, exhibit_id: UUID | None, limit: int) -> int:
    """How many contents a case has, or one exhibit of it, among its first `limit` places with a medium."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select count(distinct m.name) from (
                select p.medium_id from occurrences p
                 where p.case_id = %(case)s and (%(exhibit)s::uuid is null or p.exhibit_id = %(exhibit)s)
                   and p.medium_id is not null limit %(limit)s) p
              join media m on m.id = p.medium_id""",
            {"case": case_id, "exhibit": exhibit_id, "limit": limit},
        )
        return int(cursor.fetchone()[0])


def contested(session: Session, after: bytes, limit: int) -> list[bytes]:
    """Contents of the own unit on which officers differ in some fact, behind `after` in their order.

    Whether that makes another category is for a scheme to say.
    """
    with session.cursor() as cursor:
        cursor.execute(
            """
            select m.name from media m join observations o on o.medium_id = m.id
             where m.name > %(after)s and o.withdrawn_at is null
               and exists (select from media own where own.name = m.name
                            and own.owner_member = %(member)s and own.owner_unit = %(unit)s)
             group by m.name having count(distinct o.facts) > 1 order by m.name limit %(limit)s""",
            {"after": after, "limit": limit, "member": session.actor.member, "unit": session.actor.unit},
        )
        return [bytes(row[0]) for row in cursor]


def ways_observed(session: Session, limit: int) -> Mapping[tuple[tuple[str, str], ...], int]:
    """By what was observed, how many current words of the own member say just that."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select facts, count(*) from observations where member = %s and withdrawn_at is null
             group by facts order by count(*) desc limit %s""",
            [session.actor.member, limit],
        )
        return {tuple(sorted(_facts(facts).items())): count for facts, count in cursor}


def _facts(kept: object) -> Facts:
    """JSON comes as text (`Session.cursor`)."""
    found: dict[str, str] = json.loads(kept) if isinstance(kept, str) else dict(kept)  # type: ignore[call-overload]
    return found


def _one(row: tuple[int] | None) -> int:
    return 0 if row is None else row[0]

# A medium stands at its first place: made distinct within, all places of the case would be sorted to give the first.
_CONTENTS = f"""
    select m.name from occurrences p join media m on m.id = p.medium_id
     where p.case_id = %(case)s and (%(exhibit)s::uuid is null or p.exhibit_id = %(exhibit)s)
       and p.medium_id > coalesce((select min(h.id::text)::uuid from media h where h.name = %(after)s and {LIES.format("h.id")}),
                                  '{UUID(int=0)}')
       and not exists (select from occurrences q where q.medium_id = p.medium_id and q.id < p.id and q.case_id = %(case)s
                          and (%(exhibit)s::uuid is null or q.exhibit_id = %(exhibit)s))
       and not exists (select from media e where e.name = m.name and e.id < m.id and {LIES.format("e.id")})
     order by p.medium_id limit %(limit)s"""

_OBSERVED = f"""
    with observed as materialized (
        select distinct other.name from observations o join media other on other.id = o.medium_id
         where o.withdrawn_at is null and other.name > %(after)s)
    select m.name from observed m
     where exists (select from media held where held.name = m.name and {LIES.format("held.id")})
     order by m.name limit %(limit)s"""
