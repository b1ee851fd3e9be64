"""The vote on time finds runs that are there, says where they are, and finds none that are not."""

import numpy as np
import pytest

from clew.domain.fingerprint import Transform
from clew.index import alignment
from clew.index.alignment import FRAMES, KEY_FRAMES, SOUND, Instants, Rule, Votes, align

STEP_MS = 100
DRAW = np.random.default_rng(7)


def fingerprints(scenes):
    """A row per instant: one of its scene with a bit or two of noise."""
    scenes = np.asarray(scenes)
    base = DRAW.integers(0, 256, (scenes.max() + 1, 32), np.uint8)[scenes]
    base[np.arange(len(base)), DRAW.integers(0, 32, len(base))] ^= 1
    return base


def query(seconds, scene_s=2.0):
    times = np.arange(0, round(seconds * 1000), STEP_MS, dtype=np.int32)
    return Instants.of(times, fingerprints((times / 1000 // scene_s).astype(int)))


def pairs(instants, *, stored=0, scale=1.0, offset_ms=0, first_ms=0, last_ms=10**9, turn=0, distance=8, every_ms=1000):
    """Votes as a stored medium gives that has a frame each `every_ms` at `scale * here + offset_ms`."""
    here = instants.times_ms[(instants.times_ms >= first_ms) & (instants.times_ms <= last_ms)]
    there = scale * here + offset_ms
    nearest = np.round(there / every_ms) * every_ms
    kept = np.abs(nearest - there) <= 60
    count = int(kept.sum())
    return Votes(
        here_ms=here[kept],
        stored=np.full(count, stored, np.int64),
        there_ms=nearest[kept].astype(np.int64),
        distance=(distance + np.abs(nearest - there)[kept] / 10).astype(np.uint8),
        transform=np.full(count, turn, np.uint8),
    )


def together(*votes):
    names = ("here_ms", "stored", "there_ms", "distance", "transform")
    return Votes(**{name: np.concatenate([getattr(vote, name) for vote in votes]) for name in names})


def test_a_run_is_found_with_its_seconds_here_and_there():
    instants = query(12)
    (run,) = align(pairs(instants, stored=42, offset_ms=31_400, first_ms=3000, last_ms=9500), instants)
    assert run.stored == 42
    assert run.here_s[0] == pytest.approx(3.6, abs=0.7)
    assert run.here_s[1] == pytest.approx(9.0, abs=0.7)
    assert run.there_s[0] - run.here_s[0] == pytest.approx(31.4, abs=0.1)
    assert run.frames_matched <= run.frames_compared
    assert run.scale == 1.0


@pytest.mark.parametrize("scale", [0.5, 0.8, 1.25, 2.0])
def test_a_copy_played_faster_or_slower_is_one_run_on_its_own_scale(scale):
    instants = query(20)
    (run,) = align(pairs(instants, scale=scale, offset_ms=5000), instants)
    assert run.scale == pytest.approx(scale, rel=0.02)
    assert run.there_s[1] == pytest.approx(scale * run.here_s[1] + 5, abs=0.3)
    assert run.coverage > 0.8


def test_a_static_scene_is_one_witness_unless_it_is_the_whole_query():
    plain = query(12, scene_s=100)
    part = pairs(plain, first_ms=2000, last_ms=7000, every_ms=100)
    assert align(part, Instants.of(plain.times_ms.astype(np.int32), fingerprints([0] * 20 + [1] * 60 + [2] * 40))) == []
    assert len(align(pairs(plain), plain)) == 1


def test_a_frame_found_in_too_many_media_is_no_witness():
    instants = query(20)
    shared = [pairs(instants, stored=n, first_ms=0, last_ms=6000) for n in range(FRAMES.stored_per_frame_max + 1)]
    assert align(together(*shared), instants) == []
    few = together(*shared[:-1])
    assert len({run.stored for run in align(few, instants)}) == FRAMES.stored_per_frame_max


def strays(instants, stored, first_ms, last_ms):
    """Votes of one medium that lie on no line, a minute apart in it."""
    here = instants.times_ms[(instants.times_ms >= first_ms) & (instants.times_ms <= last_ms)][::10]
    count = len(here)
    return Votes(
        here_ms=here,
        stored=np.full(count, stored, np.int64),
        there_ms=DRAW.permutation(count) * 60_000 + 1_000_000,
        distance=np.full(count, 20, np.uint8),
        transform=np.zeros(count, np.uint8),
    )


def test_frames_of_its_own_off_the_line_make_no_witness_of_a_shared_intro():
    instants = query(20)
    many = range(FRAMES.stored_per_frame_max + 1)
    shared = [pairs(instants, stored=n, first_ms=0, last_ms=6000) for n in many]
    own = [strays(instants, n, 8000 + n % 5, 16_000) for n in many]
    assert align(together(*shared, *own), instants) == []


def test_another_scene_off_the_line_is_no_second_witness():
    plain = Instants.of(
        np.arange(0, 20_000, STEP_MS, dtype=np.int32), fingerprints([0] * 20 + [1] * 60 + [2] * 60 + [3] * 60)
    )
    one_scene = pairs(plain, first_ms=2000, last_ms=7900, every_ms=100)
    assert align(together(one_scene, strays(plain, 0, 9000, 18_000)), plain) == []
    two_scenes = pairs(plain, first_ms=2000, last_ms=8900, every_ms=100)
    assert len(align(together(two_scenes, strays(plain, 0, 11_000, 18_000)), plain)) == 1


def test_the_whole_of_a_much_copied_medium_is_still_found_in_every_copy():
    instants = query(12)
    copies = FRAMES.stored_per_frame_max * 4
    runs = align(together(*(pairs(instants, stored=n) for n in range(copies))), instants)
    assert {run.stored for run in runs} == set(range(copies))


def test_pairs_that_lie_on_no_line_are_no_run():
    instants = query(30)
    count = 120
    votes = Votes(
        here_ms=DRAW.choice(instants.times_ms, count),
        stored=DRAW.integers(0, 3, count),
        there_ms=DRAW.integers(0, 120_000, count),
        distance=DRAW.integers(0, 32, count).astype(np.uint8),
        transform=np.zeros(count, np.uint8),
    )
    assert align(votes, instants) == []


def test_two_far_pairs_on_one_line_do_not_speak_for_the_frames_between_them():
    instants = query(12, scene_s=0.5)
    ends = pairs(instants, first_ms=2000, last_ms=2000), pairs(instants, first_ms=6000, last_ms=6000)
    assert len(together(*ends)) == 2
    assert align(together(*ends), instants) == []


def test_a_run_just_shorter_than_the_rule_does_not_count_and_one_as_long_does():
    instants = query(30, scene_s=0.5)
    rule = Rule(run_ms=4000)
    assert align(pairs(instants, first_ms=6000, last_ms=9900, every_ms=100), instants, rule) == []
    assert len(align(pairs(instants, first_ms=6000, last_ms=10_000, every_ms=100), instants, rule)) == 1


def test_half_of_a_short_query_counts_where_it_shows_three_scenes():
    times = np.arange(0, 4000, STEP_MS, dtype=np.int32)

    def first_half(scenes):
        instants = Instants.of(times, fingerprints(scenes))
        return align(pairs(instants, first_ms=0, last_ms=1500, every_ms=100), instants)

    assert len(first_half([0] * 6 + [1] * 5 + [2] * 5 + [3] * 24)) == 1
    assert first_half([0] * 8 + [1] * 8 + [3] * 24) == []


def test_a_mirrored_copy_names_its_turn():
    instants = query(10)
    turned = pairs(instants, turn=Transform.FLIP_HORIZONTAL)
    stray = pairs(instants, turn=Transform.NONE, first_ms=4000, last_ms=5000, distance=25)
    (run,) = align(together(turned, stray), instants)
    assert run.transform == Transform.FLIP_HORIZONTAL


def test_two_stretches_of_one_stored_medium_are_two_runs():
    instants = query(30)
    early = pairs(instants, offset_ms=100_000, first_ms=0, last_ms=9000)
    late = pairs(instants, offset_ms=-12_000, first_ms=15_000, last_ms=29_000)
    runs = align(together(early, late), instants)
    assert [round(run.there_s[0] - run.here_s[0]) for run in runs] == [100, -12]


def test_one_key_frame_that_is_the_whole_query_is_found():
    instants = Instants.of(np.zeros(1, np.int32), fingerprints([0]))
    vote = Votes(
        here_ms=np.zeros(1, np.int64),
        stored=np.array([9]),
        there_ms=np.array([4000]),
        distance=np.array([12], np.uint8),
        transform=np.zeros(1, np.uint8),
    )
    (run,) = align(vote, instants)
    assert (run.stored, run.there_s, run.distance_bits) == (9, (4.0, 4.0), 12)


def test_in_a_slow_scene_the_closest_pairs_decide_the_offset():
    """Neighbours in time match as well, only not as closely: the line must not be drawn between them."""
    instants = query(8, scene_s=4.0)
    shifted = [pairs(instants, offset_ms=10_000 + 1000 * k, distance=6 + 5 * abs(k)) for k in range(-3, 4)]
    (run, *_) = align(together(*shifted), instants)
    assert run.there_s[0] - run.here_s[0] == pytest.approx(10, abs=0.1)


def test_sound_is_not_sought_at_other_speeds():
    instants = query(40, scene_s=1.0)
    assert align(pairs(instants, scale=1.25), instants, SOUND) == []
    assert len(align(pairs(instants), instants, SOUND)) == 1


def test_no_votes_and_no_instants_are_no_runs():
    nothing = Votes(
        here_ms=np.zeros(0, np.int64),
        stored=np.zeros(0, np.int64),
        there_ms=np.zeros(0, np.int64),
        distance=np.zeros(0, np.uint8),
        transform=np.zeros(0, np.uint8),
    )
    assert align(nothing, query(5)) == []
    assert len(Instants.of(np.zeros(0, np.int32), np.zeros((0, 32), np.uint8)).times_ms) == 0


def test_scenes_are_told_apart_by_the_radius_and_a_return_is_the_same_scene():
    rows = fingerprints([0, 0, 1, 1, 0, 2])
    scenes = Instants.of(np.arange(6, dtype=np.int32), rows).scenes
    assert scenes.tolist() == [0, 0, 1, 1, 0, 2]
    edge = np.zeros((2, 32), np.uint8)
    edge[1, :4] = 0xFF
    edge[1, 3] = 0xFE
    assert alignment.SCENE_BITS == 31
    assert Instants.of(np.arange(2, dtype=np.int32), edge).scenes.tolist() == [0, 0]
    edge[1, 3] = 0xFF
    assert Instants.of(np.arange(2, dtype=np.int32), edge).scenes.tolist() == [0, 1]


def by_key_frames(seconds, scene_s, **found):
    """A query of a frame in two seconds, with the votes of a medium that stores one a second."""
    times = np.arange(0, seconds * 1000, 2000, dtype=np.int32)
    instants = Instants.of(times, fingerprints((times / 1000 // scene_s).astype(int)))
    return instants, pairs(instants, **found)


def test_by_key_frames_a_run_of_witnesses_counts_and_says_where_it_lies():
    instants, votes = by_key_frames(20, 4, stored=42, offset_ms=31_000, first_ms=4000, last_ms=12_000)
    (run,) = align(votes, instants, KEY_FRAMES)
    assert (run.stored, run.frames_matched, run.there_s[0] - run.here_s[0]) == (42, 5, pytest.approx(31, abs=0.1))
    assert (run.here_s[0], run.here_s[1]) == (4.0, 12.0)


def test_by_key_frames_two_scenes_and_three_seconds_are_asked_of_it():
    """At the edge: a pair of key frames lasts two seconds, three of them last four; in one scene none of them counts."""
    for last_ms, scene_s, count in ((6000, 2, 0), (8000, 2, 1), (8000, 100, 0)):
        instants, votes = by_key_frames(40, scene_s, first_ms=4000, last_ms=last_ms)
        assert len(align(votes, instants, KEY_FRAMES)) == count, (last_ms, scene_s)


@pytest.mark.parametrize(("seconds", "scene_s"), [(20, 100), (4, 2), (2, 100)])
def test_by_key_frames_to_be_covered_is_no_reason_yet(seconds, scene_s):
    """A query of few key frames is soon covered by an intro: what is covered is found when it is looked at closer."""
    instants, votes = by_key_frames(seconds, scene_s)
    assert len(align(votes, instants, FRAMES)) == 1
    assert align(votes, instants, KEY_FRAMES) == []


def test_by_key_frames_half_of_a_query_is_no_reason_yet_either():
    """Its witnesses show three scenes, but too few frames of those between its ends were found to be a run."""
    times = np.array([0, 1000, 2000, *range(2100, 2900, 100)], np.int32)
    instants = Instants.of(times, fingerprints([0, 1, 2, *range(3, 11)]))
    votes = pairs(instants, last_ms=2000)
    wide = Rule(half_coverage_min=0.25)
    assert len(align(votes, instants, wide)) == 1
    assert align(votes, instants, KEY_FRAMES) == []
