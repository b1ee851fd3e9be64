"""Sign-in by a client certificate that a proxy has checked. Off unless the node names the proxy and the header.

The header is believed from the proxy's own address and from nowhere else; the server itself rewrites no
addresses (`node/serving.py`), so nobody can claim to be the proxy.
"""

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from clew.actions import signing_in
from clew.domain.errors import NotVisible
from clew.domain.officer import NAME
from clew.web import strangers
from clew.web.refusals import not_signed_on


@login_not_required
@require_safe
def come_in(request: HttpRequest) -> HttpResponse:
    """Sign in the officer whose certificate the proxy has checked. A card with its PIN is two factors.

    Raises:
        NotVisible: no proxy is named, or the request does not come from it.
    """
    if settings.CLEW_CERTIFICATE_HEADER is None or request.META.get("REMOTE_ADDR") != settings.CLEW_TRUSTED_PROXY:
        raise NotVisible("There is no such page.")
    username = _named(request)
    found = None if username is None else signing_in.known(username)
    if found is None:
        strangers.note(request)
        return not_signed_on(request)
    user = get_user_model().objects.get(username=found.officer)
    record_authentication(request, user, "certificate", has_second_factor=True)
    return perform_login(request, Login(user=user))


def _named(request: HttpRequest) -> str | None:
    """The officer whom the proxy names: exactly one header of that name, however dashes are written."""
    wanted = settings.CLEW_CERTIFICATE_HEADER.lower().replace("_", "-").encode()
    given = [value for name, value in request.scope["headers"] if name.lower().replace(b"_", b"-") == wanted]
    if len(given) != 1:
        return None
    name = given[0].decode("latin-1")
    return name if NAME.fullmatch(name) else None
