"""A session keeps its word: one transaction, one actor."""

import pytest

from clew.domain.errors import Invalid, NotVisible
from clew.domain.handling import Audience
from clew.records import audit, cases, members, officers
from clew.records.session import acting_as
from tests.world.world import World, handling, insert


def test_what_an_action_writes_is_there_afterwards(world: World) -> None:
    ada = world.officer("ada")
    with acting_as(ada) as session:
        opened = cases.open_case(session, "NO-1", handling(ada))
    with acting_as(ada) as session:
        assert cases.find(session, "NO-1") == opened


def test_an_action_that_fails_leaves_nothing(world: World) -> None:
    ada = world.officer("ada")
    with pytest.raises(ZeroDivisionError), acting_as(ada) as session:
        cases.open_case(session, "NO-1", handling(ada))
        raise ZeroDivisionError
    with acting_as(ada) as session, pytest.raises(NotVisible):
        cases.find(session, "NO-1")


def test_it_is_refused_within_itself(world: World) -> None:
    ada = world.officer("ada")
    with acting_as(ada), pytest.raises(RuntimeError), acting_as(ada):
        pass
