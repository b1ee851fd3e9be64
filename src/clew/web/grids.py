"""The media grid of a case, an exhibit or a series: pages of media with previews, and what is said of them by keys."""

from base64 import b64encode
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clew.actions import browsing, categorising, gathering, marking, previewing, remembering, surveying
from clew.actions.browsing import GridMedium, Item, Offered, Page, Wanted
from clew.actions.marking import Relevance
from clew.actions.opening import Session
from clew.actions.previewing import Shown
from clew.domain.category import Scheme
from clew.domain.errors import ClewError, Invalid, NotAdmitted, NotVisible
from clew.domain.handling import Actor
from clew.domain.medium import MediumKind
from clew.domain.saved_view import Filter, SavedView
from clew.domain.series import reference_in
from clew.domain.triage import Answer
from clew.web import grid_words, translated, verdict_words, ways, words
from clew.web.acting import as_officer
from clew.web.posting import TOLD, done, way_back
from clew.web.references import identifier_in
from clew.web.sign_ins import is_fresh

EVERY = "all"
EITHER = {True: "1", False: "0"}
NONE_SUCH = "-"
"""Stands in the address for a series that was typed and is none: no words of officers go there."""
DELETED = "clew.deleted_view"
"""A view that was just deleted, until the next page of media offers to keep it again."""
FIRST = UUID(int=0)
"""Stands in the address of a medium where the script puts its identifier."""
DIGITS = 9
NAME_HEX_CHARACTERS_MAX = 64
NO_DIGEST, OWNER = "0" * NAME_HEX_CHARACTERS_MAX, "OWNER"
"""Stand in addresses where the script puts the digest of a medium, and who else has it."""
REFUSED, NOT_FRESH = 409, 403
Paged = Callable[[Session, Wanted, Collection[Answer], str | None], Page]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What of the grid is asked for, as its address says it. `answers` empty: of every one.

    `series`: one by its reference; `camera`: one by its token.
    """

    chosen: str
    answers: frozenset[Answer]
    wanted: Wanted
    after: str | None
    series: str = ""
    camera: str = ""

    @property
    def query(self) -> str:
        """The same as a query, from its beginning."""
        return urlencode(self.fields)

    @property
    def fields(self) -> dict[str, str]:
        """The same as the fields of a form say it."""
        wanted = self.wanted
        return {
            "answer": self.chosen, "kind": wanted.kind or "", "undecided": EITHER[wanted.is_undecided],
            **_more(self.either, self.series, self.camera),
        }  # fmt: skip

    @property
    def either(self) -> dict[str, bool | None]:
        """What media are asked to have or to lack, by the name of the field; None where both are asked for."""
        wanted = self.wanted
        return {"place": wanted.has_place, "series": wanted.is_in_series, "clue": wanted.has_clue}

    def wanted_by(self, session: Session) -> Wanted:
        """What the officer asks for by it."""
        return browsing.narrowed(session, self.wanted, named=self.series, camera=self.camera)


def _more(either: Mapping[str, bool | None], series: str, camera: str) -> dict[str, str]:
    """Fields that stand in an address only where something is asked by them."""
    said = {key: EITHER[value] for key, value in either.items() if value is not None}
    return {**said, **{key: value for key, value in (("series", series), ("camera", camera)) if value}}


def asked(query: QueryDict) -> Asked:
    """What the address asks for; what is known is folded away, and what is decided leaves, unless it says otherwise."""
    chosen = query.get("answer", "")
    one = frozenset({Answer(chosen)}) if chosen in {*Answer} else browsing.OPEN
    kind, series = query.get("kind", ""), _series(query)
    return Asked(
        chosen=chosen if chosen in {*Answer, EVERY} else "", answers=frozenset(Answer) if chosen == EVERY else one,
        wanted=Wanted(
            kind=MediumKind(kind) if kind in {*MediumKind} else None, is_undecided=query.get("undecided", "1") != "0",
            has_place=_either(query, "place"), is_in_series=None if series else _either(query, "series"),
            has_clue=_either(query, "clue"),
        ),
        after=query.get("after") or None, series=series, camera=query.get("camera", ""),
    )  # fmt: skip


def _series(query: QueryDict) -> str:
    """One series: as it was typed, or else chosen; empty where none is asked for."""
    said = query.get("reference", "").strip() or query.get("series", "")
    return "" if not said or said in EITHER.values() else reference_in(said) or NONE_SUCH


def _either(query: QueryDict, key: str) -> bool | None:
    return next((value for value, word in EITHER.items() if query.get(key) == word), None)


@require_safe
def of_case(request: HttpRequest, case: str, exhibit: str | None = None, unit: str | None = None) -> HttpResponse:
    """The grid of a case or of one exhibit."""
    given = [] if unit is None else [unit]
    given += [case] if exhibit is None else [case, exhibit]
    kind = "case" if exhibit is None else "exhibit"
    route = kind if unit is None else f"unit-{kind}"

    def place(session: Session) -> dict[str, object]:
        offered = browsing.open_case(session, case, exhibit, unit=unit)
        of = reverse(route, args=given)
        return {"kind": kind, "case": case, "exhibit": exhibit or "", "unit": unit, "of": of, "offered": offered}

    return _grid(request, place, page=reverse(f"{route}-grid-page", args=given))


@require_safe
def page_of_case(request: HttpRequest, case: str, exhibit: str | None = None, unit: str | None = None) -> HttpResponse:
    """A page of it, for the script of the grid; or the stack in which a medium of it lies."""
    if (medium := request.GET.get("stack")) is None:
        return JsonResponse(_page(request, _case_paged(case, exhibit, unit)))
    named = identifier_in(medium)
    if named is None:
        raise NotVisible("There is no such stack.")
    return JsonResponse(
        _page(request, lambda session, *_: browsing.stack(session, case, named, exhibit, unit=unit))
    )


@require_safe
def of_series(request: HttpRequest, name: str) -> HttpResponse:
    """The grid of a series and of all that are one with it."""

    def place(session: Session) -> dict[str, object]:
        found = surveying.seen(session, name)
        own = found.handling.is_of_unit_of(session.actor)
        return {
            "kind": "series", "name": found.reference, "of": reverse("series", args=[name]), "is_own": own,
            "offered": browsing.open_series(session, found.id),
        }  # fmt: skip

    return _grid(request, place, page=reverse("series-grid-page", args=[name]))


@require_safe
def page_of_series(request: HttpRequest, name: str) -> HttpResponse:
    """A page of it, for the script of the grid."""
    return JsonResponse(_page(request, _series_paged(name)))


@require_POST
def mark(request: HttpRequest, step: str) -> HttpResponse:
    """Say of media whether they matter, or undo that: one key, no question, and one act of the audit."""
    if step not in MARKED:
        raise NotVisible("There is no such step.")
    return _said(request, MARKED[step])


@require_POST
def sort(request: HttpRequest, step: str) -> HttpResponse:
    """Record what the officer observed of media, or put them into a series; or take that back.

    Where the second factor was shown too long ago the script is told so: a page that asks for it is nothing to it.
    """
    if step not in SORTED:
        raise NotVisible("There is no such step.")
    if not is_fresh(request):
        return JsonResponse({"refused": str(grid_words.AGAIN)}, status=NOT_FRESH)
    return _said(request, SORTED[step])


@require_POST
def view(request: HttpRequest, step: str) -> HttpResponse:
    """Keep the filter that is shown under a name, for the own eyes, or delete one that was kept."""
    if step not in VIEWS:
        raise NotVisible("There is no such step.")
    address = way_back(request.POST.get("back", ""), reverse("home"))

    def act(session: Session) -> tuple[str, str]:
        told, gone = VIEWS[step](session, request.POST)
        if gone is not None:
            request.session[DELETED] = {"name": gone.name, **_fields(session.actor, gone.filter)}
        return told, address

    return done(request, act, address, hides=step == "delete")


def _keep_view(session: Session, given: QueryDict) -> tuple[str, None]:
    what = asked(given)
    wanted = what.wanted
    kept = Filter(
        answer=Answer(what.chosen) if what.chosen in {*Answer} else None, is_every=what.chosen == EVERY,
        kind=wanted.kind, is_undecided=wanted.is_undecided, has_place=wanted.has_place,
        is_in_series=wanted.is_in_series, has_clue=wanted.has_clue,
        series=remembering.series_named(what.series) if what.series else "",
        camera=browsing.camera_of(session, what.camera) if what.camera else None,
    )  # fmt: skip
    remembering.keep(session, given.get("name", ""), kept)
    return _("Kept: you find this view on every page of media."), None


def _delete_view(session: Session, given: QueryDict) -> tuple[str, SavedView]:
    named = identifier_in(given.get("view", ""))
    if named is None:
        raise NotVisible("You have no such view.")
    return _("This view is deleted."), remembering.delete(session, named)


VIEWS: Mapping[str, Callable[[Session, QueryDict], tuple[str, SavedView | None]]] = {
    "keep": _keep_view, "delete": _delete_view,
}  # fmt: skip
"""What is told of it, and the view that is gone: the page offers to keep it again."""


def _fields(actor: Actor, of: Filter) -> dict[str, str]:
    """A filter as the forms of the page say it."""
    chosen = EVERY if of.is_every else of.answer or ""
    either = {"place": of.has_place, "series": of.is_in_series, "clue": of.has_clue}
    camera = "" if of.camera is None else browsing.token_of(actor, of.camera)
    return {
        "answer": chosen, "kind": of.kind or "", "undecided": EITHER[of.is_undecided],
        **_more(either, of.series, camera),
    }  # fmt: skip


def _views(actor: Actor, some: Collection[SavedView]) -> list[dict[str, str]]:
    """Saved views as ways to the same page with their filter."""
    return [
        {"id": str(one.id), "name": one.name, "query": urlencode(_fields(actor, one.filter))} for one in some
    ]


def _case_paged(case: str, exhibit: str | None, unit: str | None) -> Paged:
    def paged(session: Session, wanted: Wanted, answers: Collection[Answer], after: str | None) -> Page:
        return browsing.of_case(session, case, exhibit, unit=unit, wanted=wanted, answers=answers, after=after)

    return paged


def _series_paged(name: str) -> Paged:
    def paged(session: Session, wanted: Wanted, _answers: Collection[Answer], after: str | None) -> Page:
        return browsing.of_series(session, name, wanted=wanted, after=after)

    return paged


def _grid(
    request: HttpRequest, place: Callable[[Session], Mapping[str, object]], *, page: str
) -> HttpResponse:
    """The page without its media: the script asks for them, and the answer is shown as it comes."""
    what = asked(request.GET)
    with as_officer(request.user.get_username()) as session:
        of = place(session)
        scheme = categorising.own_scheme(session)
        views = _views(session.actor, remembering.beside(session))
        wanted, actor = what.wanted_by(session), session.actor
    offered = cast("Offered", of["offered"])
    shown = {
        **of, "asked": what, "page": f"{page}?{what.query}", "words": grid_words.told(), "every": EVERY,
        "views": views, "told": request.session.pop(TOLD, None),
        "deleted": request.session.pop(DELETED, None), "viewed": _("The medium that has the focus"),
        "answers": [(answer.value, f"{one.sign} {one.word}") for answer, one in words.ANSWERS.items()],
        "kinds": [(kind.value, words.kind(kind)) for kind in MediumKind],
        "either": [
            _choices(key, chosen) for key, chosen in what.either.items()
            if key != "series" or of["kind"] != "series" or chosen is not None or what.series
        ],
        "series": _named(offered, what.series), "cameras": _cameras(actor, offered, wanted),
        "is_no_series": wanted.series == (),
        "medium": (medium := reverse("medium", args=[FIRST])), "scheme": scheme,
        "ways": {**ways.of_medium(NO_DIGEST, FIRST, OWNER), "compare": f"{medium}#match"},
        "questions": categorising.fact_list().questions,
        "sorting": {
            "scheme": _digits(scheme), "marks": _addresses("mark", MARKED), "sorts": _addresses("sort", SORTED),
        },
    }  # fmt: skip
    return render(request, "grids/one.html", shown)


def _choices(key: str, chosen: bool | None) -> tuple[str, words.Words, list[tuple[str, words.Words, bool]]]:
    """(field, what it is, (value, words, whether it is chosen) …)."""
    title, has, lacks = grid_words.EITHER[key]
    return key, title, [(EITHER[True], has, chosen is True), (EITHER[False], lacks, chosen is False)]


def _named(offered: Offered, chosen: str) -> list[tuple[str, str, bool]]:
    """Series to choose from, and the one that is chosen: (reference, title, whether it is chosen) …."""
    named = {one.reference: one.name for one in offered.series}
    if chosen not in {"", NONE_SUCH}:
        named.setdefault(chosen, "")
    return [(reference, title, reference == chosen) for reference, title in named.items()]


def _cameras(actor: Actor, offered: Offered, wanted: Wanted) -> list[tuple[str, str, bool]]:
    """Cameras to choose from, and the one that is chosen: (token, its words, whether it is chosen) …."""
    chosen = [] if wanted.camera is None else [wanted.camera]
    some = sorted({*offered.cameras, *chosen}, key=lambda one: one.words.casefold())
    return [(browsing.token_of(actor, one), one.words, one == wanted.camera) for one in some]


def _addresses(route: str, steps: Mapping[str, object]) -> dict[str, str]:
    return {step: reverse(f"grid-{route}", args=[step]) for step in steps}


def _digits(scheme: Scheme | None) -> list[dict[str, object]]:
    """The first categories of the own member's scheme, in its order: what the digits stand for.

    `when`: answers that its first rule asks for, each where only one will do.
    """
    if scheme is None:
        return []
    found = []
    for code, said in [*scheme.categories.items()][:DIGITS]:
        rule = next((one for one in scheme.rules if one.category == code), None)
        when = {} if rule is None else {asks: next(iter(of)) for asks, of in rule.when.items() if len(of) == 1}
        found.append({"code": code, "words": said, "when": when})
    return found


def _page(request: HttpRequest, paged: Paged) -> dict[str, object]:
    what = asked(request.GET)
    with as_officer(request.user.get_username()) as session:
        found = paged(session, what.wanted_by(session), what.answers, what.after)
        actor, act = session.actor, session.acts[-1]
    return _told(found, actor, act)


def _told(found: Page, actor: Actor, act: UUID) -> dict[str, object]:
    """The page as the script reads it, with the previews that the officer may see: behind the receipt of its act."""
    shown = previewing.of(actor, [item.medium.id for item in found.items], act)
    items = [_item(item, shown.get(item.medium.id), actor) for item in found.items]
    return {"items": items, "next": found.next, "folded": found.folded}


def _item(item: Item, preview: Shown | None, actor: Actor) -> dict[str, object]:
    medium, reason = item.medium, item.reason
    told: dict[str, object] = {"id": str(medium.id), "name": medium.name.hex(), "kind": medium.kind.value}
    more = {
        "answer": item.answer and item.answer.value, "mark": medium.mark and medium.mark.value,
        "categorised": medium.is_categorised,
        "seen": medium.seen_at and date_format(medium.seen_at, "SHORT_DATE_FORMAT"),
        "warned": medium.is_warned, "with": reason and reason.owner and words.visible(reason.owner),
        "series": reason and reason.reference, "camera": medium.camera and words.isolated(medium.camera.words),
        "taken_with": medium.camera and browsing.token_of(actor, medium.camera),
        "taken": medium.taken_at and f"\u2066{medium.taken_at:%Y-%m-%d}\u2069", "place": medium.has_place,
        "aside": [verdict_words.aside(one, words.isolated) for one in verdict_words.set_aside(item.set_aside)],
        "owner": words.visible(medium.owner) if medium.owner != actor.member else None,
        "width": medium.width, "height": medium.height,
        "clock": _clock(medium), "stack": medium.stacked if medium.stacked > 1 else None,
        "preview": preview and _text(preview.still), "lack": None if preview else browsing.lack_of(medium, actor).value,
        "strip": [[words.clock(at_ms / 1000), _text(one)] for at_ms, one in preview.strip] if preview else [],
    }  # fmt: skip
    return told | {key: value for key, value in more.items() if value}


def _clock(medium: GridMedium) -> str | None:
    return None if medium.duration_ms is None else words.clock(medium.duration_ms / 1000)


def _text(preview: bytes) -> str:
    return b64encode(preview).decode("ascii")


Act = Callable[[Session, QueryDict], dict[str, object]]


def _said(request: HttpRequest, act: Act) -> HttpResponse:
    try:
        with as_officer(request.user.get_username()) as session:
            return JsonResponse(act(session, request.POST))
    except (NotAdmitted, NotVisible):
        raise
    except ClewError as refused:
        return JsonResponse({"refused": translated.refusal(refused)}, status=REFUSED)


def _marked(said: Relevance) -> Act:
    def act(session: Session, given: QueryDict) -> dict[str, object]:
        names, case = _names(given), given.get("case")
        if not case:
            return {"act": str(marking.mark(session, names, said)), "media": len(names)}
        exhibit, unit = given.get("exhibit") or None, given.get("unit") or None
        done = marking.mark_stacks(session, case, names, said, exhibit, unit=unit)
        return {"act": str(done.act), "media": done.media}

    return act


def _undo(session: Session, given: QueryDict) -> dict[str, object]:
    return {"media": marking.undo(session, _identifier(given.get("act", "")))}


def _categorise(session: Session, given: QueryDict) -> dict[str, object]:
    """Record what makes a category; of a case, of each medium with all of its stack.

    `names`: what is taken back where it is undone; `before`: what is said again then.
    """
    scheme = categorising.own_scheme(session)
    if scheme is None:
        raise Invalid(_("Your member has loaded no scheme."))
    facts, names, stacks = _facts(given), _names(given), 0
    if case := given.get("case"):
        exhibit, unit = given.get("exhibit") or None, given.get("unit") or None
        whole = categorising.whole_stacks(session, case, names, exhibit, unit=unit)
        names, stacks = list(whole.names), whole.stacks
    before = categorising.record_as(session, names, facts, scheme, given.get("category", ""))
    return {
        "media": len(names), "stacks": stacks, "names": [name.hex() for name in names],
        "before": [[dict(said), [name.hex() for name in of]] for said, of in before],
    }  # fmt: skip


def _say_again(session: Session, given: QueryDict) -> dict[str, object]:
    """What the officer had said before a category that was undone."""
    return {"media": categorising.record(session, _names(given), _facts(given))}


def _take_back(session: Session, given: QueryDict) -> dict[str, object]:
    return {"media": categorising.withdraw(session, _names(given))}


def _put(session: Session, given: QueryDict) -> dict[str, object]:
    """Put media into a series; of a case, each with all of its stack. `new`: what is taken out where it is undone."""
    names, series, case = _names(given), given.get("series", ""), given.get("case")
    if not case:
        return {"media": gathering.add(session, series, media=names), "new": [name.hex() for name in names]}
    exhibit, unit = given.get("exhibit") or None, given.get("unit") or None
    done = gathering.add_stacks(session, series, case, names, exhibit, unit=unit)
    return {"media": done.media, "stacks": done.stacks, "new": [name.hex() for name in done.new]}


def _take_out(session: Session, given: QueryDict) -> dict[str, object]:
    gone = gathering.remove(session, given.get("series", ""), _names(given), _("Undone at once, on the page of media."))
    return {"media": gone.taken_out}


MARKED: Mapping[str, Act] = {**{said.value: _marked(said) for said in Relevance}, "undo": _undo}
SORTED: Mapping[str, Act] = {
    "categorise": _categorise, "take-back": _take_back, "again": _say_again, "put": _put, "take-out": _take_out,
}  # fmt: skip


def _facts(given: QueryDict) -> dict[str, str]:
    codes = (question.code for question in categorising.fact_list().questions)
    return {code: given.get(f"fact-{code}", "") for code in codes}


def _names(given: QueryDict) -> list[bytes]:
    """Digests as the page gave them. What is none names nothing that is visible."""
    try:
        return [bytes.fromhex(name[:NAME_HEX_CHARACTERS_MAX]) for name in dict.fromkeys(given.getlist("medium"))]
    except ValueError:
        raise NotVisible("There is no such medium.") from None


def _identifier(untrusted_text: str) -> UUID:
    found = identifier_in(untrusted_text)
    if found is None:
        raise NotVisible("There is nothing to undo.")
    return found
