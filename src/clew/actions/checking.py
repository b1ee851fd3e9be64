"""Checking: the proof of an event, or a file of many, with nothing but the file and keys that one trusts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from clew.domain.act import BY_COMMAND, EXPORT, identifier_in, words
from clew.domain.errors import Invalid, Tampered
from clew.domain.merkle import is_consistent, is_included, leaf_hash
from clew.formats import signed_note
from clew.formats.audit_export import AuditExport
from clew.formats.checkpoint import Checkpoint, Proof
from clew.formats.signed_note import Note, PublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A proof that holds: the event's words, its number, the log's size then, and who cosigned when."""

    words: str
    number: int
    size: int
    cosigned: tuple[tuple[str, datetime], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedExport:
    """Events that are all in the log, and who took them out; `size` is the log's then.

    `witnessed`: how many of them were in the log already that `cosigned` witnesses signed, of `witnessed_size` events.
    """

    events: int
    has_more: bool
    asked: Mapping[str, str]
    officer: str
    member: str
    at: datetime
    size: int
    cosigned: tuple[tuple[str, datetime], ...]
    witnessed: int
    witnessed_size: int


def check(proof: Proof, log: PublicKey, witnesses: Sequence[PublicKey]) -> Checked:
    """What a proof proves, with nothing but keys that one trusts.

    Raises:
        Tampered: the event is not in the log that the key signed.
        Invalid: the log or a witness has not signed.
    """
    checkpoint = _signed(proof.note, log)
    if not is_included(leaf_hash(proof.leaf), proof.number, checkpoint.size, proof.hashes, checkpoint.root):
        raise Tampered("This event is not in the log, or was changed.")
    return Checked(
        words=proof.leaf.decode(errors="backslashreplace"), number=proof.number, size=checkpoint.size,
        cosigned=tuple(_cosigned(proof.note, witness) for witness in witnesses),
    )  # fmt: skip


def _cosigned(note: Note, witness: PublicKey) -> tuple[str, datetime]:
    signature = note.signed_by(witness)
    if signature is None:
        raise Invalid("A witness that was asked for has not signed this checkpoint.")
    return witness.name, moment(signed_note.cosigned_at(signature))


def moment(seconds: int) -> datetime:
    """A time that a witness states.

    Raises:
        Invalid: no calendar has it.
    """
    try:
        return datetime.fromtimestamp(seconds, tz=UTC)
    except (OverflowError, ValueError, OSError):
        raise Invalid("A witness states a time that cannot be.") from None


def check_export(export: AuditExport, log: PublicKey, witnesses: Sequence[PublicKey]) -> CheckedExport:
    """What a file of events proves, with nothing but keys that one trusts: each is in the log, and none is missing.

    They are as many as were taken out. What was asked for is what the file says; an identifier in it is the one that
    the act of taking out names.

    Raises:
        Tampered: an event is not in the log that the key signed, or the file holds others than were taken out.
        Invalid: the log or a witness has not signed.
    """
    checkpoint = _signed(export.note, log)
    for line in (*export.lines, export.taken):
        leaf = leaf_hash(words(line.act))
        if not is_included(leaf, line.number, checkpoint.size, line.hashes, checkpoint.root):
            raise Tampered("An event of this file is not in the log, or was changed.")
    taken, ids = export.taken.act, [line.act.id for line in export.lines]
    said = {"events": len(ids), "more": int(export.has_more)}
    counted = {name: count for name, count in taken.counts.items() if name != BY_COMMAND}
    if taken.act != EXPORT or counted != said or ids != sorted({*ids, taken.id} - {taken.id}, reverse=True):
        raise Tampered("These are not the events that were taken out: some are missing or were put in.")
    if taken.subject != identifier_in(export.asked["subject"]):
        raise Tampered("The file says that it was asked for another identifier than is on record.")
    cosigned, size = _witnessed(export, checkpoint, log, witnesses)
    return CheckedExport(
        events=len(ids), has_more=export.has_more, asked=export.asked, officer=taken.officer, member=taken.member,
        at=taken.at, size=checkpoint.size, cosigned=cosigned,
        witnessed=sum(line.number < size for line in export.lines), witnessed_size=size,
    )  # fmt: skip


def _witnessed(
    export: AuditExport, checkpoint: Checkpoint, log: PublicKey, witnesses: Sequence[PublicKey]
) -> tuple[tuple[tuple[str, datetime], ...], int]:
    """Who of the witnesses signed which size of the log, from which it goes on."""
    if not witnesses:
        return (), 0
    if export.witnessed is None:
        raise Invalid("A witness that was asked for has not signed this checkpoint.")
    earlier = _signed(export.witnessed, log)
    if not is_consistent(earlier.size, checkpoint.size, earlier.root, checkpoint.root, export.consistency):
        raise Tampered("The log does not go on from what the witness signed.")
    return tuple(_cosigned(export.witnessed, witness) for witness in witnesses), earlier.size


def _signed(note: Note, log: PublicKey) -> Checkpoint:
    checkpoint = Checkpoint.parse(note.text)
    if checkpoint.origin != log.name or note.signed_by(log) is None:
        raise Invalid("The log has not signed this checkpoint.")
    return checkpoint
