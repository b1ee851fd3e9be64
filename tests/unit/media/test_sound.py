"""Words of sound: the same recording gives the same words, silence and hum give none."""

import numpy as np
import pytest

from clew.domain.fingerprint import Kind
from clew.media import sound
from tests.world import clips

needs_chromaprint = pytest.mark.skipif(
    not sound.available(), reason="libchromaprint.so.1 is not installed (Debian: libchromaprint1): sound is NOT tested"
)


def listen(samples, rate_hz=clips.SOUND_RATE_HZ, piece=4000):
    listener = sound.Listener(rate_hz)
    for first in range(0, len(samples), piece):
        listener.hear(samples[first : first + piece])
    return sound.fingerprint(listener, 0)


def bits_apart(one, other):
    return np.bitwise_count(one[:, None] ^ other[None]).sum(axis=2)


@needs_chromaprint
def test_a_second_of_sound_is_one_stored_word_and_eight_looked_up():
    (stored,), (queried,) = listen(clips.music(1, 20))
    assert stored.kind is queried.kind is Kind.SOUND
    assert 15 <= len(stored) <= 18
    assert len(queried) == pytest.approx(8 * len(stored), abs=8)
    assert np.diff(stored.times_ms).min() >= 980
    assert set(map(int, stored.times_ms)) <= set(map(int, queried.times_ms))


@needs_chromaprint
def test_a_quieter_cut_and_noisy_copy_has_nearly_the_same_words_at_its_own_times():
    tune = clips.music(2, 20)
    noise = np.random.default_rng(3).normal(0, 150, len(tune))
    copy = (tune * 0.5 + noise).astype(np.int16)[round(5.37 * clips.SOUND_RATE_HZ) :]
    (stored,), _ = listen(tune)
    _, (queried,) = listen(copy)
    apart = bits_apart(queried.bits, stored.bits)
    here, there = np.nonzero(apart <= 31)
    inside = stored.times_ms > 5400
    assert len(set(there.tolist())) >= 0.9 * inside.sum()
    shift = stored.times_ms[there] - queried.times_ms[here]
    assert np.median(np.abs(shift - 5370)) <= 70


@needs_chromaprint
def test_another_tune_shares_no_word():
    (stored,), _ = listen(clips.music(4, 15))
    _, (queried,) = listen(clips.music(5, 15))
    assert bits_apart(queried.bits, stored.bits).min() > 50


@needs_chromaprint
def test_how_the_samples_are_cut_into_pieces_changes_nothing():
    tune = clips.music(6, 8)
    whole, small = listen(tune, piece=len(tune)), listen(tune, piece=333)
    assert np.array_equal(whole[1][0].bits, small[1][0].bits)


@needs_chromaprint
@pytest.mark.parametrize("samples", [
    np.zeros(160_000, np.int16),
    np.random.default_rng(1).integers(-8, 9, 160_000).astype(np.int16),
    (np.sin(np.arange(160_000) / 16_000 * 2 * np.pi * 50) * 9000).astype(np.int16),
    np.zeros(0, np.int16),
    np.ones(500, np.int16),
], ids=["silence", "hiss", "hum", "nothing", "a-moment"])  # fmt: skip
def test_silence_hum_and_moments_have_no_words(samples):
    assert listen(samples) == ((), ())


@needs_chromaprint
def test_only_the_silent_half_of_a_recording_is_left_out():
    half = clips.music(7, 10)
    (stored,), _ = listen(np.concatenate((half, np.zeros(160_000, np.int16))))
    assert 7000 <= stored.times_ms.max() <= 10_500


def test_samples_of_every_format_become_the_same_mono():
    wave = (np.sin(np.arange(400) / 9) * 12_000).astype(np.int16)
    stereo = np.stack((wave, wave))
    packed = stereo.T.reshape(1, -1)
    expected = wave.astype(int)
    forms = [
        (stereo, True),
        (packed, False),
        ((stereo / 32767).astype(np.float32), True),
        (stereo.astype(np.int32) << 16, True),
        ((packed / 256 + 128).astype(np.uint8), False),
    ]
    for samples, is_planar in forms:
        heard = sound.mono(samples, channels=2, is_planar=is_planar)
        assert heard.dtype == np.int16
        assert np.abs(heard - expected).max() <= 257


def test_wild_samples_are_clipped_and_never_wrap():
    wild = np.array([[np.nan, np.inf, -np.inf, 5.0, -5.0]], np.float32)
    assert sound.mono(wild, channels=1, is_planar=True).tolist() == [0, 32767, -32767, 32767, -32767]


@pytest.mark.parametrize("rate_hz", [0, -1, 10**7])
def test_a_sample_rate_that_cannot_be_is_refused(rate_hz):
    with pytest.raises(ValueError):
        sound.Listener(rate_hz)


def test_without_the_library_nothing_is_heard(monkeypatch):
    monkeypatch.setattr(sound, "_CHROMAPRINT", None)
    assert not sound.available()
    assert listen(clips.music(8, 5)) == ((), ())


@needs_chromaprint
@pytest.mark.parametrize(("start_ms", "first_ms"), [(-7, 0), (-123, 0), (-124, 0), (-1000, 0), (0, 0), (40, 40)])
def test_sound_before_the_first_frame_has_no_negative_time(start_ms, first_ms):
    """An Opus track begins 7 ms before its video; its clip was once quarantined for a time below zero."""
    heard = clips.music(4, 8.0)
    listener = sound.Listener(clips.SOUND_RATE_HZ)
    listener.hear(heard)
    subfingerprints = listener.finish()
    _, times, is_heard = sound.words(subfingerprints, np.ones(len(subfingerprints), bool), start_ms)
    assert times[is_heard].min() == pytest.approx(first_ms, abs=1)
    assert times.min() >= 0
