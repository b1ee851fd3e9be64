"""What waits for an officer and the own unit, counted in one statement that never counts far."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from clew.domain.agreement import PROPOSAL_DAYS_MAX
from clew.domain.agreement import State as Agreed
from clew.domain.arrival import COUNTED_MAX, Waiting
from clew.domain.certification import WARNING
from clew.domain.certification import State as Certified
from clew.domain.clock import WARNING as REQUEST_WARNING
from clew.domain.handling_change import SubjectKind
from clew.domain.identification import Status
from clew.domain.link import LinkState
from clew.domain.officer import Role
from clew.domain.referral import State as Referred
from clew.domain.shredding import Step as Shredded
from clew.records.session import Session

_OWN = "member = %(member)s and unit = %(unit)s"
_COVERED = "owner_member = %(member)s and owner_unit = %(unit)s"
_ANOTHERS = "proposed_by <> %(officer)s"
_FRESH = f"proposed_at > now() - interval '{PROPOSAL_DAYS_MAX} days'"
"""What has lapsed nobody can agree to: it waits for nobody."""
ASKED = (
    "c.to_member = %(member)s and c.to_units[cardinality(c.to_units)] = %(unit)s"
    " and c.closed_at is null and not exists (select from messages m where m.correspondence_id = c.id"
    " and m.kind in ('answer', 'nothing-known') and m.member = %(member)s)"
)
"""A correspondence `c` that the own unit has not answered."""
UNDECIDED = (
    "s.member = %(member)s and s.unit = %(unit)s"
    " and not exists (select from overlap_decisions o where o.side_id = s.id)"
)
"""A side `s` of an overlap of which the own unit said nothing yet."""
TO_LET_OUT = f"{_OWN} and state = '{Agreed.PROPOSED}' and wrapped is not null and {_ANOTHERS}"
TO_KEEP_LONGER = f"{_OWN} and state = '{Agreed.PROPOSED}' and {_FRESH} and {_ANOTHERS}"
TO_HAND_OVER = f"{_OWN} and state = '{Referred.PROPOSED}' and {_ANOTHERS}"
DUE = (
    f"s.status = '{Status.CONFIRMED}' and s.next_on <= %(today)s and not exists (select from victim_steps later"
    f" where later.victim_id = s.victim_id and later.status = '{Status.CONFIRMED}' and later.decided_at > s.decided_at)"
)
"""A step `s` about an own victim whose next step should have come by that day, and which is the latest."""
_CERTIFIES = f"member = %(member)s and %(role)s = '{Role.NATIONAL_ADMINISTRATOR}'"

COUNTED: Mapping[Waiting, str] = {
    Waiting.QUESTIONS: f"from correspondences c where {ASKED} and c.subject_kind = 'question'",
    Waiting.MESSAGES: f"from correspondences c where {ASKED} and c.subject_kind <> 'question'",
    Waiting.OVERLAPS: f"from overlap_sides s where {UNDECIDED}",
    Waiting.PROPOSALS: f"from series_proposals where {_OWN} and rejected_at is null",
    Waiting.CANDIDATES: f"from links where {_COVERED} and state = {LinkState.CANDIDATE:d}",
    Waiting.NEXT_STEPS: f"from victim_steps s where {_OWN} and {DUE}",
    Waiting.VICTIM_STEPS: f"from victim_steps where {_OWN} and status = '{Status.PROPOSED}' and {_ANOTHERS}",
    Waiting.HANDLINGS: (
        f"from handling_changes where {_COVERED} and state = '{Agreed.PROPOSED}' and {_FRESH} and {_ANOTHERS}"
    ),
    Waiting.RETENTIONS: f"from retention_decisions where {TO_KEEP_LONGER}",
    Waiting.OBJECTS: f"from crops where {TO_LET_OUT}",
    Waiting.REFERRALS: f"from referrals where {TO_HAND_OVER}",
    Waiting.RELEASES: (
        f"from releases where {_OWN} and state = '{Agreed.PROPOSED}' and released_by <> %(officer)s"
        f" and released_at > now() - interval '{PROPOSAL_DAYS_MAX} days'"
    ),
    Waiting.BROUGHT: (
        f"from task_force_series where {_OWN} and state = '{Agreed.PROPOSED}' and brought_by <> %(officer)s"
        f" and brought_at > now() - interval '{PROPOSAL_DAYS_MAX} days' and task_force_id = any ((select clew_task_forces())::uuid[])"
    ),
    Waiting.ENDS: f"from shreddings where {_OWN} and step = '{Shredded.PROPOSED}' and {_ANOTHERS}",
    Waiting.CERTIFICATIONS: f"from certifications where {_CERTIFIES} and state = '{Certified.PROPOSED}' and {_ANOTHERS}",
    Waiting.EXPIRING: (
        f"from certifications c where {_CERTIFIES} and state = '{Certified.GIVEN}'"
        f" and ends_at between now() and now() + interval '{WARNING.days} days' and not exists ("
        f"select from certifications n where n.officer = c.officer and n.member = c.member"
        f" and n.state = '{Certified.GIVEN}' and n.ends_at > c.ends_at)"
    ),
    Waiting.REQUESTS: (
        f"from requests where member = %(member)s and decided_at is null"
        f" and ends_at <= now() + interval '{REQUEST_WARNING.days} days'"
    ),
    Waiting.CONSULTATIONS: (
        "from consultations where owner = %(member)s and answered_at is null and ended_at is null and ends_at > now()"
    ),
}
"""What is counted of each, in our own words."""


NAMED: Mapping[Waiting, str] = {
    Waiting.VICTIM_STEPS: f"'{SubjectKind.VICTIM}' as kind, victim_id as subject",
    Waiting.HANDLINGS: "subject_kind as kind, subject_id as subject",
    Waiting.ENDS: f"'{SubjectKind.CASE}' as kind, case_id as subject",
}
"""What waits for a second officer and has no list of its own: of these it is told which they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A subject of the own unit of which something waits, and what."""

    what: Waiting
    kind: SubjectKind
    id: UUID


def named(session: Session, limit: int) -> tuple[Named, ...]:
    """Of what `NAMED` says, so many of each, those first that wait longest: they lapse first."""
    each = " union all ".join(
        f"(select '{what}' as what, {columns}, min(proposed_at) as since {COUNTED[what]} group by 2, 3"
        " order by since, 3 limit %(limit)s)"
        for what, columns in NAMED.items()
    )
    with session.cursor() as cursor:
        cursor.execute(f"select * from ({each}) every order by since, subject", {**_who(session), "limit": limit})
        return tuple(Named(what=Waiting(row[0]), kind=SubjectKind(row[1]), id=row[2]) for row in cursor)


def counts(session: Session, today: date) -> dict[Waiting, int]:
    """How many wait on that day, of each kind of which any do; of more than `COUNTED_MAX`, that."""
    each = " union all ".join(
        f"(select '{kind}', count(*) from (select {words} limit {COUNTED_MAX}) few)" for kind, words in COUNTED.items()
    )
    with session.cursor() as cursor:
        cursor.execute(each, {**_who(session), "today": today})
        return {Waiting(kind): int(count) for kind, count in cursor if count}


def _who(session: Session) -> dict[str, object]:
    actor = session.actor
    return {"member": actor.member, "unit": actor.unit, "officer": actor.officer, "role": actor.role.value}
