"""Runs of a moving medium, or of its sound, that are also in stored ones: found by a vote on time.

Each pair within the radius votes for a line `there = scale * here + offset`. A single pair proves
nothing (a blank wall, a title); many pairs on one line do. The rule, for one stored medium:

* Pairs of one turn, at most half a second from one line with a scale from 0.5 to 2, are a run.
* A frame that is found in more than 50 stored media (an intro, a test picture) is no witness.
* A run counts if its witnesses last 3 seconds, show 2 scenes (a static scene is one witness) and
  speak for half of the frames between its ends; or if it covers 80 % of the query: then the whole
  of it is there, however plain it is; or if it covers half of the query and its witnesses show 3
  scenes: of a clip of 4 seconds that is blank in its middle, only one second can be compared.

Measured on 20,000 simulated media with shared intros and blanks (benchmarks/video.py) and on every
pair of distinct real clips in the test pack; docs/performance.md has the figures.

Source of the offset vote: A. Wang, "An Industrial-Strength Audio Search Algorithm" (2003), 2.3.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

SCENES_COMPARED_MAX = 16
"""A frame is compared with the latest so many scenes, so that a shot and its reverse stay two scenes."""
SCENE_BITS = 31
REACH_MS = 650
"""A matched frame speaks for the frames this near to it: stored frames lie a second apart."""
STILL_REACH_MS = 4500
"""It speaks this far within its own scene: of a still picture one frame in four seconds is stored."""
VOTES_SEARCHED_MAX = 20_000
"""Pairs of one stored medium among which the line is sought; all pairs are counted on it then."""
BITS_PER_HALVING = 3.0
"""A pair so many bits further than the closest of either frame has half the weight: in slow scenes
the neighbours in time match as well, only not as closely."""
DENSE_STEP_MS = 250
SCALE_STEP = 1.02
SCALED_THERE_MIN = 3
EXPLAINED_SHARE = 0.8
"""Where a line at the same speed has so many of the matched frames, no other speed is sought."""
SCALED_GAIN_MIN = 1.1
"""Another speed has to explain so much more than the same speed to be believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When a run counts. Times in milliseconds."""

    run_ms: int = 3000
    scenes_min: int = 2
    density_min: float = 0.5
    """Two chance pairs are always on some line; those between them are not."""
    coverage_min: float = 0.8
    half_coverage_min: float = 0.5
    half_scenes_min: int = 3
    stored_per_frame_max: int = 50
    tolerance_ms: int = 500
    gap_ms_max: int = 5000
    """A run without a matched frame for longer is two runs; where frames are sparse, for longer."""
    scale_max: float = 2.0
    """Up to so many times faster or slower; 1.0 looks for copies at the same speed only."""
    scaled_frames_min: int = 6
    """Fewer matched frames lie on some line of another speed by chance."""
    runs_per_stored_max: int = 4


FRAMES = Rule()
NEVER = 2.0
"""A share that no run covers."""
KEY_FRAMES = Rule(coverage_min=NEVER, half_coverage_min=NEVER)
"""For a first answer by key frames alone: a query of few frames is soon covered by an intro, so only
witnesses count (with coverage 3.4 media a query were wrong). What this misses, the full reading finds."""
SOUND = Rule(run_ms=2000, scenes_min=3, scale_max=1.0, tolerance_ms=250, coverage_min=0.8)
"""Chromaprint hears another speed as another sound, so only the offset is sought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instants:
    """The moments of the query that were looked up: times (m,) ascending, and the scene of each."""

    times_ms: Ints
    scenes: Ints

    @classmethod
    def of(cls, times_ms: NDArray[np.int32], bits: NDArray[np.uint8]) -> "Instants":
        """Moments and scenes of query rows in the order they were read.

        Shapes: `times_ms` (n,) ascending, `bits` (n, 32); the first row of each time is the whole
        frame unturned.
        """
        times, first = np.unique(times_ms, return_index=True)
        words = np.ascontiguousarray(bits[first]).view(np.uint64).reshape(len(times), 4)
        return cls(times_ms=times.astype(np.int64), scenes=_scenes(words, SCENES_COMPARED_MAX, SCENE_BITS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Votes:
    """Pairs within the radius, flat; all (n,).

    `here_ms` is a time of the query and among its instants, `stored` numbers the stored medium,
    `there_ms` is the time in it, `distance` in bits, `transform` a domain Transform.
    """

    here_ms: Ints
    stored: Ints
    there_ms: Ints
    distance: NDArray[np.uint8]
    transform: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.here_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aligned:
    """A run of the query that is in a stored medium.

    `here_s` and `there_s` are (first, last) in seconds; `distance_bits` is the median of the matched
    frames; `scale` is how much faster the query plays (1.25: a quarter faster).
    """

    stored: int
    transform: int
    here_s: tuple[float, float]
    there_s: tuple[float, float]
    frames_matched: int
    frames_compared: int
    distance_bits: int
    scale: float
    coverage: float
    """Share of the query's instants that the run speaks for."""


def align(votes: Votes, instants: Instants, rule: Rule = FRAMES) -> list[Aligned]:
    """The runs that count, those of a stored medium together, best medium first.

    Time n log n and memory linear in the number of votes, whatever hubs are among them.
    """
    if len(votes) == 0 or len(instants.times_ms) == 0:
        return []
    ballot = Ballot.of(votes, instants, rule)
    found = [run for group in ballot.prospects() for run in ballot.runs(group)]
    best: dict[int, int] = {}
    for run in found:
        best[run.stored] = max(best.get(run.stored, 0), run.frames_matched)
    return sorted(found, key=lambda run: (-best[run.stored], run.stored, run.here_s))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`there = scale * here + offset` in milliseconds, and the weight of the votes on it."""

    weight: float
    scale: float
    offset_ms: float

    def is_near(self, votes: Votes, chosen: Ints, tolerance_ms: int) -> NDArray[np.bool_]:
        there = self.scale * votes.here_ms[chosen] + self.offset_ms
        near: NDArray[np.bool_] = np.abs(votes.there_ms[chosen] - there) <= tolerance_ms
        return near

    def there_s(self, here_s: float) -> float:
        return max(0.0, self.scale * here_s + self.offset_ms / 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """All votes on one query: `frames` is the instant of each vote, `is_hub` marks instants."""

    votes: Votes
    instants: Instants
    rule: Rule
    frames: Ints
    is_hub: NDArray[np.bool_]

    @classmethod
    def of(cls, votes: Votes, instants: Instants, rule: Rule) -> "Ballot":
        frames = np.searchsorted(instants.times_ms, votes.here_ms)
        is_hub = _hubs(frames, votes.stored, len(instants.times_ms), rule.stored_per_frame_max)
        return cls(votes=votes, instants=instants, rule=rule, frames=frames, is_hub=is_hub)

    def prospects(self) -> Iterator[Ints]:
        """For each stored medium that could pass the rule on some line, the places of its votes.

        With thousands of media behind one intro, most are refused here at the price of one look.
        """
        order = np.lexsort((self.frames, self.votes.stored))
        by_stored = self.votes.stored[order]
        starts = np.flatnonzero(np.concatenate(((True,), by_stored[1:] != by_stored[:-1])))
        ends = np.append(starts[1:], len(order))
        rule, instants = self.rule, self.instants
        could_count = _could_count(
            np.stack((starts, ends)),
            self.frames[order],
            self.is_hub,
            np.stack((instants.times_ms, instants.scenes)),
            (
                (rule.run_ms, rule.scenes_min, rule.scale_max),
                (rule.coverage_min, rule.half_coverage_min, rule.half_scenes_min),
            ),
        )
        for place in np.flatnonzero(could_count).tolist():
            yield order[starts[place] : ends[place]]

    def runs(self, group: Ints) -> list[Aligned]:
        """Runs within one stored medium, the strongest first, none of them twice over one stretch."""
        runs: list[Aligned] = []
        left = group
        while len(left) and len(runs) < self.rule.runs_per_stored_max:
            run = self._strongest(left)
            if run is None:
                break
            runs.append(run)
            here_s = self.votes.here_ms[left] / 1000
            left = left[(here_s < run.here_s[0]) | (here_s > run.here_s[1])]
        return runs

    def _strongest(self, group: Ints) -> Aligned | None:
        """The run with the most weight over all turns that counts."""
        turns = self.votes.transform[group]
        lines: list[tuple[Line, Ints]] = []
        for turn in np.unique(turns).tolist():
            chosen = self._without_doubles(group[turns == turn])
            lines.append((self._line(chosen), chosen))
        lines.sort(key=lambda found: -found[0].weight)
        judged = (self._judged(line, chosen) for line, chosen in lines)
        return next((run for run in judged if run is not None), None)

    def _without_doubles(self, chosen: Ints) -> Ints:
        """One vote, the closest, for each pair of instants: whole frame and parts are one witness."""
        there = self.votes.there_ms[chosen]
        order = np.lexsort((self.votes.distance[chosen], there, self.frames[chosen]))
        frames, there = self.frames[chosen][order], there[order]
        is_first = np.ones(len(order), np.bool_)
        is_first[1:] = (frames[1:] != frames[:-1]) | (there[1:] != there[:-1])
        return chosen[order[is_first]]

    def _line(self, chosen: Ints) -> Line:
        """The line with the most weight: at the same speed, unless another explains clearly more."""
        weights = self._weights(chosen)
        if len(chosen) > VOTES_SEARCHED_MAX:
            heaviest = np.argsort(-weights, kind="stable")[:VOTES_SEARCHED_MAX]
            chosen, weights = chosen[heaviest], weights[heaviest]
        here = self.votes.here_ms[chosen].astype(np.float64)
        there = self.votes.there_ms[chosen].astype(np.float64)
        tolerance_ms = self._search_tolerance_ms(here)
        best = _best_line(here, there, weights, np.ones(1), tolerance_ms)
        if self.rule.scale_max > 1 and self._is_unexplained(chosen, there - here - best[2], tolerance_ms):
            scaled = _best_line(here, there, weights, _scales(self.rule.scale_max), tolerance_ms)
            best = scaled if scaled[0] > best[0] * SCALED_GAIN_MIN else best
        line = Line(weight=best[0], scale=best[1], offset_ms=best[2])
        return _refined(here, there, weights, line, self.rule)

    def _is_unexplained(self, chosen: Ints, beside: Floats, tolerance_ms: float) -> bool:
        """Whether enough frames lie `beside` the line of the same speed to look for another.

        Of thousands of media that share an intro all lie on it, and each search costs milliseconds.
        """
        frames = len(np.unique(self.frames[chosen]))
        explained = len(np.unique(self.frames[chosen][np.abs(beside) <= tolerance_ms]))
        return frames >= self.rule.scaled_frames_min and explained < EXPLAINED_SHARE * frames

    def _search_tolerance_ms(self, here: Floats) -> float:
        """How near to a line votes count while it is sought.

        As narrow as the steps between the scales allow: in 4 seconds a copy that is a quarter faster
        stays within half a second of a line at the same speed. Key frames are too sparse for that.
        """
        times, widest = self.instants.times_ms, self.rule.tolerance_ms
        if len(times) < 2 or np.median(np.diff(times)) > DENSE_STEP_MS:
            return float(widest)
        return float(min(max(np.ptp(here) * (SCALE_STEP - 1) / 2, widest / 3), widest))

    def _weights(self, chosen: Ints) -> Floats:
        """Weight of each vote: 1 for the closest pair of both its frames, halved for every 3 bits more."""
        distances = self.votes.distance[chosen].astype(np.float64)
        _, there = np.unique(self.votes.there_ms[chosen], return_inverse=True)
        weights: Floats = np.ones(len(chosen))
        for frames in (self.frames[chosen], there):
            closest = np.full(int(frames.max()) + 1, 255.0)
            np.minimum.at(closest, frames, distances)
            weights = weights * np.exp2((closest[frames] - distances) / BITS_PER_HALVING)
        return weights

    def _judged(self, line: Line, chosen: Ints) -> Aligned | None:
        """The run on a line, or None where it does not count."""
        rule, times, scenes = self.rule, self.instants.times_ms, self.instants.scenes
        on_line = chosen[line.is_near(self.votes, chosen, rule.tolerance_ms)]
        if len(on_line) == 0:
            return None
        if line.scale != 1.0 and not self._is_of_another_speed(on_line):
            return None
        matched = _longest_stretch(np.unique(self.frames[on_line]), times, rule.gap_ms_max)
        reach_ms, still_reach_ms = REACH_MS / line.scale, STILL_REACH_MS / line.scale
        coverage = _covered(matched, times, scenes, reach_ms, still_reach_ms) / len(times)
        first, last = int(matched[0]), int(matched[-1])
        between = slice(first, last + 1)
        dense = _covered(matched - first, times[between], scenes[between], reach_ms, still_reach_ms)
        is_dense = dense >= rule.density_min * (last - first + 1)
        is_long = is_dense and self._lasts(matched, line.scale)
        if not (is_long or coverage >= rule.coverage_min or self._is_half(matched, coverage)):
            return None
        here_s = float(times[first]) / 1000, float(times[last]) / 1000
        return Aligned(
            stored=int(self.votes.stored[on_line[0]]),
            transform=int(self.votes.transform[on_line[0]]),
            here_s=here_s,
            there_s=(line.there_s(here_s[0]), line.there_s(here_s[1])),
            frames_matched=len(matched),
            frames_compared=last - first + 1,
            distance_bits=self._median_distance(on_line, matched),
            scale=line.scale,
            coverage=coverage,
        )

    def _is_of_another_speed(self, on_line: Ints) -> bool:
        """Whether enough frames, here and there, lie on the line to believe its scale."""
        here, there = len(np.unique(self.frames[on_line])), len(np.unique(self.votes.there_ms[on_line]))
        return here >= self.rule.scaled_frames_min and there >= SCALED_THERE_MIN

    def _lasts(self, matched: Ints, scale: float) -> bool:
        """Whether the witnesses among the matched frames last long enough and show enough scenes."""
        witnesses = matched[~self.is_hub[matched]]
        if len(witnesses) == 0:
            return False
        lasts_ms = np.ptp(self.instants.times_ms[witnesses]) * max(1.0, scale)
        return bool(lasts_ms >= self.rule.run_ms and self._scenes(witnesses) >= self.rule.scenes_min)

    def _is_half(self, matched: Ints, coverage: float) -> bool:
        """Whether half of the query is there, with witnesses of enough scenes."""
        scenes = self._scenes(matched[~self.is_hub[matched]])
        return coverage >= self.rule.half_coverage_min and scenes >= self.rule.half_scenes_min

    def _scenes(self, witnesses: Ints) -> int:
        return len(np.unique(self.instants.scenes[witnesses]))

    def _median_distance(self, on_line: Ints, matched: Ints) -> int:
        closest = np.full(len(self.instants.times_ms), 255, np.uint8)
        np.minimum.at(closest, self.frames[on_line], self.votes.distance[on_line])
        return int(np.median(closest[matched]))


def _hubs(frames: Ints, stored: Ints, count: int, stored_max: int) -> NDArray[np.bool_]:
    """Which of `count` frames are found in more than `stored_max` stored media."""
    order = np.lexsort((stored, frames))
    by_frame, by_stored = frames[order], stored[order]
    is_first = np.ones(len(order), np.bool_)
    is_first[1:] = (by_frame[1:] != by_frame[:-1]) | (by_stored[1:] != by_stored[:-1])
    hubs: NDArray[np.bool_] = np.bincount(by_frame[is_first], minlength=count) > stored_max
    return hubs


def _scales(scale_max: float) -> Floats:
    steps = int(np.log(scale_max) / np.log(SCALE_STEP))
    scales: Floats = SCALE_STEP ** np.arange(-steps - 1, steps + 2, dtype=np.float64)
    return np.clip(scales, 1 / scale_max, scale_max)


def _refined(here: Floats, there: Floats, weights: Floats, line: Line, rule: Rule) -> Line:
    """The line through the weighted middle of its votes; its scale too, where that is not 1."""
    scale, offset_ms = line.scale, line.offset_ms
    for _ in range(3):
        near = np.abs(there - scale * here - offset_ms) <= rule.tolerance_ms
        x, y, weight = here[near], there[near], weights[near] ** 2
        if len(x) == 0:
            break
        mean_x, mean_y = np.average(x, weights=weight), np.average(y, weights=weight)
        spread = np.average((x - mean_x) ** 2, weights=weight)
        if scale != 1.0 and spread > 0:
            slope = float(np.average((x - mean_x) * (y - mean_y), weights=weight) / spread)
            scale = min(max(slope, 1 / rule.scale_max), rule.scale_max)
        offset_ms = float(mean_y - scale * mean_x)
    return Line(weight=line.weight, scale=scale, offset_ms=offset_ms)


def _longest_stretch(matched: Ints, times: Ints, gap_ms_max: int) -> Ints:
    """The most frames without a gap between them: of so long, or of three frames where those are sparse."""
    usual_ms = float(np.median(np.diff(times))) if len(times) > 1 else 0.0
    cuts = np.flatnonzero(np.diff(times[matched]) > max(gap_ms_max, 3 * usual_ms)) + 1
    return max(np.split(matched, cuts), key=len)


# ------------------------------------------------------------------ kernels


@numba.njit(cache=True, nogil=True)
def _scenes(words, compared_max, scene_bits):  # type: ignore[no-untyped-def]
    """Scene of each frame: the latest one whose first frame is within the radius, or a new one."""
    count = len(words)
    scenes = np.empty(count, np.int64)
    firsts = np.empty(count, np.int64)
    known = 0
    for i in range(count):
        scenes[i] = -1
        for scene in range(known - 1, max(-1, known - 1 - compared_max), -1):
            apart = 0
            for k in range(4):
                x = words[i, k] ^ words[firsts[scene], k]
                while x:
                    x &= x - np.uint64(1)
                    apart += 1
            if apart <= scene_bits:
                scenes[i] = scene
                break
        if scenes[i] < 0:
            firsts[known] = i
            scenes[i] = known
            known += 1
    return scenes


@numba.njit(cache=True, nogil=True)
def _covered(matched, times, scenes, reach_ms, still_reach_ms):  # type: ignore[no-untyped-def]
    """How many instants have a matched one near them, or further off in their own scene."""
    covered = 0
    at = 0
    for i in range(len(times)):
        while at < len(matched) and matched[at] < i:
            at += 1
        for side in (at - 1, at):
            if 0 <= side < len(matched):
                apart = abs(times[matched[side]] - times[i])
                if apart <= reach_ms or (apart <= still_reach_ms and scenes[matched[side]] == scenes[i]):
                    covered += 1
                    break
    return covered


@numba.njit(cache=True, nogil=True)
def _could_count(bounds, frames, is_hub, times_and_scenes, needs):  # type: ignore[no-untyped-def]
    """For each group of votes, sorted by frame, whether it passes the rule if all lie on one line."""
    starts, ends = bounds
    times, scenes = times_and_scenes
    (run_ms, scenes_min, scale_max), (coverage_min, half_coverage_min, half_scenes_min) = needs
    could = np.zeros(len(starts), np.bool_)
    matched = np.empty(len(times), np.int64)
    scene_seen = np.full(len(times), -1, np.int64)
    for group in range(len(starts)):
        count = 0
        scenes_found = 0
        first, last = -1, -1
        for place in range(starts[group], ends[group]):
            frame = frames[place]
            if count and matched[count - 1] == frame:
                continue
            matched[count] = frame
            count += 1
            if not is_hub[frame]:
                first = frame if first < 0 else first
                last = frame
                if scene_seen[scenes[frame]] != group:
                    scene_seen[scenes[frame]] = group
                    scenes_found += 1
        if scenes_found >= scenes_min and (times[last] - times[first]) * scale_max >= run_ms:
            could[group] = True
        else:
            reach_ms, still_reach_ms = REACH_MS * scale_max, STILL_REACH_MS * scale_max
            covered = _covered(matched[:count], times, scenes, reach_ms, still_reach_ms)
            needed = half_coverage_min if scenes_found >= half_scenes_min else coverage_min
            could[group] = covered >= needed * len(times)
    return could


@numba.njit(cache=True, nogil=True)
def _best_line(here, there, weights, scales, tolerance_ms):  # type: ignore[no-untyped-def]
    """Heaviest window of offsets, twice the tolerance wide, over all scales: its weight, scale and middle."""
    best_score, best_scale, best_offset = -1.0, 1.0, 0.0
    for scale in scales:
        offsets = there - scale * here
        order = np.argsort(offsets)
        weight = 0.0
        tail = 0
        for head in range(len(order)):
            weight += weights[order[head]]
            while offsets[order[head]] - offsets[order[tail]] > 2 * tolerance_ms:
                weight -= weights[order[tail]]
                tail += 1
            if weight > best_score + 1e-9:
                best_score, best_scale = weight, scale
                best_offset = (offsets[order[head]] + offsets[order[tail]]) / 2
    return best_score, best_scale, best_offset


def warm() -> None:
    """Compile or load the kernels, so that no search waits for it."""
    times = np.arange(8, dtype=np.int64) * 1000
    bits = np.random.default_rng(1).integers(0, 256, (8, 32), np.uint8)
    votes = Votes(
        here_ms=times,
        stored=np.zeros(8, np.int64),
        there_ms=times,
        distance=np.zeros(8, np.uint8),
        transform=np.zeros(8, np.uint8),
    )
    align(votes, Instants.of(times.astype(np.int32), bits))
