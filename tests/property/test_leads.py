"""Two laws of leads: the same are there once in whatever order things come, and what a unit may not see makes none of them.

The oracle works with plain values: what each medium has, who may see it, and which series it lies in. Media have few
different cameras, documents and places, so that most have something in common, and lie on both sides of every edge.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

import pytest

from clew.actions import pursuing, raising
from clew.domain.handling import Actor, Audience
from clew.domain.lead import Rule
from clew.records import lead_grounds, lead_words, leads
from clew.records.session import acting_as
from tests.scenario.test_leads import of
from tests.scenario.test_proposing import found
from tests.world.world import World, handling

CAMERAS = ("0012004471", "0012004472", "0000")
"""The last is no number of one camera."""
DOCUMENTS = ("xmp.did:8c0b2c7e55aa", "00000000-0001")
"""The last is that of an empty template."""
LATITUDES = (59.9139, 59.9142, 59.9190)
"""33 metres apart, and far."""
SEEDS = (1, 2, 3)


@dataclass(frozen=True, kw_only=True)
class Thing:
    """A medium to be: whose, who sees it, what it has, and the own series that it lies in."""

    number: int
    of: str
    audience: Audience
    camera: str | None
    document: str | None
    latitude: float | None
    series: bool


def things(chance: random.Random, count: int = 12) -> list[Thing]:
    return [
        Thing(
            number=number, of=chance.choice(["NO", "SE"]), audience=chance.choice([Audience.ALL, Audience.ALL, Audience.UNIT]),
            camera=chance.choice([None, *CAMERAS]), document=chance.choice([None, None, *DOCUMENTS]),
            latitude=chance.choice([None, None, *LATITUDES]), series=chance.random() < 0.4,
        )
        for number in range(count)
    ]  # fmt: skip


Expected = set[tuple[str, Rule, str, str]]
"""(the unit that waits, the rule, whose evidence, what is shared)."""


def expected(some: list[Thing]) -> Expected:
    """What the rules say, over what each member may see."""
    leads_of: Expected = set()
    for inside in some:
        for outside in some:
            if not inside.series or (outside.series and outside.of == inside.of):
                continue
            if outside.of != inside.of and outside.audience is not Audience.ALL:
                continue
            leads_of |= {(inside.of, rule, outside.of, shared) for rule, shared in common(inside, outside)}
    return leads_of


def common(inside: Thing, outside: Thing) -> Iterator[tuple[Rule, str]]:
    if inside.camera == outside.camera and inside.camera in CAMERAS[:2]:
        yield Rule.SAME_CAMERA, str(inside.camera)
    if inside.document == outside.document == DOCUMENTS[0]:
        yield Rule.SAME_DOCUMENT, DOCUMENTS[0]
    if inside.latitude and outside.latitude and abs(inside.latitude - outside.latitude) < 0.001:
        yield Rule.KNOWN_PLACE, f"{outside.latitude:.3f}"


def enter(world: World, officers: dict[str, Actor], one: Thing) -> UUID:
    by = officers[one.of]
    facts: dict[str, object] = {}
    if one.camera:
        facts |= {"camera_make": "Maker", "camera_serial": one.camera}
    if one.document:
        facts["document_id"] = one.document
    if one.latitude:
        facts |= {"latitude": one.latitude, "longitude": 10.7522, "gps_precision_m": 20.0}
    medium = found(world, by, f"{one.of}-1", content=f"thing {one.number}".encode(), **facts)
    if one.audience is Audience.UNIT:
        with acting_as(by) as session, session.cursor() as cursor:
            cursor.execute("update media set audience = %s where id = %s", [handling(by, Audience.UNIT).circles, medium])
    return medium


def raised(world: World, some: list[Thing], chance: random.Random) -> tuple[Expected, int]:
    """What is raised where things come in any order, are put into series at any time, and are looked at now and then."""
    world.empty()
    officers = {"NO": world.officer("ada", member="NO"), "SE": world.officer("sven", member="SE")}
    shared = {}
    acts: list[Callable[[], object]] = []
    media: dict[int, UUID] = {}

    def come(one: Thing) -> None:
        media[one.number] = enter(world, officers, one)

    def join(one: Thing) -> None:
        if one.number not in media:
            come(one)
        world.series(officers[one.of], "room", [media[one.number]])

    order = chance.sample(some, len(some))
    acts = [lambda one=one: one.number in media or come(one) for one in order]
    for one in some:
        if one.series:
            acts.insert(chance.randint(0, len(acts)), lambda one=one: join(one))
    looks = 0
    for act in acts:
        act()
        if chance.random() < 0.4:
            looks += raising.raise_all()
    looks += raising.raise_all()
    assert raising.raise_all() == 0
    for one in some:
        shared[media[one.number]] = one
    return told(officers, shared), looks


def told(officers: dict[str, Actor], things_of: dict[UUID, Thing]) -> Expected:
    """Every lead of both units, by what speaks for it now, and at least one notice where there is any."""
    seen: Expected = set()
    for code, officer in officers.items():
        some = of(officer)
        with acting_as(officer) as session:
            for one in some:
                speaking = [things_of[each.id] for each in leads.media(session, one.id, 100)]
                key = (code, one.rule, speaking[0].of, what(one.rule, speaking[0]))
                assert key not in seen, "raised twice"
                assert {(each.of, what(one.rule, each)) for each in speaking} == {key[2:]}
                seen.add(key)
    return seen


def what(rule: Rule, one: Thing) -> str:
    return {
        Rule.SAME_CAMERA: str(one.camera), Rule.SAME_DOCUMENT: str(one.document),
        Rule.KNOWN_PLACE: f"{one.latitude or 0:.3f}",
    }[rule]  # fmt: skip


def check(world: World, seed: int, order: int) -> None:
    """The law for one world in one order.

    What lay outside when somebody looked and lies in the series now was raised by then: it stays, and is no other.
    """
    some = things(random.Random(seed))
    wanted = expected(some)
    assert wanted, "this seed plants nothing"
    seen, new = raised(world, some, random.Random(f"{seed} {order}"))
    assert wanted <= seen <= expected_at_any_time(some)
    assert new == len(seen), "something was raised that its unit does not see"


@pytest.mark.parametrize("seed", SEEDS)
def test_in_whatever_order_things_come_each_lead_that_the_rules_give_is_raised_once(world: World, seed: int) -> None:
    for order in range(2):
        check(world, seed, order)


MUTANTS: dict[str, tuple[object, str, Callable[[Callable[..., object]], Callable[..., object]]]] = {
    "only what is new outside is looked at": (
        lead_words.SaidInSeries, "_fresh", lambda _kept: lambda *_given: [],
    ),
    "cameras that are no cameras count": (
        pursuing.proposal, "same_camera", lambda _kept: lambda serial: {"ending": serial[-4:]},
    ),
    "the same is raised for every medium": (
        leads, "token_of", lambda kept: lambda session, rule, *parts: kept(session, rule, *parts, random.randbytes(8)),
    ),
    "words are looked for as nobody has them": (
        lead_grounds, "contributors", lambda _kept: lambda _session: [],
    ),
}  # fmt: skip


@contextmanager
def broken(name: str, patch: pytest.MonkeyPatch) -> Iterator[None]:
    place, attribute, change = MUTANTS[name]
    with patch.context() as within:
        within.setattr(place, attribute, change(getattr(place, attribute)))
        yield


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_law_kills_its_mutants(world: World, monkeypatch: pytest.MonkeyPatch, mutant: str) -> None:
    with broken(mutant, monkeypatch), pytest.raises(AssertionError):  # noqa: PT012 (any of the seeds may tell)
        for seed in SEEDS:
            check(world, seed, 0)


def expected_at_any_time(some: list[Thing]) -> Expected:
    """The same, with what was outside while it was not in the series yet."""
    every: Expected = set()
    for inside in some:
        for outside in some:
            if inside.series and inside is not outside and (outside.of == inside.of or outside.audience is Audience.ALL):
                every |= {(inside.of, rule, outside.of, shared) for rule, shared in common(inside, outside)}
    return every
