"""Quoting: the metadata of a medium as they lie in its file, for whoever may see the original; on record before."""

import io
import zipfile
from dataclasses import dataclass

from clew.actions import sequencing, viewing
from clew.domain.cover import stated
from clew.domain.handling import Actor, Use
from clew.media.blocks import unfolded
from clew.media.reading import Block, BlockKind
from clew.records import audit, ends, metadata
from clew.records.session import acting_as

FILES = {
    BlockKind.EXIF: "exif.tif", BlockKind.IPTC: "iptc.8bim", BlockKind.XMP: "xmp.xmp",
    BlockKind.XMP_EXTENDED: "xmp-extended.xmp",
}  # fmt: skip
"""What each is called in a file to take away, as the tools that read it know it."""

__all__ = ["Block", "Quoted", "quote"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """The blocks of a medium; none where its file had none, or it was taken in before they were kept."""

    digest: str
    owner: str
    unit: str
    blocks: tuple[Block, ...]

    def as_zip(self) -> bytes:
        """The blocks as files of a ZIP archive."""
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            for one in self.blocks:
                archive.writestr(zipfile.ZipInfo(FILES[one.kind]), one.content, zipfile.ZIP_DEFLATED)
        return content.getvalue()


def quote(
    actor: Actor, untrusted_digest: str, *, purpose: str, case: str,
    within_seconds: float = viewing.RECEIPT_SECONDS_MAX,
) -> Quoted:  # fmt: skip
    """The metadata of the medium of that SHA-256; the act is beneath a signed root before they are given.

    `purpose` and `case` are what the officer states; both go on record.

    Raises:
        Invalid: the purpose is not on the closed list, or no case is stated.
        NotVisible: there is no such medium, or the actor may not see its original.
        StepRefused: it is not kept for that purpose, or is under examination.
        Unavailable: the audit cannot be written or put in order.
    """
    statement = stated(purpose, case)
    with acting_as(actor, Use.ORIGINAL) as session:
        row = ends.medium(session, untrusted_digest)
        viewing.check(session, row.end.id, statement)
        kept = metadata.of(session, row.end.id)
        act_id = audit.append(
            session, "medium.quote", str(row.end.id), purpose=statement.purpose, case=statement.case_reference,
            owner=row.handling.owner_member,
        )  # fmt: skip
    sequencing.receipt(act_id, within_seconds=within_seconds)
    return Quoted(
        digest=row.label, owner=row.handling.owner_member, unit=row.handling.owner_unit,
        blocks=() if kept is None else unfolded(kept),
    )  # fmt: skip
