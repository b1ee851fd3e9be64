"""Inside the sandbox: the one door through which the bytes of a medium are parsed.

What a medium is, is told from its bytes and never from its name: a 40-byte script named
`.jpg` once made a decoder read another file (FFmpeg's `concat`).
"""

import os
from enum import Enum

from clew.domain.crop import Box
from clew.domain.errors import Undecodable
from clew.domain.look import FRAMES_SHOWN_MAX
from clew.domain.medium import MediumKind, Verdict
from clew.media import cut as cutting
from clew.media import render as rendering
from clew.media import still, video
from clew.media.limits import MEDIUM_BYTES_MAX, REASON_CHARACTERS_MAX, LimitExceeded
from clew.media.protocol import RENDER_LOOKS, Went
from clew.media.reading import Reading, Wants
from clew.media.samples import drawn_samples
from clew.media.seized import read_at

_HEAD_BYTES = 1024
_PICTURE_BRANDS = frozenset(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")
)
_FIRST_BOXES = frozenset((b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"styp", b"moof"))


class Container(Enum):
    """A kind of file that Clew reads, with the kind of medium in it.

    The word keeps kinds of one medium apart: members of equal value would be one.
    """

    JPEG = MediumKind.IMAGE, "jpeg"
    PNG = MediumKind.IMAGE, "png"
    GIF = MediumKind.IMAGE, "gif"
    WEBP = MediumKind.IMAGE, "webp"
    BMP = MediumKind.IMAGE, "bmp"
    TIFF = MediumKind.IMAGE, "tiff"
    HEIF = MediumKind.IMAGE, "heif"
    JPEG_2000 = MediumKind.IMAGE, "jpeg-2000"
    MP4 = MediumKind.VIDEO, "mp4"
    MATROSKA = MediumKind.VIDEO, "matroska"
    AVI = MediumKind.VIDEO, "avi"
    MPEG_TS = MediumKind.VIDEO, "mpeg-ts"
    MPEG = MediumKind.VIDEO, "mpeg"
    ASF = MediumKind.VIDEO, "asf"
    FLV = MediumKind.VIDEO, "flv"
    SOUND = MediumKind.VIDEO, "sound"
    """Sound alone: it is read like the sound of a video."""

    @property
    def medium_kind(self) -> MediumKind:
        return self.value[0]


_BEGINNINGS = (
    (b"\xff\xd8\xff", Container.JPEG),
    (b"\x89PNG\r\n\x1a\n", Container.PNG),
    (b"GIF87a", Container.GIF),
    (b"GIF89a", Container.GIF),
    (b"II*\0", Container.TIFF),
    (b"MM\0*", Container.TIFF),
    (b"II+\0", Container.TIFF),
    (b"MM\0+", Container.TIFF),
    (b"\x1a\x45\xdf\xa3", Container.MATROSKA),
    (b"\x00\x00\x01\xba", Container.MPEG),
    (b"\x00\x00\x01\xb3", Container.MPEG),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Container.ASF),
    (b"FLV\x01", Container.FLV),
    (b"OggS", Container.SOUND),
    (b"fLaC", Container.SOUND),
    (b"#!AMR", Container.SOUND),
    (b"ID3", Container.SOUND),
    (b"\xff\xfb", Container.SOUND),
    (b"\xff\xf1", Container.SOUND),
    (b"\0\0\0\x0cjP  \r\n\x87\n", Container.JPEG_2000),
    (b"\xff\x4f\xff\x51", Container.JPEG_2000),
    (b"BM", Container.BMP),
)

_RIFF_FORMS = {b"WEBP": Container.WEBP, b"AVI ": Container.AVI, b"WAVE": Container.SOUND}


def container_of(head: bytes) -> Container | None:
    """The kind of file that begins with `head` (its first 1,024 bytes), or None."""
    for beginning, container in _BEGINNINGS:
        if head.startswith(beginning):
            return container
    if head[:4] == b"RIFF":
        return _RIFF_FORMS.get(head[8:12])
    if head[4:8] in _FIRST_BOXES:
        is_picture = head[4:8] == b"ftyp" and head[8:12] in _PICTURE_BRANDS
        return Container.HEIF if is_picture else Container.MP4
    return Container.MPEG_TS if _is_transport_stream(head) else None


def _is_transport_stream(head: bytes) -> bool:
    """Whether packets of 188 bytes, bare or after a 4-byte time, begin with their sync byte."""
    return any(
        len(head) > first + 2 * step and all(head[first + i * step] == 0x47 for i in range(3))
        for first, step in ((0, 188), (4, 192))
    )


def _container_behind(fd: int, size: int) -> Container:
    if size == 0:
        raise Undecodable("The file is empty.")
    if size > MEDIUM_BYTES_MAX:
        raise LimitExceeded("The file is larger than a medium may be.")
    container = container_of(read_at(fd, _HEAD_BYTES, 0))
    if container is None:
        raise Undecodable("The bytes are of no kind that is read.")
    return container


def read(fd: int, size: int, wants: Wants) -> Reading:
    """Read the medium of `size` bytes behind `fd`; never raises for bad bytes."""
    kind = MediumKind.OTHER
    try:
        kind = _container_behind(fd, size).medium_kind
        reader = still.read_still if kind is MediumKind.IMAGE else video.read_video
        return reader(fd, size, wants)
    except Undecodable as refusal:
        return _unread(Verdict.NOT_DECODED, str(refusal), kind)
    except LimitExceeded as refusal:
        return _unread(Verdict.REFUSED, str(refusal), kind)
    except MemoryError:
        return _unread(Verdict.REFUSED, "It needs more memory than a reader may use.", kind)
    except Exception as failure:  # a decoder may raise anything over hostile bytes: one verdict each
        return _unread(Verdict.NOT_DECODED, f"The decoder gave up ({type(failure).__name__}).", kind)


def cut(fd: int, size: int, box: tuple[int, int, int, int], at_ms: int | None) -> tuple[int, int, int, bytes]:
    """What lies in a box of a picture or frame: how it went, width, height and pixels; never raises for bad bytes."""
    left, top, width, height = box
    try:
        _container_behind(fd, size)
        piece = cutting.cut(fd, size, Box(left=left, top=top, width=width, height=height), at_ms)
    except cutting.NoSuchMoment:
        return Went.NO_SUCH_MOMENT, 0, 0, b""
    except (LimitExceeded, MemoryError):
        return Went.TOO_LARGE, 0, 0, b""
    except Exception:  # a decoder may raise anything over hostile bytes: one answer each
        return Went.UNDECODABLE, 0, 0, b""
    return Went.WELL, piece.shape[1], piece.shape[0], piece.tobytes()


def render(fd: int, size: int, look: int, at_ms: tuple[int, ...]) -> tuple[tuple[int, ...], bytes]:
    """What is drawn of a medium: how it went, count, width, height, channels, length and moments; and pixels."""
    nothing = (0, 0, 0, 0, 0, *([0] * FRAMES_SHOWN_MAX))
    try:
        _container_behind(fd, size)
        found = rendering.render(fd, size, RENDER_LOOKS[look], at_ms)
    except (LimitExceeded, MemoryError):
        return (Went.TOO_LARGE, *nothing), b""
    except Exception:  # a decoder may raise anything over hostile bytes: one answer each
        return (Went.UNDECODABLE, *nothing), b""
    count, height, width, channels = found.pixels.shape
    times = [*found.times_ms, *([0] * (FRAMES_SHOWN_MAX - len(found.times_ms)))]
    return (Went.WELL, count, width, height, channels, found.duration_ms, *times), found.pixels.tobytes()


def _unread(verdict: Verdict, reason: str, kind: MediumKind) -> Reading:
    return Reading(verdict=verdict, reason=reason[:REASON_CHARACTERS_MAX], kind=kind)


def warm() -> None:
    """Read good and bad samples of every kind, so that nothing is imported or compiled later.

    Once locked, a reader opens no file: an import on the way to an error message would fail.
    """
    still.warm()
    video.warm()
    cutting.warm((*drawn_samples(), video.drawn_clip()))
    rendering.warm((next(drawn_samples()), video.drawn_clip()))
    for beginning, _container in (*_BEGINNINGS, (b"", None)):
        untrusted_sample = beginning.ljust(_HEAD_BYTES, b"\x55")
        fd = os.memfd_create("sample", os.MFD_CLOEXEC)
        try:
            os.write(fd, untrusted_sample)
            read(fd, len(untrusted_sample), Wants.PICTURE_OR_KEY_FRAMES)
        finally:
            os.close(fd)
