"""Media for programs: where one came from, what its file says, and opening one to this sign-in as a page does."""

from base64 import b64encode
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from ninja import Router, Schema

from clew.actions import quoting, revealing, sourcing
from clew.actions.opening import Session
from clew.actions.revealing import Warned
from clew.actions.sourcing import Provenance
from clew.api.budgets import BudgetLeft, told
from clew.api.door import acting, reading, showing
from clew.api.given import Digest, GivenStatement, OneOf
from clew.domain.errors import StepRefused
from clew.domain.handling import Actor
from clew.domain.look import Look
from clew.domain.medium import MediumKind
from clew.media.reading import BlockKind

router = Router(tags=["media"])


class FoundAt(Schema):
    """A place of it in an exhibit of the own member; `path` as it was on the device."""

    case: str
    exhibit: str
    unit: str
    path: str
    exhibit_entered_at: datetime
    taken_in_by: str | None
    taken_in_at: datetime | None


class HeldBy(Schema):
    """A series that has it, and the unit that put it there."""

    series: str
    owner: str
    member: str
    unit: str


class OpenedTo(Schema):
    """A release; `by`: an officer of the own member."""

    owner: str
    recipient: str
    by: str | None
    at: datetime
    withdrawn_at: datetime | None


class LookedAt(Schema):
    """Somebody looked at it, or used it: `officer` of the own member alone."""

    at: datetime
    member: str
    unit: str
    officer: str | None
    act: str
    purpose: str
    case: str


class Chain(Schema):
    """From the device to who looked at it, each up to 50 lines; the last two of own media alone."""

    sha256: str
    owner: str
    unit: str
    found: list[FoundAt]
    series: list[HeldBy]
    opened: list[OpenedTo]
    looks: list[LookedAt]
    accesses: list[LookedAt]
    has_more: bool


class GivenQuote(GivenStatement):
    """Of which medium, and why."""

    medium: Digest


class MetadataBlock(Schema):
    """`bytes` in base64: EXIF from its TIFF header on, IPTC as Photoshop's resources, XMP as a packet. Pictures within
    are zeros, or cut out of XMP; `left_out_bytes` had no room or could not be joined."""

    kind: OneOf[BlockKind]
    bytes: str
    left_out_bytes: int


class Metadata(Schema):
    """No blocks where the file had none, or the medium was taken in before they were kept."""

    sha256: str
    owner: str
    unit: str
    blocks: list[MetadataBlock]


class GivenLook(GivenStatement):
    """`was_warned`: that a warning, where somebody asked for one, was heard."""

    look: OneOf[Look]
    was_warned: bool = False


class ToLookAt(Schema):
    """Where it is given: to this sign-in alone, for minutes, a film in parts as `Range` asks for them.

    `type`: how its bytes are read; empty of what is drawn, a picture, or the curve of its sound as JSON. `left`: of the
    reveal budget, after it.
    """

    address: str
    kind: OneOf[MediumKind]
    type: str
    is_warned: bool
    left: BudgetLeft


@reading(router, "/media/provenance", Chain)
def source(session: Session, medium: Digest) -> dict[str, object]:
    """Where a medium came from, and what has become of it since, as far as the officer may see."""
    return _chain(sourcing.source(session, medium))


@acting(router, "/media/metadata", Metadata)
def quote(actor: Actor, given: GivenQuote) -> dict[str, object]:
    """The metadata of a medium as they lie in its file: the act is signed before they are given."""
    found = quoting.quote(actor, given.medium, purpose=given.purpose, case=given.case)
    blocks = [
        {"kind": one.kind, "bytes": b64encode(one.content).decode(), "left_out_bytes": one.left_out_bytes}
        for one in found.blocks
    ]
    return {"sha256": found.digest, "owner": found.owner, "unit": found.unit, "blocks": blocks}


@showing(router, "/media/{uuid:medium}/reveal", ToLookAt)
def reveal(actor: Actor, sign_in: UUID, medium: UUID, given: GivenLook) -> dict[str, object]:
    """Open a medium to this sign-in in one form: the act is signed before anything is given."""
    try:
        found = revealing.reveal(
            settings.CLEW_VAULT, actor, medium, given.look, sign_in=sign_in, purpose=given.purpose, case=given.case,
            was_warned=given.was_warned,
        )  # fmt: skip
    except Warned as warned:
        raise StepRefused(str(warned)) from None
    return {
        "address": reverse("look-given", args=[medium, found.ticket]), "kind": found.kind, "type": found.content_type,
        "is_warned": found.is_warned, "left": told(found.left),
    }  # fmt: skip


@showing(router, "/media/cover")
def cover(actor: Actor, sign_in: UUID) -> None:
    """Cover everything that was opened to this sign-in."""
    revealing.cover(actor, sign_in=sign_in)


def _chain(found: Provenance) -> dict[str, object]:
    return {
        "sha256": found.digest, "owner": found.owner, "unit": found.unit,
        "found": [
            {"case": one.case, "exhibit": one.exhibit, "unit": one.unit, "exhibit_entered_at": one.exhibit_entered_at,
             "path": one.path.decode("utf-8", "backslashreplace"), "taken_in_by": one.taken_in_by,
             "taken_in_at": one.taken_in_at}
            for one in found.found
        ],
        "series": found.series, "opened": found.opened,
        "looks": [
            {"at": one.at, "member": one.member, "unit": one.unit, "officer": one.officer, "act": one.act,
             "purpose": one.purpose, "case": one.case_reference}
            for one in found.looks
        ],
        "accesses": [
            {"at": one.at, "member": one.member, "unit": one.unit, "officer": None, "act": one.act,
             "purpose": one.purpose, "case": one.case_reference}
            for one in found.accesses
        ],
        "has_more": found.has_more,
    }  # fmt: skip
