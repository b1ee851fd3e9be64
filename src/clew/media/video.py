"""Fingerprints, facts and camera of a moving medium, read inside the sandbox."""

import os
from dataclasses import dataclass, field
from io import BytesIO

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.frame import Frame
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from clew.domain.errors import Undecodable
from clew.domain.medium import MediumKind, Verdict
from clew.media import limits, luma, pdq, sound
from clew.media.container import (
    Size,
    camera_of,
    duration_ms,
    facts_of,
    open_container,
    picture_stream,
    sound_stream,
)
from clew.media.frames import KEY_STEP_MS, QUERIED_STEP_LONG_MS, Clock, Watcher
from clew.media.reading import Reading, Wants

PACKETS_MAX = 20_000_000
FAULTS_MAX = 2_000
"""Packets that cannot be decoded before the rest is given up."""
FRAMES_WITHOUT_KEYS_MAX = 240
"""Frames read for the first answer where no packet says that it is a key frame."""
SPARED_RATE_MIN = 20
SPARED_DURATION_MS_MIN = 10_000
"""Of clips as fast and as long as this the full pass leaves out frames that no other refers to, as long
as 8 a second remain: what is looked up is 8 to 10 a second, and decoding is what a pass costs."""
AS_CODED = {"skip_loop_filter": "all"}
"""Key frames of the first answer are taken as they are coded, the edges of their blocks not smoothed: of 16 clips
fingerprints moved by 0.6 bits in the mean and 6 at most, and a tenth of the decoding is spared."""
END_MISSING_SHARE = 0.1
END_MISSING_MS = 1500

DAMAGED = "Part of it cannot be decoded; what could be read is compared."
CUT_OFF = "It ends before the length it states; what could be read is compared."
READ_IN_PART = "It is longer than a reading may be; its beginning is compared."


def read_video(fd: int, size: int, wants: Wants) -> Reading:
    """Read the moving medium of `size` bytes behind `fd`.

    The first answer decodes key frames and all sound; FULL decodes at least 8 frames a second
    (of short clips all), and gives the whole set again. A container that holds only sound is of
    kind OTHER, with its words.
    Frames of low quality (black, flat) are neither stored nor looked up.

    Raises:
        Undecodable: no allowed container, or nothing in it can be decoded.
        LimitExceeded: more streams, or more pixels in a frame, than a medium may hold.
    """
    is_by_keys = wants is Wants.PICTURE_OR_KEY_FRAMES
    with open_container(fd, size) as container:
        viewing = Viewing.of(container, is_by_keys=is_by_keys)
        viewing.run(container)
        if not (is_by_keys and viewing.picture is not None and viewing.frames == 0):
            return viewing.reading(container)
    # Opened anew, because a damaged container may refuse to go back to its beginning.
    with open_container(fd, size) as container:
        viewing = Viewing.of(container, is_by_keys=False, frames_max=FRAMES_WITHOUT_KEYS_MAX)
        viewing.run(container)
        return viewing.reading(container)


@dataclass(slots=True, kw_only=True)
class Viewing:
    """One pass through a container, and what it has seen and heard so far."""

    picture: VideoStream | None
    heard: AudioStream | None
    is_by_keys: bool
    frames_max: int
    clock: Clock
    picture_tick_ms: float
    sound_tick_ms: float
    watcher: Watcher = field(default_factory=Watcher)
    listener: sound.Listener | None = None
    size: Size | None = None
    frames: int = 0
    faults: int = 0
    sound_start_ms: int = 0
    ended_ms: int = 0
    is_in_part: bool = False
    _key_due_ms: int = 0
    _furthest_passed: int | None = None

    @classmethod
    def of(
        cls, container: InputContainer, *, is_by_keys: bool, frames_max: int = limits.FRAMES_MAX
    ) -> "Viewing":
        """A pass over the chosen streams, their decoders set to one thread and bounded frames."""
        picture, heard = picture_stream(container), sound_stream(container)
        if picture is None and heard is None:
            raise Undecodable("It holds no picture and no sound of a kind that is read.")
        clock = Clock()
        if picture is not None:
            context = picture.codec_context
            Size(width=context.width, height=context.height)
            if not context.is_open:
                context.thread_type, context.thread_count = "NONE", 1
                context.options = {"max_pixels": str(limits.PIXELS_MAX)} | (AS_CODED if is_by_keys else {})
            if is_by_keys:
                context.skip_frame = "NONKEY"
            elif _has_frames_to_spare(picture, container):
                context.skip_frame = "NONREF"
            clock = _clock_of(picture)
        if heard is not None and not heard.codec_context.is_open:
            heard.codec_context.thread_type, heard.codec_context.thread_count = "NONE", 1
        return cls(
            picture=picture,
            heard=heard,
            is_by_keys=is_by_keys,
            frames_max=frames_max,
            clock=clock,
            picture_tick_ms=_tick_ms(picture),
            sound_tick_ms=_tick_ms(heard),
        )

    def run(self, container: InputContainer) -> None:
        """Take every packet to its decoder, until the end, a limit, or bytes that cannot be read."""
        packets = container.demux([stream for stream in (self.picture, self.heard) if stream is not None])
        for _ in range(PACKETS_MAX):
            try:
                packet = next(packets, None)
            except (av.error.FFmpegError, OSError):
                self.faults += 1
                break
            if packet is None:
                break
            if self.is_by_keys and self._is_passed_over(packet):
                continue
            if self.frames >= self.frames_max or self.faults >= FAULTS_MAX or self.watcher.is_full:
                self.is_in_part = True
                break
            self._take(packet)
        self._stated_ms(self._furthest_passed, self.picture_tick_ms)
        self.watcher.flush()

    def _is_passed_over(self, packet: "Packet[Stream]") -> bool:
        """Whether it is a picture between two key frames: there are thousands, so its time alone is noted."""
        if packet.is_keyframe or packet.size == 0 or packet.stream is not self.picture:
            return False
        stamp = packet.pts if packet.pts is not None else packet.dts
        if stamp is not None and (self._furthest_passed is None or stamp > self._furthest_passed):
            self._furthest_passed = stamp
        return True

    def _take(self, packet: "Packet[Stream]") -> None:
        try:
            if packet.stream is self.heard:
                self._hear(packet)
            elif not self.is_by_keys or self._is_key_wanted(packet):
                self._watch(packet)
        except av.error.FFmpegError:
            self.faults += 1

    def _is_key_wanted(self, packet: "Packet[Stream]") -> bool:
        """Whether this pass decodes the key frame; the empty packet at the end brings out the last frames."""
        at_ms = self._stated_ms(packet.pts if packet.pts is not None else packet.dts, self.picture_tick_ms)
        if packet.size == 0:
            return True
        if at_ms < self._key_due_ms:
            return False
        self._key_due_ms = at_ms + KEY_STEP_MS
        return True

    def _stated_ms(self, stamp: int | None, tick_ms: float) -> int:
        """When a packet or frame is by its own word, noted as the furthest that was read."""
        if stamp is None:
            return self._key_due_ms
        stated = max(0, min(round(stamp * tick_ms - (self.clock.zero_ms or 0.0)), limits.DURATION_MS_MAX))
        self.ended_ms = max(self.ended_ms, stated)
        return stated

    def _watch(self, packet: "Packet[Stream]") -> None:
        self._stated_ms(packet.pts, self.picture_tick_ms)
        for frame in self._decoded(packet):
            if not isinstance(frame, VideoFrame):
                continue
            self.frames += 1
            time_ms = self.clock.time_ms(None if frame.pts is None else frame.pts * self.picture_tick_ms)
            if frame.is_corrupt:
                self.faults += 1
                continue
            self.size = self.size or Size(width=frame.width, height=frame.height)
            if time_ms <= limits.DURATION_MS_MAX and min(frame.width, frame.height) >= luma.SIDE_READ_MIN:
                self.watcher.see(frame, time_ms, is_key=bool(frame.key_frame))
        self._spare_fewer_frames()

    def _spare_fewer_frames(self) -> None:
        """Decode every frame from now on, where those that others refer to are too few."""
        if self.picture is None or self.is_by_keys or self.ended_ms < 1000:
            return
        if self.frames * QUERIED_STEP_LONG_MS < self.ended_ms:
            self.picture.codec_context.skip_frame = "DEFAULT"

    def _decoded(self, packet: "Packet[Stream]") -> list[Frame]:
        """The frames that a packet brings out; a lone key frame at once.

        Held back for frames that never come, an HEVC key frame came out after its successor.
        """
        decoded: list[Frame] = [frame for frame in packet.decode() if isinstance(frame, Frame)]
        if self.is_by_keys and self.picture is not None and packet.size > 0:
            decoded.extend(self.picture.codec_context.decode(None))
            self.picture.codec_context.flush_buffers()
        return decoded

    def _hear(self, packet: "Packet[Stream]") -> None:
        self._stated_ms(packet.pts, self.sound_tick_ms)
        for frame in packet.decode():
            if not isinstance(frame, AudioFrame):
                continue
            if self.listener is None:
                self.listener = sound.Listener(frame.sample_rate)
                start_ms = round((frame.pts or 0) * self.sound_tick_ms - (self.clock.zero_ms or 0.0))
                self.sound_start_ms = max(-limits.DURATION_MS_MAX, min(start_ms, limits.DURATION_MS_MAX))
            if frame.sample_rate == self.listener.rate_hz:
                samples = frame.to_ndarray()
                self.listener.hear(
                    sound.mono(samples, channels=frame.layout.nb_channels, is_planar=frame.format.is_planar)
                )

    def reading(self, container: InputContainer) -> Reading:
        """Everything read, with its verdict."""
        if self.frames == 0 and self.listener is None:
            raise Undecodable("Nothing in it can be decoded.")
        reason = self._reason(container)
        stored_words, queried_words = (
            ((), ()) if self.listener is None else sound.fingerprint(self.listener, self.sound_start_ms)
        )
        return Reading(
            verdict=Verdict.DAMAGED_READ if reason else Verdict.DECODED,
            reason=reason,
            kind=MediumKind.OTHER if self.picture is None else MediumKind.VIDEO,
            width=None if self.size is None else self.size.width,
            height=None if self.size is None else self.size.height,
            duration_ms=self._duration_ms(container),
            stored=self.watcher.stored.as_sets(with_transforms=False) + stored_words,
            queries=self.watcher.queries.as_sets(with_transforms=True) + queried_words,
            facts=facts_of(container),
            camera=camera_of(container),
            previews=self.watcher.strip.previews(),
        )

    def _reason(self, container: InputContainer) -> str:
        if self.is_in_part and self.frames_max == limits.FRAMES_MAX and self.faults < FAULTS_MAX:
            return READ_IN_PART
        if self.faults or (self.picture is not None and self.frames == 0):
            return DAMAGED
        missing_ms = (duration_ms(container) or 0) - self.ended_ms
        is_cut = missing_ms > max(END_MISSING_MS, END_MISSING_SHARE * self.ended_ms) and not self.is_in_part
        return CUT_OFF if is_cut else ""

    def _duration_ms(self, container: InputContainer) -> int | None:
        """What the container states; what was read, where it states nothing or too little."""
        stated = duration_ms(container)
        if stated is None or self.ended_ms > stated + max(END_MISSING_MS, END_MISSING_SHARE * stated):
            return self.ended_ms or None
        return stated


def _clock_of(picture: VideoStream) -> Clock:
    rate = picture.average_rate or picture.guessed_rate
    step_ms = 1000 / float(rate) if rate and 1 <= rate <= 1000 else 40.0
    zero_ms = None if picture.start_time is None else picture.start_time * _tick_ms(picture)
    return Clock(zero_ms=zero_ms, step_ms=step_ms)


def _tick_ms(stream: VideoStream | AudioStream | None) -> float:
    """Length in milliseconds of one tick of a stream's clock."""
    return 1.0 if stream is None or not stream.time_base else float(stream.time_base) * 1000


def _has_frames_to_spare(picture: VideoStream, container: InputContainer) -> bool:
    """Whether frames that no other refers to may be left undecoded: there are enough others."""
    is_fast = picture.average_rate is not None and picture.average_rate >= SPARED_RATE_MIN
    return is_fast and (duration_ms(container) or 0) >= SPARED_DURATION_MS_MIN


def warm() -> None:
    """Compile or load everything that reading needs, so that nothing is opened or compiled in the sandbox."""
    luma.warm()
    pdq.warm()
    clip = drawn_clip()
    fd = os.memfd_create("drawn")
    try:
        os.pwrite(fd, clip, 0)
        for wants in Wants:
            read_video(fd, len(clip), wants)
    finally:
        os.close(fd)


def drawn_clip() -> bytes:
    """Two seconds of moving stripes with six of changing tones, small: enough for words of sound too."""
    target = BytesIO()
    with av.open(target, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width, stream.height, stream.pix_fmt = 320, 288, "yuv420p"
        stream.codec_context.thread_count = 1
        voice = container.add_stream("pcm_s16le", rate=8000, layout="mono", format="s16")
        for number in range(10):
            planes = np.add.outer(np.arange(432), np.arange(320) * (number + 1)).astype(np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(planes, format="yuv420p")))
        pitch = np.repeat([0.3, 0.5, 0.4, 0.6, 0.35, 0.7, 0.45, 0.55], 6_000)
        tone = (np.sin(np.cumsum(pitch)) * 8000).astype(np.int16)[None]
        heard = av.AudioFrame.from_ndarray(tone, format="s16", layout="mono")
        heard.sample_rate = 8000
        container.mux(voice.encode(heard))
        container.mux(stream.encode(None))
        container.mux(voice.encode(None))
    return target.getvalue()
