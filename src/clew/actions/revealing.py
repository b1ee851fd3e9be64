"""Revealing: an officer opens a medium to the own eyes by a deliberate act, and what was opened is then given in parts.

The reveal is the act: it states purpose and case, is noted for the unit, and gives a ticket that opens this medium, in
this form, to this sign-in. Whatever is given by the ticket afterwards is authorised again, on record and in the signed
log before the key is unwrapped, each span of a film for itself.
"""

from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from clew.actions import budgeting, signing_in, viewing
from clew.actions.cutter import Cutter
from clew.domain.cover import stated
from clew.domain.errors import ClewError, NotVisible, StepRefused
from clew.domain.handling import Actor, Use
from clew.domain.look import AS_IT_IS, HEAD_BYTES, Look, check_shown, content_type_of
from clew.domain.medium import MediumKind
from clew.domain.reveal_budget import Left
from clew.domain.span import Span
from clew.media import lending, rendering
from clew.media.rendering import Drawn
from clew.media.vault import Reader, Vault
from clew.records import audit, looks, media, sightings
from clew.records.looks import Opened
from clew.records.session import acting_as

NOT_PLAYED = "A browser does not play this medium: look at its frames, or at the curve of its sound."


class Warned(ClewError):
    """Somebody asked that officers be warned before this medium is shown: it is shown once they press again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revealed:
    """What a reveal gave: the ticket, and how what it opens is shown. `content_type` is empty where it is drawn.

    `left`: of the actor's reveal budget, after it.
    """

    ticket: str
    kind: MediumKind
    content_type: str
    is_warned: bool
    left: Left


def reveal(
    vault: Vault, actor: Actor, medium_id: UUID, look: Look, *, sign_in: UUID, purpose: str, case: str,
    was_warned: bool = False,
) -> Revealed:  # fmt: skip
    """Open a medium to the actor's sign-in in one form; the unit is told that it was seen.

    Raises:
        Invalid: no purpose or case is stated, or the medium has no such form.
        NotVisible: there is no such medium, or the actor may not see its original.
        Warned: somebody asked for a warning, and the actor did not say that it was heard.
        StepRefused: it is not kept for that purpose, could not be read safely, or is of a kind that is not shown so;
            OverBudget: the reveal budget is used up (on record).
        Unavailable: the audit cannot be written or put in order, or the bytes are not here.
    """
    stated(purpose, case)
    facts = _shown(actor, medium_id, look, was_warned=was_warned)
    opened = viewing.opened(
        vault, actor, medium_id, purpose=purpose, case=case, counts={f"look_{look}": 1},
        beside=lambda session: sightings.note(session, medium_id),
    )  # fmt: skip
    with opened as reader:
        content_type, size = _type_of(reader, facts.kind, look), reader.size_bytes
    with acting_as(actor) as session:  # the act above is on record for what follows from it
        ticket = looks.open_one(
            session, medium_id, look, sign_in=sign_in, content_type=content_type, size_bytes=size, purpose=purpose,
            case=case,
        )  # fmt: skip
        left = budgeting.left(session)
    return Revealed(ticket=ticket, kind=facts.kind, content_type=content_type, is_warned=facts.is_warned, left=left)


def cover(actor: Actor, *, sign_in: UUID) -> None:
    """Everything that was opened to this sign-in is covered again."""
    with acting_as(actor) as session:
        if looks.end(session, sign_in=sign_in):
            audit.append(session, "medium.cover", "", owner=actor.member)


def granted(actor: Actor, medium_id: UUID, ticket: str, *, sign_in: UUID, is_asking: bool = False) -> Opened:
    """What the ticket opens now. A picture, or what is drawn, is given once; `is_asking`: only whether it would be.

    Raises:
        NotVisible: it opens nothing (any more), or not this medium, or not to this sign-in: one answer.
    """
    with acting_as(actor) as session:
        return looks.use(session, medium_id, ticket, sign_in=sign_in, is_asking=is_asking)


def is_granted(actor: Actor, opened: Opened, *, sign_in: UUID) -> bool:
    """Whether what was opened may still be given to the actor: asked again and again while a film is given.

    As whoever asks for it anew: who may see the facts of a medium may no longer be given its original.
    """
    if signing_in.officer_of(sign_in, is_activity=False) != actor.officer:
        return False
    with suppress(NotVisible, StepRefused), acting_as(actor, Use.ORIGINAL) as session:
        viewing.check(session, opened.medium_id, stated(opened.purpose, opened.case))
        return looks.holds(session, opened.id)
    return False


def part(vault: Vault, actor: Actor, opened: Opened, span: Span, *, purpose: str, case: str) -> Reader:
    """A medium that was revealed, of which `span` is read by whoever asked; the span is on record for itself.

    Raises as `viewing.opened`.
    """
    counts = {"first": span.first, "last": span.last}
    return viewing.opened(
        vault, actor, opened.medium_id, purpose=purpose, case=case, act="medium.part", counts=counts
    )


def drawn(
    cutter: Cutter, actor: Actor, medium_id: UUID, look: Look, *, at_ms: tuple[int, ...] = (), purpose: str, case: str
) -> Drawn:
    """What is drawn of a medium inside the sandbox: its lines, frames, the curve of its sound, or a picture redrawn.

    Raises as `viewing.opened`, and Undecodable where nothing can be read.
    """
    reader = viewing.opened(
        cutter.vault, actor, medium_id, purpose=purpose, case=case, act="medium.draw", counts={f"look_{look}": 1}
    )
    with reader, lending.lent(reader) as fd:
        return rendering.drawn(cutter.nursery, fd, reader.size_bytes, look, at_ms)


def _shown(actor: Actor, medium_id: UUID, look: Look, *, was_warned: bool) -> media.Shown:
    """What is known of the medium before it is opened, or why it is not."""
    with acting_as(actor) as session:
        facts = media.shown(session, medium_id)
        is_held_back = facts.is_warned and not was_warned
        if is_held_back:
            audit.append(session, "medium.warn", str(medium_id), owner=facts.owner_member)
    check_shown(look, facts.kind, facts.verdict)
    if is_held_back:
        raise Warned("Somebody asked that you be warned before this is shown.")
    return facts


def _type_of(reader: Reader, kind: MediumKind, look: Look) -> str:
    """Under which type the medium is given as it lies; empty where it is drawn.

    Raises:
        StepRefused: no browser plays it.
    """
    if look not in AS_IT_IS:
        return ""
    content_type = content_type_of(reader.read(0, HEAD_BYTES), kind)
    if content_type is None and kind is MediumKind.VIDEO:
        raise StepRefused(NOT_PLAYED)
    return content_type or ""
