"""Proving: that one event is in the log, for whoever was not there; and asking witnesses to cosign."""

from dataclasses import replace
from uuid import UUID

from clew.actions import checking, sequencing
from clew.domain.act import words
from clew.domain.errors import Invalid, Tampered, Unavailable
from clew.domain.merkle import consistency_proof, inclusion_proof
from clew.domain.tile import perfect_of
from clew.formats import signed_note
from clew.formats.checkpoint import Proof, Request
from clew.formats.signed_note import Note, PublicKey
from clew.records import acts, audit, cosignatures, leaves
from clew.records.cosignatures import Cosignature
from clew.records.leaves import Cursor, Head
from clew.records.session import Session

NOT_YET = "This event is not in the log yet: ask again in a moment."


def prove(session: Session, act_id: UUID) -> Proof:
    """The proof of an event that the actor may read; by a checkpoint that witnesses cosigned, where one holds it.

    Raises:
        NotVisible: there is no such event, or the actor may not read it.
        Unavailable: it has no place in the log yet.
        Tampered: the event or the log was changed.
    """
    act = acts.find(session, act_id)
    audit.append(session, "audit.prove", str(act_id))
    with leaves.opened() as cursor:
        number = leaves.number_of(cursor, act_id)
        if number is None:
            raise Unavailable(NOT_YET)
        head = cosignatures.newest_cosigned(cursor, number) or leaves.head(cursor)
        perfect = perfect_of(leaves.tile_at(cursor))
        try:
            hashes = inclusion_proof(number, head.size, perfect)
        except ValueError as broken:
            raise Tampered(sequencing.BROKEN) from broken
        proof = Proof(leaf=words(act), number=number, hashes=hashes, note=note_of(cursor, head))
    checking.check(proof, sequencing.log_key(), ())
    return proof


def newest_checkpoint() -> Note:
    """The newest checkpoint, with the cosignatures beneath it.

    Raises:
        Unavailable: the log is empty.
    """
    with leaves.opened() as cursor:
        return note_of(cursor, _filled(cursor))


def newest_cosignatures() -> list[Cosignature]:
    """The newest line of each witness."""
    with leaves.opened() as cursor:
        return cosignatures.newest(cursor)


def request(old: int) -> Request:
    """What a witness that has signed `old` leaves is asked to sign next.

    Raises:
        Invalid: the log is not so long.
        Unavailable: the log is empty.
    """
    with leaves.opened() as cursor:
        head = _filled(cursor)
        if old > head.size:
            raise Invalid("The log has fewer leaves than that: it was cut, or this is another log's size.")
        try:
            hashes = consistency_proof(old, head.size, perfect_of(leaves.tile_at(cursor)))
        except ValueError as broken:
            raise Tampered(sequencing.BROKEN) from broken
        return Request(old=old, hashes=hashes, note=signed_note.parse(head.note))


def keep_cosignature(witness: PublicKey, size: int, untrusted_line: str) -> Cosignature:
    """Keep a witness's line beneath the checkpoint of `size` leaves.

    Raises:
        Invalid: it is not that witness's, or not beneath that checkpoint.
    """
    signature = signed_note.parse_signature(untrusted_line.strip())
    with leaves.opened() as cursor:
        head = cosignatures.checkpoint_of(cursor, size)
        if head is None:
            raise Invalid("The checkpoint of that size is no longer kept: ask the witness about the newest one.")
        note = replace(signed_note.parse(head.note), signatures=(signature,))
        if note.signed_by(witness) is None:
            raise Invalid("This line is not the witness's.")
        kept = Cosignature(
            witness=witness.name, size=size, line=str(signature),
            at=checking.moment(signed_note.cosigned_at(signature)),
        )  # fmt: skip
        cosignatures.keep(cursor, kept)
    return kept


def _filled(cursor: Cursor) -> Head:
    head = leaves.head(cursor)
    if not head.size:
        raise Unavailable("The log is empty: nothing was done here yet, or no sequencer runs.")
    return head


def note_of(cursor: Cursor, head: Head) -> Note:
    """A checkpoint with the lines of witnesses beneath it."""
    note = signed_note.parse(head.note)
    lines = map(signed_note.parse_signature, (line.rstrip("\n") for line in cosignatures.beneath(cursor, head.size)))
    return replace(note, signatures=(*note.signatures, *lines))
