"""Administration of one's own member: officers, their certification, units, the switch."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from clew.actions import admitting, entering, lending, restricting, rostering, schooling, suspending
from clew.actions.opening import Session
from clew.domain.certification import State, Step, Training, training
from clew.domain.errors import ClewError, Invalid, NotAdmitted, NotVisible
from clew.domain.member import Particulars, Speciality, specialities
from clew.domain.officer import OF_OFFICERS, Role
from clew.domain.suspension import Level, Scope, Standing
from clew.domain.token import TokenScope, scopes_of
from clew.web.acting import as_officer
from clew.web.sign_ins import needs_fresh_sign_in
from clew.web.translated import refusal
from clew.web.words import Words

TOLD = "clew.told"
OFFICERS_SHOWN_MAX = 1000
PAGES = frozenset(map(str, range(100)))
MOVED: Mapping[State, Words] = {
    State.GIVEN: gettext_lazy("The certification is given."),
    State.REFUSED: gettext_lazy("The certification is refused."),
    State.WITHDRAWN: gettext_lazy("The certification is withdrawn."),
}


@contextmanager
def administering(request: HttpRequest) -> Iterator[Session]:
    """A session of an administrator; to everybody else these pages do not exist.

    Raises:
        NotVisible: the officer is no administrator.
    """
    with as_officer(request.user.get_username()) as session:
        if session.actor.role is not Role.NATIONAL_ADMINISTRATOR:
            raise NotVisible("There is no such page.")
        yield session


@require_safe
def all_of_them(request: HttpRequest) -> HttpResponse:
    """Officers, units and particulars of the administrator's member, and what waits for a second person."""
    with administering(request) as session:
        rows = rostering.look(session).items
        particulars, units = entering.about_member(session)
        rules_now = entering.rules(session)
        shown = {
            "member": session.actor.member,
            "particulars": particulars,
            **_paged(rows, request.GET.get("page", "")),
            "ending": sum(row.is_ending for row in rows),
            "away": sum(row.is_away for row in rows), "away_days": rostering.AWAY_DAYS,
            "without_passkey": sum(
                row.known.standing is Standing.ADMITTED and not row.known.has_passkey for row in rows
            ),
            "waiting": [row for row in rows if row.waiting is not None],
            "suspensions": suspending.in_force(session),
            "units": units,
            "programs": lending.lent(session),
            "me": session.actor.officer,
            "is_exercise_needed": rules_now.exercise_needed, "needs_second": rules_now.widening_needs_second,
        }
    shown |= {"roles": OF_OFFICERS, "specialities": list(Speciality), "scopes": list(TokenScope)}
    shown["told"] = request.session.pop(TOLD, None)
    return render(request, "officers/list.html", shown)


def _paged(rows: Sequence[rostering.Row], untrusted_page: str) -> dict[str, object]:
    """The officers by name; where they are more than a page shows, those first for whom something is to be done."""
    page = int(untrusted_page) if untrusted_page in PAGES else 0
    if len(rows) > OFFICERS_SHOWN_MAX:
        rows = sorted(rows, key=lambda row: not (row.is_ending or row.is_away or row.waiting is not None))
    begin, end = page * OFFICERS_SHOWN_MAX, (page + 1) * OFFICERS_SHOWN_MAX
    return {"rows": rows[begin:end], "next": page + 1 if len(rows) > end else None, "is_first": page == 0}


def administered(
    request: HttpRequest, act: Callable[[Session, QueryDict], str], page: str = "administration"
) -> HttpResponse:
    """Do what was posted and say how it went, on the page of administration or another of an administrator.

    A refusal is one sentence and holds nothing that was hidden: what is not visible stays a page of its own.
    """
    try:
        with administering(request) as session:
            told = act(session, request.POST)
    except (NotVisible, NotAdmitted):
        raise
    except ClewError as refused:
        told = refusal(refused)
    request.session[TOLD] = told
    return redirect(page)


@require_POST
@needs_fresh_sign_in
def admit(request: HttpRequest) -> HttpResponse:
    """Admit an officer into a unit and propose the certification."""

    def act(session: Session, given: QueryDict) -> str:
        trained, role = _training(given), _role(given)
        name = admitting.admit(session, given.get("name", ""), given.get("unit", ""))
        admitting.propose(session, name, role, trained)
        return _("The officer is admitted; a second administrator gives the certification.")

    return administered(request, act)


@require_POST
@needs_fresh_sign_in
def propose(request: HttpRequest) -> HttpResponse:
    """Propose a certification, or its renewal."""

    def act(session: Session, given: QueryDict) -> str:
        admitting.propose(session, given.get("name", ""), _role(given), _training(given))
        return _("The certification is proposed; a second administrator gives it.")

    return administered(request, act)


@require_POST
@needs_fresh_sign_in
def move(request: HttpRequest, certification: UUID, step: str) -> HttpResponse:
    """Give, refuse or withdraw a certification."""
    return administered(request, lambda session, _: str(MOVED[admitting.move(session, certification, _step(step))]))


@require_POST
@needs_fresh_sign_in
def suspend(request: HttpRequest) -> HttpResponse:
    """Stop an officer, a unit or the whole member from the next request on."""

    def act(session: Session, given: QueryDict) -> str:
        suspending.suspend(session, _scope(session, given), given.get("reason", ""))
        return _("Access is stopped, from the next request on.")

    return administered(request, act)


@require_POST
@needs_fresh_sign_in
def lift(request: HttpRequest) -> HttpResponse:
    """Lift a suspension."""

    def act(session: Session, given: QueryDict) -> str:
        suspending.lift(session, _scope(session, given))
        return _("The suspension is lifted.")

    return administered(request, act)


@require_POST
@needs_fresh_sign_in
def invite(request: HttpRequest) -> HttpResponse:
    """A first password for an officer who has no second factor yet; shown on this page only."""
    try:
        with administering(request) as session:
            password = admitting.first_password(session, request.POST.get("name", ""))
    except (NotVisible, NotAdmitted):
        raise
    except ClewError as refused:
        request.session[TOLD] = refusal(refused)
        return redirect("administration")
    return render(request, "officers/invited.html", {"name": request.POST.get("name", ""), "password": password})


@require_POST
@needs_fresh_sign_in
def unit(request: HttpRequest) -> HttpResponse:
    """Enter a unit, or say anew what one is good at."""

    def act(session: Session, given: QueryDict) -> str:
        entering.add_unit(session, given.get("unit", ""), specialities(given.getlist("speciality")))
        return _("The unit is entered.")

    return administered(request, act)


@require_POST
@needs_fresh_sign_in
def particulars(request: HttpRequest) -> HttpResponse:
    """Change what other members know of this one."""

    def act(session: Session, given: QueryDict) -> str:
        was = entering.particulars(session)
        entering.change_member(
            session,
            Particulars(
                name=given.get("name", was.name),
                kind=was.kind,
                languages=tuple(given.get("languages", "").replace(",", " ").split()),
                contact_point=given.get("contact_point", ""),
                legal_basis=given.get("legal_basis", ""),
            ),
        )
        return _("The particulars are changed.")

    return administered(request, act)


@require_POST
@needs_fresh_sign_in
def rules(request: HttpRequest) -> HttpResponse:
    """Say what the member asks of its own officers."""

    def act(session: Session, given: QueryDict) -> str:
        second, exercise, now = "second" in given, "exercise" in given, entering.rules(session)
        if second != now.widening_needs_second:
            restricting.ask_for_second(session, is_asked=second)
        if exercise != now.exercise_needed:
            schooling.need(session, is_needed=exercise)
        return _("The rules of the member are kept.")

    return administered(request, act)


@require_POST
@needs_fresh_sign_in
def lend(request: HttpRequest) -> HttpResponse:
    """A token for a program; shown on this page only."""
    given = request.POST
    try:
        with administering(request) as session:
            token = lending.lend(
                session, given.get("name", ""), unit=given.get("unit", ""),
                scopes=scopes_of(given.getlist("scope")), ends_at=_end_of(given.get("until", "")),
            )  # fmt: skip
    except (NotVisible, NotAdmitted):
        raise
    except ClewError as refused:
        request.session[TOLD] = refusal(refused)
        return redirect("administration")
    return render(request, "officers/lent.html", {"name": given.get("name", ""), "token": token})


@require_POST
@needs_fresh_sign_in
def end_token(request: HttpRequest, token: UUID) -> HttpResponse:
    """End the token of a program."""

    def act(session: Session, _given: QueryDict) -> str:
        lending.end(session, token)
        return _("The token is ended: the next request of the program is refused.")

    return administered(request, act)


def _end_of(day: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(day), time.max, tzinfo=UTC)
    except ValueError:
        raise Invalid("Say until when, as a day.") from None


def _role(given: QueryDict) -> Role:
    try:
        return Role(given.get("role", ""))
    except ValueError:
        raise Invalid("Say for which role the officer is certified.") from None


def _step(step: str) -> Step:
    try:
        return Step(step)
    except ValueError:
        raise NotVisible("There is no such step.") from None


def _training(given: QueryDict) -> Training:
    try:
        trained_on, until = (date.fromisoformat(given.get(name, "")) for name in ("trained_on", "until"))
    except ValueError:
        raise Invalid("Say when the officer was trained and until when that counts, each as a day.") from None
    return training(given.get("trainer", ""), trained_on, until)


def _scope(session: Session, given: QueryDict) -> Scope:
    try:
        level = Level(given.get("level", ""))
    except ValueError:
        raise Invalid("Say whether an officer, a unit or the member is meant.") from None
    named = given.get("name", "").strip()
    if level is Level.MEMBER and named.upper() != session.actor.member:
        raise Invalid(_("To stop the whole member, write its code: it stops you too."))
    return Scope(
        level=level,
        member=session.actor.member,
        unit=named.upper() if level is Level.UNIT else None,
        officer=named.lower() if level is Level.OFFICER else None,
    )
