"""Metadata as they lie: folded blocks of a medium, sealed for its owner and bound to its content."""

from uuid import UUID

from clew.domain.errors import NotVisible
from clew.domain.handling import Use
from clew.records import sealed
from clew.records.media import METADATA
from clew.records.session import Session


def of(session: Session, medium_id: UUID) -> bytes | None:
    """The folded blocks of a medium; None where its file had none, or it was read before they were kept.

    Raises:
        NotVisible: there is no such medium, or the actor may not see its original: places are exact in there.
        ValueError: the transaction is for another use.
    """
    if session.use is not Use.ORIGINAL:
        raise ValueError("metadata are read in a transaction for originals")
    with session.cursor() as cursor:
        cursor.execute("select owner_member, name, metadata from media where id = %s", [medium_id])
        found = cursor.fetchone()
    if found is None:
        raise NotVisible("There is no such medium.")
    member, name, kept = found
    return None if kept is None else sealed.of_member(member).unseal(bytes(kept), METADATA, bytes(name))
