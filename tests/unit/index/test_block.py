"""Digests of blocks: every change of one byte is seen, wherever it is."""

import numpy as np
import pytest

from clew.index.block import BLOCK_BYTES, digest_blocks

WORDS = np.random.default_rng(2).integers(0, 2**63, BLOCK_BYTES // 8 * 2 + 13, dtype=np.uint64)


@pytest.mark.parametrize("word", [0, 1, 2, 3, 77, BLOCK_BYTES // 8 - 1, BLOCK_BYTES // 8, len(WORDS) - 1])
@pytest.mark.parametrize("byte", range(8))
def test_a_changed_byte_changes_the_digest_of_its_block_only(word: int, byte: int) -> None:
    changed = WORDS.copy()
    changed[word] ^= np.uint64(0x80 << (8 * byte) if byte < 7 else 1 << 63)
    differs = digest_blocks(changed) != digest_blocks(WORDS)
    assert np.flatnonzero(differs).tolist() == [word * 8 // BLOCK_BYTES]


def test_the_highest_bit_changed_twice_does_not_cancel_out() -> None:
    changed = WORDS.copy()
    changed[[8, 12]] ^= np.uint64(1 << 63)
    assert digest_blocks(changed)[0] != digest_blocks(WORDS)[0]


def test_words_that_change_places_are_seen() -> None:
    changed = WORDS.copy()
    changed[[40, 44]] = changed[[44, 40]]
    assert digest_blocks(changed)[0] != digest_blocks(WORDS)[0]


def test_the_length_of_the_last_block_counts() -> None:
    zeros = np.zeros(10, np.uint64)
    assert digest_blocks(zeros) != digest_blocks(zeros[:9])
