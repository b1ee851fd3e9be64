"""Clues: those on a medium, and the workbench of a series, with the forms by which officers add to them."""

from collections.abc import Callable, Mapping

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clew.actions import localising, spotting, surveying
from clew.actions.opening import Session
from clew.domain.clue import VALUE_CHARACTERS_MAX, ClueKind, Field, Said, Where, box_in, moments_in, speaks_in
from clew.domain.errors import ClewError, Invalid, NotAdmitted, NotVisible
from clew.domain.handling import Audience, Handling, handled
from clew.domain.link import Confidence, from_word, word_of
from clew.domain.series import REASON_CHARACTERS_MAX
from clew.web import clue_words
from clew.web.acting import as_officer
from clew.web.link_words import SURE
from clew.web.references import drawn_in, identifier_in
from clew.web.sign_ins import needs_fresh_sign_in
from clew.web.translated import refusal

TOLD = "clew.told"
COUNTRIES_SHOWN_MAX = 20
AUDIENCES = ("unit", "member", "all")


@require_safe
def on_medium(request: HttpRequest, name: str) -> HttpResponse:
    """Clues on a medium, and the form to add one. No picture of it is here."""
    with as_officer(request.user.get_username()) as session:
        view = spotting.look(session, name)
    shown = {
        "name": name, "medium": view.medium, "clues": [clue_words.clue(row) for row in view.clues],
        "told": request.session.pop(TOLD, None), **drawn_in(request.GET), **choices(),
    }  # fmt: skip
    return render(request, "clues/medium.html", shown)


@require_POST
@needs_fresh_sign_in
def move(request: HttpRequest, name: str, step: str) -> HttpResponse:
    """Add a clue to a medium, or take one back."""
    if step not in ON_MEDIUM:
        raise NotVisible("There is no such step.")
    with as_officer(request.user.get_username()) as session:
        # Before the form is read: what is wrong with it is said only of a medium that is there.
        spotting.seen(session, name)
    request.session[TOLD] = _told(request, name, ON_MEDIUM[step])
    return redirect("medium-clues", name=name)


@require_safe
def workbench(request: HttpRequest, name: str) -> HttpResponse:
    """In which country a series was probably made: countries ranked with reasons, clues, votes, and suggestions."""
    with as_officer(request.user.get_username()) as session:
        bench = localising.look(session, name)
        is_own = bench.series.handling.is_of_unit_of(session.actor)
    likely = [one for one in bench.ranking.countries if one.points > 0]
    shown = {
        "name": name, "bench": bench, "is_own": is_own,
        "countries": [clue_words.ranked(one) for one in likely[:COUNTRIES_SHOWN_MAX]],
        "more": max(0, len(likely) - COUNTRIES_SHOWN_MAX),
        "cautions": [clue_words.CAUTIONS[one] for one in bench.ranking.cautions],
        "clues": [clue_words.clue(row) for row in bench.clues],
        "votes": [(one, SURE[one.certainty], one.shown_by(bench.viewer)) for one in bench.votes],
        "hints": [clue_words.hint(one) for one in bench.hints], "has_vote": any(one.is_own for one in bench.votes),
        "told": request.session.pop(TOLD, None), **choices(),
    }  # fmt: skip
    return render(request, "clues/workbench.html", shown)


@require_POST
@needs_fresh_sign_in
def work(request: HttpRequest, name: str, step: str) -> HttpResponse:
    """Vote, add a clue to a medium of the series, say what a program suggests as a clue, or take one of these back."""
    if step not in ON_SERIES:
        raise NotVisible("There is no such step.")
    with as_officer(request.user.get_username()) as session:
        surveying.seen(session, name)
    request.session[TOLD] = _told(request, name, ON_SERIES[step])
    return redirect("workbench", name=name)


def choices() -> dict[str, object]:
    """What the forms let choose from."""
    return {
        "clue_kinds": [(kind.value, words) for kind, words in clue_words.KINDS.items()],
        "fields": [(field.value, words) for field, words in clue_words.FIELDS.items()],
        "confidences": [(word_of(one), words) for one, words in SURE.items()],
        "value_characters_max": VALUE_CHARACTERS_MAX, "reason_characters_max": REASON_CHARACTERS_MAX,
    }  # fmt: skip


Act = Callable[[Session, str, QueryDict], str]


def _told(request: HttpRequest, name: str, act: Act) -> str:
    try:
        with as_officer(request.user.get_username()) as session:
            return act(session, name, request.POST)
    except NotAdmitted:
        raise
    except ClewError as refused:
        return refusal(refused)


def _add(session: Session, name: str, given: QueryDict) -> str:
    said = _said(given)
    made = spotting.add(session, name, said, _handling(session, given.get("audience", "")))
    told = clue_words.clue(made).countries
    return _("The clue is kept. It speaks for: {countries}.").format(countries=told) if told else _("The clue is kept.")


def _add_in_series(session: Session, _name: str, given: QueryDict) -> str:
    return _add(session, given.get("medium", ""), given)


def _withdraw(session: Session, _name: str, given: QueryDict) -> str:
    found = identifier_in(given.get("clue", ""))
    if found is None:
        raise NotVisible("Your unit has no such clue.")
    spotting.withdraw(session, found)
    return _("The clue is taken back. It stays on record, and speaks for nothing any more.")


def _vote(session: Session, name: str, given: QueryDict) -> str:
    sure = from_word(Confidence, given.get("confidence", ""))
    localising.vote(session, name, given.get("country", ""), sure, given.get("words", ""))
    return _("Your vote is kept.")


def _unvote(session: Session, name: str, _given: QueryDict) -> str:
    localising.unvote(session, name)
    return _("Your vote is taken back.")


ON_MEDIUM: Mapping[str, Act] = {"add": _add, "withdraw": _withdraw}
ON_SERIES: Mapping[str, Act] = {"add": _add_in_series, "withdraw": _withdraw, "vote": _vote, "unvote": _unvote}


def _said(given: QueryDict) -> Said:
    """What the form says. Where it names no country, public facts do."""
    if given.get("kind") not in {*ClueKind}:
        raise Invalid("Say what kind of clue it is.")
    kind, value = ClueKind(given["kind"]), given.get("value", "").strip()
    from_ms, to_ms = moments_in(given.get("at", ""))
    field = Field(given["field"]) if given.get("field") in {*Field} else None
    countries = given.get("countries", "")
    return Said(
        kind=kind, value=value, note=given.get("words", "").strip(),
        where=Where(box=box_in(given.get("box", "")), from_ms=from_ms, to_ms=to_ms, field=field),
        certainty=from_word(Confidence, given.get("confidence", "")),
        speaks=speaks_in(countries) if countries.strip() else localising.proposed(kind, value),
    )  # fmt: skip


def _handling(session: Session, untrusted_audience: str) -> Handling | None:
    """Where the form says nothing the clue lies as its medium."""
    if untrusted_audience not in AUDIENCES:
        return None
    actor = session.actor
    audience = Audience[untrusted_audience.upper()]
    return handled(owner_member=actor.member, owner_unit=actor.unit, audience=audience)
