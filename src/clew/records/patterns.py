"""Unusual patterns in the acts that the actor may read, each found by one statement over a period and the days before it.

Acts of a few kinds are read by their index, and what else an officer did by probes of one each; so what is read grows with
what was revealed and taken out, not with all that was done.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from clew.domain.pattern import LIMITS, OPENED, SHOWN_MAX, TAKEN_OUT, Pattern
from clew.domain.reveal_budget import COUNTED
from clew.records.acts import bounds
from clew.records.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One case of a pattern: whose acts, from when to when, and how many.

    `act`: what was done, where it was one thing; else empty. `subject`: on what, where it was one.
    """

    pattern: Pattern
    officer: str
    member: str
    first: datetime
    last: datetime
    count: int
    act: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Cases of one pattern, the latest first; `has_more`: there are others that are not shown."""

    pattern: Pattern
    found: tuple[Found, ...]
    has_more: bool


def find(session: Session, pattern: Pattern, since: datetime, until: datetime) -> Listed:
    """Cases of the pattern in acts from `since` to before `until`, both at midnight in UTC."""
    limits = LIMITS[pattern]
    least, greatest = bounds(since, until)
    before, _ = bounds(since - timedelta(days=limits.get("days", 0), hours=limits.get("hours", 0)), until)
    values: dict[str, object] = {
        **limits, "since": since, "until": until, "least_id": least, "greatest_id": greatest, "before_id": before,
        "counted": list(COUNTED), "opened": list(OPENED), "taken_out": list(TAKEN_OUT),
        "either": [*OPENED, *TAKEN_OUT], "limit": SHOWN_MAX + 1,
    }  # fmt: skip
    with session.cursor() as cursor:
        cursor.execute(
            f"{_STATEMENTS[pattern]} order by last desc, officer, member limit %(limit)s", values
        )
        rows = cursor.fetchall()
    found = tuple(
        Found(
            pattern=pattern, officer=row[0], member=row[1], first=row[2], last=row[3], count=int(row[4]),
            act=row[5] if row[5] == row[6] else "", subject=row[7],
        )
        for row in rows
    )  # fmt: skip
    return Listed(pattern=pattern, found=found[:SHOWN_MAX], has_more=len(found) > SHOWN_MAX)


_IN_PERIOD = "a.id >= %(least_id)s and a.id < %(greatest_id)s and a.at >= %(since)s and a.at < %(until)s"
_OR_BEFORE = "a.id >= %(before_id)s and a.id < %(greatest_id)s and a.at < %(until)s"
_DAY = "(a.at at time zone 'UTC')::date"
_WHAT = "count(*) as n, min(a.at) as first, max(a.at) as last, min(a.act) as least_act, max(a.act) as greatest_act"
_GIVEN = "officer, member, first, last, n, least_act, greatest_act"
_FIRST_DAY = "(%(since)s at time zone 'UTC')::date"


def _identifier(moment: str) -> str:
    """The least identifier of an act at `moment`: identifiers begin with the milliseconds since 1970."""
    return f"(lpad(to_hex((extract(epoch from {moment}) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid"


def _did_something(begins: str, ends: str) -> str:
    """Whether officer `c` did anything from `begins` to before `ends`. Clocks of machines differ by an hour at most."""
    return f"""
        exists (select from acts a where a.officer = c.officer and a.member = c.member
                   and a.id >= {_identifier(f"({begins} - interval '1 hour')")}
                   and a.id < {_identifier(f"({ends} + interval '1 hour')")} and a.at >= {begins} and a.at < {ends})"""


_STATEMENTS: Mapping[Pattern, str] = {
    # Each refusal with those of the hour before it; of those that are enough, one row a day says how many at most.
    Pattern.REFUSED_SIGN_INS: f"""
        with refused as (
            select a.member, a.subject, a.at from acts a
             where a.act = 'sign_in.refused' and a.subject <> '' and {_OR_BEFORE}
               and a.at >= %(since)s - make_interval(hours => %(hours)s)
        ), counted as (
            select r.*, count(*) over near as n, min(at) over near as first from refused r
            window near as (partition by member, subject order by at
                            range between make_interval(hours => %(hours)s) preceding and current row)
        )
        select a.subject as officer, a.member, min(a.first) as first, max(a.at) as last, max(a.n) as n,
               'sign_in.refused' as least_act, 'sign_in.refused' as greatest_act, a.subject
          from counted a where a.n >= %(least)s and a.at >= %(since)s group by a.member, a.subject, {_DAY}""",
    Pattern.MANY_REVEALS: f"""
        with days as materialized (
            select a.member, a.officer, {_DAY} as day, {_WHAT} from acts a
             where a.act = any (%(opened)s) and {_OR_BEFORE} group by a.member, a.officer, {_DAY}
        ), many as (
            select * from days where n >= %(least)s and day >= {_FIRST_DAY}
        ), usual as (
            select m.member, m.officer, m.day, percentile_cont(0.5) within group (order by d.n) as median
              from many m join days d on d.member = m.member and d.officer = m.officer
                                      and d.day >= m.day - %(days)s and d.day < m.day
             group by m.member, m.officer, m.day
        )
        select {_GIVEN}, '' from many left join usual using (member, officer, day)
         where n > %(times)s * coalesce(median, 0)""",
    Pattern.SAME_AGAIN: f"""
        select {_GIVEN}, subject from (
            select a.member, a.officer, a.subject, {_WHAT} from acts a
             where a.act = any (%(counted)s) and a.subject <> '' and {_IN_PERIOD}
             group by a.member, a.officer, a.subject having count(*) >= %(least)s) again""",
    Pattern.MANY_EXPORTS: f"""
        select {_GIVEN}, '' from (
            select a.member, a.officer, {_WHAT} from acts a
             where a.act = any (%(taken_out)s) and {_IN_PERIOD}
             group by a.member, a.officer, {_DAY} having count(*) >= %(least)s) many""",
    # Who revealed at this hour within the days before needs no closer look; of the others, each day is probed.
    Pattern.UNUSUAL_HOUR: f"""
        with hours as materialized (
            select a.member, a.officer, {_DAY} as day, extract(hour from a.at at time zone 'UTC')::integer as hour, {_WHAT}
              from acts a where a.act = any (%(either)s) and {_OR_BEFORE} group by 1, 2, 3, 4
        ), c as (
            select h.*, lag(day) over (partition by member, officer, hour order by day) as before from hours h
        )
        select {_GIVEN}, '' from c
         where day >= {_FIRST_DAY} and (before is null or before < day - %(days)s)
           and not exists (
               select from generate_series(1, %(days)s) ago
                cross join lateral (select ((c.day - ago) + make_interval(hours => c.hour)) at time zone 'UTC' as begins) at
                where {_did_something("at.begins", "at.begins + interval '1 hour'")})
           and (select count(*) from generate_series(1, %(days)s) ago
                 cross join lateral (select (c.day - ago)::timestamp at time zone 'UTC' as begins) at
                 where {_did_something("at.begins", "at.begins + interval '1 day'")}) >= %(active)s""",
    # Who came back within the last days did first what is the first act of these days; before it lies the silence.
    Pattern.AFTER_SILENCE: f"""
        with done as (
            select a.member, a.officer, a.id, a.at, a.act,
                   lag(a.at) over (partition by a.member, a.officer order by a.id) as before
              from acts a where a.act = any (%(either)s) and {_OR_BEFORE}
        ), c as (
            select * from done where at >= %(since)s and (before is null or before < at - make_interval(days => %(days)s))
        )
        select c.officer, c.member, c.at as first, c.at as last,
               floor(extract(epoch from back.at - gone.at) / 86400) as n, c.act as least_act, c.act as greatest_act, ''
          from c
         cross join lateral (
             select a.id, a.at from acts a where a.officer = c.officer and a.member = c.member and a.id <= c.id
                and a.id >= {_identifier("(c.at - make_interval(days => %(back)s))")} order by a.id limit 1) back
         cross join lateral (
             select a.at from acts a where a.officer = c.officer and a.member = c.member and a.id < back.id
              order by a.id desc limit 1) gone
         where back.at - gone.at >= make_interval(days => %(days)s) and (c.before is null or c.before <= gone.at)""",
}
