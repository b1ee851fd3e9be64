"""One medium: its facts, why others are called the same, and the way to look at it, covered until somebody does."""

from collections.abc import Mapping
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from clew.actions import inspecting
from clew.actions.inspecting import Compared, FramePair
from clew.domain.triage import Reason, ReasonKind
from clew.web import words
from clew.web.acting import as_officer
from clew.web.posting import TOLD
from clew.web.references import identifier_in

RULES: Mapping[ReasonKind, str | Promise] = {
    ReasonKind.DIGEST: gettext_lazy("The bytes are equal, by the strongest digest that both records have."),
    ReasonKind.PDQ: gettext_lazy("Two pictures are called the same within 31 of 256 bits, in any of eight turns."),
    ReasonKind.VIDEO: gettext_lazy(
        "Two films are called the same where a run of frames, each within 31 of 256 bits, keeps its pace."
    ),
    ReasonKind.SOUND: gettext_lazy("Two films are called the same where a run of seconds of sound keeps its pace."),
}
COARSE_DEGREES = 1
FACTS_SHOWN_MAX = 200


@require_safe
def one(request: HttpRequest, medium: UUID) -> HttpResponse:
    """A medium and what is called the same. No picture is here before it is revealed."""
    with as_officer(request.user.get_username()) as session:
        view = inspecting.look(session, medium, identifier_in(request.GET.get("with", "")))
        me = (session.actor.member, session.actor.unit)
    shown = {
        "view": view, "medium": view.medium,
        "is_own": me == (view.medium.handling.owner_member, view.medium.handling.owner_unit),
        "digest": view.medium.name.hex(), "chosen": None if view.chosen is None else compared(view.chosen),
        "others": [compared(one) for one in view.others], "told": request.session.pop(TOLD, None),
        "facts": sorted(view.medium.facts.items())[:FACTS_SHOWN_MAX], "place": _place(view),
    }  # fmt: skip
    return render(request, "media/one.html", shown)


def compared(one: Compared) -> dict[str, object]:
    """Another medium that is called the same, ready for a page."""
    match = one.match
    how = words.how(
        Reason(
            kind=match.kind, evidence=None, distance_bits=match.distance_bits, radius_bits=match.radius_bits,
            transform=match.transform.word, aligned=match.aligned,
        )  # type: ignore[arg-type]
    )  # fmt: skip
    return {
        "of": one, "id": str(one.other.id), "digest": one.other.name.hex(), "how": how, "rule": RULES[match.kind],
        "rate": _rate(one), "offset": _offset(one), "frames": [_frame(pair) for pair in one.frames],
        "at_here": ",".join(str(pair.here_ms) for pair in one.frames), "transform": match.transform.word,
        "at_there": ",".join(str(pair.there_ms) for pair in one.frames),
    }  # fmt: skip


def _frame(pair: FramePair) -> tuple[str, str, str]:
    distance = "\N{EN DASH}" if pair.distance_bits is None else words.number(pair.distance_bits)
    return words.clock(pair.here_ms / 1000), distance, words.clock(pair.there_ms / 1000)


def _rate(one: Compared) -> str:
    measured = one.measured
    if not measured.compared:
        return _("None is known anywhere.")
    return _("{wrong} of {compared} comparisons of media that are not the same").format(
        wrong=words.number(measured.wrong), compared=words.number(measured.compared)
    )


def _offset(one: Compared) -> SafeString | str:
    aligned = one.match.aligned
    if aligned is None:
        return ""
    return words.identifier(f"{aligned.seconds_there[0] - aligned.seconds_here[0]:+.1f} s")


def _place(view: inspecting.View) -> SafeString | str:
    """Where it was taken: exactly for whoever may see the original, else to a tenth of a degree."""
    medium = view.medium
    if medium.latitude is None or medium.longitude is None:
        return ""
    digits = 5 if view.is_shown else COARSE_DEGREES
    return words.identifier(f"{medium.latitude:.{digits}f}, {medium.longitude:.{digits}f}")
