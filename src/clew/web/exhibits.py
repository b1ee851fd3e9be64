"""The page of one exhibit: its triage, and what of it is tried again."""

from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from clew.actions import retrying
from clew.actions.opening import Session
from clew.actions.retrying import Adder, Undone
from clew.web import triages, words
from clew.web.acting import as_officer
from clew.web.posting import TOLD, done


@require_safe
def one(request: HttpRequest, case: str, exhibit: str, unit: str | None = None) -> HttpResponse:
    """The triage of one exhibit of a case."""
    with as_officer(request.user.get_username()) as session:
        shown = triages.shown(session, request, case, exhibit, unit)
    undone = cast("Undone | None", shown["undone"])
    more = {"undone": undone and _words(undone), "told": request.session.pop(TOLD, None)}
    return render(request, "exhibits/one.html", {**shown, **more})


@require_POST
def again(request: HttpRequest, case: str, exhibit: str) -> HttpResponse:
    """What lies undone of the exhibit is tried again."""

    def act(session: Session) -> tuple[str, str]:
        undone = retrying.try_again(session, case, exhibit, adder_of(session))
        return " ".join([_("It is tried again: the numbers go on as files are read."), *_where(undone)]), address

    address = triages.address_of(case, exhibit, unit=None)
    return done(request, act, address, hides=True)


def adder_of(session: Session) -> Adder:
    """What adds the jobs of intakes that have stopped, each on the machine that its source is on."""
    again = import_string(settings.CLEW_JOB_AGAIN)
    return cast(
        "Adder", lambda one: again(session.actor, one.host, one.intake_id, keeps_bytes=one.keeps_bytes)
    )


def _words(undone: Undone) -> list[str]:
    """What lies undone, and where."""
    files = ngettext(
        "{count} file could not be opened, or not be read to its end.",
        "{count} files could not be opened, or not be read to their end.", undone.files,
    ).format(count=words.number(undone.files))
    chunks = _("A part of it stopped on its way: a disk, the sandbox or the machine was not there.")
    return [*([files] if undone.files else []), *([chunks] if undone.chunks else []), *_where(undone)]


def _where(undone: Undone) -> list[str]:
    """Which other machines must have the sources, and a worker."""
    return [
        _("The source is on the machine {host}: it has to be there again, and a worker running.").format(
            host=words.isolated(host)
        )
        for host in undone.hosts if host != settings.CLEW_HOST
    ]  # fmt: skip
