"""Referrals: those of the unit and those handed to it, one with its package, and the steps about it."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clew.actions import corresponding, cropping, opening, referring
from clew.actions.opening import Session
from clew.actions.referring import Step, Wanted
from clew.domain.errors import NotVisible
from clew.domain.referral import Section, sections_from_words
from clew.web import cover_words
from clew.web.acting import as_officer
from clew.web.posting import TOLD, day, done
from clew.web.question_words import SECTIONS, STATES, STEPS
from clew.web.references import identifier_in
from clew.web.sign_ins import needs_fresh_sign_in

SHOWN_PER_PAGE = 50
CROPS_OFFERED_MAX = 50
DUE_DAYS = 30


@require_safe
def all_of_them(request: HttpRequest) -> HttpResponse:
    """Referrals of the unit and those handed to it, the latest first, and the form for another."""
    with as_officer(request.user.get_username()) as session:
        after = identifier_in(request.GET.get("after", ""))
        is_waiting = request.GET.get("waiting") == "1"
        page = referring.page(session, limit=SHOWN_PER_PAGE, after=after, is_waiting=is_waiting)
        crops = cropping.let_out(session, CROPS_OFFERED_MAX + 1)
        member, unit = session.actor.member, session.actor.unit
        units = [one for one in corresponding.units(session) if one[0] != member]
    shown = {
        "lines": [(one, STATES[one.state]) for one in page.items], "next": page.next,
        "is_first": "after" not in request.GET, "is_waiting": is_waiting, "units": units,
        "unit": unit, "crops": crops[:CROPS_OFFERED_MAX],
        "crops_max": CROPS_OFFERED_MAX if len(crops) > CROPS_OFFERED_MAX else 0,
        "series": request.GET.get("series", "")[:200], "country": request.GET.get("country", "")[:2],
        "due": opening.today() + timedelta(days=DUE_DAYS),
        "sections": [(section, words, section is not Section.NARRATIVE) for section, words in SECTIONS.items()],
        "told": request.session.pop(TOLD, None),
    }  # fmt: skip
    return render(request, "referrals/list.html", shown)


@require_safe
def one(request: HttpRequest, name: str) -> HttpResponse:
    """A referral with its package, as far as the unit reads it."""
    with as_officer(request.user.get_username()) as session:
        view = referring.look(session, name)
        is_mine = view.referral.proposed_by == session.actor.officer
    package = view.package
    shown = {
        "it": view.referral, "view": view, "state": STATES[view.referral.state], "package": package,
        "sections": [] if package is None else [
            (SECTIONS[section], [_words(line) for line in lines], package.left_out.get(section))
            for section, lines in package.sections.items()
        ],
        "objects": [] if package is None else list(zip(view.referral.crop_ids, package.crops, strict=True)),
        "steps": [(step, STEPS[step]) for step in view.steps if not (step is Step.APPROVE and is_mine)],
        "purposes": cover_words.PURPOSES.items(), "told": request.session.pop(TOLD, None),
    }  # fmt: skip
    return render(request, "referrals/one.html", shown)


@require_POST
@needs_fresh_sign_in
def build(request: HttpRequest) -> HttpResponse:
    """Build a package about a series of the unit."""
    given = request.POST

    def act(session: Session) -> tuple[str, str]:
        member, _sign, unit = given.get("to", "").partition("/")
        wanted = Wanted(
            series=given.get("series", ""), country=given.get("country", ""), to=(member, unit) if member else None,
            words=given.get("words", ""), due_on=day(given.get("due", "")), crops=_crops(given.getlist("crop")),
            sections=sections_from_words(",".join(given.getlist("section"))),
        )  # fmt: skip
        made = referring.build(session, wanted)
        return _("The package is built; a second officer of your unit hands it over."), reverse("referral", args=[made])

    return done(request, act, reverse("referrals"))


@require_POST
@needs_fresh_sign_in
def move(request: HttpRequest, name: str, step: str) -> HttpResponse:
    """Hand over, withdraw, accept, decline or hand back."""
    if step not in {*Step} - {Step.LAPSE}:
        raise NotVisible("There is no such step.")
    with as_officer(request.user.get_username()) as session:
        referring.seen(session, name)

    def act(session: Session) -> tuple[str, str]:
        if step == Step.APPROVE:
            referring.approve(session, name)
        else:
            referring.move(session, name, Step(step), request.POST.get("words", ""))
        return _("It is done."), reverse("referral", args=[name])

    return done(request, act, reverse("referral", args=[name]), hides=True)


def _crops(untrusted: list[str]) -> tuple[UUID, ...]:
    found = [identifier_in(text) for text in untrusted if text]
    if None in found:
        raise NotVisible("Your unit has no such crop.")
    return tuple(one for one in found if one is not None)


def _words(line: Mapping[str, object]) -> str:
    return " · ".join(f"{name}: {_value(value)}" for name, value in line.items() if value not in ("", None, [], {}))


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_value(each)}" for name, each in value.items())
    return ", ".join(map(_value, value)) if isinstance(value, list) else str(value)
