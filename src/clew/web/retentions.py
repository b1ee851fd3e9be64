"""What comes due of one's own unit, what is blocked, what ended, and the terms of the member."""

from collections.abc import Callable, Mapping
from datetime import date
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from clew.actions import blocking, retaining
from clew.actions.opening import Session
from clew.actions.retaining import marker_in
from clew.domain import agreement
from clew.domain.errors import ClewError, Invalid, NotAdmitted, NotVisible
from clew.domain.handling import Actor
from clew.domain.handling_change import SubjectKind
from clew.domain.officer import Role
from clew.domain.retention import TERMS, Rule, State
from clew.web.acting import as_officer
from clew.web.references import identifier_in
from clew.web.sign_ins import needs_fresh_sign_in
from clew.web.translated import refusal
from clew.web.words import Words

TOLD = "clew.told"
DUE_SHOWN_MAX = 50
TOMBSTONES_SHOWN_MAX = 20
BLOCKS_SHOWN_MAX = 100

KINDS: Mapping[SubjectKind, Words] = {
    SubjectKind.CASE: gettext_lazy("Case"),
    SubjectKind.EXHIBIT: gettext_lazy("Exhibit"),
    SubjectKind.SERIES: gettext_lazy("Series"),
    SubjectKind.HASH_LIST: gettext_lazy("Hash list"),
    SubjectKind.VICTIM: gettext_lazy("Victim"),
    SubjectKind.OFFENDER: gettext_lazy("Offender"),
    SubjectKind.PLACE: gettext_lazy("Place"),
}
STATES: Mapping[State, Words] = {
    State.KEPT: gettext_lazy("kept"),
    State.REVIEW: gettext_lazy("to be decided"),
    State.DUE: gettext_lazy("△ ends with the next run"),
    State.BLOCKED: gettext_lazy("◇ under examination"),
}
RULES: Mapping[Rule, Words] = {
    Rule.COVER: gettext_lazy("as its cover says"),
    Rule.EXTENSION: gettext_lazy("as its owner decided"),
    Rule.TERM: gettext_lazy("by the term of its type"),
    Rule.CONTENT: gettext_lazy("with the last of its exhibits"),
}


@require_safe
def all_of_it(request: HttpRequest) -> HttpResponse:
    """What ends within six months, what is blocked, the terms, and what ended, the latest first."""
    asked = retaining.Asked(
        due=DUE_SHOWN_MAX, due_after=marker_in(request.GET.get("after", "")), ended=TOMBSTONES_SHOWN_MAX,
        ended_after=identifier_in(request.GET.get("ended", "")), blocks=BLOCKS_SHOWN_MAX,
        blocks_after=identifier_in(request.GET.get("blocks", "")), is_waiting=request.GET.get("waiting") == "1",
    )  # fmt: skip
    with as_officer(request.user.get_username()) as session:
        found, actor = retaining.overview(session, asked), session.actor
    due, ended = found.due, found.ended
    shown = {
        "due": [(one, KINDS[one.kept.kind], STATES[one.state], RULES[one.kept.rule]) for one in due.items],
        "next_due": due.next and str(due.next),
        "is_first": not request.GET.get("after"), "is_waiting": asked.is_waiting,
        "next_block": found.next_block, "is_first_of_blocks": asked.blocks_after is None,
        "blocks": [(one, KINDS[one.kind]) for one in found.blocks],
        "ended": [(one, KINDS[one.kind], RULES[one.rule], _counted(one.counts)) for one in ended.items],
        "next_ended": ended.next,
        "terms": [(kind, KINDS[kind], years) for kind, years in found.terms.items()],
        "years_max": max(term.years_max for term in TERMS.values()),
        "is_administrator": actor.role is Role.NATIONAL_ADMINISTRATOR,
        "me": actor.officer,
        "unit": actor.unit,
        "told": request.session.pop(TOLD, None),
    }
    return render(request, "retention/list.html", shown | _units(actor, request.GET.get("unit", "")))


def _units(actor: Actor, untrusted_unit: str) -> dict[str, object]:
    """The units of the member, for who answers for it, and the numbers of one: the one asked for, or the first."""
    units = retaining.units_of(actor)
    if not units:
        return {}
    one = retaining.of_unit(actor, untrusted_unit if untrusted_unit in units else units[0])
    kinds = [(KINDS[kind], count) for kind, count in one.by_kind.items() if count]
    return {"units": [(unit, unit == one.unit) for unit in units], "one_unit": one, "kinds_of_unit": kinds}


@require_POST
@needs_fresh_sign_in
def decide(request: HttpRequest, step: str) -> HttpResponse:
    """Keep a subject longer, let it end, or block it."""
    steps: Mapping[str, Callable[[Session, QueryDict], str]] = {
        "extend": _extend, "let-end": _let_end, "block": _block,
    }  # fmt: skip
    if step not in steps:
        raise NotVisible("There is no such step.")
    return _done(request, lambda session: steps[step](session, request.POST))


@require_POST
@needs_fresh_sign_in
def move(request: HttpRequest, decision: UUID, step: str) -> HttpResponse:
    """Agree to a longer end as the second officer, or take the proposal back."""
    steps = {"approve": retaining.approve, "withdraw": retaining.withdraw}
    if step not in steps:
        raise NotVisible("There is no such step.")

    def act(session: Session) -> str:
        steps[step](session, decision)
        return _("It is done.")

    return _done(request, act)


@require_POST
@needs_fresh_sign_in
def lift(request: HttpRequest, block: UUID) -> HttpResponse:
    """Lift a block."""

    def act(session: Session) -> str:
        blocking.unblock(session, block)
        return _("The block is lifted; what held before holds again.")

    return _done(request, act)


@require_POST
@needs_fresh_sign_in
def set_term(request: HttpRequest) -> HttpResponse:
    """Set the member's term for a type, as its administrator."""

    def act(session: Session) -> str:
        retaining.set_term(session, _kind(request.POST), _years(request.POST.get("years", "")))
        return _("The term is set.")

    return _done(request, act)


def _extend(session: Session, given: QueryDict) -> str:
    until = _day(given.get("until", ""))
    made = retaining.extend(session, _kind(given), *_named(given), until, given.get("reason", ""))
    if made.state is agreement.State.PROPOSED:
        return _("The longer end is proposed; a second officer of your unit must agree.")
    return _("It is kept longer.")


def _let_end(session: Session, given: QueryDict) -> str:
    retaining.let_end(session, _kind(given), *_named(given), given.get("reason", ""))
    return _("It ends on its day.")


def _block(session: Session, given: QueryDict) -> str:
    blocking.block(session, _kind(given), *_named(given), given.get("reason", ""))
    return _("It is blocked: nobody but your unit uses it until the block is lifted.")


def _done(request: HttpRequest, act: Callable[[Session], str]) -> HttpResponse:
    """Do what was posted and say how it went; what is not visible stays a page of its own."""
    try:
        with as_officer(request.user.get_username()) as session:
            told = act(session)
    except (NotVisible, NotAdmitted):
        raise
    except ClewError as refused:
        told = refusal(refused)
    request.session[TOLD] = told
    return redirect("retention")


def _named(given: QueryDict) -> tuple[str, str | None]:
    """Name of the subject, and the case of an exhibit."""
    return given.get("name", ""), given.get("within") or None


def _kind(given: QueryDict) -> SubjectKind:
    try:
        return SubjectKind(given.get("kind", ""))
    except ValueError:
        raise NotVisible("There is no such kind of subject.") from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(_("A day is written year-month-day.")) from None


def _years(text: str) -> int:
    try:
        return int(text[:4])
    except ValueError:
        raise Invalid(_("A term is a number of years.")) from None


def _counted(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """What of the counts says something to a reader: places, media and stored bytes."""
    places = counts.get("occurrences", 0) + counts.get("listings", 0) + counts.get("series_media", 0)
    media, blobs = counts.get("media", 0), counts.get("blobs_removed", 0)
    named = ((_("places"), places), (_("media"), media), (_("in the vault"), blobs))
    return [(word, count) for word, count in named if count]
