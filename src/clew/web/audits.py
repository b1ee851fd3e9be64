"""Pages of the audit: what was done, as references only, and what others did with one's own records."""

from collections.abc import Mapping
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from clew.actions import auditing
from clew.actions.auditing import Wanted
from clew.domain.errors import Invalid
from clew.web.acting import as_officer

ASKED = ("member", "act", "subject", "since", "until")
WORD_CHARACTERS_MAX = 200


@require_safe
def acts(request: HttpRequest) -> HttpResponse:
    """What was done, the newest first: everyone's own acts, and for those who audit the others' too."""
    wanted = wanted_of(request.GET)
    with as_officer(request.user.get_username()) as session:
        page = auditing.acts_of(session, wanted)
        log = auditing.log_now(session)
    shown = _shown(request, "audit", page.next)
    return render(request, "audits/list.html", {**shown, "acts": page.items, "log": log})


@require_safe
def accesses(request: HttpRequest) -> HttpResponse:
    """What officers of other members did with records of the officer's own member, the newest first."""
    wanted = wanted_of(request.GET)
    with as_officer(request.user.get_username()) as session:
        page = auditing.accesses(session, wanted)
    return render(request, "audits/accesses.html", {**_shown(request, "accesses", page.next), "accesses": page.items})


def wanted_of(query: QueryDict) -> Wanted:
    """What the filter asks for; a day that it ends with is still within.

    Raises:
        Invalid: a day or an event is not written as one.
    """
    asked = {name: query.get(name, "").strip()[:WORD_CHARACTERS_MAX] for name in (*ASKED, "before")}
    return Wanted(
        member=asked["member"].upper() or None,
        act=asked["act"] or None,
        subject=asked["subject"] or None,
        since=auditing.beginning_of(asked["since"]),
        until=auditing.beginning_of(asked["until"], days_later=1),
        before=_event(asked["before"]),
    )


def _shown(request: HttpRequest, name: str, following: UUID | None) -> dict[str, object]:
    """The filter as it was asked, and the addresses of the first and the next page."""
    asked: Mapping[str, str] = {each: request.GET.get(each, "").strip() for each in ASKED}
    filled = {each: words for each, words in asked.items() if words}
    address = reverse(name)
    return {
        "asked": asked,
        "is_first_page": not request.GET.get("before"),
        "first_page": f"{address}?{urlencode(filled)}",
        "next_page": "" if following is None else f"{address}?{urlencode({**filled, 'before': str(following)})}",
    }


def _event(words: str) -> UUID | None:
    try:
        return UUID(words) if words else None
    except ValueError:
        raise Invalid("An event has an identifier such as 019ac2f4-….") from None
