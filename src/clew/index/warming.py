"""Compiling ahead: `clew init` waits for the index's machine code, so that no later command does."""

import threading

from clew.index import block, hamming
from clew.index.kernel import KERNELS

KERNEL_MODULES = (block, hamming)
"""Importing them registers their kernels."""

_one_at_a_time = threading.Lock()


def warm() -> None:
    """Compile every kernel, or load it from the cache that NUMBA_CACHE_DIR names.

    NUMBA_CACHE_DIR is read when numba is first imported. Takes seconds on an empty cache. Every
    index begins with it, so that no thread compiles while another searches.
    """
    with _one_at_a_time:
        for each in KERNELS:
            if not each.compiled_for():
                each.compile(each.signature)
