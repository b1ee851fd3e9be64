"""What programs propose for series about the media of a case: looked for, accepted, rejected and taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from clew.actions import proposing
from clew.actions.opening import Session
from clew.actions.surveying import Proposal
from clew.domain.errors import ClewError, NotAdmitted, NotVisible
from clew.web import series_words
from clew.web.acting import as_officer
from clew.web.sign_ins import needs_fresh_sign_in
from clew.web.translated import refusal
from clew.web.words import number

TOLD = "clew.told"
SHOWN_MAX = 100
DECISIONS = ("accept", "reject", "reconsider")
STEPS = ("look", *DECISIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A proposal on a page: what, for which series, and why."""

    id: UUID
    name: str | None
    other: str | None
    series: str | None
    media: int
    reason: str
    rejected_by: str | None
    rejected_at: datetime | None


def rows(some: Sequence[Proposal], references: Mapping[UUID, str]) -> list[Row]:
    """The proposals as they are shown."""
    return [
        Row(
            id=one.id, name=one.name, other=references.get(one.other_id) if one.other_id else None,
            series=references.get(one.series_id), media=one.media, reason=series_words.reason(one.rule, one.measured),
            rejected_by=one.rejected_by, rejected_at=one.rejected_at,
        )
        for one in some
    ]  # fmt: skip


@require_safe
def of_case(request: HttpRequest, case: str) -> HttpResponse:
    """What waits about a case of the own unit."""
    with as_officer(request.user.get_username()) as session:
        waiting = proposing.waiting(session, case, limit=SHOWN_MAX + 1)
        rejected = proposing.rejected(session, case, limit=SHOWN_MAX + 1)
        is_more, waiting = len(waiting) > SHOWN_MAX, waiting[:SHOWN_MAX]
        rejected_max, rejected = SHOWN_MAX if len(rejected) > SHOWN_MAX else 0, rejected[:SHOWN_MAX]
        references = proposing.references(session, (*waiting, *rejected))
    shown = {
        "case": case, "proposals": rows(waiting, references), "rejected": rows(rejected, references),
        "is_more": is_more, "rejected_max": rejected_max, "told": request.session.pop(TOLD, None),
    }  # fmt: skip
    return render(request, "series/proposals.html", shown)


@require_POST
@needs_fresh_sign_in
def move(request: HttpRequest, case: str, step: str) -> HttpResponse:
    """Look for more about the case, or decide about what waits."""
    if step not in STEPS:
        raise NotVisible("There is no such step.")
    with as_officer(request.user.get_username()) as session:
        # Before the form is read: what is wrong with it is said only of a case that is there.
        proposing.waiting(session, case, limit=1)
    try:
        with as_officer(request.user.get_username()) as session:
            told = _looked(session, case) if step == "look" else decided(session, step, request.POST)
    except NotAdmitted:
        raise
    except ClewError as refused:
        told = refusal(refused)
    request.session[TOLD] = told
    return redirect("case-proposals", case=case)


def decided(session: Session, step: str, given: QueryDict) -> str:
    """Accept or reject the proposals that were ticked, or take back that they were rejected; how it went."""
    ids = [UUID(one) for one in given.getlist("proposal") if _is_identifier(one)]
    if step == "accept":
        count = proposing.accept(session, ids)
        return ngettext("{count} is accepted.", "{count} are accepted.", count).format(count=number(count))
    if step == "reconsider":
        count = proposing.reconsider(session, ids)
        return ngettext("{count} waits again.", "{count} wait again.", count).format(count=number(count))
    count = proposing.reject(session, ids)
    return ngettext(
        "{count} is rejected and is not proposed again.", "{count} are rejected and are not proposed again.", count
    ).format(count=number(count))


def _looked(session: Session, case: str) -> str:
    done = proposing.propose(session, case)
    told = _("{media} media looked at; proposals that are new: {new}.").format(
        media=number(done.media), new=number(done.new)
    )
    if not done.is_cut:
        return told
    return f"{told} {_('There is more than one run looks at: decide about these, then look for more.')}"


def _is_identifier(untrusted_words: str) -> bool:
    try:
        UUID(untrusted_words)
    except ValueError:
        return False
    return True
