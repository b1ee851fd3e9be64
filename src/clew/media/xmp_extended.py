"""Extended XMP: what an editor had to say beyond the 64 KiB of one JPEG segment, joined out of several.

Source: Adobe, "XMP Specification Part 3" (2020), 1.1.3.1: each segment has the GUID that the standard packet names, the
length of the whole, and where in the whole its portion begins.
"""

import struct
from dataclasses import dataclass, field

from clew.media.limits import XMP_EXTENDED_BYTES_MAX
from clew.media.xmp import read_xmp

EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
GUID_NAMED_BY = "xmpNote:HasExtendedXMP"
_HEAD = struct.Struct(">32sII")


@dataclass(slots=True)
class Portions:
    """The contents of segments behind their signature, as many as may be looked at, and the bytes of the rest."""

    untrusted: list[bytes] = field(default_factory=list)
    size_bytes: int = 0
    left_out_bytes: int = 0

    def add(self, untrusted_segment: bytes) -> None:
        if self.size_bytes + len(untrusted_segment) > XMP_EXTENDED_BYTES_MAX:
            self.left_out_bytes += len(untrusted_segment)
        else:
            self.untrusted.append(untrusted_segment)
            self.size_bytes += len(untrusted_segment)

    def __bool__(self) -> bool:
        return bool(self.untrusted) or self.left_out_bytes > 0


def joined(untrusted_packet: bytes, portions: Portions) -> tuple[bytes, int]:
    """The whole from its beginning to the first byte that is not there, and how many bytes are left out.

    Portions may come in any order. One that overlaps another, reaches beyond the whole, names another length than the
    first or a GUID that the standard packet does not name is left out.
    """
    named = read_xmp(untrusted_packet).get(GUID_NAMED_BY, "").strip().encode()
    ours: list[tuple[int, bytes]] = []
    whole_bytes: int | None = None
    lying_bytes = portions.left_out_bytes
    for one in portions.untrusted:
        guid, length, at = _HEAD.unpack_from(one) if len(one) >= _HEAD.size else (b"", 0, 0)
        content = one[_HEAD.size :]
        lying_bytes += len(content)
        if guid == named and content and length == (length if whole_bytes is None else whole_bytes):
            whole_bytes = length
            if at + len(content) <= length:
                ours.append((at, content))
    parts: list[bytes] = []
    end = 0
    for at, content in sorted(ours):
        if at > end:
            break
        if at == end:
            parts.append(content)
            end += len(content)
    return b"".join(parts), max(whole_bytes or 0, lying_bytes) - end
