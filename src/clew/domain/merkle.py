"""The Merkle tree over the audit: leaves in their order, one root, short proofs, and how they are checked.

Source: RFC 6962, section 2.1 (the tree and its proofs); RFC 9162, sections 2.1.3.2 and 2.1.4.2
(checking them). Hashes are SHA-256, 32 bytes.
"""

import hashlib
from collections.abc import Callable, Sequence

HASH_BYTES = 32
PROOF_HASHES_MAX = 63
"""A tree of 2**63 leaves has no longer proof; whoever reads one stops here."""

Perfect = Callable[[int, int], bytes]
"""`perfect(level, index)`: the root of the complete subtree of 2**level leaves that begins at leaf index << level."""

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf; its first byte keeps it apart from every inner node."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of the node above two others."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over leaf hashes, worked out level by level; the last one without a partner moves up as it is."""
    if not hashes:
        return EMPTY_ROOT
    row = list(hashes)
    while len(row) > 1:
        above = [node_hash(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)]
        row = above + row[len(above) * 2 :]
    return row[0]


def span_root(start: int, end: int, perfect: Perfect) -> bytes:
    """The root over leaves `start` to `end`, a span that the tree's own halving gives."""
    width = end - start
    if width == 0:
        return EMPTY_ROOT
    level = (width - 1).bit_length()
    if width == 1 << level:
        return perfect(level, start >> level)
    middle = start + (1 << (level - 1))
    return node_hash(perfect(level - 1, start >> (level - 1)), span_root(middle, end, perfect))


def inclusion_proof(number: int, size: int, perfect: Perfect) -> tuple[bytes, ...]:
    """Hashes that lead from leaf `number` to the root over `size` leaves, its neighbour's first.

    Raises:
        ValueError: a tree of that size has no such leaf.
    """
    if not 0 <= number < size:
        raise ValueError("the tree has no such leaf")
    start, end = 0, size
    beside: list[tuple[int, int]] = []
    while end - start > 1:
        middle = _middle(start, end)
        if number < middle:
            beside.append((middle, end))
            end = middle
        else:
            beside.append((start, middle))
            start = middle
    return tuple(span_root(*span, perfect) for span in reversed(beside))


def consistency_proof(old: int, size: int, perfect: Perfect) -> tuple[bytes, ...]:
    """Hashes that show that the tree over `old` leaves is the beginning of the one over `size`.

    Raises:
        ValueError: the old tree is the larger one.
    """
    if not 0 <= old <= size:
        raise ValueError("a tree begins with no larger one")
    if old in {0, size}:
        return ()
    start, end, is_left_edge = 0, size, True
    beside: list[tuple[int, int]] = []
    while end != old:
        middle = _middle(start, end)
        if old <= middle:
            beside.append((middle, end))
            end = middle
        else:
            beside.append((start, middle))
            start, is_left_edge = middle, False
    # Where the old tree is itself a node on the left edge, its root is known and need not be told.
    spans = beside if is_left_edge else [*beside, (start, end)]
    return tuple(span_root(*span, perfect) for span in reversed(spans))


def is_included(leaf: bytes, number: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` leads from the leaf's hash at `number` to `root`. Source: RFC 9162, section 2.1.3.2."""
    if not 0 <= number < size or not _is_proof(proof):
        return False
    at, last, found = number, size - 1, leaf
    for beside in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(beside, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, beside)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(old: int, size: int, old_root: bytes, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the old tree is the new one's beginning. Source: RFC 9162, section 2.1.4.2.

    An empty old tree is the beginning of every tree, and is shown by no hash at all.
    """
    if not 0 <= old <= size or not _is_proof(proof):
        return False
    if old == 0:
        return not proof and old_root == EMPTY_ROOT and (size > 0 or root == EMPTY_ROOT)
    if old == size:
        return not proof and old_root == root
    if not proof:
        return False
    # An old tree of 2**n leaves is itself the first hash of the way.
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    at, last = old - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old_found = found = path[0]
    for beside in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old_found, found = node_hash(beside, old_found), node_hash(beside, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, beside)
        at, last = at >> 1, last >> 1
    return last == 0 and old_found == old_root and found == root


def _middle(start: int, end: int) -> int:
    """Where the tree halves: behind the largest power of two below the width."""
    return start + (1 << ((end - start - 1).bit_length() - 1))


def _is_proof(proof: Sequence[bytes]) -> bool:
    return len(proof) <= PROOF_HASHES_MAX and all(len(each) == HASH_BYTES for each in proof)
