"""Every still format but plain JPEG: decoded by Pillow to 8-bit grey, also when part of it is lost."""

import io
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    Jpeg2KImagePlugin,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from clew.domain.errors import Undecodable
from clew.media.limits import LimitExceeded
from clew.media.pdq import Grey
from clew.media.picture import CUT_SHORT, DAMAGED, Picture, check_size
from clew.media.reading import Fact

# Threads that a decoder starts would be refused in the sandbox.
AvifImagePlugin.DEFAULT_MAX_THREADS = 1
# Pillow's own limits are a warning at once and an error at twice; ours is asked for each picture.
Image.MAX_IMAGE_PIXELS = None

_OPENERS: dict[str, Callable[[io.BytesIO], ImageFile.ImageFile]] = {
    "JPEG": JpegImagePlugin.JpegImageFile,
    "PNG": PngImagePlugin.PngImageFile,
    "GIF": GifImagePlugin.GifImageFile,
    "WEBP": WebPImagePlugin.WebPImageFile,
    "TIFF": TiffImagePlugin.TiffImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
    "AVIF": AvifImagePlugin.AvifImageFile,
    "JPEG2000": Jpeg2KImagePlugin.Jpeg2KImageFile,
}
"""Format classes called directly: `Image.open` would try others and import them, inside the sandbox."""

_PNG_BEGINS_BYTES = 8
_PNG_CHUNK_BYTES = 12
PNG_CHUNKS_MAX = 200_000
SIDE_DRAFTED_MIN = 512
WEBP_PADDED_BYTES_MAX = 64 * 1024 * 1024


Read = TypeVar("Read")
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # fmt: skip
"""By the orientation that a camera notes: what shows the picture upright. Source: Exif 2.32, 4.6.4 A, tag 0x0112."""


@contextmanager
def _reading_what_is_there() -> Iterator[None]:
    """Pillow fills what is missing with grey or black instead of raising."""
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False


def read_raster(untrusted: bytes, form: str) -> Picture:
    """A picture of the format `form`, whole or as far as it can be read.

    Raises:
        LimitExceeded: too many pixels.
        Undecodable: no pixels can be read.
    """
    return _as_far_as_it_reads(untrusted, form, _opened)


def shown(untrusted: bytes, form: str) -> Image.Image:
    """The picture in colours, upright and laid on white, as a viewer shows it. Raises as `read_raster`."""
    return _as_far_as_it_reads(untrusted, form, _shown)


def _shown(untrusted: bytes, form: str, _damage: str) -> Image.Image:
    with _OPENERS[form](io.BytesIO(untrusted)) as image:
        check_size(*image.size)
        image.load()
        turn = _TURNS.get(_orientation(image))
        flat = _in_colours(image)
    return flat if turn is None else flat.transpose(turn)


def _orientation(image: Image.Image) -> int:
    """What the camera notes; as it lies, where that cannot be read."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # metadata of a seized file may raise anything
        return 1


def _in_colours(image: Image.Image) -> Image.Image:
    if image.mode.startswith(("I", "F")):
        return Image.fromarray(grey_of(image)).convert("RGB")
    if image.mode not in ("RGBA", "LA", "PA", "RGBa") and "transparency" not in image.info:
        return image.convert("RGB")
    layered = image.convert("RGBA")
    white = Image.new("RGB", image.size, (255, 255, 255))
    white.paste(layered.convert("RGB"), mask=layered.getchannel("A"))
    return white


def _as_far_as_it_reads(untrusted: bytes, form: str, opened: Callable[[bytes, str, str], Read]) -> Read:
    """What `opened` makes of the picture, or of what is there of it."""
    with warnings.catch_warnings():
        # A warning shown would open a source file, which the sandbox forbids.
        warnings.simplefilter("ignore")
        try:
            return opened(untrusted, form, "")
        except (LimitExceeded, MemoryError):
            raise
        except Exception as flaw:  # Pillow raises anything over damaged bytes
            damage = CUT_SHORT if "truncated" in str(flaw) else DAMAGED
        try:
            with _reading_what_is_there():
                return opened(_mended(untrusted, form), form, damage)
        except (LimitExceeded, MemoryError):
            raise
        except Exception as failure:
            raise Undecodable("The picture is damaged; no pixels can be read.") from failure


def _opened(untrusted: bytes, form: str, damage: str) -> Picture:
    with _OPENERS[form](io.BytesIO(untrusted)) as image:
        check_size(*image.size)
        width, height = image.size
        facts: dict[str, Fact] = {"file.format": form, "file.colours": image.mode}
        image.draft(None, (SIDE_DRAFTED_MIN, SIDE_DRAFTED_MIN))  # a JPEG at 1/2 to 1/8, nothing else
        image.load()
        if getattr(image, "is_animated", False):
            facts["file.animated"] = 1
        return Picture(
            seen=grey_of(image),
            on_white=_on_white(image),
            width=width,
            height=height,
            damage=damage,
            untrusted_exif=untrusted if form == "TIFF" else _bytes_of(image.info.get("exif")),
            is_tiff=form == "TIFF",
            untrusted_xmp=_bytes_of(image.info.get("xmp")),
            untrusted_iptc=_bytes_of(image.info.get("photoshop")),
            facts=facts | _texts(image),
        )


def _bytes_of(content: object) -> bytes:
    if isinstance(content, str):
        return content.encode("utf-8", "replace")
    return content.removeprefix(b"Exif\0\0") if isinstance(content, bytes) else b""


def _texts(image: ImageFile.ImageFile) -> dict[str, Fact]:
    """Comments and text chunks, which Pillow has bounded already (PngImagePlugin.MAX_TEXT_MEMORY)."""
    facts: dict[str, Fact] = {}
    for key, content in image.info.items():
        if not isinstance(key, str) or key in ("exif", "xmp", "XML:com.adobe.xmp"):
            continue
        if isinstance(content, str):
            facts[f"file.{key}"] = str(content)
        elif key == "comment" and isinstance(content, bytes):
            facts["file.comment"] = content.decode("utf-8", "replace")
    return facts


def grey_of(image: Image.Image) -> Grey:
    """8-bit luma of a picture of any mode; transparency is ignored, as the reference does.

    The traps: palette numbers hashed as grey (230 bits off), CMYK as RGB (256), 16-bit values cut (130).
    """
    if image.mode.startswith(("I", "F")):
        return _scaled_to_bytes(np.asarray(image))
    if image.mode not in ("1", "L", "LA", "P", "RGB", "RGBA", "RGBX", "RGBa"):
        image = image.convert("RGB")
    if image.mode == "P":
        image = image.convert("RGB")
    return np.asarray(image if image.mode == "L" else image.convert("L"))


def _on_white(image: Image.Image) -> Grey | None:
    """Luma of a picture with transparency laid on white, as it is shown and copied; None without any.

    The reference hashes what lies hidden under the transparent parts, 50 to 110 bits from what is seen.
    """
    if image.mode not in ("RGBA", "LA", "PA", "RGBa") and "transparency" not in image.info:
        return None
    layered = image.convert("RGBA")
    if layered.getchannel("A").getextrema() == (255, 255):
        return None
    white = Image.new("L", image.size, 255)
    white.paste(layered.convert("L"), mask=layered.getchannel("A"))
    return np.asarray(white)


def _scaled_to_bytes(deep: NDArray[np.generic]) -> Grey:
    """Grey of 16 or 32 bits: 16-bit values keep their upper byte, others are laid between their extremes."""
    values = np.nan_to_num(deep.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    if deep.dtype.kind in "iu" and low >= 0 and high < 1 << 16:
        values /= 256 if high > 255 else 1
    elif high > low:
        values = (values - low) * np.float32(255 / (high - low))
    return values.clip(0, 255).astype(np.uint8)


def _mended(untrusted: bytes, form: str) -> bytes:
    """The same bytes where a decoder that is strict about the frame of a file can read its content."""
    if form == "PNG":
        return _with_right_checksums(untrusted)
    if form == "WEBP":
        return _of_claimed_length(untrusted)
    return untrusted


def _with_right_checksums(untrusted: bytes) -> bytes:
    mended = bytearray(untrusted)
    at = _PNG_BEGINS_BYTES
    for _ in range(PNG_CHUNKS_MAX):
        length = int.from_bytes(mended[at : at + 4], "big")
        end = at + _PNG_CHUNK_BYTES + length
        if end > len(mended):
            break
        mended[end - 4 : end] = zlib.crc32(mended[at + 4 : end - 4]).to_bytes(4, "big")
        at = end
    return bytes(mended)


def _of_claimed_length(untrusted: bytes) -> bytes:
    """A WebP filled up with zeros: libwebp reads nothing of a file shorter than it claims."""
    claimed = 8 + int.from_bytes(untrusted[4:8], "little")
    if len(untrusted) < claimed <= WEBP_PADDED_BYTES_MAX:
        return untrusted.ljust(claimed, b"\0")
    return untrusted
