"""Requests of people about their own data: the register of a member, and what other members ask of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clew.actions import consulting, entering, examining, opening
from clew.actions.opening import Session
from clew.domain.clock import RequestKind, Timing
from clew.domain.errors import ClewError, Invalid, NotAdmitted, NotVisible
from clew.domain.handling import Actor
from clew.domain.handling_change import SubjectKind
from clew.domain.officer import Role
from clew.domain.request import OUTCOMES, STEPS, TEXT_CHARACTERS_MAX, Consulted, Outcome, Step, View
from clew.web import request_words
from clew.web.acting import as_officer
from clew.web.sign_ins import needs_fresh_sign_in
from clew.web.translated import refusal

TOLD = "clew.told"
SUBJECTS = {kind.value: kind for kind in SubjectKind}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A request in the register, with how it stands against its clock."""

    request: examining.Request
    kind: request_words.Words
    state: request_words.Words
    outcome: request_words.Words
    timing: Timing
    timing_words: request_words.Words


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationRow:
    """A question to an owner, with its answer or whether one can still be given."""

    consultation: consulting.Consultation
    kind: request_words.Words
    view: request_words.Words
    is_open: bool


@require_safe
def all_of_them(request: HttpRequest) -> HttpResponse:
    """The register, those due first first, and what other members ask; to everybody else there is no such page."""
    is_decided = request.GET.get("decided") == "1"
    with as_officer(request.user.get_username()) as session:
        role = session.actor.role
        if role not in consulting.ROLES_THAT_ANSWER:
            raise NotVisible("There is no such page.")
        examines = role is Role.DATA_PROTECTION_OFFICER
        page = _page(session, request.GET, is_decided=is_decided) if examines else None
        asked = consulting.asked_of_us(session)
        due = examining.due(session)
    address = f"{reverse('requests')}?decided={int(is_decided)}"
    shown = {
        "examines": examines, "is_decided": is_decided, "due": due,
        "rows": [_row(one) for one in page.items] if page else [],
        "asked": [_consultation_row(one) for one in asked], "kinds": request_words.KINDS.items(),
        "views": request_words.VIEWS.items(), "characters_max": TEXT_CHARACTERS_MAX,
        "first_page": address, "is_first_page": not request.GET.get("after"),
        "next_page": f"{address}&after={page.next}" if page and page.next else "",
        "told": request.session.pop(TOLD, None),
    }  # fmt: skip
    return render(request, "requests/list.html", shown)


@require_safe
def one(request: HttpRequest, asked: UUID) -> HttpResponse:
    """A request with everything that was asked and said about it, and the steps that can be taken."""
    with as_officer(request.user.get_username()) as session:
        if session.actor.role is not Role.DATA_PROTECTION_OFFICER:
            raise NotVisible("There is no such request.")
        view = examining.look(session, asked)
        own_units = [line.code for line in entering.units(session)]
    state = view.request.state
    shown = {
        "row": _row(view.request), "steps": {step.value for step in STEPS[state]}, "blocks": view.blocks,
        "consultations": [_consultation_row(one) for one in view.consultations], "units": own_units,
        "outcomes": [(value, request_words.OUTCOMES[value]) for value in Outcome if value in OUTCOMES[Step.DECIDE]],
        "subjects": SUBJECTS, "characters_max": TEXT_CHARACTERS_MAX, "told": request.session.pop(TOLD, None),
    }  # fmt: skip
    return render(request, "requests/one.html", shown)


@require_POST
@needs_fresh_sign_in
def add(request: HttpRequest) -> HttpResponse:
    """Enter a request that was received."""

    def act(session: Session, given: QueryDict) -> str:
        examining.receive(
            session, given.get("reference", ""), _kind(given), _moment(given.get("received", "")),
            given.get("applicant", ""), given.get("asked", ""),
        )  # fmt: skip
        return _("The request is entered; its clock runs.")

    return _done(request, act, reverse("requests"))


@require_POST
@needs_fresh_sign_in
def move(request: HttpRequest, asked: UUID, step: str) -> HttpResponse:
    """Take a step with a request: examine it, ask an owner, block, decide, close."""
    if step not in ACTS:
        raise NotVisible("There is no such step.")

    def act(session: Session, given: QueryDict) -> str:
        # Before the form is read: what is wrong with it is said only of a request that is there.
        examining.held(session, asked)
        return ACTS[step](session, asked, given)

    return _done(request, act, reverse("request", args=[asked]))


@require_POST
@needs_fresh_sign_in
def shut(request: HttpRequest, asked: UUID, block: UUID | None = None) -> HttpResponse:
    """Block a record of the own member for the request, or lift such a block."""
    actor = opening.actor_of(request.user.get_username())
    if actor.role is not Role.DATA_PROTECTION_OFFICER:
        raise NotVisible("There is no such request.")
    told = _told(lambda: _shut(actor, asked, block, request.POST))
    request.session[TOLD] = told
    return redirect("request", asked=asked)


@require_POST
@needs_fresh_sign_in
def answer(request: HttpRequest, consultation: UUID) -> HttpResponse:
    """Answer, for the owner, what another member asks."""

    def act(session: Session, given: QueryDict) -> str:
        consulting.answer(session, consultation, _view(given), given.get("words", ""))
        return _("The answer is given.")

    return _done(request, act, reverse("requests"), roles=consulting.ROLES_THAT_ANSWER)


def _done(
    request: HttpRequest, act: Callable[[Session, QueryDict], str], address: str,
    *, roles: frozenset[Role] = frozenset({Role.DATA_PROTECTION_OFFICER}),
) -> HttpResponse:  # fmt: skip
    """Do what was posted and say how it went; what is not visible stays a page of its own."""

    def within() -> str:
        with as_officer(request.user.get_username()) as session:
            if session.actor.role not in roles:
                raise NotVisible("There is no such page.")
            return act(session, request.POST)

    request.session[TOLD] = _told(within)
    return redirect(address)


def _told(act: Callable[[], str]) -> str:
    try:
        return act()
    except (NotVisible, NotAdmitted):
        raise
    except ClewError as refused:
        return refusal(refused)


def _admit(session: Session, asked: UUID, _given: QueryDict) -> str:
    examining.admit(session, asked)
    return _("The request is admissible and is examined.")


def _dismiss(session: Session, asked: UUID, given: QueryDict) -> str:
    examining.dismiss(session, asked, given.get("words", ""))
    return _("The request is dismissed.")


def _withdraw(session: Session, asked: UUID, given: QueryDict) -> str:
    examining.withdraw(session, asked, given.get("words", ""))
    return _("The request is withdrawn.")


def _consult(session: Session, asked: UUID, given: QueryDict) -> str:
    record = given.get("record", "").strip()
    try:
        record_id = UUID(record) if record else None
    except ValueError:
        raise Invalid(_("A record has an identifier such as 1f0c5c1e-…")) from None
    consulting.ask(session, asked, given.get("owner", "").strip().upper(), given.get("words", ""), record_id)
    return _("The owner is asked.")


def _decide(session: Session, asked: UUID, given: QueryDict) -> str:
    try:
        outcome = Outcome(given.get("outcome", ""))
    except ValueError:
        raise Invalid(_("Say what is decided.")) from None
    examining.decide(session, asked, outcome, given.get("words", ""))
    return _("The request is decided.")


def _close(session: Session, asked: UUID, given: QueryDict) -> str:
    examining.close(session, asked, given.get("words", ""))
    return _("The request is closed.")


ACTS: dict[str, Callable[[Session, UUID, QueryDict], str]] = {
    "admit": _admit, "dismiss": _dismiss, "withdraw": _withdraw, "consult": _consult, "decide": _decide,
    "close": _close,
}  # fmt: skip


def _shut(actor: Actor, asked: UUID, block: UUID | None, given: QueryDict) -> str:
    with opening.acting_as(actor) as session:
        examining.held(session, asked)
    if block is not None:
        examining.unblock(actor, asked, block)
        return _("The block is lifted.")
    kind = SUBJECTS.get(given.get("kind", ""))
    if kind is None:
        raise Invalid(_("Say what is blocked."))
    within = given.get("within", "").strip() or None
    examining.block(actor, asked, given.get("unit", ""), kind, given.get("name", ""), within)
    return _("It is blocked while the request is examined.")


def _page(session: Session, query: QueryDict, *, is_decided: bool) -> examining.Page:
    try:
        after = UUID(query["after"]) if query.get("after") else None
    except ValueError:
        raise NotVisible("There is no such page.") from None
    return (examining.decided_ones if is_decided else examining.open_ones)(session, after)


def _row(one: examining.Request) -> Row:
    timing = examining.timing_of(one)
    return Row(
        request=one, kind=request_words.KINDS[one.kind], state=request_words.STATES[one.state], timing=timing,
        outcome="" if one.outcome is None else request_words.OUTCOMES[one.outcome],
        timing_words=request_words.TIMINGS[timing],
    )  # fmt: skip


def _consultation_row(one: consulting.Consultation) -> ConsultationRow:
    consulted: Consulted = one.consulted
    return ConsultationRow(
        consultation=one, kind=request_words.KINDS[one.kind],
        view="" if consulted.view is None else request_words.VIEWS[consulted.view],
        is_open=consulted.view is None and one.ended_at is None and datetime.now(UTC) < consulted.ends_at,
    )  # fmt: skip


def _kind(given: QueryDict) -> RequestKind:
    try:
        return RequestKind(given.get("kind", ""))
    except ValueError:
        raise Invalid(_("Say what is asked for.")) from None


def _view(given: QueryDict) -> View:
    try:
        return View(given.get("view", ""))
    except ValueError:
        raise Invalid(_("Say whether your member agrees.")) from None


def _moment(day: str) -> datetime:
    """The beginning of a day in UTC, or now where none is said."""
    try:
        return datetime.fromisoformat(day).replace(tzinfo=UTC) if day.strip() else datetime.now(UTC)
    except ValueError:
        raise Invalid(_("A day is written year-month-day.")) from None
