"""Compiling ahead: `clew init` waits for the index's machine code, so that no later command does."""

from clew.index import block, hamming  # noqa: F401 - importing them registers their kernels
from clew.index.kernel import KERNELS


def warm() -> None:
    """Compile every kernel, or load it from the cache that NUMBA_CACHE_DIR names.

    NUMBA_CACHE_DIR is read when numba is first imported. Takes seconds on an empty cache.
    """
    for each in KERNELS:
        each.compile(each.signature)
