"""Hash lists: which are there, whose they are, how much they name and who loaded them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clew.actions import cataloguing
from clew.web.acting import as_officer
from clew.web.references import identifier_in


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
