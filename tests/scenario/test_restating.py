"""A source is given again: what is said now is not passed over in silence."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from clew.actions import opening, restricting, retaining
from clew.actions.workplace import Workplace
from clew.cli import intaking
from clew.domain.cover import Words
from clew.domain.errors import Invalid, StepRefused
from clew.domain.handling import Actor
from clew.domain.handling_change import SubjectKind
from clew.domain.officer import Role
from clew.domain.wording import Reworded
from clew.records.session import acting_as
from tests.world.world import World

END = opening.today() + timedelta(days=2_000)
LATER = END + timedelta(days=400)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "phone"
    folder.mkdir()
    (folder / "one.txt").write_text("one")
    return folder


def begin(workplace: Workplace, ada: Actor, source: Path, **words: str) -> object:
    """As clew intake begins: the source goes on where it was, or for the first time."""
    asked = intaking.Asked(path=source, officer=ada.officer, case="NO-1", exhibit="PHONE-1", cover=Words(**words))
    return intaking._begin(workplace, ada, asked, "folder")


def end_of(ada: Actor) -> date:
    with acting_as(ada) as session:
        due, _ = retaining.look(session, SubjectKind.EXHIBIT, "PHONE-1", "NO-1")
        return due.kept.ends_on


def test_a_later_end_that_is_said_again_holds(workplace: Workplace, ada: Actor, source: Path) -> None:
    first = begin(workplace, ada, source, keep_until=END.isoformat(), conditions="H2")
    assert end_of(ada) == END
    assert begin(workplace, ada, source) == begin(workplace, ada, source, keep_until=END.isoformat()) == first
    assert end_of(ada) == END
    assert begin(workplace, ada, source, keep_until=LATER.isoformat()) == first
    assert end_of(ada) == LATER


def test_an_earlier_end_and_other_words_are_refused(workplace: Workplace, ada: Actor, source: Path) -> None:
    begin(workplace, ada, source, keep_until=LATER.isoformat(), conditions="H2")
    with pytest.raises(Invalid, match=f"kept until {LATER}"):
        begin(workplace, ada, source, keep_until=END.isoformat())
    for words in ({"conditions": "H1,H2"}, {"legal_basis": "Police Act 3"}, {"evaluation": "A1"}):
        with pytest.raises(Invalid, match="other words"):
            begin(workplace, ada, source, **words)
    begin(workplace, ada, source, conditions="H2")
    assert end_of(ada) == LATER


def test_the_same_command_goes_on_after_its_exhibit_came_under_other_words(
    workplace: Workplace, ada: Actor, source: Path
) -> None:
    words = {"conditions": "H1", "legal_basis": "Police Act 3"}
    first = begin(workplace, ada, source, **words)
    with acting_as(ada) as session:
        restricting.reword(
            session, SubjectKind.EXHIBIT, "PHONE-1", "NO-1", Reworded(conditions="H2", legal_basis="Police Act 4"), "Why."
        )
    with pytest.raises(Invalid, match="other words"):
        begin(workplace, ada, source, **words)
    with acting_as(ada) as session:
        restricting.reword(session, SubjectKind.EXHIBIT, "PHONE-1", "NO-1", Reworded(conditions="H1,H2"), "Why.")
    assert begin(workplace, ada, source, **words) == first


def test_a_later_end_waits_for_a_second_officer_where_one_is_asked_for(
    workplace: Workplace, world: World, ada: Actor, source: Path
) -> None:
    begin(workplace, ada, source, keep_until=END.isoformat())
    with acting_as(world.officer("nina", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)) as session:
        restricting.ask_for_second(session, is_asked=True)
    with pytest.raises(StepRefused, match="second officer"):
        begin(workplace, ada, source, keep_until=LATER.isoformat())
    assert end_of(ada) == END
