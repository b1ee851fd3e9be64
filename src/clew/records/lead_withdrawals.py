"""Leads of the own unit whose ground an officer took back, or gave again: what they rest on, laid out to be asked once more."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from clew.domain.handling import BLOCKED
from clew.domain.lead import OPEN, Rule, State
from clew.records import lead_rounds
from clew.records.lead_rounds import unit
from clew.records.session import Session

LEADS_MAX = 200
"""So many leads one act moves at most, the latest first; an officer moves the others."""
PAIRS_MAX = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Resting:
    """A lead, and what speaks for it as far as the actor sees it: media, and their contents."""

    id: UUID
    state: State
    media: tuple[UUID, ...]
    names: frozenset[bytes]


def on(session: Session, series_ids: Sequence[UUID], *, is_of_place: bool = False) -> list[Resting]:
    """The unit's leads on these series that are open or were set aside; if asked, those alone that rest on a known place.

    An answer of another unit stands whatever becomes of a medium: leads by answers are not among them.
    """
    rules = [Rule.KNOWN_PLACE] if is_of_place else [rule for rule in Rule if rule is not Rule.CLUE_ANSWERED]
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select l.id, l.state, array_agg(m.id), array_agg(m.name)
              from leads l join lead_media e on e.lead_id = l.id join media m on m.id = e.medium_id
             where l.series_id = any(%(series)s) and l.member = %(member)s and l.unit = %(unit)s
               and l.state = any(%(states)s) and l.rule = any(%(rules)s)
             group by l.id, l.state, l.raised_at order by l.raised_at desc, l.id limit {LEADS_MAX}""",
            {
                **unit(session), "series": list(series_ids), "rules": [rule.value for rule in rules],
                "states": [state.value for state in (*OPEN, State.SET_ASIDE)],
            },
        )  # fmt: skip
        return [
            Resting(id=row[0], state=State(row[1]), media=tuple(row[2]), names=frozenset(map(bytes, row[3])))
            for row in cursor.fetchall()
        ]


def lay_out(session: Session, series_ids: Sequence[UUID], media: Iterable[UUID]) -> None:
    """Lay these series and media out for the statements of rules, as if they had come in a round, until the transaction ends."""
    lead_rounds.begin(session)
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            insert into pg_temp.lead_candidates
            select m.id, m.name, m.owner_member, m.owner_unit, m.camera_serial, m.camera_make, m.document_id,
                   round(m.latitude::numeric, 4)::float8, round(m.longitude::numeric, 4)::float8, m.gps_precision_m
              from media m where m.id = any(%s) and '{BLOCKED}' <> all (m.excluded)""",
            [list(media)],
        )
        cursor.execute("insert into pg_temp.lead_series select id, false from series where id = any(%s)", [list(series_ids)])
