"""Questions: those put to the unit and those that it asked, one with its answers, and what is said in it."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clew.actions import concluding, corresponding, cropping, opening, questioning
from clew.actions.opening import Session
from clew.actions.questioning import About, Answer, Asking, Kind, Said
from clew.domain.errors import Invalid, NotVisible
from clew.domain.member import Speciality
from clew.domain.message import Side
from clew.web import cover_words
from clew.web.acting import as_officer
from clew.web.messages import DUE_DAYS
from clew.web.messages import KINDS as MESSAGES
from clew.web.posting import TOLD, day, done
from clew.web.question_words import ABOUT, KINDS, SAID
from clew.web.references import identifier_in
from clew.web.sign_ins import needs_fresh_sign_in

SHOWN_PER_PAGE = 50
CROPS_OFFERED_MAX = 50


@require_safe
def all_of_them(request: HttpRequest) -> HttpResponse:
    """Questions put to the unit or asked by it, the latest first, and the form for another."""
    asked = request.GET
    is_own, is_waiting = asked.get("own") == "1", asked.get("waiting") == "1"
    with as_officer(request.user.get_username()) as session:
        after = identifier_in(asked.get("after", ""))
        page = questioning.page(session, is_own=is_own, limit=SHOWN_PER_PAGE, after=after, is_waiting=is_waiting)
        crops = cropping.let_out(session, CROPS_OFFERED_MAX + 1)
        mine = (session.actor.member, session.actor.unit)
        units = [unit for unit in corresponding.units(session) if unit != mine]
    shown = {
        "lines": [(one, KINDS[one.kind], ABOUT[one.about_kind]) for one in page.items], "next": page.next,
        "is_own": is_own, "is_waiting": is_waiting, "is_first": "after" not in asked, "units": units,
        "crops": crops[:CROPS_OFFERED_MAX], "crops_max": CROPS_OFFERED_MAX if len(crops) > CROPS_OFFERED_MAX else 0,
        "unit": mine[1],
        "kinds": KINDS.items(), "about": ABOUT.items(), "good_at": list(Speciality),
        "name": asked.get("name", "")[:200], "asked_about": asked.get("about", ""), "country": asked.get("country", ""),
        "due": opening.today() + timedelta(days=DUE_DAYS),
        "told": request.session.pop(TOLD, None),
    }  # fmt: skip
    return render(request, "questions/list.html", shown)


@require_safe
def one(request: HttpRequest, name: str) -> HttpResponse:
    """A question with who was asked, what they answered, and what may be said now; never the object itself."""
    with as_officer(request.user.get_username()) as session:
        view = questioning.look(session, name)
        actor = session.actor
        units = [code for member, code in corresponding.units(session) if member == actor.member and code != actor.unit]
    it = view.question
    shown = {
        "it": it, "view": view, "kind": KINDS[it.kind], "about": ABOUT[it.about_kind],
        "is_asker": view.side is Side.ASKER,
        "parties": [
            (
                party, party.units[-1], [(given, SAID[given.answer.said]) for given in party.answers],
                [(message, MESSAGES[message.kind]) for message in view.messages[party.correspondence_id].items],
                view.messages[party.correspondence_id].has_earlier,
            )
            for party in view.parties
        ],
        "units": units, "purposes": cover_words.PURPOSES.items(), "told": request.session.pop(TOLD, None),
        "said": [(said, SAID[said]) for said in (Said.YES, Said.PROBABLY, Said.NO)],
    }  # fmt: skip
    return render(request, "questions/one.html", shown)


@require_POST
@needs_fresh_sign_in
def ask(request: HttpRequest) -> HttpResponse:
    """Ask others about something."""
    given = request.POST

    def act(session: Session) -> tuple[str, str]:
        named = [*given.getlist("to"), *given.get("members", "").replace(",", " ").split()]
        whom = questioning.whom(named, given.getlist("good_at"), given.get("speaking", "").replace(",", " ").split())
        made = questioning.ask(session, _asking(given), whom)
        return _("The question is sent."), reverse("question", args=[made])

    return done(request, act, reverse("questions"))


@require_POST
@needs_fresh_sign_in
def say(request: HttpRequest, name: str, step: str) -> HttpResponse:
    """Answer, say that nothing is known, pass on, translate, close, or make a clue of an answer."""
    if step not in ACTS:
        raise NotVisible("There is no such step.")
    with as_officer(request.user.get_username()) as session:
        # Before the form is read: what is wrong with it is said only of a question that is there.
        questioning.seen(session, name)

    def act(session: Session) -> tuple[str, str]:
        ACTS[step](session, name, request.POST)
        return _("It is done."), reverse("question", args=[name])

    return done(request, act, reverse("question", args=[name]), hides=True)


def _asking(given: QueryDict) -> Asking:
    try:
        kind, about = Kind(given.get("kind", "")), About(given.get("about", ""))
    except ValueError:
        raise Invalid(_("Say what the question is about: one of the kinds that the form offers.")) from None
    crop = given.get("crop", "").strip()
    crop_id = identifier_in(crop)
    if crop and crop_id is None:
        raise NotVisible("Your unit has no such crop.")
    return Asking(
        kind=kind, about=about, name=given.get("name", ""), words=given.get("words", ""), crop_id=crop_id,
        language=given.get("language", ""), due_on=day(given.get("due", "")),
    )  # fmt: skip


def _answer(session: Session, name: str, given: QueryDict) -> object:
    if given.get("said") not in {*Said}:
        raise Invalid(_("Say yes, no or probably, or that nothing is known."))
    answer = Answer(said=Said(given["said"]), country=given.get("country", "").strip().upper())
    return questioning.answer(session, name, answer, given.get("words", ""))


def _conclude(session: Session, name: str, given: QueryDict) -> UUID:
    answer = identifier_in(given.get("answer", ""))
    if answer is None:
        raise NotVisible("There is no such answer.")
    return concluding.conclude(session, name, answer)


ACTS: Mapping[str, Callable[[Session, str, QueryDict], object]] = {
    "answer": _answer,
    "nothing-known": lambda session, name, _given: questioning.answer(session, name, Answer(said=Said.NOTHING_KNOWN)),
    "pass": lambda session, name, given: questioning.pass_on(
        session, name, given.get("unit", ""), given.get("words", "")
    ),
    "translate": lambda session, name, given: questioning.translate(
        session, name, given.get("language", ""), given.get("words", "")
    ),
    "close": lambda session, name, _given: questioning.close(session, name),
    "conclude": _conclude,
}
