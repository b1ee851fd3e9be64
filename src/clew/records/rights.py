"""Rights of persons: who may read and write their requests and the consultations about them; rules of row security.

A request is for the data-protection officers of the member that received it, and for nobody else there. An
owner that is consulted sees the consultation and nothing of the request.
"""

from clew.domain.clock import MONTHS
from clew.domain.officer import Role
from clew.domain.request import State
from clew.records.visibility import HOME, OFFICER, ROLE

IS_DATA_PROTECTION_OFFICER = f"{ROLE} = '{Role.DATA_PROTECTION_OFFICER}'"
ANSWERS = f"{ROLE} in ('{Role.DATA_PROTECTION_OFFICER}', '{Role.NATIONAL_ADMINISTRATOR}')"
EXAMINES = f"member = {HOME} and {IS_DATA_PROTECTION_OFFICER}"
IS_ASKED = f"owner = {HOME} and {ANSWERS}"
IS_OPEN = "answered_at is null and ended_at is null"

RULES = {
    "requests": {
        "select": f"using ({EXAMINES})",
        "insert": f"with check ({EXAMINES} and entered_by = {OFFICER} and state = '{State.RECEIVED}')",
        "update": f"using ({EXAMINES} and state <> '{State.CLOSED}') with check ({EXAMINES})",
    },
    "consultations": {
        "select": f"using ({EXAMINES} or {IS_ASKED})",
        "insert": (
            f"with check ({EXAMINES} and asked_by = {OFFICER} and {IS_OPEN} and exists (select from public.requests r"
            f" where r.id = request_id and r.kind = consultations.kind and r.state = '{State.ADMITTED}'))"
        ),
        "update": (
            f"using ({IS_OPEN} and ({EXAMINES} or {IS_ASKED} and ends_at > now()))"
            f" with check ({EXAMINES} and answered_at is null or {IS_ASKED} and answered_by = {OFFICER} and ended_at is null)"
        ),
    },
}
"""By table and verb."""

APP_GRANTS = {
    "consultations": "select, insert, update (view, answer, answered_by, answered_at, ended_at)",
    "requests": (
        "select, insert, update (state, admitted_by, admitted_at, outcome, reasons, decided_by, decided_at, told,"
        " closed_by, closed_at)"
    ),
}

BLIND_GRANTS = {
    # Besides what the audit asks of cases: when they were opened, for the annual report.
    "cases": "select (owner_member, owner_unit, audience, members, excluded, id, opened_at)",
    "consultations": "select (request_id, member, owner, asked_at, ends_at, view, answered_at, ended_at), delete",
    "releases": "select (id, medium_id, member, recipient, released_at, withdrawn_at, state)",
    "requests": "select (id, member, kind, state, received_on, ends_at, outcome, decided_at, closed_at), delete",
}
"""What is counted and ended: never the words of anybody."""

_MONTHS = " ".join(f"when '{kind}' then {months}" for kind, months in MONTHS.items())
CLOCK_IS_ITS_KINDS = (
    f"due_on = (received_on + make_interval(months => case kind {_MONTHS} end))::date"
    " and ends_at - (due_on + 1)::timestamp at time zone 'UTC' between interval '-14 hours' and interval '14 hours'"
)
"""What `domain/clock.Clock` says, once more where rows are kept: nobody moves the end of a request."""

FUNCTIONS_OF_THE_APP = (
    "clew_requests_due(interval)",
    "clew_end_requests(integer)",
    "clew_annual_figures(timestamp with time zone, timestamp with time zone, uuid, uuid)",
)


def clock_constraint() -> str:
    """The statement that holds every request to the clock of its kind."""
    return f"alter table requests add constraint request_clock_is_its_kinds check ({CLOCK_IS_ITS_KINDS})"
