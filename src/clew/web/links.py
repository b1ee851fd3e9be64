"""Links: candidates that wait, what is reached from a record, and the steps about what was said."""

from collections.abc import Callable, Mapping
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clew.actions import asserting, describing, entrusting, exploring, linking, opening, tracing
from clew.actions.opening import Session
from clew.domain.errors import ClewError, Invalid, NotAdmitted, NotVisible
from clew.domain.link import HOPS_MAX, NODES_MAX, PATH_LINKS_MAX, Basis, Confidence, EndKind, LinkType, from_word, named
from clew.domain.victim import Said
from clew.web import link_words, people
from clew.web.acting import as_officer
from clew.web.references import identifier_in
from clew.web.sign_ins import needs_fresh_sign_in
from clew.web.translated import refusal

TOLD = "clew.told"
PER_PAGE = 50
PEOPLE = frozenset({EndKind.VICTIM, EndKind.OFFENDER, EndKind.PLACE})
"""Whose own page has the forms about links too."""


@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """Candidates of the officer's unit, which wait to be accepted or refused."""
    with as_officer(request.user.get_username()) as session:
        page = exploring.waiting(session, after=request.GET.get("after"), limit=PER_PAGE)
    shown = {
        "links": [link_words.link(line) for line in page.items], "first_page": reverse("links"),
        "next_page": f"?after={page.next}" if page.next else "", "is_first_page": "after" not in request.GET,
        "told": request.session.pop(TOLD, None), **people.choices(),
    }  # fmt: skip
    return render(request, "links/waiting.html", shown)


@require_safe
def of(request: HttpRequest, name: str) -> HttpResponse:
    """What is reached from a record by one hop or two, or the path to another; as a list, and as a picture."""
    asked = request.GET
    hops, other = 1 if asked.get("hops") == "1" else HOPS_MAX, asked.get("to", "").strip()
    is_facts = asked.get("facts") == "1"
    with as_officer(request.user.get_username()) as session:
        if other:
            found = tracing.trace(session, name, other, with_candidates=not is_facts)
        else:
            found = exploring.explore(session, name, hops_max=hops, with_candidates=not is_facts)
        is_own = found.nodes[0].row.is_own(session)
    ends = {node.row.end.id: link_words.end(node.row) for node in found.nodes}
    shown = {
        "name": name, "start": ends[found.nodes[0].row.end.id], "hops": hops, "is_facts": is_facts, "other": other,
        "is_own": is_own, "is_linking": asked.get("link") == "victim",
        "nodes": [(ends[node.row.end.id], node) for node in found.nodes], "nodes_max": NODES_MAX,
        "path_links_max": PATH_LINKS_MAX,
        "edges": [link_words.edge(edge, ends) for edge in found.edges], "is_cut": found.is_cut,
        "told": request.session.pop(TOLD, None), **people.choices(),
    }  # fmt: skip
    return render(request, "links/of.html", shown)


@require_POST
@needs_fresh_sign_in
def move(request: HttpRequest, name: str, step: str) -> HttpResponse:
    """Do something about a record or about a link of it."""
    if step not in ACTS and step != "reveal":
        raise NotVisible("There is no such step.")
    with as_officer(request.user.get_username()) as session:
        # Before the form is read: what is wrong with it is said only of a record that is there.
        exploring.seen(session, name)
    if step == "reveal":
        return _revealed(request, name)
    try:
        with as_officer(request.user.get_username()) as session:
            told = ACTS[step](session, name, request.POST)
    except NotAdmitted:
        raise
    except ClewError as refused:
        told = refusal(refused)
    request.session[TOLD] = told
    return redirect(_page_of(request.POST, name))


def _revealed(request: HttpRequest, name: str) -> HttpResponse:
    """Who somebody is, on a page of its own that nothing keeps."""
    given = request.POST
    try:
        found = entrusting.reveal(
            opening.actor_of(request.user.get_username()), name, purpose=given.get("purpose", ""),
            case=given.get("case", ""),
        )  # fmt: skip
    except NotAdmitted:
        raise
    except ClewError as refused:
        request.session[TOLD] = refusal(refused)
        return redirect(_page_of(given, name))
    return render(request, "people/identity.html", {"name": name, "found": found, "address": _page_of(given, name)})


def _page_of(given: QueryDict, name: str) -> str:
    """The page from which a form came: of the record, of its links, or of the candidates that wait."""
    if given.get("from") == "waiting":
        return reverse("links")
    kind = named(name).kind
    if given.get("from") == "links" or kind not in PEOPLE:
        return reverse("links-of", args=[name])
    return reverse(link_words.PAGES[kind], args=[name])


def _link(session: Session, name: str, given: QueryDict) -> str:
    kind, basis = from_word(LinkType, given.get("type", "")), from_word(Basis, given.get("basis", ""))
    if basis is Basis.MATCHED:
        raise Invalid("What a program matched, no officer says by hand.")
    act = linking.link if given.get("sure") == "1" else linking.propose
    ends = (given.get("other", ""), name) if given.get("way") == "to" else (name, given.get("other", ""))
    act(
        session, ends[0], kind, ends[1], basis=basis, confidence=from_word(Confidence, given.get("confidence", "")),
        note=given.get("words", ""),
    )  # fmt: skip
    return _("The link is kept.")


def _accept(session: Session, _name: str, given: QueryDict) -> str:
    linking.accept(session, _identifier(given), given.get("words", ""))
    return _("It is a fact now.")


def _refuse(session: Session, _name: str, given: QueryDict) -> str:
    linking.refuse(session, _identifier(given), given.get("words", ""))
    return _("It is refused, and remembered.")


def _withdraw(session: Session, _name: str, given: QueryDict) -> str:
    linking.withdraw(session, _identifier(given), given.get("words", ""))
    return _("It is taken back.")


def _describe(session: Session, name: str, given: QueryDict) -> str:
    words = given.get("words", "")
    match named(name).kind:
        case EndKind.VICTIM:
            describing.describe_victim(session, name, people.victim_said(given), words)
        case EndKind.OFFENDER:
            describing.describe_offender(session, name, people.offender_said(given), words)
        case EndKind.PLACE:
            describing.describe_place(session, name, people.place_said(given), given.get("called", ""), words)
        case _:
            raise NotVisible("There is no such victim, offender or place.")
    return _("It is kept; what was said before stays beside it.")


def _same(session: Session, name: str, given: QueryDict) -> str:
    asserting.same(session, name, given.get("other", ""), given.get("words", ""))
    return _("The two are seen as one, until your unit takes it back.")


def _say(session: Session, name: str, given: QueryDict) -> str:
    if given.get("said") not in {*Said}:
        raise Invalid("Say what your unit asserts.")
    asserting.say(session, name, Said(given["said"]), given.get("words", ""))
    return _("It is kept, as your unit's word.")


def _undo(session: Session, _name: str, given: QueryDict) -> str:
    asserting.undo(session, _identifier(given))
    return _("It is taken back.")


def _entrust(session: Session, name: str, given: QueryDict) -> str:
    entrusting.entrust(session, name, given.get("identity", ""))
    return _("It is kept, for your unit alone.")


def _identifier(given: QueryDict) -> UUID:
    found = identifier_in(given.get("id", ""))
    if found is None:
        raise NotVisible("Your unit has no such link or assertion.")
    return found


Act = Callable[[Session, str, QueryDict], str]
ACTS: Mapping[str, Act] = {
    "link": _link, "accept": _accept, "refuse": _refuse, "withdraw": _withdraw, "describe": _describe, "same": _same,
    "say": _say, "undo": _undo, "entrust": _entrust,
}  # fmt: skip
