"""HEIF pictures (HEIC): their HEVC tiles decoded by FFmpeg to luma, one after the other, and laid out.

libheif was refused for this: it starts a thread for each picture whatever it is told, which the
sandbox forbids, and takes twice the time.

Source: ISO/IEC 23008-12:2022, 6.5.9 (pixel layout), 6.6.2.3 (grid), Annex B (HEVC).
"""

from collections.abc import Callable
from dataclasses import dataclass

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from clew.domain.errors import Undecodable
from clew.media.heif_items import Cursor, Item, Items, read_items
from clew.media.limits import PIXELS_MAX
from clew.media.pdq import Grey
from clew.media.picture import CUT_SHORT, DAMAGED, Picture, check_size
from clew.media.reading import Fact

_GREY_WHERE_NOTHING_IS = 128
_LIMITED_RANGE = 1
_DERIVED_DEPTH_MAX = 4
TILE_BYTES_MAX = 64 * 1024 * 1024


@dataclass(slots=True, kw_only=True)
class _Canvas:
    """The picture as it fills, what `see` makes of a tile, and what was lost on the way."""

    pixels: NDArray[np.uint8]
    see: Callable[[VideoFrame], NDArray[np.uint8]]
    tiles_read: int = 0
    damage: str = ""

    def lay(self, tile: NDArray[np.uint8], top: int, left: int) -> None:
        place = self.pixels[top : top + tile.shape[0], left : left + tile.shape[1]]
        place[:] = tile[: place.shape[0], : place.shape[1]]
        self.tiles_read += 1


def read_heif(untrusted: bytes) -> Picture:
    """The primary picture of an HEIF file, turned and mirrored as the file itself demands.

    Those turns (`irot`, `imir`) belong to the picture, unlike the orientation that EXIF notes.

    Raises:
        LimitExceeded: too many pixels or items.
        Undecodable: no HEVC picture, or no pixels can be read.
    """
    items = read_items(untrusted)
    item = _primary(items)
    canvas = _painted(items, item, _luma)
    grey = _turned(items, item, canvas.pixels)
    return Picture(
        seen=grey,
        width=grey.shape[1],
        height=grey.shape[0],
        damage=canvas.damage,
        untrusted_exif=_exif(items),
        untrusted_xmp=items.described_by(items.primary, b"mime", b"application/rdf+xml"),
        facts=_facts(items, item),
    )


def colours_of(untrusted: bytes) -> NDArray[np.uint8]:
    """The primary picture in colours, as the file demands that it is shown. Raises as `read_heif`.

    Shapes: (height, width, 3), red, green and blue.
    """
    items = read_items(untrusted)
    item = _primary(items)
    return np.ascontiguousarray(_turned(items, item, _painted(items, item, colours_of_frame, planes=3).pixels))


def colours_of_frame(frame: VideoFrame) -> NDArray[np.uint8]:
    """The pixels of a frame; in one thread, for the sandbox refuses others.

    Shapes: (height, width, 3), red, green and blue.
    """
    return frame.to_ndarray(format="rgb24", threads=1).astype(np.uint8, copy=False)


def _primary(items: Items) -> Item:
    item = items.items.get(items.primary)
    for _ in range(_DERIVED_DEPTH_MAX):
        if item is None or item.form != b"iden" or not item.derived_from:
            break
        item = items.items.get(item.derived_from[0])
    if item is None or item.form not in (b"grid", b"hvc1"):
        raise Undecodable("The HEIF file holds no picture of a kind that is read.")
    return item


def _painted(
    items: Items, item: Item, see: Callable[[VideoFrame], NDArray[np.uint8]], *, planes: int = 1
) -> _Canvas:
    canvas = (_grid if item.form == b"grid" else _single)(items, item, see, planes)
    if canvas.tiles_read == 0:
        raise Undecodable("The picture is damaged; no pixels can be read.")
    return canvas


def _facts(items: Items, item: Item) -> dict[str, Fact]:
    tiles = max(1, len(item.derived_from))
    return {"file.format": "HEIF", "file.tiles": tiles, "file.items": len(items.items)}


def _exif(items: Items) -> bytes:
    block = items.described_by(items.primary, b"Exif")
    return block[4 + int.from_bytes(block[:4], "big") :]


def _size(items: Items, item: Item) -> tuple[int, int]:
    """Width and height as stated, checked before anything is decoded."""
    for form, content in items.properties_of(item):
        if form == b"ispe" and len(content) >= 12:
            width, height = int.from_bytes(content[4:8], "big"), int.from_bytes(content[8:12], "big")
            check_size(width, height)
            if width and height:
                return width, height
    raise Undecodable("The HEIF file does not say how large its picture is.")


def _empty(width: int, height: int, see: Callable[[VideoFrame], NDArray[np.uint8]], planes: int) -> _Canvas:
    check_size(width, height)
    shape = (height, width) if planes == 1 else (height, width, planes)
    return _Canvas(pixels=np.full(shape, _GREY_WHERE_NOTHING_IS, np.uint8), see=see)


def _single(items: Items, item: Item, see: Callable[[VideoFrame], NDArray[np.uint8]], planes: int) -> _Canvas:
    canvas = _empty(*_size(items, item), see, planes)
    _Tiles(items).read(item, canvas, 0, 0)
    return canvas


def _grid(items: Items, item: Item, see: Callable[[VideoFrame], NDArray[np.uint8]], planes: int) -> _Canvas:
    content = items.content(item)
    cursor = Cursor(content, 0, len(content))
    is_wide = cursor.number(2) & 1
    rows, columns = cursor.number(1) + 1, cursor.number(1) + 1
    width, height = cursor.number(4 if is_wide else 2), cursor.number(4 if is_wide else 2)
    canvas = _empty(width, height, see, planes)
    tiles = [items.items[number] for number in item.derived_from if number in items.items][: rows * columns]
    if not tiles:
        return canvas
    tile_width, tile_height = _size(items, tiles[0])
    reader = _Tiles(items)
    for number, tile in enumerate(tiles):
        top, left = number // columns * tile_height, number % columns * tile_width
        # a grid may claim more tiles than its picture has room for: those are never decoded
        if top < height and left < width:
            reader.read(tile, canvas, top, left)
    if len(tiles) < rows * columns:
        canvas.damage = canvas.damage or DAMAGED
    return canvas


class _Tiles:
    """Decodes tiles; those with the same configuration share one decoder."""

    def __init__(self, items: Items) -> None:
        self._items = items
        self._configuration = b""
        self._decoder: VideoCodecContext | None = None

    def read(self, item: Item, canvas: _Canvas, top: int, left: int) -> None:
        """Decode one tile onto the canvas, or note what is lost."""
        content = self._items.content(item)
        if not content:
            canvas.damage = CUT_SHORT
            return
        stated = sum(size for _, size in item.extents)
        if len(content) < stated <= TILE_BYTES_MAX:
            # FFmpeg reads nothing of a unit that is shorter than it says, and much of one of zeros
            content = content.ljust(stated, b"\0")
            canvas.damage = CUT_SHORT
        try:
            decoder = self._decoder_of(item)
            frames = [*decoder.decode(av.Packet(content)), *decoder.decode(None)]
            decoder.flush_buffers()
        except (av.FFmpegError, ValueError):
            canvas.damage = canvas.damage or DAMAGED
            self._decoder = None
            return
        if frames:
            canvas.lay(canvas.see(frames[0]), top, left)
        else:
            canvas.damage = canvas.damage or DAMAGED

    def _decoder_of(self, item: Item) -> VideoCodecContext:
        configuration = next((c for form, c in self._items.properties_of(item) if form == b"hvcC"), b"")
        if self._decoder is None or configuration != self._configuration:
            self._decoder = hevc_decoder(configuration)
            self._configuration = configuration
        return self._decoder


def hevc_decoder(configuration: bytes) -> VideoCodecContext:
    """A decoder of HEVC pictures that starts no thread and refuses claimed sizes beyond the limit."""
    decoder = VideoCodecContext.create("hevc", "r")
    decoder.extradata = configuration
    decoder.thread_count = 1
    decoder.thread_type = "NONE"
    decoder.options = {"max_pixels": str(PIXELS_MAX)}
    return decoder


def _luma(frame: VideoFrame) -> Grey:
    """Brightness of a frame in full range, 8 bits."""
    plane, bits = frame.planes[0], frame.format.components[0].bits
    form = np.dtype(np.uint8 if bits == 8 else np.uint16)
    count = plane.line_size // form.itemsize
    stored = np.frombuffer(memoryview(plane), form, count * frame.height)
    values = stored.reshape(frame.height, count)[:, : frame.width] / np.float32(1 << (bits - 8))
    if frame.color_range == _LIMITED_RANGE:
        values = (values - 16) * np.float32(255 / 219)
    grey: Grey = values.clip(0, 255).astype(np.uint8)
    return grey


def _turned(items: Items, item: Item, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    for form, content in items.properties_of(item):
        if form == b"irot" and content:
            pixels = np.rot90(pixels, content[0] & 3)
        elif form == b"imir" and content:
            pixels = pixels[:, ::-1] if content[0] & 1 else pixels[::-1]
    return pixels
