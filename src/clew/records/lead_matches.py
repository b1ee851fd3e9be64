"""Leads that rest on a match: those of the own unit that nothing is left of once the match is set aside, and again."""

from collections.abc import Iterable
from uuid import UUID

from clew.domain.lead import OF_MATCHES, State
from clew.records.session import Session
from clew.records.verdicts import REFUSED

LEADS_MAX = 50
"""So many leads one verdict moves at most; an officer moves the others."""


def resting_on(session: Session, here: bytes, there: bytes, states: Iterable[State]) -> list[UUID]:
    """The own unit's leads in these states of which a medium matches one in the series by this match."""
    return _leads(session, here, there, states, "true")


def without_ground(session: Session, here: bytes, there: bytes, states: Iterable[State]) -> list[UUID]:
    """Those of them for which no medium speaks any more: it matches, or is, nothing in the series but what is refused."""
    return _leads(session, here, there, states, f"not exists ({_SPEAKING})")


def _leads(session: Session, here: bytes, there: bytes, states: Iterable[State], condition: str) -> list[UUID]:
    with session.cursor() as cursor:
        cursor.execute(
            _RESTING + f" and {condition} order by l.id limit {LEADS_MAX}",
            {
                "here": here, "there": there, "member": session.actor.member, "unit": session.actor.unit,
                "rules": [rule.value for rule in OF_MATCHES], "states": [state.value for state in states],
            },
        )  # fmt: skip
        return [row[0] for row in cursor]


_RESTING = f"""
    with {REFUSED},
    sides (one, other) as (values (%(here)s::bytea, %(there)s::bytea), (%(there)s, %(here)s))
    select l.id from leads l
     where l.member = %(member)s and l.unit = %(unit)s and l.rule = any(%(rules)s) and l.state = any(%(states)s)
       and exists (
           select from sides d join media m on m.name = d.one
             join lead_media e on e.medium_id = m.id and e.lead_id = l.id
             join media n on n.name = d.other join series_media sm on sm.medium_id = n.id and sm.series_id = l.series_id)"""
_SPEAKING = """
    select from lead_media e join media m on m.id = e.medium_id
      cross join lateral (
          select n.id from media n where n.name = m.name
          union all select x.b_medium from matches x where x.a_medium = m.id
          union all select x.a_medium from matches x where x.b_medium = m.id) p (id)
      join series_media sm on sm.medium_id = p.id and sm.series_id = l.series_id
     where e.lead_id = l.id and not exists (select from refused r where r.here = m.id and r.there = p.id)"""
