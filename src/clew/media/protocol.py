"""What the trusted side and a sandboxed process say to one another, apart from readings."""

import struct
from enum import StrEnum
from typing import Final

CHANNEL_FD: Final = 10
RESULTS_FD: Final = 11
NONCE_BYTES: Final = 16
REQUEST: Final = struct.Struct(f"={NONCE_BYTES}sBQ")
"""Nonce of the job, what is wanted, size of the content in bytes."""


class Role(StrEnum):
    """What a forked and locked process does; any other word names an attempt of the proof."""

    READER = "reader"
    UNPACKER = "unpacker"
