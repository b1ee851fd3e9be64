"""Performances: what an officer did in an exercise, read as the officer sees it, by the questions that are asked."""

from uuid import UUID

from clew.domain.errors import NotVisible
from clew.domain.exercise import Answers, Question
from clew.domain.identification import FOUND, Status, Step
from clew.domain.intake import UNPACKED
from clew.domain.link import LinkState, LinkType
from clew.domain.overlap import Step as OverlapStep
from clew.domain.series import SERIES_TOGETHER_MAX
from clew.records import cases, merges, series
from clew.records.session import Session

ELSEWHERE = "elsewhere"
"""Stands for what is right nowhere."""


def of(session: Session, own_series: str, case: str) -> Answers:
    """What the session's officer did: in the case of the seizure, with the series that its new media belong to."""
    case_id = _case(session, case)
    own = series.find(session, own_series).id
    together = merges.together(session, [own])[own][:SERIES_TOGETHER_MAX]
    values = {
        "case": case_id, "name": case, "together": [*together], "me": session.actor.officer,
        "member": session.actor.member, "unit": session.actor.unit, "taken_at": int(LinkType.TAKEN_AT),
        "accepted": int(LinkState.ACCEPTED), "consent": OverlapStep.CONSENT.value, "identify": Step.IDENTIFY.value,
        "confirmed": Status.CONFIRMED.value, "found": [state.value for state in FOUND], "elsewhere": ELSEWHERE,
        "series": own_series, "unpacked": UNPACKED,
    }  # fmt: skip
    given: dict[Question, frozenset[str]] = {}
    with session.cursor() as cursor:
        for question, query in _QUERIES.items():
            cursor.execute(query, {name: value for name, value in values.items() if f"%({name})s" in query})
            given[question] = frozenset(str(row[0]) for row in cursor)
    return given


def waiting_steps(session: Session, limit: int) -> tuple[str, ...]:
    """References of own victims about whom somebody else proposed a step that waits."""
    with session.cursor() as cursor:
        cursor.execute(
            "select v.reference from victim_steps s join victims v on v.id = s.victim_id"
            " where s.status = %s and s.proposed_by <> %s order by s.proposed_at limit %s",
            [Status.PROPOSED.value, session.actor.officer, limit],
        )
        return tuple(row[0] for row in cursor)


def _case(session: Session, case: str) -> UUID | None:
    try:
        return cases.find(session, case)
    except NotVisible:
        return None


_QUERIES = {
    # Who takes the seizure in as the archive in which it was given has taken in what lies in it, and nothing else.
    Question.TAKEN_IN: """
        select encode(m.sha256, 'hex') from occurrences o join media m on m.id = o.medium_id
         where o.case_id = %(case)s and m.reason <> %(unpacked)s""",
    # Who asks another unit than the one that has the series has asked nobody about it.
    Question.ASKED: """
        select case when c.to_member = s.owner_member then s.reference else %(elsewhere)s end
          from correspondences c join series s on s.id = c.subject_id
         where c.subject_kind = 'series' and c.asked_by = %(me)s""",
    # A series that is said to be one with it brings all its media along, and counts as one wrong answer.
    Question.GATHERED: """
        select encode(m.sha256, 'hex') from series_media p join media m on m.id = p.medium_id
          join occurrences o on o.medium_id = m.id and o.case_id = %(case)s
         where p.series_id = any(%(together)s) and p.owner_member = %(member)s and p.owner_unit = %(unit)s
        union
        select s.reference from series s join series_media p on p.series_id = s.id
         where s.id = any(%(together)s) and s.reference <> %(series)s
           and not exists (select from occurrences o where o.medium_id = p.medium_id and o.case_id = %(case)s)""",
    Question.PLACED: """
        select p.reference from links l join places p on p.id = l.b_id
         where l.type = %(taken_at)s and l.state = %(accepted)s and l.a_id = any(%(together)s)
           and l.owner_member = %(member)s and l.owner_unit = %(unit)s""",
    Question.CONSENTED: """
        select case when d.subject_id = %(case)s then %(name)s else %(elsewhere)s end
          from (select distinct on (side_id) side_id, subject_id, step from overlap_decisions
                 where decided_by = %(me)s order by side_id, decided_at desc, id) d
         where d.step = %(consent)s""",
    Question.IDENTIFIED: """
        select v.reference from victim_steps s join victims v on v.id = s.victim_id
         where s.step = %(identify)s and s.status = %(confirmed)s and s.proposed_by = %(me)s and v.state = any(%(found)s)""",
}
