"""Leads as they are kept: raised once for a series, a rule and what speaks for it; and the steps of officers."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from clew.domain.errors import NotVisible, StepRefused
from clew.domain.lead import AHEAD, Outcome, Rule, State, Step, Weighed, after
from clew.domain.link import LinkState, LinkType
from clew.domain.message import NoticeKind
from clew.domain.proposal import Measured
from clew.domain.series import SeriesState
from clew.records import sealed
from clew.records.occurrences import LIES
from clew.records.session import Session

MEASURED = b"lead_media.measured"
REASON = b"lead_steps.reason"
MEDIA_PER_LEAD_MAX = 50
"""More than that say nothing new, but for what is newer than all of them."""
TAKEN_AT = f"""
    case when m.taken_at at time zone 'UTC' <= now() + interval '{AHEAD // timedelta(hours=1)} hours' then m.taken_at at time zone 'UTC' end"""
"""When a medium `m` was taken, but by a camera whose clock runs far ahead: it would hide what was taken yesterday."""


Place = tuple[UUID, UUID | None]
"""A case, and one exhibit of it where that is meant alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What a rule found: a medium that speaks for a lead on a series. `evidence` is a token of what they share.

    `near_series`: the medium speaks because it matches one in this series; None where it is no match that speaks.
    """

    series_id: UUID
    rule: Rule
    evidence: bytes
    medium_id: UUID
    measured: Measured
    state: State = State.RAISED
    exhibit_id: UUID | None = None
    near_series: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """A lead as its unit sees it now. `measured`: of the medium that says most, of those that still speak for it.

    `owners`: members whose records it tells of: the series, and media that speak for it.
    """

    id: UUID
    series_id: UUID
    series: str
    rule: Rule
    state: State
    measured: Measured
    weighed: Weighed
    raised_at: datetime
    changed_at: datetime
    owners: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaking:
    """A medium that speaks for a lead: facts, never a picture."""

    id: UUID
    name: str
    owner: str
    unit: str
    measured: Measured
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A step that an officer took."""

    step: Step
    state: State
    outcome: Outcome | None
    reason: str
    taken_by: str
    taken_at: datetime


def open_round(session: Session, news_max: int, rounds_max: int) -> bool:
    """Begin a round over what is new on the node; whether any unit has one to look at. For the node alone."""
    with session.cursor() as cursor:
        cursor.execute("select clew_open_lead_round(%s, %s)", [news_max, rounds_max])
        return bool(cursor.fetchone()[0])


def look_again(session: Session, rules_version: int, media_max: int) -> bool:
    """Have media of series looked at once more that were looked at by earlier rules; whether any are left.

    At most as many as that at a time, and only while nothing new waits. For the node alone.
    """
    with session.cursor() as cursor:
        cursor.execute("select clew_look_again(%s, %s)", [rules_version, media_max])
        return bool(cursor.fetchone()[0])


def note_renewed(session: Session, media: Sequence[UUID]) -> None:
    """Have those of the unit's media looked at once more that match something, now that they have other fingerprints."""
    with session.cursor() as cursor:
        cursor.execute("select clew_note_renewed(%s::uuid[])", [list(media)])


def rounds(session: Session) -> list[UUID]:
    """The rounds that the unit whose calendar acts has still to look at."""
    with session.cursor() as cursor:
        cursor.execute("select clew_lead_rounds()")
        return [row[0] for row in cursor]


def checked(session: Session, round_id: UUID) -> None:
    """The unit has looked at the round."""
    with session.cursor() as cursor:
        cursor.execute("select clew_lead_checked(%s)", [round_id])


def token_of(session: Session, rule: Rule, *parts: bytes) -> bytes:
    """What stands for the evidence: equal for equal parts, and nothing to anybody without the member's key."""
    words = b"".join(len(part).to_bytes(4) + part for part in parts)
    return sealed.of_member(session.actor.member).token(b"lead " + rule.encode() + b" " + words)


def holders(session: Session, drawn: Iterable[Drawn]) -> dict[tuple[Rule, bytes], list[UUID]]:
    """For each rule and evidence of these: the series on which the unit has such a lead."""
    found: dict[tuple[Rule, bytes], list[UUID]] = {}
    with session.cursor() as cursor:
        cursor.execute(
            "select rule, evidence, series_id from leads where evidence = any(%s) and member = %s and unit = %s order by 3",
            [list({one.evidence for one in drawn}), session.actor.member, session.actor.unit],
        )
        for rule, evidence, series_id in cursor:
            found.setdefault((Rule(rule), bytes(evidence)), []).append(series_id)
    return found


def keep(session: Session, drawn: Sequence[Drawn]) -> dict[UUID, UUID]:
    """Raise what is new, and have what was raised before know its new media; the new leads, each with its series.

    What was set aside or closed stays so.
    """
    return _new(session, _kept(session, drawn), State.RAISED)


def watch(session: Session, drawn: Sequence[Drawn]) -> list[UUID]:
    """Keep what has half of what its rule asks for, of which nobody is told; those that are new."""
    return [*_new(session, _kept(session, drawn), State.WATCHED)]


def _kept(session: Session, drawn: Sequence[Drawn]) -> list[UUID]:
    """All of them, whether they were kept before or not."""
    pairs = [(_id(session, one), one) for one in drawn]
    leads = dict(pairs)
    if not leads:
        return []
    with session.cursor() as cursor:
        # Without a target: then what is there already need not be seen, and a refusal tells nobody anything.
        cursor.execute(
            """
            insert into leads (id, series_id, member, unit, rule, evidence, exhibit_id, state, raised_at)
            select id, series_id, %(member)s, %(unit)s, rule, evidence, exhibit_id, state, transaction_timestamp()
              from unnest(%(id)s::uuid[], %(series)s::uuid[], %(rule)s::text[], %(evidence)s::bytea[], %(exhibit)s::uuid[],
                          %(state)s::text[]) given (id, series_id, rule, evidence, exhibit_id, state)
             order by id on conflict do nothing""",
            {
                **_unit(session), "id": [*leads], "series": [one.series_id for one in leads.values()],
                "rule": [one.rule.value for one in leads.values()], "evidence": [one.evidence for one in leads.values()],
                "exhibit": [one.exhibit_id for one in leads.values()], "state": [one.state.value for one in leads.values()],
            },
        )  # fmt: skip
    _speak(session, pairs)
    return [*leads]


def _new(session: Session, leads: Sequence[UUID], state: State) -> dict[UUID, UUID]:
    """Those of the leads that were made now, each with its series."""
    if not leads:
        return {}
    with session.cursor() as cursor:
        cursor.execute(
            "select id, series_id from leads where id = any(%s) and raised_at = transaction_timestamp() and state = %s",
            [list(leads), state.value],
        )
        return {row[0]: row[1] for row in cursor}


def _speak(session: Session, pairs: Sequence[tuple[UUID, Drawn]]) -> None:
    """Keep what speaks for each lead, until it has as much as says anything new; and beyond that what is newer than all."""
    said: dict[tuple[UUID, UUID], Drawn] = {}
    for lead_id, one in pairs:
        said.setdefault((lead_id, one.medium_id), one)
    chosen = _telling(session, list(said))
    texts = sealed.of_member(session.actor.member)
    with session.cursor() as cursor:
        cursor.execute(
            # What lies beside a medium that reappears speaks by the match of that one.
            """
            insert into lead_media (member, unit, lead_id, medium_id, series_id, measured, near_medium, near_series)
            select %(member)s, %(unit)s, g.lead_id, g.medium_id, g.series_id, g.measured,
                   case when g.near is null then w.near_medium else g.medium_id end, coalesce(g.near, w.near_series)
              from unnest(%(lead)s::uuid[], %(medium)s::uuid[], %(series)s::uuid[], %(measured)s::bytea[], %(near)s::uuid[])
                   g (lead_id, medium_id, series_id, measured, near)
              left join lateral (
                   select e.near_medium, e.near_series from lead_media e
                    where e.lead_id = g.lead_id and e.near_medium is not null and g.near is null
                    order by e.added_at, e.medium_id limit 1) w on true
             order by g.lead_id, g.medium_id on conflict do nothing""",
            {
                **_unit(session), "lead": [lead_id for lead_id, _ in chosen], "medium": [medium for _, medium in chosen],
                "series": [said[each].series_id for each in chosen], "near": [said[each].near_series for each in chosen],
                "measured": [texts.seal(json.dumps(dict(said[each].measured)).encode(), MEASURED) for each in chosen],
            },
        )  # fmt: skip
    _weigh(session, {lead_id for lead_id, _ in said})


def _telling(session: Session, pairs: Sequence[tuple[UUID, UUID]]) -> list[tuple[UUID, UUID]]:
    """Those (lead, medium) that are kept: the newest first while there is room, and what was taken, or came, after all of
    a lead that has no room: of a full lead too it must be seen that there is something fresh.
    """
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            with kept as materialized (
                select e.lead_id, count(*) as many, array_agg(e.medium_id) as media, max({TAKEN_AT}) as newest,
                       max(m.taken_in_at) as came
                  from lead_media e join media m on m.id = e.medium_id where e.lead_id = any(%(lead)s) group by e.lead_id),
            fresh as (
                select g.lead_id, g.medium_id, {TAKEN_AT} as taken_at, m.taken_in_at, coalesce(k.many, 0) as many, k.newest, k.came
                  from unnest(%(lead)s::uuid[], %(medium)s::uuid[]) g (lead_id, medium_id) join media m on m.id = g.medium_id
                  left join kept k on k.lead_id = g.lead_id where k.lead_id is null or g.medium_id <> all (k.media)),
            numbered as (
                select f.*, row_number() over (partition by lead_id order by taken_at desc nulls last, medium_id) as by_taken,
                       row_number() over (partition by lead_id order by taken_in_at desc, medium_id) as by_came from fresh f)
            select lead_id, medium_id from numbered
             where many + by_taken <= {MEDIA_PER_LEAD_MAX}
                or by_taken = 1 and taken_at is not null and (newest is null or taken_at > newest)
                or by_came = 1 and (came is null or taken_in_at > came)
             order by 1, 2""",
            {"lead": [lead_id for lead_id, _ in pairs], "medium": [medium for _, medium in pairs]},
        )
        return [(row[0], row[1]) for row in cursor.fetchall()]


def _weigh(session: Session, leads: Iterable[UUID]) -> None:
    """Keep beside each of the leads what its rank rests on, as its unit sees that now."""
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            update leads l set newest_taken_at = w.newest, came_at = w.came, media = w.many, has_others = w.others
              from (select e.lead_id, max({TAKEN_AT}) as newest, max(m.taken_in_at) as came, count(*)::int as many,
                           bool_or(m.owner_member <> %(member)s) as others
                      from lead_media e join media m on m.id = e.medium_id where e.lead_id = any(%(ids)s) group by e.lead_id) w
             where l.id = w.lead_id and l.member = %(member)s and l.unit = %(unit)s
               and (l.newest_taken_at, l.came_at, l.media, l.has_others) is distinct from (w.newest, w.came, w.many, w.others)""",
            {**_unit(session), "ids": list(leads)},
        )


def raise_watched(session: Session, found: Sequence[tuple[UUID, Drawn]]) -> dict[UUID, UUID]:
    """Leads that watched for the other half of what their rule asks for have found it; those, each with its series."""
    if not found:
        return {}
    _speak(session, found)
    with session.cursor() as cursor:
        cursor.execute(
            "update leads set state = %s, raised_at = transaction_timestamp(), changed_at = now()"
            " where id = any(%s) and state = %s and member = %s and unit = %s returning id, series_id",
            [
                after(State.WATCHED, Step.RAISE).value, [lead_id for lead_id, _ in found], State.WATCHED.value,
                session.actor.member, session.actor.unit,
            ],
        )  # fmt: skip
        return {row[0]: row[1] for row in cursor}


def tell(session: Session, series_ids: Iterable[UUID]) -> None:
    """The unit is told, once until it has looked, that there are leads on these series."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into notices (id, member, unit, kind, subject_id, raised_at)
            select gen_random_uuid(), %s, %s, %s, series, transaction_timestamp() from unnest(%s::uuid[]) given (series)
             order by series on conflict do nothing""",
            [session.actor.member, session.actor.unit, NoticeKind.LEAD.value, list(set(series_ids))],
        )


def some(session: Session, ids: Sequence[UUID], place: Place | None = None) -> tuple[Lead, ...]:
    """Those of these leads that the actor sees; of a case or exhibit, if asked, of which some medium speaks for them."""
    lies = ""
    values: dict[str, object] = {"ids": list(ids), "limit": len(ids)}
    if place is not None:
        lies = f"and exists (select from lead_media e where e.lead_id = l.id and {LIES.format('e.medium_id')})"
        values |= {"case": place[0], "exhibit": place[1]}
    return _leads(session, f"l.id = any(%(ids)s) {lies}", values) if ids else ()


def get(session: Session, lead_id: UUID) -> Lead:
    """A lead of the actor's unit.

    Raises:
        NotVisible: it has none, or what it is about is not seen any more.
    """
    found = _leads(session, "l.id = %(id)s and l.state <> %(watched)s", {"id": lead_id, "watched": State.WATCHED.value, "limit": 1})
    if not found:
        raise NotVisible("Your unit has no such lead.")
    return found[0]


def media(session: Session, lead_id: UUID, limit: int) -> tuple[Speaking, ...]:
    """What speaks for a lead, as far as the actor sees it."""
    texts = sealed.of_member(session.actor.member)
    with session.cursor() as cursor:
        cursor.execute(
            """
            select m.id, m.name, m.owner_member, m.owner_unit, e.measured, e.added_at
              from lead_media e join media m on m.id = e.medium_id where e.lead_id = %s order by e.added_at, m.id limit %s""",
            [lead_id, limit],
        )
        return tuple(
            Speaking(
                id=row[0], name=bytes(row[1]).hex(), owner=row[2], unit=row[3],
                measured=json.loads(texts.unseal(bytes(row[4]), MEASURED)), added_at=row[5],
            )
            for row in cursor
        )  # fmt: skip


def steps(session: Session, lead_id: UUID, limit: int) -> tuple[Taken, ...]:
    """What officers did about a lead, the latest first."""
    with session.cursor() as cursor:
        cursor.execute(
            "select step, state, outcome, reason, taken_by, taken_at from lead_steps where lead_id = %s"
            " order by taken_at desc, id limit %s",
            [lead_id, limit],
        )
        return tuple(
            Taken(
                step=Step(row[0]), state=State(row[1]), outcome=Outcome(row[2]) if row[2] else None,
                reason=sealed.words_of_note(session.actor.member, REASON, row[3]), taken_by=row[4], taken_at=row[5],
            )
            for row in cursor
        )  # fmt: skip


def move(session: Session, lead: Lead, step: Step, state: State, reason: str, outcome: Outcome | None) -> None:
    """Keep a step.

    Raises:
        StepRefused: somebody took another meanwhile.
    """
    with session.cursor() as cursor:
        cursor.execute(
            "update leads set state = %s, changed_at = now() where id = %s and state = %s",
            [state.value, lead.id, lead.state.value],
        )
        if cursor.rowcount != 1:
            raise StepRefused("This lead has gone on meanwhile: look again.")
        cursor.execute(
            """
            insert into lead_steps (lead_id, series_id, member, unit, step, state, outcome, reason, taken_by)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s)""",
            [
                lead.id, lead.series_id, session.actor.member, session.actor.unit, step.value, state.value,
                outcome.value if outcome else "", sealed.note(session.actor.member, REASON, reason), session.actor.officer,
            ],
        )  # fmt: skip


def _leads(session: Session, condition: str, values: Mapping[str, object]) -> tuple[Lead, ...]:
    texts = sealed.of_member(session.actor.member)
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            with shown as materialized (
                select l.id, l.series_id, s.reference, s.state as series_state, l.rule, l.state, l.raised_at, l.changed_at,
                       s.owner_member
                  from leads l join series s on s.id = l.series_id
                 where l.member = %(member)s and l.unit = %(unit)s and {condition}
                 order by l.raised_at desc, l.id limit %(limit)s)
            select shown.*, w.* from shown cross join lateral (
                select (array_agg(e.measured order by length(e.measured) desc, e.added_at, m.id))[1], max({TAKEN_AT}), max(m.taken_in_at),
                       count(*), count(distinct m.owner_member) filter (where m.owner_member <> %(member)s),
                       bool_or(m.latitude is not null) or exists (
                           select from links l join places p on p.id = l.b_id and p.country <> ''
                            where l.a_id = shown.series_id and l.type = {LinkType.TAKEN_AT:d}
                              and l.state = {LinkState.ACCEPTED:d}),
                       array_agg(distinct m.owner_member)
                  from lead_media e join media m on m.id = e.medium_id where e.lead_id = shown.id) w
             order by shown.raised_at desc, shown.id""",
            {**_unit(session), **values},
        )
        return tuple(
            Lead(
                id=row[0], series_id=row[1], series=row[2], rule=Rule(row[4]), state=State(row[5]), raised_at=row[6],
                changed_at=row[7], owners=frozenset({row[8], *row[15]}),
                measured=json.loads(texts.unseal(bytes(row[9]), MEASURED)),
                weighed=Weighed(
                    rule=Rule(row[4]), series_state=SeriesState(row[3]), newest_taken_at=row[10], entered_at=row[11],
                    media=row[12], others=row[13], has_place=row[14],
                ),
            )
            for row in cursor
        )  # fmt: skip


def _id(session: Session, one: Drawn) -> UUID:
    """The same for the same unit, series, rule and evidence: so the same is raised once, however often it is found."""
    words = b"lead of " + session.actor.unit.encode() + b" " + one.series_id.bytes + one.rule.encode() + one.evidence
    return UUID(bytes=sealed.of_member(session.actor.member).token(words))


def _unit(session: Session) -> dict[str, object]:
    return {"member": session.actor.member, "unit": session.actor.unit}
