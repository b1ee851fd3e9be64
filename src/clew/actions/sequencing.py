"""Sequencing: acts that are committed get their place in the log, and the log is signed.

Any process may take the step; one at a time does. What it dies of is rolled back whole, so the
log is dense and each act has one leaf. A receipt proves that an act is beneath a signed root.
"""

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from clew.domain.act import words
from clew.domain.errors import Tampered, Unavailable
from clew.domain.merkle import Perfect, inclusion_proof, is_included, leaf_hash, span_root
from clew.domain.tile import Place, TileAt, grown, perfect_of
from clew.formats import signed_note
from clew.formats.checkpoint import Checkpoint
from clew.formats.signed_note import Note, PublicKey, SignatureType
from clew.records import leaves
from clew.records.leaves import Cursor, Head, Taken

ACTS_PER_STEP_MAX = 5_000
LOCK_WAIT_MS = 1_000
AGAIN_SECONDS = 0.02
BROKEN = "The log of the audit is not what its last signed checkpoint says: run clew audit verify."


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """That an act is in the log: its number, its leaf's hash, the way to the root, the signed checkpoint."""

    act_id: UUID
    number: int
    leaf: bytes
    hashes: tuple[bytes, ...]
    note: Note


def log_key(secret: bytes | None = None) -> PublicKey:
    """The key that this node's log signs with; its name is the log's, made of the key itself."""
    secret = leaves.signing_key() if secret is None else secret
    plain = signed_note.public_key("log", SignatureType.LOG, secret)
    return signed_note.public_key(f"clew-audit/{hashlib.sha256(plain.key).hexdigest()[:16]}", SignatureType.LOG, secret)


def step(*, limit: int = ACTS_PER_STEP_MAX, wait_ms: int = 0) -> int:
    """Give leaves to acts that wait, at most `limit`, and sign; how many got one.

    `wait_ms`: how long to wait where another sequencer is at it; none are taken if it still is.

    Raises:
        Unavailable: the database cannot be reached or cannot write.
        Tampered: the log is not what its last checkpoint says; nothing more is put on it.
    """
    with leaves.opened() as cursor:
        if not leaves.hold(cursor, wait_ms=wait_ms):
            return 0
        taken = leaves.take(cursor, limit)
        if taken:
            _append(cursor, taken)
        return len(taken)


def catch_up() -> int:
    """Give a leaf to every act that waits now; how many."""
    done = 0
    while count := step(wait_ms=LOCK_WAIT_MS):
        done += count
    return done


def waiting() -> tuple[int, float]:
    """How many acts wait for a leaf, as far as it is counted, and for how many seconds the oldest has waited."""
    with leaves.opened() as cursor:
        return leaves.waiting(cursor)


def receipt(act_id: UUID, *, within_seconds: float) -> Receipt:
    """The receipt of a committed act; takes the step itself where no sequencer has yet.

    Raises:
        Unavailable: the act is not in a signed checkpoint within that time.
        Tampered: the log does not prove what it says.
    """
    ends = time.monotonic() + within_seconds
    while True:
        step(wait_ms=max(1, int(1000 * min(within_seconds, LOCK_WAIT_MS / 1000))))
        found = find_receipt(act_id)
        if found is not None:
            return found
        if time.monotonic() > ends:
            raise Unavailable("The audit is not being put in order now; nothing is shown until it is.")
        time.sleep(AGAIN_SECONDS)


def find_receipt(act_id: UUID) -> Receipt | None:
    """The receipt of an act, checked; None where the act still waits."""
    with leaves.opened() as cursor:
        number, head = leaves.number_of(cursor, act_id), leaves.head(cursor)
        if number is None or number >= head.size:
            return None
        tile_at = leaves.tile_at(cursor)
        return _checked(_receipt(act_id, number, head, tile_at), head)


def _receipt(act_id: UUID, number: int, head: Head, tile_at: TileAt) -> Receipt:
    perfect = perfect_of(tile_at)
    try:
        return Receipt(
            act_id=act_id, number=number, leaf=perfect(0, number),
            hashes=inclusion_proof(number, head.size, perfect), note=signed_note.parse(head.note),
        )  # fmt: skip
    except ValueError as broken:
        raise Tampered(BROKEN) from broken


def _checked(found: Receipt, head: Head) -> Receipt:
    """`found`, if it leads to a root that this node has signed."""
    checkpoint = Checkpoint.parse(found.note.text)
    is_ours = found.note.signed_by(log_key()) is not None and checkpoint.origin == log_key().name
    is_right = is_included(found.leaf, found.number, head.size, found.hashes, checkpoint.root)
    if not (is_ours and is_right and checkpoint.size == head.size):
        raise Tampered(BROKEN)
    return found


def _append(cursor: Cursor, taken: Sequence[Taken]) -> None:
    head = leaves.head(cursor)
    edge = leaves.edge_tiles(cursor, head.size)
    size = head.size + len(taken)
    try:
        refuse_changed(head, edge)
        changed = grown(head.size, edge, [leaf_of(each) for each in taken])
        root = span_root(0, size, _perfect_within(edge | changed))
    except ValueError as broken:
        raise Tampered(BROKEN) from broken
    key = log_key()
    text = str(Checkpoint(origin=key.name, size=size, root=root))
    note = Note(text=text, signatures=(signed_note.sign(text, key.name, leaves.signing_key()),))
    leaves.add(cursor, head.size, [each.id for each in taken], changed, Head(size=size, root=root, note=str(note)))


def refuse_changed(head: Head, edge: Mapping[Place, bytes]) -> None:
    """Refuse a log whose tiles are not beneath its last signed checkpoint: nothing is signed over a change.

    Raises:
        Tampered: they are not.
    """
    if head.size and span_root(0, head.size, _perfect_within(edge)) != head.root:
        raise Tampered(BROKEN)
    if head.size:
        note = signed_note.parse(head.note)
        if note.signed_by(log_key()) is None or Checkpoint.parse(note.text).root != head.root:
            raise Tampered(BROKEN)


def _perfect_within(tiles: Mapping[Place, bytes]) -> Perfect:
    """Roots of complete subtrees of which a held tile knows; those of full tiles stand in the level above."""
    return perfect_of(lambda level, index: tiles.get((level, index), b""))


def leaf_of(taken: Taken) -> bytes:
    """The hash of an act's leaf; an act that was removed while it waited leaves one that no act has."""
    return leaf_hash(words(taken.act) if taken.act is not None else f"removed {taken.id}\n".encode())
