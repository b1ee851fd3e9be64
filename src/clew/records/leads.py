"""Leads as they are kept: raised once for a series, a rule and what speaks for it; and the steps of officers."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clew.domain.errors import NotVisible, StepRefused
from clew.domain.lead import Outcome, Rule, State, Step, Weighed, after
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
"""More than that say nothing new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What a rule found: a medium that speaks for a lead on a series. `evidence` is a token of what they share."""

    series_id: UUID
    rule: Rule
    evidence: bytes
    medium_id: UUID
    measured: Measured
    state: State = State.RAISED
    exhibit_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """A lead as its unit sees it now. `measured`: of the medium that says most, of those that still speak for it."""

    id: UUID
    series_id: UUID
    series: str
    rule: Rule
    state: State
    measured: Measured
    weighed: Weighed
    raised_at: datetime
    changed_at: datetime


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
    pairs = [(_id(session, one), one) for one in drawn]
    leads = dict(pairs)
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
    with session.cursor() as cursor:
        cursor.execute(
            "select id, series_id from leads where id = any(%s) and raised_at = transaction_timestamp() and state = %s",
            [[*leads], State.RAISED.value],
        )
        return {row[0]: row[1] for row in cursor}


def _speak(session: Session, pairs: Sequence[tuple[UUID, Drawn]]) -> None:
    """Keep what speaks for each lead, until it has as much as says anything new."""
    by_lead: dict[UUID, list[Drawn]] = {}
    for lead_id, one in pairs:
        by_lead.setdefault(lead_id, []).append(one)
    some = [(lead_id, one) for lead_id, drawn in by_lead.items() for one in drawn[:MEDIA_PER_LEAD_MAX]]
    texts = sealed.of_member(session.actor.member)
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            with given as materialized (
                select * from unnest(%(lead)s::uuid[], %(medium)s::uuid[], %(series)s::uuid[], %(measured)s::bytea[])
                    with ordinality g (lead_id, medium_id, series_id, measured, at)),
            kept as materialized (
                select e.lead_id, count(*) as many, array_agg(e.medium_id) as media from lead_media e
                 where e.lead_id = any(%(leads)s) group by e.lead_id),
            numbered as (
                select g.*, row_number() over (partition by g.lead_id order by g.at) + coalesce(k.many, 0) as number
                  from given g left join kept k on k.lead_id = g.lead_id
                 where k.lead_id is null or g.medium_id <> all (k.media))
            insert into lead_media (member, unit, lead_id, medium_id, series_id, measured)
            select %(member)s, %(unit)s, lead_id, medium_id, series_id, measured from numbered
             where number <= {MEDIA_PER_LEAD_MAX} order by lead_id, medium_id on conflict do nothing""",
            {
                **_unit(session), "leads": [*by_lead], "lead": [lead_id for lead_id, _ in some],
                "medium": [one.medium_id for _, one in some], "series": [one.series_id for _, one in some],
                "measured": [texts.seal(json.dumps(dict(one.measured)).encode(), MEASURED) for _, one in some],
            },
        )  # fmt: skip


def raise_watched(session: Session, found: Sequence[tuple[UUID, Drawn]]) -> dict[UUID, UUID]:
    """Leads that watched for the other half of what their rule asks for have found it; those, each with its series."""
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


def of_unit(session: Session, states: Iterable[State], limit: int, series_id: UUID | None = None) -> tuple[Lead, ...]:
    """Leads of the actor's unit in these states, the latest first; of one series, if asked."""
    return _leads(
        session, "l.state = any(%(states)s) and (%(series)s::uuid is null or l.series_id = %(series)s)",
        {"states": [state.value for state in states], "series": series_id, "limit": limit},
    )  # fmt: skip


def of_place(
    session: Session, states: Iterable[State], limit: int, case_id: UUID, exhibit_id: UUID | None, looked_at: int
) -> tuple[Lead, ...]:
    """Those of the unit's latest leads in these states, `looked_at` of them, for which media of a case or exhibit speak."""
    return _leads(
        session,
        f"""l.id in (
            select near.id from (
                   select n.id from leads n
                    where n.member = %(member)s and n.unit = %(unit)s and n.state = any(%(states)s)
                    order by n.raised_at desc, n.id limit %(looked_at)s) near
             where exists (select from lead_media e where e.lead_id = near.id and {LIES.format("e.medium_id")}))""",
        {
            "states": [state.value for state in states], "limit": limit, "case": case_id, "exhibit": exhibit_id,
            "looked_at": looked_at,
        },
    )  # fmt: skip


def has_more(session: Session, states: Iterable[State], looked_at: int) -> bool:
    """Whether the unit has more leads in these states than so many."""
    with session.cursor() as cursor:
        cursor.execute(
            "select from leads where member = %(member)s and unit = %(unit)s and state = any(%(states)s)"
            " limit 1 offset %(looked_at)s",
            {**_unit(session), "states": [state.value for state in states], "looked_at": looked_at},
        )
        return cursor.fetchone() is not None


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
                select l.id, l.series_id, s.reference, s.state as series_state, l.rule, l.state, l.raised_at, l.changed_at
                  from leads l join series s on s.id = l.series_id
                 where l.member = %(member)s and l.unit = %(unit)s and {condition}
                 order by l.raised_at desc, l.id limit %(limit)s)
            select shown.*, w.* from shown cross join lateral (
                select (array_agg(e.measured order by length(e.measured) desc, e.added_at, m.id))[1], max(m.taken_at) at time zone 'UTC', max(m.taken_in_at),
                       count(*), count(distinct m.owner_member) filter (where m.owner_member <> %(member)s),
                       bool_or(m.latitude is not null) or exists (
                           select from links l join places p on p.id = l.b_id and p.country <> ''
                            where l.a_id = shown.series_id and l.type = {LinkType.TAKEN_AT:d}
                              and l.state = {LinkState.ACCEPTED:d})
                  from lead_media e join media m on m.id = e.medium_id where e.lead_id = shown.id) w
             order by shown.raised_at desc, shown.id""",
            {**_unit(session), **values},
        )
        return tuple(
            Lead(
                id=row[0], series_id=row[1], series=row[2], rule=Rule(row[4]), state=State(row[5]), raised_at=row[6],
                changed_at=row[7], measured=json.loads(texts.unseal(bytes(row[8]), MEASURED)),
                weighed=Weighed(
                    rule=Rule(row[4]), series_state=SeriesState(row[3]), newest_taken_at=row[9], entered_at=row[10],
                    media=row[11], others=row[12], has_place=row[13],
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
