"""A text that no database holds names nothing: it is absent, and never an error of ours."""

import pytest

from clew.domain.errors import NotVisible
from clew.records.session import acting_as
from tests.world.world import World


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_a_text_that_no_database_holds_names_nothing(world: World, text: str) -> None:
    ada = world.officer("ada")
    with pytest.raises(NotVisible), acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select from units where code = %s", [text])


def test_what_else_is_wrong_with_a_value_stays_an_error(world: World) -> None:
    ada = world.officer("ada")
    with pytest.raises(Exception, match="division by zero"), acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select 1 / 0")
