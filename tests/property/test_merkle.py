"""The laws of the log's tree: the same root and proofs as an independent library's, and no altered one accepted."""

import random
from collections.abc import Sequence

import pymerkle
import pytest

from clew.domain import merkle
from clew.domain.merkle import (
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    leaf_hash,
    root_of,
    span_root,
)
from clew.domain.tile import HEIGHT, WIDTH, edge, grown, perfect_of

SIZES = 300
"""Every size up to here: past the first full tile."""


def leaves(count: int) -> list[bytes]:
    return [b"leaf %d" % number for number in range(count)]


def perfect_over(hashes: Sequence[bytes]) -> merkle.Perfect:
    """Roots of complete subtrees, without tiles."""
    return lambda level, index: root_of(hashes[index << level : (index + 1) << level])


@pytest.fixture(scope="module")
def theirs() -> pymerkle.InmemoryTree:
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for leaf in leaves(SIZES):
        tree.append_entry(leaf)
    return tree


@pytest.fixture(scope="module")
def ours() -> list[bytes]:
    return [leaf_hash(leaf) for leaf in leaves(SIZES)]


def test_the_root_is_an_independent_librarys_at_every_size(theirs: pymerkle.InmemoryTree, ours: list[bytes]) -> None:
    perfect = perfect_over(ours)
    for size in range(1, SIZES + 1):
        assert root_of(ours[:size]) == theirs.get_root(size)
        assert span_root(0, size, perfect) == theirs.get_root(size)
    assert span_root(0, 0, perfect) == root_of([]) == merkle.EMPTY_ROOT


def test_every_leaf_is_proved_at_every_size_and_the_way_is_the_librarys(
    theirs: pymerkle.InmemoryTree, ours: list[bytes]
) -> None:
    perfect = perfect_over(ours)
    for size in [*range(1, 70), 127, 128, 129, 255, 256, 257, SIZES]:
        root = theirs.get_root(size)
        for number in range(size):
            proof = inclusion_proof(number, size, perfect)
            assert is_included(ours[number], number, size, proof, root)
            assert len(proof) <= (size - 1).bit_length()
        for number in {0, size // 2, size - 1}:
            path = theirs.prove_inclusion(number + 1, size).path  # theirs counts from one, and has the leaf in it
            assert {ours[number], *inclusion_proof(number, size, perfect)} == set(path)


def test_every_earlier_size_is_proved_the_beginning(theirs: pymerkle.InmemoryTree, ours: list[bytes]) -> None:
    perfect = perfect_over(ours)
    for size in [*range(1, 70), 127, 128, 129, 255, 256, 257, SIZES]:
        for old in range(size + 1):
            proof = consistency_proof(old, size, perfect)
            old_root = span_root(0, old, perfect)
            assert is_consistent(old, size, old_root, theirs.get_root(size), proof)


def altered(proof: Sequence[bytes], chance: random.Random) -> list[tuple[bytes, ...]]:
    """The proof with a bit turned, a hash missing, one too many, and two in the other order."""
    made = [(*proof, bytes(32)), (bytes(32), *proof)]
    for at, each in enumerate(proof):
        turned = bytearray(each)
        turned[chance.randrange(32)] ^= 1 << chance.randrange(8)
        made += [(*proof[:at], bytes(turned), *proof[at + 1 :]), (*proof[:at], *proof[at + 1 :])]
    if len(proof) > 1 and proof[0] != proof[1]:
        made.append((proof[1], proof[0], *proof[2:]))
    return made


def test_no_altered_proof_of_a_leaf_is_accepted(ours: list[bytes]) -> None:
    chance, perfect, tried = random.Random(1), perfect_over(ours), 0
    for size in [1, 2, 3, 4, 5, 7, 8, 9, 31, 33, 64, 100, 255, 256, 257]:
        root = span_root(0, size, perfect)
        for number in {0, 1 % size, size // 2, size - 1}:
            proof = inclusion_proof(number, size, perfect)
            others = [(ours[number], number, size, each, root) for each in altered(proof, chance)]
            others += [(ours[number], other, size, proof, root) for other in range(size) if other != number]
            others += [(leaf_hash(b"another"), number, size, proof, root), (ours[number], number, size, proof, bytes(32))]
            others += [(ours[number], number, -size, proof, root), (ours[number], size, size, proof, root)]
            others += [(ours[number], number, size, [b"short"], root)]
            assert not any(is_included(*each) for each in others)
            tried += len(others)
    assert tried > 2_000


def test_no_altered_proof_of_a_beginning_is_accepted(ours: list[bytes]) -> None:
    chance, perfect, tried = random.Random(2), perfect_over(ours), 0
    roots = {size: span_root(0, size, perfect) for size in range(SIZES + 1)}
    for size in [1, 2, 3, 4, 5, 7, 8, 9, 31, 33, 64, 100, 255, 256, 257]:
        for old in {0, 1, 2, 3, 4, size // 2, size - 1, size} & set(range(size + 1)):
            proof = consistency_proof(old, size, perfect)
            others = [(old, size, roots[old], roots[size], each) for each in altered(proof, chance)]
            others += [(old, size, bytes(32), roots[size], proof)]
            others += [(old, size, roots[old], bytes(32), proof)] if old else []
            others += [(size + 1, size, roots[size + 1], roots[size], ()), (-1, size, roots[old], roots[size], ())]
            assert not any(is_consistent(*each) for each in others), (old, size)
            tried += len(others)
    assert tried > 500


def test_a_rewritten_history_is_the_beginning_of_nothing(ours: list[bytes]) -> None:
    """A leaf changed anywhere in the old part is noticed, whatever proof the liar makes."""
    size, old = 200, 131
    old_root = span_root(0, old, perfect_over(ours))
    for changed in range(old):
        other = [*ours[:changed], leaf_hash(b"rewritten"), *ours[changed + 1 : size]]
        perfect = perfect_over(other)
        proof = consistency_proof(old, size, perfect)
        assert not is_consistent(old, size, old_root, span_root(0, size, perfect), proof)


def test_tiles_grow_in_any_steps_to_the_same_tree() -> None:
    chance = random.Random(3)
    hashes = [leaf_hash(b"%d" % number) for number in range(70_000)]
    tiles: dict[tuple[int, int], bytes] = {}
    size = 0
    for step in [1, 1, 254, 1, 255, 256, 257, 1_000, 65_536 - 2_025, 1, 1, chance.randrange(1, 4_000)]:
        assert set(edge(size)) <= set(tiles)
        tiles |= grown(size, {place: tiles[place] for place in edge(size)}, hashes[size : size + step])
        size += step
        perfect = perfect_of(lambda level, index, held=tiles: held[level, index])
        assert span_root(0, size, perfect) == root_of(hashes[:size])
        number = chance.randrange(size)
        proof = inclusion_proof(number, size, perfect)
        assert is_included(hashes[number], number, size, proof, root_of(hashes[:size]))
    assert {level for level, _ in tiles} == {0, 1, 2}
    assert sum(len(tile) for (level, _), tile in tiles.items() if level == 0) == 32 * size
    assert HEIGHT == 8
    assert WIDTH == 256


def test_tiles_that_lost_something_do_not_grow() -> None:
    tiles = grown(0, {}, [bytes(32)] * 300)
    for broken in ({}, {(0, 1): tiles[0, 1]}, {(0, 1): tiles[0, 1][:-32], (1, 0): tiles[1, 0]}):
        with pytest.raises(ValueError):
            grown(300, broken, [bytes(32)] * 300)
    with pytest.raises(ValueError):
        perfect_of(lambda level, index: tiles.get((level, index), b""))(0, 300)


@pytest.mark.parametrize(("number", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_a_leaf_that_is_not_there_has_no_proof(number: int, size: int) -> None:
    with pytest.raises(ValueError):
        inclusion_proof(number, size, lambda *_: bytes(32))


@pytest.mark.parametrize(("old", "size"), [(4, 3), (-1, 3)])
def test_a_larger_log_is_no_beginning(old: int, size: int) -> None:
    with pytest.raises(ValueError):
        consistency_proof(old, size, lambda *_: bytes(32))
