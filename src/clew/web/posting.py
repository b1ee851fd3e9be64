"""What is posted on a page about a record: done on the record, and told on the page that follows."""

from collections.abc import Callable
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from clew.actions.opening import Session
from clew.domain.errors import ClewError, Invalid, NotAdmitted, NotVisible
from clew.web.acting import as_officer
from clew.web.translated import refusal

TOLD = "clew.told"


def done(
    request: HttpRequest, act: Callable[[Session], tuple[str, str]], address: str, *, hides: bool = False
) -> HttpResponse:
    """Do what was posted and say how it went; `act` gives what is told and where the browser goes.

    `hides`: what is not visible is a page of its own, as by its address.
    """
    try:
        with as_officer(request.user.get_username()) as session:
            told, address = act(session)
    except NotAdmitted:
        raise
    except NotVisible as refused:
        if hides:
            raise
        told = refusal(refused)
    except ClewError as refused:
        told = refusal(refused)
    request.session[TOLD] = told
    return redirect(address)


def way_back(untrusted_address: str, otherwise: str) -> str:
    """Where a form says that it came from, if that is a page of this node; else `otherwise`."""
    is_ours = url_has_allowed_host_and_scheme(untrusted_address, allowed_hosts=None)
    return untrusted_address if is_ours and untrusted_address.startswith("/") else otherwise


def day(untrusted_text: str) -> date:
    """A day as a form gives it.

    Raises:
        Invalid: it is none.
    """
    try:
        return date.fromisoformat(untrusted_text)
    except ValueError:
        raise Invalid(_("A day is written year-month-day.")) from None
