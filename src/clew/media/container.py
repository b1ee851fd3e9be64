"""The container of a moving medium: opened over a descriptor by allow-list, with what it says of itself."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from clew.domain.errors import Undecodable
from clew.media import limits
from clew.media.reading import NO_CAMERA, Camera, Fact
from clew.media.seized import read_at

FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,asf,flv,mp3,wav,ogg,flac,aac,amr"
"""Demuxers by FFmpeg's names: what seized devices hold, and none that opens a second file.

FFmpeg tells the format by content: without this list a 40-byte script (`ffconcat`) was seen to
decode another file.
"""
PICTURE_CODECS = frozenset(
    (
        "h264", "hevc", "av1", "libdav1d", "vp8", "vp9", "mpeg4", "msmpeg4v1", "msmpeg4v2", "msmpeg4",
        "msmpeg4v3", "h263", "mpeg1video", "mpeg2video", "mjpeg", "wmv1", "wmv2", "wmv3", "vc1", "flv",
        "vp6", "vp6f", "theora", "dvvideo", "prores", "svq1", "svq3", "cinepak", "rawvideo",
    )
)
SOUND_CODECS = frozenset(
    (
        "aac", "aac_latm", "mp3", "mp3float", "mp2", "mp2float", "mp1", "mp1float", "ac3", "eac3",
        "opus", "libopus", "vorbis", "flac", "alac", "amrnb", "amrwb", "libopencore_amrnb",
        "libopencore_amrwb", "wmav1", "wmav2", "wmapro", "gsm", "gsm_ms", "adpcm_ima_wav", "adpcm_ms",
        "adpcm_ima_qt", "adpcm_swf", "adpcm_yamaha", "pcm_u8", "pcm_s8", "pcm_s16le", "pcm_s16be",
        "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_s32be", "pcm_f32le", "pcm_f32be", "pcm_f64le",
        "pcm_alaw", "pcm_mulaw", "pcm_dvd", "pcm_bluray",
    )
)
"""Decoders by FFmpeg's names: what cameras, phones, messengers and editors write."""
PROBED_BYTES_MAX = 5_000_000
PROBED_MICROSECONDS_MAX = 5_000_000
READ_AT_ONCE_BYTES = 256 * limits.KIB
TAGS_PER_STREAM_MAX = 64
MICROSECONDS_PER_MS = 1000


class SeizedBytes:
    """The bytes behind a descriptor as the file that FFmpeg reads: by its descriptor, never by a path.

    A call for bytes outside is an end of file, never an error: hostile containers ask for anything.
    """

    def __init__(self, fd: int, size: int) -> None:
        self._fd = fd
        self._size = size
        self._at = 0

    def read(self, count: int) -> bytes:
        count = max(0, min(count, self._size - self._at))
        piece = read_at(self._fd, count, self._at) if count else b""
        self._at += len(piece)
        return piece

    def seek(self, to: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        if base + to < 0:
            raise OSError("before the beginning")
        self._at = min(base + to, self._size)
        return self._at

    def tell(self) -> int:
        return self._at


def open_container(fd: int, size: int) -> InputContainer:
    """The container behind `fd`, with its streams probed and no thread started.

    Raises:
        Undecodable: no allowed format, or no stream in it.
        LimitExceeded: more streams than a medium may have.
    """
    # FFmpeg checks the demuxer and, while it probes, the decoders against these lists.
    options = {
        "format_whitelist": FORMATS,
        "codec_whitelist": ",".join(sorted(PICTURE_CODECS | SOUND_CODECS)),
        "probesize": str(PROBED_BYTES_MAX),
        "analyzeduration": str(PROBED_MICROSECONDS_MAX),
        "max_streams": str(limits.STREAMS_MAX),
    }
    try:
        container = av.open(
            SeizedBytes(fd, size),
            options=options,
            metadata_errors="replace",
            buffer_size=READ_AT_ONCE_BYTES,
        )
    except (av.error.FFmpegError, OSError, ValueError, OverflowError) as failure:
        raise Undecodable("The container cannot be opened.") from failure
    if not isinstance(container, InputContainer):
        raise Undecodable("The container cannot be opened.")
    if len(container.streams) > limits.STREAMS_MAX:
        container.close()
        raise limits.LimitExceeded("It holds more streams than a medium may.")
    if len(container.streams) == 0:
        container.close()
        raise Undecodable("The container holds no stream.")
    return container


def picture_stream(container: InputContainer) -> VideoStream | None:
    """The stream of the largest frames that can be decoded; cover pictures of music are none."""
    fit = [
        stream
        for stream in container.streams.video
        if _codec_of(stream) in PICTURE_CODECS and not stream.disposition & Disposition.attached_pic
    ]
    return max(fit, key=lambda stream: stream.codec_context.width * stream.codec_context.height, default=None)


def sound_stream(container: InputContainer) -> AudioStream | None:
    """The first stream of sound that can be decoded."""
    return next((stream for stream in container.streams.audio if _codec_of(stream) in SOUND_CODECS), None)


def _codec_of(stream: Stream) -> str:
    return "" if stream.codec_context is None else stream.codec_context.name


def duration_ms(container: InputContainer) -> int | None:
    """What the container says of its length; None where it says nothing or nothing sane."""
    if container.duration is None:
        return None
    stated = container.duration // MICROSECONDS_PER_MS
    return stated if 0 < stated <= limits.DURATION_MS_MAX else None


def facts_of(container: InputContainer) -> dict[str, Fact]:
    """Format, codecs and every tag of a container and its streams, bounded, unknown ones kept."""
    facts: dict[str, Fact] = {}
    room = limits.FACTS_BYTES_MAX // 2
    for key, value in _stated(container):
        room -= len(key) + len(str(value)) * 2
        if room < 0 or len(facts) >= limits.FACTS_MAX // 2:
            break
        facts[key] = value
    return facts


def _stated(container: InputContainer) -> Iterator[tuple[str, Fact]]:
    yield "container.format", container.format.name
    if container.duration is not None:
        yield "container.duration_ms", container.duration // MICROSECONDS_PER_MS
    if container.bit_rate:
        yield "container.bit_rate", container.bit_rate
    yield from _tags("container", container.metadata)
    for stream in container.streams:
        name = f"stream.{stream.index}"
        yield f"{name}.type", stream.type
        if stream.codec_context is not None:
            yield f"{name}.codec", stream.codec_context.name
        yield from _tags(name, stream.metadata)


def _tags(prefix: str, tags: Mapping[str, str]) -> Iterator[tuple[str, Fact]]:
    for key, text in list(tags.items())[:TAGS_PER_STREAM_MAX]:
        name = f"{prefix}.{_plain(key)}"[: limits.FACT_KEY_CHARACTERS_MAX]
        yield name, _plain(text)[: limits.FACT_TEXT_CHARACTERS_MAX]


def _plain(text: str) -> str:
    """Text that JSON and PostgreSQL take: no lone surrogates, no NUL."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


# Tags of the same meaning, best first, in the words of QuickTime, Android, 3GPP and Matroska.
_MAKE = ("com.apple.quicktime.make", "com.android.manufacturer", "make", "manufacturer")
_MODEL = ("com.apple.quicktime.model", "com.android.model", "model")
_SOFTWARE = ("com.apple.quicktime.software", "com.android.version", "software", "encoder", "encoded_by")
_DOCUMENT = ("com.apple.quicktime.content.identifier", "document_id", "umid", "material_package_umid")
_PLACE = ("com.apple.quicktime.location.iso6709", "location", "location-eng")
_PRECISION = ("com.apple.quicktime.location.accuracy.horizontal",)
_TAKEN = ("com.apple.quicktime.creationdate", "date_recorded", "creation_time", "date")
_UNSET_YEARS = frozenset((1601, 1904, 1970))
"""Years in which the clocks of file formats begin: a date in them was never set."""

_ISO_6709 = re.compile(r"([+-]\d{1,2}(?:\.\d+)?)([+-]\d{1,3}(?:\.\d+)?)")
"""Degrees with decimals, as cameras write it. Source: ISO 6709:2022, Annex H."""


def camera_of(container: InputContainer) -> Camera:
    """Camera, time and place out of the tags of a container and its streams."""
    tags: dict[str, str] = {}
    for bearer in (container, *container.streams):
        for key, text in list(bearer.metadata.items())[:TAGS_PER_STREAM_MAX]:
            tags.setdefault(key.lower(), _plain(text).strip())
    camera = replace(
        NO_CAMERA,
        make=_first(tags, _MAKE),
        model=_first(tags, _MODEL),
        software=_first(tags, _SOFTWARE),
        document_id=_first(tags, _DOCUMENT),
    )
    return _with_place(_with_time(camera, tags), tags)


def _first(tags: Mapping[str, str], keys: tuple[str, ...]) -> str | None:
    text = next((tags[key] for key in keys if tags.get(key)), None)
    return None if text is None else text[: limits.CAMERA_TEXT_CHARACTERS_MAX]


def _with_time(camera: Camera, tags: Mapping[str, str]) -> Camera:
    for key in _TAKEN:
        with suppress(ValueError):
            taken = datetime.fromisoformat(tags.get(key, ""))
            if taken.year in _UNSET_YEARS:
                continue
            offset = taken.utcoffset()
            minutes = None if offset is None else offset // timedelta(minutes=1)
            return replace(camera, taken_at=taken.replace(tzinfo=None), taken_offset_minutes=minutes)
    return camera


def _with_place(camera: Camera, tags: Mapping[str, str]) -> Camera:
    found = _ISO_6709.match(_first(tags, _PLACE) or "")
    if found is None:
        return camera
    latitude, longitude = float(found[1]), float(found[2])
    is_unset = latitude == 0 and longitude == 0
    if is_unset or abs(latitude) > 90 or abs(longitude) > 180:
        return camera
    precision = None
    with suppress(ValueError):
        precision = float(_first(tags, _PRECISION) or "")
    if precision is not None and not 0 <= precision < 1e7:
        precision = None
    return replace(camera, latitude=latitude, longitude=longitude, gps_precision_m=precision)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Width and height in pixels, refused beyond the limits before anything is decoded."""

    width: int
    height: int

    def __post_init__(self) -> None:
        longest = max(self.width, self.height)
        if self.width * self.height > limits.PIXELS_MAX or longest > limits.SIDE_PIXELS_MAX:
            raise limits.LimitExceeded("Its frames hold more pixels than a medium may.")
