"""One medium: its facts, why others are called the same, and the way to look at it, covered until somebody does."""

from collections.abc import Callable, Mapping
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from clew.actions import inspecting, judging, opening, quoting, searching
from clew.actions.inspecting import Compared, FramePair, View
from clew.actions.opening import Session
from clew.domain.errors import ClewError, NotAdmitted, NotVisible
from clew.domain.handling import Actor
from clew.domain.triage import Reason, ReasonKind
from clew.domain.verdict import Said, Why
from clew.web import shortcut_words, verdict_words, ways, words
from clew.web.acting import as_officer
from clew.web.looks import statement_of
from clew.web.posting import TOLD, done, way_back
from clew.web.references import identifier_in
from clew.web.sign_ins import needs_fresh_sign_in
from clew.web.translated import refusal
from clew.web.words import Words

RULES: Mapping[ReasonKind, str | Promise] = {
    ReasonKind.DIGEST: gettext_lazy("The bytes are equal, by the strongest digest that both records have."),
    ReasonKind.PDQ: gettext_lazy("Two pictures are called the same within 31 of 256 bits, in any of eight turns."),
    ReasonKind.VIDEO: gettext_lazy(
        "Two films are called the same where a run of frames, each within 31 of 256 bits, keeps its pace."
    ),
    ReasonKind.SOUND: gettext_lazy("Two films are called the same where a run of seconds of sound keeps its pace."),
}
COARSE_DEGREES = 1


@require_safe
def one(request: HttpRequest, medium: UUID) -> HttpResponse:
    """A medium and what is called the same. No picture is here before it is revealed."""
    other = _other(request.GET.get("with", ""))
    return _shown(request, lambda session: inspecting.look(session, medium, other))


@require_safe
def of_digest(request: HttpRequest, name: str) -> HttpResponse:
    """The same of the medium that a digest names: where every mention of a medium leads."""
    other = _other(request.GET.get("with", ""))
    return _shown(request, lambda session: inspecting.look_by_digest(session, name, other))


def _other(untrusted_words: str) -> UUID | bytes | None:
    """The medium to compare with, by its identifier or its digest; None where neither is said."""
    try:
        return identifier_in(untrusted_words) if "-" in untrusted_words else inspecting.name_in(untrusted_words)
    except NotVisible:
        return None


def _shown(request: HttpRequest, look: Callable[[Session], View]) -> HttpResponse:
    with as_officer(request.user.get_username()) as session:
        view = look(session)
        actor = session.actor
    owner = view.chosen.other.handling.owner_member if view.chosen else view.medium.handling.owner_member
    shown = {
        "view": view, "medium": view.medium, "ways": _ways(view, owner if owner != actor.member else ""),
        "is_own": view.medium.handling.is_of_unit_of(actor),
        "digest": view.medium.name.hex(), "pages": "medium" if view.medium.sha256 else "fingerprints",
        "chosen": None if view.chosen is None else compared(view.chosen, actor),
        "others": [compared(one, actor) for one in view.others], "whys": verdict_words.WHYS.items(),
        "told": request.session.pop(TOLD, None),
        "made_with": searching.tokens(actor, view.medium),
        "facts": view.facts.items(), "place": _place(view), **_boxes(view, actor),
    }  # fmt: skip
    return render(request, "media/one.html", shown)


@require_POST
def judge(request: HttpRequest, name: str, step: str) -> HttpResponse:
    """Say of a match of the medium whether the two are the same, or take back what was said."""
    if step not in STEPS:
        raise NotVisible("There is no such step.")
    medium, other = (identifier_in(request.POST.get(one, "")) for one in ("medium", "with"))
    back = reverse("home") if medium is None else reverse("medium", args=[medium])
    address = back if other is None else f"{back}?with={other}#match"
    return done(request, lambda session: (STEPS[step](session, request.POST, name), address), address, hides=True)


@require_POST
@needs_fresh_sign_in
def quote(request: HttpRequest, name: str) -> HttpResponse:
    """The metadata of a medium as they lie in its file, to take away, for the purpose and case that were stated."""
    address = way_back(request.POST.get("back", ""), reverse("home"))
    statement = statement_of(request)
    if statement is None:
        request.session[TOLD] = _("Say first for which purpose and case you look.")
        return redirect(address)
    try:
        actor = opening.actor_of(request.user.get_username())
        found = quoting.quote(actor, name, purpose=statement[0], case=statement[1])
    except (NotVisible, NotAdmitted):
        raise
    except ClewError as refused:
        request.session[TOLD] = refusal(refused)
        return redirect(address)
    said = {"Content-Disposition": f'attachment; filename="metadata-{found.digest[:12]}.zip"'}
    return HttpResponse(found.as_zip(), content_type="application/zip", headers=said)


def compared(one: Compared, viewer: Actor) -> dict[str, object]:
    """Another medium that is called the same, ready for a page."""
    match = one.match
    how = words.how(
        Reason(
            kind=match.kind, evidence=None, distance_bits=match.distance_bits, radius_bits=match.radius_bits,
            transform=match.transform.word, aligned=match.aligned,
        )  # type: ignore[arg-type]
    )  # fmt: skip
    return {
        "of": one, "id": str(one.other.id), "digest": one.other.name.hex(),
        "can_be_named": one.other.sha256 is not None, "how": how, "rule": RULES[match.kind],
        "rate": _rate(one), "offset": _offset(one), "frames": [_frame(pair) for pair in one.frames],
        "at_here": ",".join(str(pair.here_ms) for pair in one.frames), "transform": match.transform.word,
        "at_there": ",".join(str(pair.there_ms) for pair in one.frames),
        "verdicts": verdict_words.lines(one.verdicts, viewer), "is_set_aside": one.set_aside is not None,
        "is_same_content": one.match.kind is ReasonKind.DIGEST,
    }  # fmt: skip


def _same(session: Session, form: QueryDict, name: str) -> str:
    judging.judge(session, inspecting.name_in(name), inspecting.name_in(form.get("other", "")), Said.SAME)
    return _("Kept: your unit says that the two are the same.")


def _not_the_same(session: Session, form: QueryDict, name: str) -> str:
    why = form.get("why", "")
    known = Why(why) if why in {*Why} else None
    judging.judge(
        session, inspecting.name_in(name), inspecting.name_in(form.get("other", "")), Said.NOT_THE_SAME, known
    )
    return _("Kept: for your unit this match is set aside. What other members see stays as it is.")


def _undo(session: Session, form: QueryDict, _name: str) -> str:
    verdict = identifier_in(form.get("verdict", ""))
    if verdict is None:
        raise NotVisible("There is nothing to undo.")
    judging.undo(session, verdict)
    return _("Taken back: what your unit said before holds again.")


STEPS: Mapping[str, Callable[[Session, QueryDict, str], str]] = {
    Said.SAME.value: _same, Said.NOT_THE_SAME.value: _not_the_same, "undo": _undo,
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


def _ways(view: inspecting.View, owner: str) -> list[tuple[str, Words, str]]:
    """(act of the keys, what it is called, address); none for a medium whose SHA-256 nobody knows."""
    medium = view.medium
    if medium.sha256 is None:
        return []
    digest = medium.sha256.hex()
    found = {"series": f"{reverse('series-list')}?{urlencode({'medium': digest})}"}
    found |= ways.of_medium(digest, medium.id, owner)
    if medium.latitude is None or medium.longitude is None:
        del found["map"]
    return [(act, shortcut_words.act(act), address) for act, address in found.items()]


def _boxes(view: View, actor: Actor) -> dict[str, str]:
    """Where a box that was drawn over the medium leads: the form of a clue, of the own unit's that of an object too."""
    if view.medium.sha256 is None or not view.is_shown:
        return {}
    found = ways.of_medium(view.medium.sha256.hex(), view.medium.id)
    is_own = view.medium.handling.is_of_unit_of(actor)
    return {"box_clue": found["clue"], "box_find": found["find"] if is_own else ""}


def _place(view: inspecting.View) -> SafeString | str:
    if view.point is None:
        return ""
    digits = 5 if view.is_shown else COARSE_DEGREES
    return words.identifier(f"{view.point[0]:.{digits}f}, {view.point[1]:.{digits}f}")
