"""The one template that shows media, and the clock of who looks, as template tags."""

from uuid import UUID

from django import template
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from clew.actions import budgeting
from clew.domain.cover import Purpose
from clew.domain.look import LOOKS, Look
from clew.domain.medium import MediumKind
from clew.web import budget_words, look_words, words
from clew.web.acting import as_officer
from clew.web.headers import SHOWS_MEDIA
from clew.web.looks import statement_of

register = template.Library()
NOBODY = UUID(int=0)


@register.inclusion_tag("media/medium.html", takes_context=True)
def shown_medium(
    context: template.Context, reference: str = "", *, kind: str = "", is_warned: bool = False, case: str = "",
    name: str = "", at: str = "",
) -> dict[str, object]:  # fmt: skip
    """A medium, covered, with what reveals it. Without a `reference` a script of the page says which (`show`).

    `case` is the case in which the page stands, which the statement offers; `name` says on the page which medium it is;
    `at` are moments of a moving one whose frames are shown, in milliseconds with commas between.
    """
    request = context["request"]
    setattr(request, SHOWS_MEDIA, True)
    looks = LOOKS.get(MediumKind(kind), ()) if kind else tuple(Look)
    return {
        "request": request, "reference": reference, "kind": kind, "is_warned": is_warned, "case": case, "name": name,
        "at": at,
        "looks": [(one.value, look_words.LOOKS[one], _kinds(one)) for one in looks], "statement": statement_of(request),
        "purposes": list(Purpose), "address": reverse("look-reveal", args=[NOBODY]).replace(str(NOBODY), "{}"),
    }  # fmt: skip


def _kinds(look: Look) -> str:
    """Kinds of media that have this look."""
    return " ".join(kind.value for kind, looks in LOOKS.items() if look in looks)


@register.filter
def moment(milliseconds: int) -> SafeString:
    """A time within a medium."""
    return words.identifier(words.clock(milliseconds / 1000))


@register.inclusion_tag("media/statement.html", takes_context=True)
def statement(context: template.Context, case: str = "") -> dict[str, object]:
    """For which purpose and case media are looked at here: said, with what may be revealed, or to be said."""
    request = context["request"]
    said = statement_of(request)
    return {
        "request": request, "statement": said, "purposes": list(Purpose), "case": case,
        "csrf_token": context.get("csrf_token"), "left": _left(request) if said else "",
    }  # fmt: skip


def _left(request: HttpRequest) -> str:
    """What is left of the officer's reveal budget; the page in which it stands is on record."""
    with as_officer(request.user.get_username(), is_part=True) as session:
        return budget_words.left(budgeting.left(session))


@register.inclusion_tag("media/exposure.html", takes_context=True)
def exposure_clock(context: template.Context) -> dict[str, object]:
    """The officer's own clock."""
    return {"request": context["request"], "csrf_token": context.get("csrf_token")}
