"""Checking: the proof of an event, with nothing but the file and keys that one trusts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from clew.domain.errors import Invalid, Tampered
from clew.domain.merkle import is_included, leaf_hash
from clew.formats import signed_note
from clew.formats.checkpoint import Checkpoint, Proof
from clew.formats.signed_note import Note, PublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A proof that holds: the event's words, its number, the log's size then, and who cosigned when."""

    words: str
    number: int
    size: int
    cosigned: tuple[tuple[str, datetime], ...]


def check(proof: Proof, log: PublicKey, witnesses: Sequence[PublicKey]) -> Checked:
    """What a proof proves, with nothing but keys that one trusts.

    Raises:
        Tampered: the event is not in the log that the key signed.
        Invalid: the log or a witness has not signed.
    """
    checkpoint = Checkpoint.parse(proof.note.text)
    if checkpoint.origin != log.name or proof.note.signed_by(log) is None:
        raise Invalid("The log has not signed this checkpoint.")
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
