"""Inside the sandbox: an object cut out of a picture or a frame, as pixels and nothing else."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray
from PIL import Image

from clew.domain.crop import SIDE_PIXELS_MAX, Box
from clew.domain.errors import Undecodable
from clew.media import heif
from clew.media.container import Size, open_container, picture_stream
from clew.media.limits import PIXELS_MAX, SEALED_CONTENT_BYTES_MAX, LimitExceeded
from clew.media.raster import shown
from clew.media.seized import read_at
from clew.media.still import HEAD_BYTES, READ_AT_ONCE_BYTES, format_of

Colours = NDArray[np.uint8]
"""Shapes: (height, width, 3), red, green and blue."""

FRAMES_LOOKED_AT_MAX = 20_000
"""So many frames are decoded at most to come to a moment."""
FAULTS_MAX = 200


class NoSuchMoment(Undecodable):
    """The medium ends before the moment."""


def cut(fd: int, size: int, box: Box, at_ms: int | None) -> Colours:
    """The object in `box` of the picture behind `fd`, or of its frame at `at_ms`; no side is over `SIDE_PIXELS_MAX`.

    Raises:
        Undecodable: the bytes are of no kind that is read, or hold no pixels (there).
        LimitExceeded: too many bytes or pixels.
    """
    form = format_of(read_at(fd, HEAD_BYTES, 0))
    if form is None:
        return _piece(Image.fromarray(frame_at(fd, size, at_ms or 0)), box)
    if size > SEALED_CONTENT_BYTES_MAX:
        raise LimitExceeded("The file is larger than a still picture may be.")
    untrusted = b"".join(parts(fd, size))
    whole = Image.fromarray(heif.colours_of(untrusted)) if form == "HEIF" else shown(untrusted, form)
    return _piece(whole, box)


def _piece(whole: Image.Image, box: Box) -> Colours:
    piece = whole.crop(box.in_pixels(*whole.size))
    longer = max(piece.size)
    if longer > SIDE_PIXELS_MAX:
        sides = [max(1, side * SIDE_PIXELS_MAX // longer) for side in piece.size]
        piece = piece.resize((sides[0], sides[1]), Image.Resampling.BOX)
    return np.ascontiguousarray(np.asarray(piece))


def parts(fd: int, size: int) -> Iterator[bytes]:
    at = 0
    while at < size and (part := read_at(fd, min(READ_AT_ONCE_BYTES, size - at), at)):
        yield part
        at += len(part)


def frame_at(fd: int, size: int, at_ms: int) -> Colours:
    """The first frame that is not before the moment, upright as a player shows it."""
    # From a key frame before it; where a damaged container refuses to go there, from its beginning.
    for is_direct in (True, False):
        with suppress(NoSuchMoment), open_container(fd, size) as container:
            picture = picture_stream(container)
            if picture is None:
                raise Undecodable("It holds no picture of a kind that is read.")
            _bound(picture)
            if is_direct:
                _go_to(container, picture, at_ms)
            return _upright(_first_from(container, picture, at_ms))
    raise NoSuchMoment("It ends before that moment.")


def _bound(picture: VideoStream) -> None:
    context = picture.codec_context
    Size(width=context.width, height=context.height)
    if not context.is_open:
        context.thread_type, context.thread_count = "NONE", 1
        context.options = {"max_pixels": str(PIXELS_MAX)}


def _go_to(container: InputContainer, picture: VideoStream, at_ms: int) -> None:
    tick = picture.time_base
    if tick and at_ms:
        with suppress(av.error.FFmpegError, OverflowError):
            container.seek(int(at_ms / 1000 / tick) + (picture.start_time or 0), stream=picture)


def _first_from(container: InputContainer, picture: VideoStream, at_ms: int) -> VideoFrame:
    faults = 0
    for number, packet in enumerate(container.demux(picture)):
        if number >= FRAMES_LOOKED_AT_MAX or faults > FAULTS_MAX:
            break
        try:
            for frame in packet.decode():
                if isinstance(frame, VideoFrame) and not frame.is_corrupt and _time_ms(frame, picture) >= at_ms:
                    return frame
        except av.error.FFmpegError:
            faults += 1
    raise NoSuchMoment("It ends before that moment.")


def _time_ms(frame: VideoFrame, picture: VideoStream) -> float:
    if frame.pts is None or not picture.time_base:
        return 0.0
    return float((frame.pts - (picture.start_time or 0)) * picture.time_base) * 1000


def _upright(frame: VideoFrame) -> Colours:
    Size(width=frame.width, height=frame.height)
    return np.rot90(heif.colours_of_frame(frame), round(frame.rotation / 90) % 4)


def warm(samples: Iterable[bytes]) -> None:
    """Cut from each sample, so that nothing is imported or opened later."""
    box = Box(left=250, top=250, width=400, height=400)
    for sample in samples:
        fd = os.memfd_create("sample", os.MFD_CLOEXEC)
        try:
            os.write(fd, sample)
            with suppress(Undecodable):
                cut(fd, len(sample), box, None)
                cut(fd, len(sample) * 2 // 3, box, 500)
        finally:
            os.close(fd)
