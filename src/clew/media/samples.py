"""One tiny drawn picture of each still format, made in memory: what the sandbox warms up with."""

import base64
import io
from collections.abc import Iterator

import numpy as np
from PIL import Image

_HEIF = base64.b64decode(
    "AAAAGGZ0eXBoZWljAAAAAG1pZjFoZWljAAABJ21ldGEAAAAAAAAAIWhkbHIAAAAAAAAAAHBpY3QAAAAAAAAAAAAAAAAAAAAADnBp"
    "dG0AAAAAAAEAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAB5pbG9jAAAAAEQAAAEAAQAAAAEAAAFHAAAASAAA"
    "AKtpcHJwAAAAjmlwY28AAAByaHZjQwEECAAAAJ+oAAAAAB7wAPz9+PgAAA8DoAABABdAAQwB//8ECAAAAwCfqAAAAwAAHroCQKEA"
    "AQAmQgEBBAgAAAMAn6gAAAMAAB6gIIEFlupJMLmwIAAAAwAgAAADAyGiAAEAB0QBwXKwIkAAAAAUaXNwZQAAAAAAAABAAAAAQAAA"
    "ABVpcG1hAAAAAAAAAAEAAQKBAgAAAFBtZGF0AAAARCgBrFaPK17YLD1jYSiqfUpawpA6QXj4xcKazKnRuuWIV9XRCniy7vamrIOD"
    "hK8EfMYyqh7+Zbye+WS+HEfPGW/S+ouA"
)
"""A shaded square of 64 x 64 pixels. Kept as bytes: no HEVC encoder belongs to what is installed."""

_SAVED: tuple[tuple[str, str], ...] = (
    ("RGB", "JPEG"),
    ("CMYK", "JPEG"),
    ("L", "JPEG"),
    ("RGB", "PNG"),
    ("RGBA", "PNG"),
    ("P", "PNG"),
    ("LA", "PNG"),
    ("1", "PNG"),
    ("I;16", "PNG"),
    ("P", "GIF"),
    ("RGB", "WEBP"),
    ("RGBA", "WEBP"),
    ("RGB", "TIFF"),
    ("F", "TIFF"),
    ("I;16", "TIFF"),
    ("CMYK", "TIFF"),
    ("RGB", "BMP"),
    ("RGB", "AVIF"),
    ("RGB", "JPEG2000"),
)
_PACKET = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmpMM:DocumentID="drawn"/>'
    b"</rdf:RDF></x:xmpmeta>"
)


def drawn_samples() -> Iterator[bytes]:
    """Files of every still format and of the modes that take another way through their decoder."""
    yield _HEIF
    for mode, form in _SAVED:
        yield _saved(_drawn(mode), form)
    for compression in ("tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits"):
        yield _saved(_drawn("RGB"), "TIFF", compression=compression)
    yield _saved(_drawn("RGB"), "JPEG", progressive=True, exif=_exif(), xmp=_PACKET, comment=b"drawn")
    frames = [_drawn("RGB").rotate(angle) for angle in (90, 180)]
    for form in ("GIF", "WEBP", "PNG", "TIFF"):
        yield _saved(_drawn("RGB"), form, save_all=True, append_images=frames)


def _drawn(mode: str) -> Image.Image:
    """A shaded square with a corner, 64 x 64."""
    shades = np.add.outer(np.arange(0, 128, 2), np.arange(0, 128, 2)).astype(np.uint8)
    shades[:20, :30] = 255
    if mode == "I;16":
        return Image.fromarray(shades.astype(np.uint16) * 256)
    return Image.fromarray(np.stack([shades, shades[::-1], shades[:, ::-1]], axis=2)).convert(mode)


def _saved(image: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def _exif() -> bytes:
    """Text in each encoding that cameras use, a time and a place."""
    exif = Image.Exif()
    exif[0x010F] = "Norvik"
    exif[0x9C9B] = "drawn".encode("utf-16-le")
    exif.get_ifd(0x8769).update(
        {0x9003: "2024:05:31 12:00:00", 0x9011: "+02:00", 0x9286: b"UNICODE\0" + "drawn".encode("utf-16-be")}
    )
    exif.get_ifd(0x8825).update({1: "N", 2: (60.0, 10.0, 1.5), 3: "E", 4: (5.0, 20.0, 2.5)})
    return exif.tobytes().replace(b"Norvik", b"Norv\xedk")
