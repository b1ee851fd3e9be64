"""The law of the index: it finds what counting the bits of every pair finds, no more and no less."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clew.index import delta, hamming, plan, segment
from clew.index.build import write_segment
from clew.index.hamming import BIT_ORDER_SEED, Found, bit_order, pack
from clew.index.plan import PLANS, Plan
from clew.index.recall import Index
from clew.index.segment import Page, Segment, open_segment
from tests.unit.index.feed import Bits, Feed, fingerprints, flipped, pairs_by_counting, planted

ROWS = 6_000
RNG = np.random.default_rng(20)
STORED = fingerprints(RNG, ROWS)
NUMBERS = np.arange(100, 100 + ROWS)
EXTRA = Plan(name="extra", widths=(13,) * 8 + (19,) * 8, radii=(3,) * 8 + (1,) * 8)
"""Radius 3, as in the plan for the largest segments, in tables that a test can afford."""
TESTED = {name: PLANS[name] for name in ("scan", "16", "14", "13", "12")} | {"extra": EXTRA}


def only_in_one_table(tested: Plan, stored: Bits, seed: int = 0) -> Bits:
    """For each table a query that its radius just allows, and that every other table just misses.

    In the tight plans it lies exactly 31 bits from what is stored: were one table lost, one radius
    too small or one bucket not asked for, this neighbour would be.
    """
    rng = np.random.default_rng(seed)
    place = np.argsort(bit_order(BIT_ORDER_SEED))
    begins = np.cumsum((0, *tested.widths))
    queries = []
    for table in range(len(tested.widths)):
        places = [
            place[begin + rng.choice(width, radius + (other != table), replace=False)]
            for other, (begin, width, radius) in enumerate(zip(begins[:-1], tested.widths, tested.radii, strict=True))
        ]
        queries.append(flipped(stored[rng.integers(len(stored))], np.concatenate(places)))
    return np.array(queries, np.uint8).reshape(-1, 32)


def as_pairs(found: Found) -> list[tuple[int, ...]]:
    return sorted(zip(found.query.tolist(), found.row.tolist(), found.distance.tolist(), strict=True))


@pytest.fixture(scope="module")
def queries() -> dict[int, Bits]:
    """For each radius: neighbours inside it, on it and just outside it, and pictures never stored."""
    return {
        radius: np.concatenate(
            [
                planted(RNG, STORED, [d for d in (0, radius // 2, radius - 1, radius, radius + 1) if d >= 0]),
                fingerprints(RNG, 50)[:2],
            ]
        )
        for radius in range(plan.RADIUS_MAX + 1)
    }


@pytest.fixture(scope="module", params=TESTED)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Segment]:
    """The stored fingerprints as a segment under each plan."""
    tested = TESTED[request.param]
    folder = tmp_path_factory.mktemp("plans") / "segment"
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PLANS, "extra", EXTRA)
        write_segment(folder, [Page(100, pack(STORED))], plan=tested)
        yield open_segment(folder)
    for file in folder.iterdir():
        file.unlink()


def test_every_plan_finds_what_counting_finds_at_every_radius(built: Segment, queries: dict[int, Bits]) -> None:
    for radius, asked in queries.items():
        found = built.search(pack(asked), radius)
        assert as_pairs(found) == pairs_by_counting(STORED, NUMBERS, asked, radius), radius


def test_a_neighbour_that_only_one_table_can_find_is_found(built: Segment) -> None:
    asked = only_in_one_table(built.plan, STORED)
    assert as_pairs(built.search(pack(asked), 31)) == pairs_by_counting(STORED, NUMBERS, asked, 31)


def test_queries_one_by_one_and_in_a_batch_give_the_same(built: Segment, queries: dict[int, Bits]) -> None:
    asked = np.concatenate(list(queries.values()))
    batch = as_pairs(built.search(pack(asked), 31))
    single = [
        (query, row, distance)
        for query in range(len(asked))
        for _, row, distance in as_pairs(built.search(pack(asked[query : query + 1]), 31))
    ]
    assert batch == single


def broken(sound: hamming.Tables, mutant: str) -> hamming.Tables:
    """Tables as a careless change would leave them."""
    layout, occupied = sound.layout, sound.occupied
    tables, flips, near = layout.tables.copy(), layout.flips.copy(), layout.near.copy()
    if mutant == "the last table is not asked":
        tables = tables[:-1]
    if mutant == "a table asks one bit less":
        flips[tables[3, 4] : tables[3, 4] + tables[3, 5], 1] = 0
    if mutant == "the farthest words are forgotten":
        tables[5, 5] -= 1
    if mutant == "the low part may not differ":
        near[:] = near[0]
    if mutant == "an occupied bucket is taken for empty":
        occupied = hamming.frozen(occupied & ~(occupied & (~occupied + np.uint64(1))))
    if mutant == "an earlier table is believed to have found more":
        tables[2, 2] += 1
    layout = replace(
        layout, tables=hamming.frozen(tables), flips=hamming.frozen(flips), near=hamming.frozen(near)
    )  # fmt: skip
    return replace(sound, layout=layout, occupied=occupied)


@pytest.mark.parametrize("name", ["16", "14"])
@pytest.mark.parametrize(
    "mutant",
    [
        "the last table is not asked",
        "a table asks one bit less",
        "the farthest words are forgotten",
        "the low part may not differ",
        "an occupied bucket is taken for empty",
        "an earlier table is believed to have found more",
    ],
)
def test_the_comparison_sees_a_broken_search(tmp_path: Path, name: str, mutant: str) -> None:
    write_segment(tmp_path / "segment", [Page(0, pack(STORED[:500]))], plan=PLANS[name])
    sound = open_segment(tmp_path / "segment").tables
    asked = np.concatenate([only_in_one_table(PLANS[name], STORED[:500], seed) for seed in range(200)])
    expected = pairs_by_counting(STORED[:500], np.arange(500), asked, 31)
    assert as_pairs(hamming.search(sound, pack(asked), 31)) == expected
    assert as_pairs(hamming.search(broken(sound, mutant), pack(asked), 31)) != expected


@pytest.mark.parametrize("name", [name for name in PLANS if name != "scan"])
def test_no_plan_can_miss_and_one_bit_less_would(name: str) -> None:
    tight = PLANS[name]
    assert sum(radius + 1 for radius in tight.radii) > plan.RADIUS_MAX
    with pytest.raises(ValueError, match="would miss"):
        Plan(name="loose", widths=tight.widths, radii=(*tight.radii[:-1], tight.radii[-1] - 1))


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(0, 900), st.sampled_from([0, 0, 1, 5_000])),
        st.tuples(st.just("consolidate"), st.just(0), st.just(0)),
        st.tuples(st.just("open again"), st.just(0), st.just(0)),
    ),
    max_size=9,
)


@given(steps=STEPS, seed=st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_segments_and_delta_together_find_what_counting_finds(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, steps: list, seed: int
) -> None:
    """Whatever was added, joined or opened again, and wherever numbers were left out."""
    monkeypatch.setattr(plan, "ROWS_MAX", ((300, "scan"), (10**9, "16")))
    monkeypatch.setattr(delta, "CHUNK_ROWS", 250)
    monkeypatch.setattr(segment, "PAGE_ROWS", 170)
    rng, feed = np.random.default_rng(seed), Feed()
    folder = tmp_path_factory.mktemp("index")
    index = Index(folder, feed, threads=2)
    feed.add(fingerprints(rng, 60))
    for step, count, gap in steps:
        if step == "add":
            feed.add(fingerprints(rng, max(50, count)), after_gap=gap)
            index.catch_up()
        elif step == "consolidate":
            index.consolidate()
        else:
            index.close()
            index = Index(folder, feed, threads=2)
    index.catch_up()
    radius = int(rng.integers(0, 32))
    asked = planted(rng, feed.bits, [d for d in range(radius - 2, radius + 3) if d >= 0] * 15)
    after = int(rng.choice([-1, feed.numbers[len(feed.numbers) // 2]]))
    near = index.search(asked, radius=radius, after=after)
    index.close()
    expected = [pair for pair in pairs_by_counting(feed.bits, feed.numbers, asked, radius) if pair[1] > after]
    assert list(zip(near.query.tolist(), near.number.tolist(), near.distance.tolist(), strict=True)) == expected
