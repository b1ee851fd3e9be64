"""Getting connected: the checklist of the own member and, for a coordinator, those of all."""

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clew.actions import connecting
from clew.actions.connecting import Checklist, Line
from clew.actions.opening import Session
from clew.domain.errors import ClewError, Invalid, NotAdmitted, NotVisible
from clew.domain.readiness import STEPS, TEXT_CHARACTERS_MAX, Known, Step, Word
from clew.web import readiness_words
from clew.web.acting import as_officer
from clew.web.sign_ins import needs_fresh_sign_in
from clew.web.translated import refusal, translated
from clew.web.words import Words

TOLD = "clew.told"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A step on the page: its words, how it is known, and whether a person may state it."""

    line: Line
    name: Words
    known: Words
    is_stated: bool


@require_safe
def all_of_them(request: HttpRequest) -> HttpResponse:
    """Each checklist that the officer may see, with how many steps are done and what comes next."""
    with as_officer(request.user.get_username()) as session:
        found = connecting.checklists(session)
        own = session.actor.member
    rows = [
        (one, sum(line.is_done for line in one.lines), sum(line.is_told for line in one.lines), translated(one.next))
        for one in found
    ]
    return render(request, "readiness/list.html", {"rows": rows, "member": own})


@require_safe
def one(request: HttpRequest, member: str) -> HttpResponse:
    """The checklist of one member; its administrator says there who sees to what."""
    with as_officer(request.user.get_username()) as session:
        found = connecting.look(session, member)
    shown: dict[str, object] = {"found": found, "next": translated(found.next), "rows": _rows(found)}
    shown["characters_max"] = TEXT_CHARACTERS_MAX
    return render(request, "readiness/one.html", shown | {"told": request.session.pop(TOLD, None)})


@require_POST
@needs_fresh_sign_in
def say(request: HttpRequest, step: str) -> HttpResponse:
    """Say of a step of the own member who sees to it and by when, or state that it is done."""
    try:
        with as_officer(request.user.get_username()) as session:
            member = connecting.look(session).member
            told = _say(session, step, request.POST)
    except (NotVisible, NotAdmitted):
        raise
    except ClewError as refused:
        told = refusal(refused)
        with as_officer(request.user.get_username()) as session:
            member = connecting.look(session).member
    request.session[TOLD] = told
    return redirect("readiness", member=member)


def _say(session: Session, step: str, given: QueryDict) -> str:
    if step not in {*Step}:
        raise NotVisible("There is no such step.")
    word = Word(
        kept_by=given.get("kept_by", ""), due_on=_day(given.get("due_on", "")), done_on=_day(given.get("done_on", "")),
        basis=given.get("basis", ""), words=given.get("words", ""),
    )  # fmt: skip
    connecting.say(session, Step(step), word)
    return _("It is kept.")


def _rows(found: Checklist) -> list[Row]:
    return [
        Row(
            line=line, name=readiness_words.STEPS[line.step], is_stated=STEPS[line.step].known is Known.STATED,
            known=readiness_words.KNOWN[Known.RECORDS if line.is_shown else STEPS[line.step].known],
        )
        for line in found.lines
    ]  # fmt: skip


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        raise Invalid(_("Write a day as 2026-04-15.")) from None


