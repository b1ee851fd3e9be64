"""Cameras and software as media have them: sealed under their owner's key, looked up as each owner's key seals them."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Sequence
from uuid import UUID

from clew.domain.camera import Camera, Instrument, Software
from clew.domain.errors import Invalid, Tampered
from clew.records import sealed
from clew.records.session import Session

MAKE, MODEL, SOFTWARE = b"media.camera_make", b"media.camera_model", b"media.software"
TOKEN, SOFTWARE_TOKEN = b"camera.token", b"software.token"
TOKEN_CHARACTERS_MAX = 8_000
OFFERED_MAX = 30


def of(owner: str, make: object, model: object) -> Camera | None:
    """The camera of a medium as its owner's row has it; None where it names none."""
    texts = sealed.of_member(owner)
    said = ["" if value is None else sealed.words(texts, column, value) for column, value in ((MAKE, make), (MODEL, model))]
    return Camera(make=said[0], model=said[1]) if any(said) else None


def instrument(owner: str, make: object, model: object, software: object) -> Instrument | None:
    """What a row of the owner's names: a camera or, where it names none, software; empty columns say nothing."""
    if not software:
        return of(owner, make or None, model or None)
    words = sealed.words(sealed.of_member(owner), SOFTWARE, software)
    return Software(words=words) if words else None


def software_seals(software: Software, members: Collection[str]) -> list[bytes]:
    """The same software as rows of these members hold it."""
    return [texts.seal(software.words.encode(), SOFTWARE) for texts in map(sealed.of_member, members)]


def seals(camera: Camera, members: Collection[str]) -> tuple[list[bytes], list[bytes]]:
    """Make and model as rows of these members hold them, empty where the camera has none. Keys differ by member, so a
    make of one and a model of another never stand in one row.
    """
    made = [
        [texts.seal(said.encode(), column) if said else b"" for texts in map(sealed.of_member, members)]
        for column, said in ((MAKE, camera.make), (MODEL, camera.model))
    ]
    return made[0], made[1]


def packed(camera: Camera) -> str:
    """Make and model as one text, to be sealed; `unpacked` reads it."""
    return json.dumps([camera.make, camera.model])


def unpacked(text: str) -> Camera:
    """The camera that `packed` wrote."""
    make, model = json.loads(text)
    return Camera(make=make, model=model)


def token(member: str, what: Instrument) -> str:
    """What stands for it in an address: nothing to anybody without the member's key, and the same each time."""
    words, context = (what.words, SOFTWARE_TOKEN) if isinstance(what, Software) else (packed(what), TOKEN)
    return urlsafe_b64encode(sealed.of_member(member).seal(words.encode(), context)).rstrip(b"=").decode()


def of_token(member: str, untrusted_token: str) -> Camera:
    """The camera that a token of the member stands for.

    Raises:
        Invalid: it stands for none.
    """
    words = _unsealed(member, untrusted_token, TOKEN)
    if words is None:
        raise Invalid("This stands for no camera: take it as a page of media gave it.")
    return unpacked(words)


def instrument_of_token(member: str, untrusted_token: str) -> Instrument | None:
    """The camera or software that a token of the member stands for; None where it stands for nothing."""
    words = _unsealed(member, untrusted_token, TOKEN)
    if words is not None:
        return unpacked(words)
    named = _unsealed(member, untrusted_token, SOFTWARE_TOKEN)
    return None if named is None else Software(words=named)


def _unsealed(member: str, untrusted_token: str, context: bytes) -> str | None:
    kept = untrusted_token[:TOKEN_CHARACTERS_MAX].encode(errors="replace")
    try:
        return sealed.of_member(member).unseal(urlsafe_b64decode(kept + b"=" * (-len(kept) % 4)), context).decode()
    except (ValueError, Tampered):
        return None


def among(session: Session, media: Sequence[UUID]) -> dict[Camera, set[str]]:
    """Cameras of these media as far as the actor sees them, those of most media first, each with who owns such; so many
    at most.
    """
    found: dict[Camera, set[str]] = {}
    with session.cursor() as cursor:
        cursor.execute(
            """
            select m.owner_member, m.camera_make, m.camera_model from media m
             where m.id = any(%s) and (m.camera_make is not null or m.camera_model is not null)
             group by 1, 2, 3 order by count(*) desc, 2, 3 limit %s""",
            [list(media), OFFERED_MAX],
        )
        for owner, make, model in cursor:
            camera = of(owner, make, model)
            if camera is not None:
                found.setdefault(camera, set()).add(owner)
    return found
