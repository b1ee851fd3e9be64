"""Digests of the blocks of a file: a changed byte is found at the speed of memory."""

import numpy as np
from numba import types
from numpy.typing import NDArray

from clew.index.kernel import filled, frozen, given, kernel

BLOCK_BYTES = 1 << 20

U = np.uint64
_OFFSET = U(0xCBF29CE484222325)
_PRIME = U(0x9E3779B185EBCA87)


@kernel(types.void, given(types.uint64, 1), types.uint64, filled(types.uint64, 1))
def _digest_blocks(words: NDArray[np.uint64], block_words: np.uint64, digests: NDArray[np.uint64]) -> None:
    count = U(words.shape[0])
    for block in range(U(digests.shape[0])):
        begin = block * block_words
        end = min(count, begin + block_words)
        a = b = c = d = _OFFSET
        whole = begin + (end - begin) // U(4) * U(4)
        i = begin
        while i < whole:
            a = (a ^ words[i]) * _PRIME
            b = (b ^ words[i + U(1)]) * _PRIME
            c = (c ^ words[i + U(2)]) * _PRIME
            d = (d ^ words[i + U(3)]) * _PRIME
            a, b, c, d = a ^ (a >> U(29)), b ^ (b >> U(29)), c ^ (c >> U(29)), d ^ (d >> U(29))
            i += U(4)
        while i < end:
            a = (a ^ words[i]) * _PRIME
            a ^= a >> U(29)
            i += U(1)
        digest = end - begin
        for lane in (a, b, c, d):
            digest = (digest ^ lane) * _PRIME
            digest ^= digest >> U(29)
        digests[block] = digest


def digest_blocks(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """One 64-bit digest for each MiB.

    Each step (exclusive-or, multiplication by an odd number, shift folded back in) can be undone,
    so a change within one word always changes the digest, and any other change goes unnoticed
    once in 2 ** 64. It guards against failing disks and memory, not against an adversary, who
    would find the digests beside the files.
    """
    block_words = BLOCK_BYTES // 8
    digests = np.empty(-(-len(words) // block_words), np.uint64)
    _digest_blocks(frozen(words), U(block_words), digests)
    return digests
