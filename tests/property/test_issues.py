"""What may be put on a hash list is decided twice: by `check_use` to be read, and by one condition in SQL to be obeyed."""

from collections.abc import Iterator
from datetime import date
from itertools import combinations, product

import pytest

from clew.domain.cover import Condition, Confidentiality, Cover, Purpose, Statement, check_use
from clew.domain.errors import StepRefused
from clew.domain.handling import EVERY_USE, Actor, Handling, Use, blocked
from clew.domain.officer import Role
from clew.records import covers, issues
from clew.records.session import acting_as, handling_columns
from tests.world.world import World, handling, insert

PURPOSES = [frozenset(some) for size in (1, 2) for some in combinations(Purpose, size)]
CONDITIONS = [frozenset(), frozenset({Condition.H0}), frozenset({Condition.H2}), frozenset({Condition.H0, Condition.H2})]
COVERS = [
    None,
    *(
        Cover(retention_end=date(2031, 1, 1), purposes=purposes, conditions=conditions, confidentiality=level)
        for purposes, conditions, level in product(PURPOSES, CONDITIONS, Confidentiality)
    ),
]


def held(world: World, owner: Actor, cover: Cover | None, given: Handling) -> object:
    with acting_as(owner) as session:
        cover_id = None if cover is None else covers.keep(session, given, cover)
        name = b"%032d" % next(world._numbers)
        row = {"name": name, "sha256": name, "kind": "image", "verdict": 1, "cover_id": cover_id, **handling_columns(given)}
        return insert(session, "media", row)


def bears(cover: Cover | None, purpose: Purpose, *, is_own: bool, is_blocked: bool) -> bool:
    try:
        check_use(
            cover, Use.EXPORT, Statement(purpose=purpose, case_reference="NO-1"), is_own=is_own, is_blocked=is_blocked
        )
    except StepRefused:
        return False
    return True


@pytest.fixture
def viewers(world: World) -> Iterator[tuple[Actor, Actor, Actor]]:
    """Of the owner's unit, of another unit of its member, and of another member."""
    yield (
        world.officer("ada"), world.officer("bea", unit="FORENSICS", role=Role.ANALYST),
        world.officer("sven", member="SE"),
    )  # fmt: skip
    world.empty()


def test_the_condition_is_the_rule_for_every_cover_viewer_and_purpose(world: World, viewers: tuple[Actor, ...]) -> None:
    ada = viewers[0]
    shared, examined = handling(ada, uses=EVERY_USE), blocked(ada.member, ada.unit)
    media = {}
    for cover in COVERS:
        media[held(world, ada, cover, shared)] = (cover, False)
    for cover in COVERS[:: len(COVERS) // 8]:
        media[held(world, ada, cover, examined)] = (cover, True)
    told = 0
    for viewer, purpose in product(viewers, Purpose):
        is_own = viewer.member == ada.member
        with acting_as(viewer, Use.EXPORT) as session:
            found = {one.id for one in issues.exportable(session, list(media), purpose)}
        expected = {
            medium for medium, (cover, is_blocked) in media.items()
            if bears(cover, purpose, is_own=is_own, is_blocked=is_blocked)
        }  # fmt: skip
        assert found == expected, (viewer, purpose)
        told += len(found)
    assert told > 100


def test_nothing_is_exported_by_a_cover_that_the_viewer_does_not_see(world: World, viewers: tuple[Actor, ...]) -> None:
    ada, _, sven = viewers
    cover = Cover(retention_end=date(2031, 1, 1))
    medium = held(world, ada, cover, handling(ada, uses=EVERY_USE))
    with acting_as(ada) as session, session.cursor() as cursor:
        hidden = covers.keep(session, handling(ada), cover)
        cursor.execute("update media set cover_id = %s where id = %s", [hidden, medium])
    with acting_as(sven, Use.EXPORT) as session:
        assert issues.exportable(session, [medium], Purpose.DETECTION) == ()


def test_what_may_be_exported_is_asked_in_a_transaction_for_exports_alone(world: World, viewers: tuple[Actor, ...]) -> None:
    for use in set(Use) - {Use.EXPORT}:
        with acting_as(viewers[0], use) as session, pytest.raises(ValueError, match="for exports"):
            issues.exportable(session, [], Purpose.DETECTION)
