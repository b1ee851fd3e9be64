"""Who may use a case, an exhibit, a series or a hash list, and for what: seen, tried and changed by its owner."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from clew.actions import restricting
from clew.actions.opening import Session
from clew.domain.agreement import State
from clew.domain.cover import Cover
from clew.domain.errors import ClewError, Invalid, NotAdmitted, NotVisible
from clew.domain.handling import BLOCKED, NOTHING, Handling, Use, codes_from_words, in_circles
from clew.domain.handling_change import SubjectKind, latest
from clew.web import cover_words, words
from clew.web.acting import as_officer
from clew.web.sign_ins import needs_fresh_sign_in
from clew.web.translated import refusal

TOLD = "clew.told"
CHANGES_SHOWN_MAX = 100
COUNTED_MAX = 1_000
"""So many places of media the page counts; of more it says so."""
CIRCLES = ("everyone", "named", "own")
"""As the form names them: all members, named members, other units of the own member."""
STATES: Mapping[State, words.Words] = {
    State.PROPOSED: pgettext_lazy("change", "proposed"), State.IN_FORCE: pgettext_lazy("change", "in force"),
    State.ENDED: pgettext_lazy("change", "ended"), State.REPLACED: pgettext_lazy("change", "replaced"),
    State.WITHDRAWN: pgettext_lazy("change", "withdrawn"), State.LAPSED: pgettext_lazy("change", "lapsed"),
}  # fmt: skip
TRAILS: Mapping[SubjectKind, tuple[words.Words, str]] = {
    SubjectKind.SERIES: (pgettext_lazy("several", "Series"), "series-list"),
    SubjectKind.HASH_LIST: (gettext_lazy("Hash lists"), "hash-lists"),
    SubjectKind.VICTIM: (gettext_lazy("Victims"), "victims"),
    SubjectKind.OFFENDER: (gettext_lazy("Offenders"), "offenders"),
    SubjectKind.PLACE: (gettext_lazy("Places"), "places"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """One line of the editor: who, and a box for each use."""

    name: str
    word: words.Words
    boxes: list[tuple[str, words.Words, bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """A change that was made or proposed, with what can be done about it."""

    change: restricting.Change
    state: words.Words
    lines: list[str]
    can_be_approved: bool
    can_be_withdrawn: bool
    can_be_ended: bool


@require_safe
def one(request: HttpRequest, kind: str, name: str, within: str | None = None) -> HttpResponse:
    """What holds for the subject, what was done about it, and how another member sees it: now, or as the form says."""
    subject_kind = _kind(kind, within)
    with as_officer(request.user.get_username()) as session:
        planned, told = _planned(session, request.GET)
        member = request.GET.get("as", "").strip().upper() if told is None else ""
        found = restricting.page(
            session, subject_kind, name, within, member=member, given=planned, counted_max=COUNTED_MAX
        )
        view, sight = found.view, found.sight
        if member and sight is None:
            told = _("No member of that code takes part.")
        shown = {
            "view": view,
            "kept": found.kept,
            "address": address_of(subject_kind, name, within),
            "circles": _circles(planned or view.handling),
            "members": ", ".join(sorted((planned or view.handling).members)),
            "excluded": ", ".join(sorted((planned or view.handling).excluded - {BLOCKED})),
            "holds": [*words.handling(view.handling), *cover_words.lines(view.cover)],
            "editor": cover_words.editor(view.cover, Cover(retention_end=found.kept.ends_on)),
            "changes": [_row(session, change) for change in latest(view.changes, CHANGES_SHOWN_MAX)],
            "has_more": len(view.changes) > CHANGES_SHOWN_MAX, "changes_max": CHANGES_SHOWN_MAX,
            "sight": None if sight is None else [(words.USES[use], count) for use, count in sight.media.items()],
            "seer": sight,
            "is_planned": planned is not None,
            "as": member,
            "reason": request.GET.get("reason", ""),
            "until": request.GET.get("until", ""),
            "needs_second": found.needs_second,
            "names": found.names, "trail": _trail(subject_kind),
        }  # fmt: skip
    shown["told"] = told or request.session.pop(TOLD, None)
    return render(request, "handlings/one.html", shown)


@require_POST
@needs_fresh_sign_in
def change(request: HttpRequest, kind: str, name: str, within: str | None = None) -> HttpResponse:
    """Give the subject the handling that the form says."""
    subject_kind = _kind(kind, within)

    def act(session: Session) -> str:
        given = _said(session, request.POST)
        reason, until = request.POST.get("reason", ""), _day(request.POST.get("until", ""))
        made = restricting.change(
            session, subject_kind, name, within, given, reason, until, reaches_own="every" in request.POST
        )
        if made.state is State.PROPOSED:
            return _("The wider handling is proposed; a second officer of your unit must agree.")
        return _("The handling is changed.")

    return _done(request, act, address_of(subject_kind, name, within))


@require_POST
@needs_fresh_sign_in
def reword(request: HttpRequest, kind: str, name: str, within: str | None = None) -> HttpResponse:
    """Give the subject the words that the form says."""
    subject_kind = _kind(kind, within)

    def act(session: Session) -> str:
        reason, is_every = request.POST.get("reason", ""), "every" in request.POST
        made = restricting.reword(
            session, subject_kind, name, within, cover_words.said(request.POST), reason, reaches_own=is_every
        )
        if made.state is State.PROPOSED:
            return _("The looser words are proposed; a second officer of your unit must agree.")
        return _("The words are changed.")

    return _done(request, act, address_of(subject_kind, name, within))


@require_POST
@needs_fresh_sign_in
def move(
    request: HttpRequest, kind: str, name: str, change: UUID, step: str, within: str | None = None
) -> HttpResponse:
    """Approve or withdraw a proposal, or end a restriction."""
    subject_kind = _kind(kind, within)
    steps = {"approve": restricting.approve, "withdraw": restricting.withdraw, "end": restricting.end}
    if step not in steps:
        raise NotVisible("There is no such step.")

    def act(session: Session) -> str:
        steps[step](session, change)
        return _("It is done.")

    return _done(request, act, address_of(subject_kind, name, within))


def address_of(kind: SubjectKind, name: str, within: str | None, route: str = "") -> str:
    """The page of a subject's handling."""
    if within is None:
        return reverse(f"handling{route}", args=[kind.value, name])
    return reverse(f"exhibit-handling{route}", args=[within, name])


def _trail(kind: SubjectKind) -> tuple[words.Words, str] | None:
    """The list in which the subject stands; a case and an exhibit have their own page above this one."""
    found = TRAILS.get(kind)
    return None if found is None else (found[0], reverse(found[1]))


def _kind(kind: str, within: str | None) -> SubjectKind:
    """The kind that an address names; an exhibit only within its case.

    Raises:
        NotVisible: there is no such kind.
    """
    try:
        found = SubjectKind(kind)
    except ValueError:
        raise NotVisible("There is no such kind of subject.") from None
    if (found is SubjectKind.EXHIBIT) != (within is not None):
        raise NotVisible("An exhibit has its page within its case.")
    return found


def _done(request: HttpRequest, act, address: str) -> HttpResponse:
    """Do what was posted and say how it went; what is not visible stays a page of its own."""
    try:
        with as_officer(request.user.get_username()) as session:
            told = act(session)
    except (NotVisible, NotAdmitted):
        raise
    except ClewError as refused:
        told = refusal(refused)
    request.session[TOLD] = told
    return redirect(address)


def _planned(session: Session, query: QueryDict) -> tuple[Handling | None, str | None]:
    """The handling that the form says, or why it cannot be; neither where no form was sent."""
    if "form" not in query:
        return None, None
    try:
        return _said(session, query), None
    except ClewError as refused:
        return None, refusal(refused)


def _said(session: Session, given: QueryDict) -> Handling:
    """The handling that a form says.

    Raises:
        Invalid: it cannot be.
    """
    try:
        own, named, everyone = (_uses(given.getlist(circle)) for circle in reversed(CIRCLES))
        return in_circles(
            owner_member=session.actor.member, owner_unit=session.actor.unit, own=own, named=named, everyone=everyone,
            members=codes_from_words(given.get("members", "")), excluded=codes_from_words(given.get("excluded", "")),
        )  # fmt: skip
    except (ValueError, KeyError) as wrong:
        raise Invalid(f"This handling cannot be: {wrong}.") from None


def _uses(names: list[str]) -> Use:
    uses = NOTHING
    for name in names:
        uses |= Use[name]
    return uses


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text.strip() else None
    except ValueError:
        raise Invalid(_("A day is written year-month-day.")) from None


def _circles(given: Handling) -> list[Circle]:
    uses = {"own": given.member_uses, "named": given.named_uses, "everyone": given.all_uses}
    return [
        Circle(
            name=circle, word=words.CIRCLES[circle],
            boxes=[(str(use.name), words.USES[use], bool(use & uses[circle])) for use in Use],
        )
        for circle in CIRCLES
    ]  # fmt: skip


def _row(session: Session, change: restricting.Change) -> ChangeRow:
    is_proposed, is_own = change.state is State.PROPOSED, change.proposed_by == session.actor.officer
    return ChangeRow(
        change=change, state=STATES[change.state],
        lines=words.handling(change.given) if change.cover is None else cover_words.lines(change.cover),
        can_be_approved=is_proposed and not is_own,
        can_be_withdrawn=is_proposed,
        can_be_ended=change.state is State.IN_FORCE and change.until is not None and not change.given.is_blocked,
    )  # fmt: skip
