"""The officer's own keys: what each act is done by, changed, switched off, or put back as shipped."""

import json

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clew.actions import arranging
from clew.actions.arranging import Keys, Scope
from clew.actions.opening import Session
from clew.domain.errors import Invalid
from clew.domain.shortcut import DEFAULTS, FIXED, NAMED
from clew.web import shortcut_words
from clew.web.acting import as_officer
from clew.web.posting import TOLD, done

KEPT = "clew.keys"
"""Where a sign-in remembers its officer's keys, so that no page asks for them."""


def remember(request: HttpRequest, keys: Keys) -> None:
    """This sign-in goes by these keys from now on."""
    request.session[KEPT] = json.dumps([dict(keys.own), keys.is_off])


def of(request: HttpRequest) -> Keys:
    """The keys of whoever asks, as they were at sign-in or last changed here."""
    kept = request.session.get(KEPT) if hasattr(request, "session") else None
    if kept is None:
        return Keys()
    own, is_off = json.loads(kept)
    return Keys(own={Scope(scope): acts for scope, acts in own.items()}, is_off=is_off)


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The officer's keys by where they act, each with what it does."""
    with as_officer(request.user.get_username()) as session:
        keys = arranging.look(session)
    remember(request, keys)
    scopes = [
        (scope, shortcut_words.SCOPES[scope], [
            (name, shortcut_words.act(name), key, DEFAULTS[scope][name], name in FIXED)
            for name, key in keys.of(scope).items()
        ])
        for scope in Scope
    ]  # fmt: skip
    shown = {"scopes": scopes, "is_off": keys.is_off, "named": sorted(NAMED), "told": request.session.pop(TOLD, None)}
    return render(request, "account/shortcuts.html", shown)


@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Change the keys of one scope, switch those that act everywhere off or on, or put all back."""

    def act(session: Session) -> tuple[str, str]:
        keys = _changed(session, request.POST)
        remember(request, keys)
        return _("Your keys are kept."), reverse("shortcuts")

    return done(request, act, reverse("shortcuts"))


def _changed(session: Session, given: QueryDict) -> Keys:
    if given.get("step") == "put-back":
        return arranging.put_back(session)
    if given.get("scope") not in {*Scope}:
        raise Invalid(_("Say where the key acts."))
    scope = Scope(given["scope"])
    said = {name.removeprefix("key-"): key for name, key in given.items() if name.startswith("key-")}
    is_off = None if scope is not Scope.EVERYWHERE else given.get("off") == "1"
    return arranging.arrange(session, scope, said, is_off=is_off)
