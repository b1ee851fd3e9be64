"""Hash lists: which are there, and the page on which hashes of media are taken out of the node as a list."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from clew.actions import cataloguing, categorising, issuing, opening
from clew.actions.issuing import MEDIA_PER_LIST_MAX, Counted, Form, Of, Source
from clew.domain.cover import REFERENCE_CHARACTERS_MAX, Purpose
from clew.domain.errors import ClewError, Invalid, NotAdmitted
from clew.domain.handling import Actor
from clew.web import cover_words, issued
from clew.web.acting import as_officer
from clew.web.categories import named
from clew.web.references import identifier_in
from clew.web.sign_ins import needs_fresh_sign_in
from clew.web.translated import refusal
from clew.web.words import Words, number

KINDS: Mapping[Of, Words] = {
    Of.CASE: gettext_lazy("a case of our member"), Of.SERIES: gettext_lazy("a series"),
    Of.HASH_LIST: gettext_lazy("a hash list of our unit"), Of.MEDIA: gettext_lazy("media by their SHA-256"),
}  # fmt: skip
FORMS: Mapping[Form, Words] = {
    Form.CSV: gettext_lazy("CSV"), Form.VICS: gettext_lazy("hash set of Project VIC 2.0 (JSON)"),
}  # fmt: skip
FIELDS = ("of", "names", "exhibit", "unit", "purpose", "case", "form", "scheme", "after")


@require_safe
def all_of_them(request: HttpRequest) -> HttpResponse:
    """Hash lists that the officer may see, the newest first."""
    with as_officer(request.user.get_username()) as session:
        page = cataloguing.hash_lists(session, after=identifier_in(request.GET.get("after", "")))
    shown = {
        "lists": page.items, "next": page.next, "is_first_page": "after" not in request.GET,
        "counted_max": cataloguing.COUNTED_MAX, "own": getattr(request.user, "member", None),
    }  # fmt: skip
    return render(request, "hash_lists/list.html", shown)


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """Say what is taken out, for which purpose and case, and in which form; the address may name what."""
    return _page(request, request.GET)


@require_POST
@needs_fresh_sign_in
def count(request: HttpRequest) -> HttpResponse:
    """Count what would go and what would be left out; nothing leaves. On record."""
    given = request.POST
    try:
        counted = issuing.count(_actor(request), _source(given), **_stated(given))
    except NotAdmitted:
        raise
    except ClewError as refused:
        return _page(request, given, told=refusal(refused))
    return _page(request, given, counted=counted)


@require_POST
@needs_fresh_sign_in
def give(request: HttpRequest) -> HttpResponseBase:
    """Give the list as a file: on record, with its owners told, before the first byte."""
    given, actor = request.POST, _actor(request)
    try:
        source, form, by = _source(given), _form(given.get("form", "")), None
        if given.get("scheme"):
            with opening.acting_as(actor) as session:
                by = categorising.chosen(session, given["scheme"]).scheme
        return issued.file(actor, issuing.choose(actor, source, by=by, **_stated(given)), form)
    except NotAdmitted:
        raise
    except ClewError as refused:
        return _page(request, given, told=refusal(refused))


def _actor(request: HttpRequest) -> Actor:
    return opening.actor_of(request.user.get_username())


def _stated(given: QueryDict) -> Mapping[str, str]:
    stated = {"purpose": given.get("purpose", ""), "case": given.get("case", "")}
    return stated | {"after": given["after"]} if given.get("after") else stated


def _page(request: HttpRequest, given: QueryDict, *, counted: Counted | None = None, told: str = "") -> HttpResponse:
    with as_officer(request.user.get_username()) as session:
        schemes = categorising.every_scheme(session)
    said = {name: given.get(name, "") for name in FIELDS}
    shown = {
        "said": said | {"purpose": said["purpose"] or Purpose.DETECTION.value}, "told": told, "counted": counted,
        "owners": [] if counted is None else sorted(counted.by_owner.items()),
        "words": "" if counted is None else _words(counted), "kinds": KINDS.items(), "forms": FORMS.items(),
        "purposes": cover_words.PURPOSES.items(), "schemes": [(named(one), one) for one in schemes],
        "most": MEDIA_PER_LIST_MAX, "case_characters_max": REFERENCE_CHARACTERS_MAX,
    }  # fmt: skip
    return render(request, "hash_lists/export.html", shown)


def _words(counted: Counted) -> str:
    """What would go and what stays, in one sentence or two."""
    words = ngettext("{count} medium may go.", "{count} media may go.", counted.media)
    sentences = [words.format(count=number(counted.media))]
    if counted.left_out:
        left = ngettext(
            "{count} more that you see there is left out: its owner does not let it be exported, or not for that"
            " purpose.",
            "{count} more that you see there are left out: their owners do not let them be exported, or not for that"
            " purpose.",
            counted.left_out,
        )  # fmt: skip
        sentences.append(left.format(count=number(counted.left_out)))
    return " ".join(sentences)


def _source(given: QueryDict) -> Source:
    of = given.get("of", "")
    if of not in {*Of}:
        raise Invalid(_("Say what the list is made of."))
    names = given.get("names", "").split("\n") if of == Of.MEDIA else [given.get("names", "")]
    return Source(
        of=Of(of), names=tuple(name.strip() for name in names if name.strip()),
        exhibit=given.get("exhibit", "").strip(), unit=given.get("unit", "").strip(),
    )  # fmt: skip


def _form(untrusted: str) -> Form:
    if untrusted not in {*Form}:
        raise Invalid(_("There is no such form."))
    return Form(untrusted)
