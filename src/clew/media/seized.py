"""Inside the sandbox: seized bytes behind a descriptor, of a file or of a line on which the trusted side answers."""

import errno
import os
from contextlib import suppress

from clew.media.protocol import LENT_ASKED, LENT_PART, LENT_PART_BYTES_MAX


def read_at(fd: int, count: int, at: int) -> bytes:
    """Up to `count` bytes from `at` on; fewer only at the end, or where no more is lent."""
    try:
        return os.pread(fd, count, at)
    except OSError as error:  # what a descriptor is of may not be asked in here; a line cannot be sought in
        if error.errno != errno.ESPIPE:
            raise
    parts: list[bytes] = []
    while count > 0 and (part := _asked(fd, min(count, LENT_PART_BYTES_MAX), at)):
        parts.append(part)
        at, count = at + len(part), count - len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _asked(fd: int, count: int, at: int) -> bytes:
    """One part. An answer to another question is what a reader that was ended before left behind."""
    with suppress(OSError):
        os.write(fd, LENT_ASKED.pack(at, count))
        while answer := os.read(fd, LENT_PART.size + LENT_PART_BYTES_MAX):
            if LENT_PART.unpack_from(answer) == (at, count):
                return answer[LENT_PART.size :]
    return b""
