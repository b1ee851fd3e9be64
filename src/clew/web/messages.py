"""Messages: what units ask one another about records; and notices: what waits for one's unit."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from clew.actions import corresponding, opening
from clew.actions.corresponding import About, Kind, NoticeKind, Side, SubjectKind
from clew.actions.opening import Session
from clew.domain.errors import Invalid, NotVisible, StepRefused
from clew.web.acting import as_officer
from clew.web.audits import address_of_event
from clew.web.posting import TOLD, day, done
from clew.web.references import identifier_in
from clew.web.sign_ins import needs_fresh_sign_in
from clew.web.translated import refusal
from clew.web.words import Words

SHOWN_PER_PAGE = 50
DUE_DAYS = 14
NAME_CHARACTERS_MAX = 200
SUBJECTS: Mapping[SubjectKind, Words] = {
    SubjectKind.CASE: gettext_lazy("Case"),
    SubjectKind.EXHIBIT: gettext_lazy("Exhibit"),
    SubjectKind.SERIES: gettext_lazy("Series"),
    SubjectKind.VICTIM: gettext_lazy("Victim"),
    SubjectKind.OFFENDER: gettext_lazy("Offender"),
    SubjectKind.PLACE: gettext_lazy("Place"),
    SubjectKind.MEDIUM: gettext_lazy("Medium"),
    SubjectKind.OVERLAP: gettext_lazy("Overlap"),
    SubjectKind.QUESTION: gettext_lazy("Question"),
    SubjectKind.REFERRAL: gettext_lazy("Referral"),
    SubjectKind.EVENT: gettext_lazy("Event of the audit"),
}
NOT_ASKED_HERE = frozenset({SubjectKind.QUESTION, SubjectKind.REFERRAL})
"""Kinds of records that have a form of their own to ask with."""
KINDS: Mapping[Kind, Words] = {
    Kind.REQUEST: gettext_lazy("asks"),
    Kind.REMARK: gettext_lazy("remarks"),
    Kind.ANSWER: gettext_lazy("answers"),
    Kind.NOTHING_KNOWN: gettext_lazy("knows nothing of it"),
    Kind.PASSED: gettext_lazy("passed it on"),
}
NOTICES: Mapping[NoticeKind, Words] = {
    NoticeKind.OVERLAP: gettext_lazy("There is an overlap"),
    NoticeKind.OVERLAP_REMINDER: gettext_lazy("An overlap waits for your answer"),
    NoticeKind.CONTACT: gettext_lazy("Both sides of an overlap consented"),
    NoticeKind.MESSAGE: gettext_lazy("A message waits to be read"),
    NoticeKind.MESSAGE_DUE: gettext_lazy("△ A request is past its day"),
    NoticeKind.LEAD: gettext_lazy("There is a lead on a series"),
    NoticeKind.PROPOSALS: gettext_lazy("Programs propose what may belong to series"),
    NoticeKind.IDENTIFIED: gettext_lazy("● The child in a series that your unit had a part in is identified"),
    NoticeKind.SAFEGUARDED: gettext_lazy("★ The child in a series that your unit had a part in is safe"),
    NoticeKind.TASK_FORCE: gettext_lazy("A task force waits for a word of yours"),
    NoticeKind.OUTCOME_TAKEN_BACK: gettext_lazy("△ What your unit was told of a series was wrong: look at it again"),
    NoticeKind.REVIEW: gettext_lazy("△ Records of your unit end within six months and await a decision"),
    NoticeKind.DONE_ALONE: gettext_lazy(
        "△ The operator of the node certified an officer of your member, or set a password, alone: ask your auditor"
    ),
}


@require_safe
def all_of_them(request: HttpRequest) -> HttpResponse:
    """What waits for the unit, its correspondences with the latest request first, and the form for another."""
    with as_officer(request.user.get_username()) as session:
        told = corresponding.notices(session)
        is_waiting = request.GET.get("waiting") == "1"
        after = identifier_in(request.GET.get("after", ""))
        page = corresponding.page(session, limit=SHOWN_PER_PAGE, after=after, is_waiting=is_waiting)
        units = corresponding.units(session)
        asked, refused = _asked(session, request.GET)
        kinds = _kinds(session)
        mine = (session.actor.member, session.actor.unit)
    shown = {
        "notices": [(one, NOTICES[one.kind], address_of_notice(one)) for one in told.items if one.seen_at is None],
        "has_more": told.has_more,
        "lines": [(one, SUBJECTS[one.subject_kind], one.units[-1]) for one in page.items],
        "next": page.next, "is_waiting": is_waiting,
        "is_first": not request.GET.get("after"),
        "units": [unit for unit in units if unit != mine],
        "subjects": [(kind, SUBJECTS[kind]) for kind in kinds],
        "unit": mine[1], "asked": asked, "refused": refused,
        "due": opening.today() + timedelta(days=DUE_DAYS),
        "told": request.session.pop(TOLD, None),
    }
    return render(request, "messages/list.html", shown)


@require_safe
def one(request: HttpRequest, correspondence: UUID) -> HttpResponse:
    """A correspondence with its latest messages, or those before one, their translations, and what may be said now."""
    before = identifier_in(request.GET.get("before", ""))
    with as_officer(request.user.get_username()) as session:
        view = corresponding.look(session, correspondence, before)
        units = [
            code for member, code in corresponding.units(session)
            if member == session.actor.member and code not in view.correspondence.units
        ]  # fmt: skip
    shown = {
        "view": view,
        "it": view.correspondence,
        "holder": view.correspondence.units[-1],
        "subject": SUBJECTS[view.correspondence.subject_kind],
        "messages": [(message, KINDS[message.kind]) for message in view.messages],
        "is_asker": view.side is Side.ASKER, "own": _own_page(view),
        "units": units, "is_latest": before is None,
        "record": address_of_record(view.correspondence.subject_kind, view.correspondence.about),
        "event": _event(view),
        "told": request.session.pop(TOLD, None),
    }
    return render(request, "messages/one.html", shown)


@require_POST
@needs_fresh_sign_in
def ask(request: HttpRequest) -> HttpResponse:
    """Ask another unit about a record."""
    given = request.POST

    def act(session: Session) -> tuple[str, str]:
        member, _sign, unit = given.get("to", "").partition("/")
        kind, within = _subject(given.get("kind", "")), given.get("within") or None
        about = About(kind=kind, name=given.get("name", ""), within=within)
        made = corresponding.ask(session, about, (member, unit), day(given.get("due", "")), given.get("words", ""))
        return _("The request is sent."), reverse("message", args=[made])

    return done(request, act, reverse("messages"))


@require_POST
@needs_fresh_sign_in
def say(request: HttpRequest, correspondence: UUID) -> HttpResponse:
    """Answer, say that nothing is known, remark, pass on, translate or close."""
    given = request.POST
    words = given.get("words", "")
    steps: Mapping[str, Callable[[Session], object]] = {
        "answer": lambda session: corresponding.say(session, correspondence, Kind.ANSWER, words),
        "nothing-known": lambda session: corresponding.say(session, correspondence, Kind.NOTHING_KNOWN),
        "remark": lambda session: corresponding.say(session, correspondence, Kind.REMARK, words),
        "pass": lambda session: corresponding.pass_on(session, correspondence, given.get("unit", ""), words),
        "translate": lambda session: corresponding.translate(
            session, correspondence, _message(given.get("message", "")), given.get("language", ""), words
        ),
        "close": lambda session: corresponding.close(session, correspondence),
    }

    def act(session: Session) -> tuple[str, str]:
        if given.get("step") not in steps:
            corresponding.look(session, correspondence)
            raise Invalid(_("Say what shall be done."))
        steps[given["step"]](session)
        return _("It is done."), reverse("message", args=[correspondence])

    return done(request, act, reverse("message", args=[correspondence]), hides=True)


@require_POST
@needs_fresh_sign_in
def see(request: HttpRequest, notice: UUID) -> HttpResponse:
    """One notice was seen."""

    def act(session: Session) -> tuple[str, str]:
        corresponding.see(session, notice)
        return "", reverse("messages")

    return done(request, act, reverse("messages"), hides=True)


def address_of_record(kind: SubjectKind, about: str) -> str | None:
    """Where a question or a referral is read and answered; None for other records."""
    if not about or kind not in NOT_ASKED_HERE:
        return None
    return reverse(kind.value, args=[about])


def _asked(session: Session, query: QueryDict) -> tuple[dict[str, str], str]:
    """What the form is filled in with, and why nobody can be asked about the event that it is about.

    Raises:
        NotVisible: it is about an event that is not there, or that the officer may not read.
    """
    asked = _prefilled(query)
    if asked["kind"] == SubjectKind.EVENT:
        try:
            asked["to"] = "/".join(corresponding.supervisor_of(session, asked["name"]))
        except (Invalid, StepRefused) as refused:
            return dict.fromkeys(asked, ""), refusal(refused)
    return asked, ""


def _kinds(session: Session) -> list[SubjectKind]:
    """What the officer may ask about here."""
    if not corresponding.may_ask_about_records(session):
        return [SubjectKind.EVENT]
    return [kind for kind in SUBJECTS if kind not in NOT_ASKED_HERE]


def _event(view: corresponding.View) -> tuple[str, str] | None:
    """The event that it is about and where the officer reads it: in the audit, or among accesses of our records."""
    it = view.correspondence
    if it.subject_kind is not SubjectKind.EVENT or not (it.about or view.side is Side.ASKER):
        return None
    return str(it.subject_id), address_of_event(str(it.subject_id), is_access=not it.about)


def _own_page(view: corresponding.View) -> str | None:
    """The page of a case of the own unit that it is about: a case is called by no reference that others know."""
    it = view.correspondence
    if it.subject_kind is not SubjectKind.CASE or view.side is not Side.ASKER or not it.about:
        return None
    return reverse("case", args=[it.about])


PLACES_OF_NOTICES = {
    NoticeKind.TASK_FORCE: "taskforces", NoticeKind.REVIEW: "retention", NoticeKind.DONE_ALONE: "home",
    NoticeKind.LEAD: "leads",
}  # fmt: skip
"""Of those that lead to a list."""


def address_of_notice(notice: corresponding.Notice) -> str:
    """Where what a notice tells of is read."""
    if notice.kind in (NoticeKind.MESSAGE, NoticeKind.MESSAGE_DUE):
        return reverse("message", args=[notice.subject_id])
    if notice.kind in corresponding.OUTCOMES:
        return reverse("series", args=[notice.about]) if notice.about else reverse("series-list")
    if notice.kind is NoticeKind.PROPOSALS:
        return reverse("case-proposals", args=[notice.about]) if notice.about else reverse("series-list")
    return reverse(PLACES_OF_NOTICES.get(notice.kind, "overlaps"))


def _prefilled(query: QueryDict) -> dict[str, str]:
    """What a page of a record fills into the form: which record, and who is asked."""
    return {field: query.get(field, "")[:NAME_CHARACTERS_MAX] for field in ("kind", "name", "within", "to")}


def _subject(word: str) -> SubjectKind:
    try:
        return SubjectKind(word)
    except ValueError:
        raise Invalid(_("Say what the request is about: one of the kinds that the form offers.")) from None


def _message(text: str) -> UUID:
    found = identifier_in(text)
    if found is None:
        raise NotVisible("There is no such message.")
    return found
