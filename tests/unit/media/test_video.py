"""Moving media: what is stored and looked up of them, and what becomes of bad ones."""

import os
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from clew.domain.errors import Undecodable
from clew.domain.fingerprint import Kind, Transform
from clew.domain.medium import MediumKind, Verdict
from clew.index.alignment import FRAMES, SOUND, Instants, Votes, align
from clew.media import frames, limits, sound, video
from clew.media.container import FORMATS
from clew.media.reading import Wants
from tests.world import clips

MEDIA = Path(os.environ.get("CLEW_TEST_MEDIA", Path(__file__).parents[4] / "shared" / "media"))
needs_media = pytest.mark.skipif(
    not (MEDIA / "videos").is_dir(), reason="no test media (set CLEW_TEST_MEDIA): real clips are NOT tested"
)
needs_chromaprint = pytest.mark.skipif(
    not sound.available(), reason="libchromaprint.so.1 is not installed (Debian: libchromaprint1): sound is NOT tested"
)
SECONDS = 8


def read(path, wants=Wants.FULL):
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return video.read_video(descriptor, path.stat().st_size, wants)
    finally:
        os.close(descriptor)


def rows(sets, kind=Kind.FRAME):
    return next((one for one in sets if one.kind is kind), None)


def runs(query, *stored, kind=Kind.FRAME):
    """Runs of one reading in others, by a plain scan."""
    asked = rows(query.queries, kind)
    if asked is None:
        return []
    votes = []
    for number, reading in enumerate(stored):
        held = rows(reading.stored, kind)
        if held is None:
            continue
        apart = np.bitwise_count(asked.bits[:, None] ^ held.bits[None]).sum(axis=2)
        here, there = np.nonzero(apart <= 31)
        turns = np.zeros(len(asked), np.uint8) if asked.transforms is None else asked.transforms
        numbers = np.full(len(here), number)
        votes.append((asked.times_ms[here], numbers, held.times_ms[there], apart[here, there], turns[here]))
    here, stored_numbers, there, apart, turns = (np.concatenate(part) for part in zip(*votes, strict=True))
    all_votes = Votes(
        here_ms=here.astype(np.int64),
        stored=stored_numbers.astype(np.int64),
        there_ms=there.astype(np.int64),
        distance=apart.astype(np.uint8),
        transform=turns.astype(np.uint8),
    )
    return align(all_votes, Instants.of(asked.times_ms, asked.bits), FRAMES if kind is Kind.FRAME else SOUND)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("clips")


@pytest.fixture(scope="module")
def original(folder):
    return clips.write(folder / "original.mp4", clips.scenes(1, SECONDS), sound=clips.music(1, SECONDS))


@pytest.fixture(scope="module")
def reading(original):
    return read(original)


def test_a_clip_is_read_with_its_size_length_and_fingerprints(reading):
    assert reading.verdict is Verdict.DECODED
    assert (reading.kind, reading.width, reading.height) == (MediumKind.VIDEO, 320, 180)
    assert reading.duration_ms == pytest.approx(SECONDS * 1000, abs=120)
    stored, queried = rows(reading.stored), rows(reading.queries)
    assert stored.transforms is None
    assert set(queried.transforms) == set(map(int, Transform))
    assert (np.diff(stored.times_ms) >= 0).all()
    assert (np.diff(queried.times_ms) >= 0).all()
    assert min(stored.qualities.min(), queried.qualities.min()) >= 50


def test_there_is_a_stored_frame_at_least_every_second_and_at_every_scene(reading):
    times = np.unique(rows(reading.stored).times_ms)
    assert times[0] == 0
    assert np.diff(times).max() <= 1100
    for scene_ms in (2500, 5000, 7500):
        assert np.abs(times - scene_ms).min() <= 150


def test_the_first_row_of_each_time_is_the_whole_frame_unturned(reading):
    queried = rows(reading.queries)
    firsts = np.unique(queried.times_ms, return_index=True)[1]
    assert set(queried.transforms[firsts]) == {int(Transform.NONE)}


def test_the_first_answer_reads_key_frames_and_all_the_sound(original, reading):
    first = read(original, Wants.PICTURE_OR_KEY_FRAMES)
    assert first.verdict is Verdict.DECODED
    assert set(np.unique(rows(first.stored).times_ms)) <= set(np.unique(rows(reading.stored).times_ms))
    assert len(np.unique(rows(first.stored).times_ms)) >= 4
    assert first.duration_ms == reading.duration_ms
    if sound.available():
        assert np.array_equal(rows(first.stored, Kind.SOUND).bits, rows(reading.stored, Kind.SOUND).bits)


def mirrored(luma):
    return luma[:, ::-1]


def turned(luma):
    return np.rot90(luma)


def with_bars(luma):
    bar = np.full((luma.shape[0] // 6, luma.shape[1]), 16, np.uint8)
    return np.concatenate((bar, luma, bar))


def with_sides(luma):
    height, width = luma.shape
    middle = luma[::12, ::12].astype(float)
    wide = np.repeat(np.repeat(middle, 12, axis=0), 18, axis=1)
    for axis in (0, 1, 0, 1):
        wide = sum(np.roll(wide, step, axis) for step in range(-10, 11)) / 21
    canvas = wide[:height, : width * 3 // 2].astype(np.uint8)
    canvas[:, width // 4 : width // 4 + width] = luma
    return canvas


def with_logo(luma):
    marked = luma.copy()
    side = luma.shape[0] * 2 // 5
    marked[side // 6 : side // 6 + side, -side - side // 6 : -side // 6] = 225
    return marked


def cropped(luma):
    height, width = luma.shape
    return luma[height // 20 : -height // 20, width // 20 : -width // 20]


def halved(luma):
    return luma[::2, ::2]


EDITS = {
    "mirrored": (mirrored, Transform.FLIP_HORIZONTAL),
    "turned": (turned, Transform.ROTATE_90),
    "letterboxed": (with_bars, Transform.NONE),
    "on-blurred-sides": (with_sides, Transform.NONE),
    "with-a-large-logo": (with_logo, Transform.NONE),
    "cropped-by-a-tenth": (cropped, Transform.NONE),
    "at-half-the-size": (halved, Transform.NONE),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edited_copy_is_found_with_its_seconds(folder, reading, name):
    edit, turn = EDITS[name]
    hard = {"crf": "30", "preset": "ultrafast", "g": "45"}
    copy = read(clips.write(folder / f"{name}.mkv", clips.scenes(1, SECONDS), edit=edit, options=hard))
    (run,) = runs(copy, reading)
    assert run.transform == turn
    assert run.here_s[0] == pytest.approx(0, abs=0.3)
    assert run.here_s[1] == pytest.approx(SECONDS, abs=1)
    assert run.there_s[0] - run.here_s[0] == pytest.approx(0, abs=0.15)


def test_a_copy_is_found_where_the_stored_clip_is_the_edited_one(folder, reading):
    for edit in (with_bars, cropped, with_logo):
        edited = read(clips.write(folder / f"stored-{edit.__name__}.mp4", clips.scenes(1, SECONDS), edit=edit))
        assert len(runs(reading, edited)) == 1


def test_a_crop_that_leaves_a_part_of_the_bars_is_found(folder):
    def with_pillars(luma):
        wide = np.full((luma.shape[0], luma.shape[1] + 48), 16, np.uint8)
        wide[:, 24:-24] = luma
        return wide

    barred = clips.write(folder / "barred.mp4", clips.scenes(1, SECONDS), edit=with_pillars)
    cut = clips.write(folder / "cut-bars.mp4", clips.scenes(1, SECONDS), edit=lambda luma: cropped(with_pillars(luma)))
    assert len(runs(read(cut), read(barred))) == 1


def test_a_part_of_three_seconds_is_found_at_its_place(folder, reading):
    part = list(clips.scenes(1, SECONDS))[round(4.2 * clips.RATE) : round(7.3 * clips.RATE)]
    (run,) = runs(read(clips.write(folder / "part.mp4", part)), reading)
    assert run.there_s[0] - run.here_s[0] == pytest.approx(4.2, abs=0.15)


@pytest.mark.parametrize("speed", [0.8, 1.25])
def test_a_copy_at_another_speed_is_found_with_its_scale(folder, reading, speed):
    own = list(clips.scenes(1, SECONDS))
    other = [own[min(int(n * speed), len(own) - 1)] for n in range(int(len(own) / speed))]
    (run,) = runs(read(clips.write(folder / f"speed-{speed}.mp4", other)), reading)
    assert run.scale == pytest.approx(speed, rel=0.03)
    assert run.there_s[1] == pytest.approx(run.here_s[1] * speed, abs=0.4)


def test_a_clip_inside_a_longer_one_is_found(folder, reading):
    longer = [*clips.scenes(50, 6), *clips.scenes(1, SECONDS), *clips.scenes(51, 6)]
    (run,) = runs(reading, read(clips.write(folder / "longer.mp4", longer)))
    assert run.there_s[0] - run.here_s[0] == pytest.approx(6, abs=0.15)


def test_the_key_frames_of_a_copy_are_enough_for_a_first_answer(folder, reading):
    copy = clips.write(folder / "keys.mkv", clips.scenes(1, SECONDS), options={"crf": "30", "g": "20"})
    (run,) = runs(read(copy, Wants.PICTURE_OR_KEY_FRAMES), reading)
    assert run.there_s[0] - run.here_s[0] == pytest.approx(0, abs=0.3)


def test_another_clip_is_not_found(folder, reading):
    assert runs(read(clips.write(folder / "other.mp4", clips.scenes(2, SECONDS))), reading) == []


@pytest.mark.parametrize("level", [16, 128, 235])
def test_black_grey_and_white_clips_have_no_fingerprint(folder, level):
    flat = [np.full(clips.SIZE, level, np.uint8)] * 30
    blank = read(clips.write(folder / f"flat-{level}.mp4", flat))
    assert blank.verdict is Verdict.DECODED
    assert (blank.stored, blank.queries) == ((), ())


def test_a_standing_picture_is_stored_and_looked_up_sparingly(folder):
    still = read(clips.write(folder / "still.mp4", clips.scenes(3, 12, scene_s=100, pan=0)))
    assert len(np.unique(rows(still.stored).times_ms)) <= 12_000 / frames.STILL_STORED_STEP_MS + 1
    assert len(np.unique(rows(still.queries).times_ms)) <= 12_000 / frames.STILL_QUERIED_STEP_MS + 1


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [(".mov", "mpeg4"), (".avi", "mjpeg"), (".avi", "mpeg4"), (".webm", "libvpx"), (".ts", "mpeg2video"),
     (".3gp", "h263"), (".mpg", "mpeg1video"), (".wmv", "wmv2"), (".flv", "flv"), (".mkv", "ffv1")],
)  # fmt: skip
def test_the_usual_containers_and_codecs_are_read_and_others_refused(folder, reading, suffix, codec):
    edit = (lambda luma: np.pad(luma[:144, :176], 0)) if codec == "h263" else (lambda luma: luma)
    rate = 25 if codec.startswith("mpeg") else clips.RATE
    options = {"deadline": "realtime", "b": "1000000"} if codec == "libvpx" else {"b": "1500000"}
    shown = clips.scenes(1, 4, rate=rate)
    path = clips.write(folder / f"{codec}{suffix}", shown, rate=rate, codec=codec, options=options, edit=edit)
    if codec == "ffv1":
        with pytest.raises(Undecodable):
            read(path)
        return
    for wants in Wants:
        copy = read(path, wants)
        assert copy.verdict is Verdict.DECODED, copy.reason
        assert copy.duration_ms == pytest.approx(4000, abs=400)
        assert codec == "h263" or len(runs(copy, reading)) == 1


def test_a_cut_file_gives_what_is_left_of_it(folder, original, reading):
    shown = clips.scenes(1, SECONDS, rate=25)
    flowing = clips.write(folder / "flowing.ts", shown, codec="mpeg2video", rate=25, options={"b": "2000000"})
    cut = folder / "cut.ts"
    cut.write_bytes(flowing.read_bytes()[: flowing.stat().st_size // 2])
    assert len(runs(read(cut), read(flowing))) == 1
    holed = bytearray(original.read_bytes())
    middle = len(holed) // 2
    holed[middle : middle + len(holed) // 10] = bytes(len(holed) // 10)
    damaged = folder / "damaged.mp4"
    damaged.write_bytes(holed)
    found = read(damaged)
    assert found.verdict is Verdict.DAMAGED_READ
    assert found.reason
    assert len(runs(found, reading)) >= 1


def test_a_file_that_ends_too_early_says_so(folder):
    streamed = clips.write(folder / "whole.mp4", clips.scenes(4, SECONDS), sound=None)
    content = streamed.read_bytes()
    index = content.index(b"moov") - 4
    body = content.index(b"mdat") - 4
    kept = (index - body) * 6 // 10
    # The index first, as files for streaming have it, moved by as much: only the offsets stay.
    cut = content[: body + kept] + b"\0" * (index - body - kept) + content[index:]
    holed = folder / "ends-early.mp4"
    holed.write_bytes(cut)
    assert read(holed).verdict is Verdict.DAMAGED_READ


@needs_chromaprint
def test_a_copy_with_other_pictures_is_found_by_its_sound(folder, reading):
    tune = clips.music(1, SECONDS)[round(1.5 * clips.SOUND_RATE_HZ) :]
    other = read(clips.write(folder / "sound.mkv", clips.scenes(9, 6.5), sound=tune, sound_codec="libmp3lame"))
    assert runs(other, reading) == []
    (run,) = runs(other, reading, kind=Kind.SOUND)
    assert run.there_s[0] - run.here_s[0] == pytest.approx(1.5, abs=0.2)


@needs_chromaprint
@pytest.mark.parametrize(
    ("suffix", "codec"), [(".mp3", "libmp3lame"), (".wav", "pcm_s16le"), (".m4a", "aac"), (".ogg", "libopus")]
)
def test_a_file_of_sound_alone_is_heard(folder, reading, suffix, codec):
    heard = read(clips.write(folder / f"alone{suffix}", None, sound=clips.music(1, SECONDS), sound_codec=codec))
    assert (heard.kind, heard.verdict) == (MediumKind.OTHER, Verdict.DECODED)
    assert (heard.width, heard.height) == (None, None)
    assert len(runs(heard, reading, kind=Kind.SOUND)) == 1


def test_what_a_phone_writes_into_a_clip_is_read(folder):
    tags = {
        "com.apple.quicktime.make": "Norvik",
        "com.apple.quicktime.model": "N-7",
        "com.apple.quicktime.software": "4.2",
        "com.apple.quicktime.creationdate": "2024-05-06T07:08:09+0200",
        "com.apple.quicktime.location.ISO6709": "+59.9139+010.7522+023.0/",
        "com.apple.quicktime.location.accuracy.horizontal": "4.5",
        "maker-note": "an unknown tag\u0000 with a nul",
    }
    found = read(clips.write(folder / "phone.mov", clips.scenes(5, 1), tags=tags))
    camera = found.camera
    assert (camera.make, camera.model, camera.software) == ("Norvik", "N-7", "4.2")
    assert (camera.taken_at, camera.taken_offset_minutes) == (datetime.fromisoformat("2024-05-06T07:08:09"), 120)
    assert (camera.latitude, camera.longitude, camera.gps_precision_m) == (59.9139, 10.7522, 4.5)
    assert found.facts["container.maker-note"].startswith("an unknown tag")
    assert found.facts["stream.0.codec"] == "h264"


@pytest.mark.parametrize("place", ["", "here", "+91.0+010.0/", "+10.0+181.0/", "+00.0000+000.0000/", "+1e9+0"])
def test_a_place_that_cannot_be_is_none(folder, place):
    tags = {"com.apple.quicktime.location.ISO6709": place, "com.apple.quicktime.creationdate": "1904-01-01T00:00:00Z"}
    camera = read(clips.write(folder / "nowhere.mov", clips.scenes(5, 0.4), tags=tags)).camera
    assert (camera.latitude, camera.longitude) == (None, None)
    assert camera.taken_at is None or camera.taken_at.year > 1904


def test_facts_are_bounded(folder):
    tags = {f"key-{number}" * 40: "x" * 60_000 for number in range(200)}
    facts = read(clips.write(folder / "wordy.mov", clips.scenes(5, 0.4), tags=tags)).facts
    assert len(facts) <= limits.FACTS_MAX
    assert max(map(len, facts)) <= limits.FACT_KEY_CHARACTERS_MAX
    assert sum(len(key) + len(str(value)) for key, value in facts.items()) <= limits.FACTS_BYTES_MAX


def test_a_script_that_names_another_file_is_not_opened(folder, original):
    script = folder / "script.mp4"
    for text in (f"ffconcat version 1.0\nfile '{original.name}'\n", f"#EXTM3U\n#EXTINF:1,\n{original.name}\n"):
        script.write_text(text)
        with pytest.raises(Undecodable):
            read(script)
    assert not {"concat", "hls", "image2", "dash", "sdp", "lavfi"} & set(FORMATS.split(","))


@pytest.mark.parametrize("content", [b"", b"\0", b"ftyp", bytes(4096), b"RIFF\xff\xff\xff\xffAVI LIST" + b"\xff" * 64])
def test_bytes_that_are_no_container_cannot_be_decoded(folder, content):
    path = folder / "nothing.mp4"
    path.write_bytes(content)
    with pytest.raises(Undecodable):
        read(path)


def test_turned_bits_anywhere_end_in_one_verdict(folder, original):
    """Forty clips with damage spread over header and body: a reading or a refusal, nothing else."""
    draw = np.random.default_rng(11)
    content = np.frombuffer(original.read_bytes(), np.uint8)
    path = folder / "flipped.mp4"
    for number in range(40):
        copy = content.copy()
        copy[draw.integers(0, len(copy), 1 + number * 3)] ^= draw.integers(1, 256, 1 + number * 3).astype(np.uint8)
        path.write_bytes(copy.tobytes())
        try:
            found = read(path, Wants.PICTURE_OR_KEY_FRAMES)
        except (Undecodable, limits.LimitExceeded):
            continue
        assert found.verdict in (Verdict.DECODED, Verdict.DAMAGED_READ)


def test_too_many_pixels_in_a_frame_are_refused_by_the_header(folder, monkeypatch, original):
    monkeypatch.setattr(limits, "PIXELS_MAX", 320 * 180 - 1)
    with pytest.raises(limits.LimitExceeded):
        read(original)
    monkeypatch.setattr(limits, "PIXELS_MAX", 320 * 180)
    assert read(original).verdict is Verdict.DECODED


def test_a_clip_longer_than_may_be_is_read_in_part(monkeypatch, original):
    monkeypatch.setattr(frames, "INSTANTS_QUERIED_MAX", 30)
    found = read(original)
    assert (found.verdict, found.reason) == (Verdict.DAMAGED_READ, video.READ_IN_PART)
    assert len(np.unique(rows(found.queries).times_ms)) == 30


def test_the_clock_follows_frames_without_a_time_and_refuses_wild_ones():
    clock = frames.Clock(step_ms=40.0)
    stated = [0, 40, None, 120, 10**12, 10**12 + 40, 100, 140]
    assert [clock.time_ms(at_ms) for at_ms in stated] == [0, 40, 80, 120, 160, 200, 240, 280]


def test_what_is_warmed_is_enough_to_read():
    video.warm()


@needs_media
@pytest.mark.parametrize("name", ["coast-flight-hevc.mp4", "garden-walk-vp9.webm", "striped-cloth.avi"])
def test_a_real_clip_is_found_in_itself_and_in_no_other(name):
    stored = [read(MEDIA / "videos" / other) for other in ("door-handle.mp4", name, "cockatoo.mp4")]
    for wants in Wants:
        found = runs(read(MEDIA / "videos" / name, wants), *stored)
        assert [run.stored for run in found] == [1]


@needs_media
def test_key_frames_come_out_at_their_own_times():
    """Held back in the decoder, the second key frame of this HEVC clip came out before the first."""
    clip = MEDIA / "videos" / "coast-flight-hevc.mp4"
    first, full = (np.unique(rows(read(clip, wants).stored).times_ms) for wants in Wants)
    assert len(first) == 2
    assert set(first) <= set(full)
    assert first[1] == pytest.approx(8342, abs=2)


@needs_media
def test_copies_that_others_made_are_found_with_their_seconds():
    mp4, webm = (read(MEDIA / "videos" / f"red-flower.{suffix}") for suffix in ("mp4", "webm"))
    (run,) = runs(webm, mp4)
    assert run.there_s[0] - run.here_s[0] == pytest.approx(0, abs=0.2)


@needs_media
def test_every_hostile_container_is_refused():
    for suffix in ("mp4", "avi", "webm"):
        for path in sorted((MEDIA / "hostile").glob(f"*.{suffix}")):
            with pytest.raises((Undecodable, limits.LimitExceeded)):
                read(path)
