"""The page of retention in a real browser: asked, kept longer by two, blocked and lifted, ended, proved."""

from collections.abc import Iterator
from datetime import date, timedelta

import psycopg
import pytest

from clew.actions import ending, opening, restricting
from clew.domain.officer import Role
from clew.domain.retention import calendar_of
from clew.records import officers
from clew.records.session import acting_as
from tests.world.browsers import Visitor
from tests.world.door import apart
from tests.world.serving import come_in_at_once
from tests.world.world import World

CASES = ("NO-2026-17", "NO-2026-18", "NO-2026-19")


class NoVault:
    """Nothing of these cases has bytes in a vault; a key of a case is destroyed all the same."""

    @property
    def vault(self) -> "NoVault":
        return self

    @property
    def keys(self) -> object:
        from django.conf import settings

        return settings.CLEW_KEYRING

    def remove(self, blobs: object) -> int:
        assert list(blobs) == []  # type: ignore[call-overload]
        return 0


def enter(world: World) -> None:
    world.empty()
    for code, name in (("NO", "Norway"), ("SE", "Sweden")):
        world.member(code, name)
    ada = world.officer("ada")
    world.officer("bo")
    nina = world.officer("nina", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)
    for case in CASES:
        world.occurrence(ada, world.medium(ada), case, "PHONE/1")
    soon = opening.today() + timedelta(days=40)
    entered = date(soon.year - 5, soon.month, min(soon.day, 28))
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("update cases set opened_at = %s", [entered])
        cursor.execute("update exhibits set entered_at = %s", [entered])
    with acting_as(nina) as session:
        restricting.ask_for_second(session, is_asked=True)


def let_time_pass(world: World) -> None:
    """Everything was entered long ago; the calendar comes by."""
    with acting_as(officers.actor_of("ada")) as session, session.cursor() as cursor:
        cursor.execute("update cases set opened_at = '2001-01-01'")
        cursor.execute("update exhibits set entered_at = '2001-01-01'")
    ending.end_due(NoVault(), calendar_of("NO", "VICTIM-ID"))  # type: ignore[arg-type]


def cases_left(world: World) -> int:
    with psycopg.connect(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as superuser:
        return superuser.execute("select count(*) from cases").fetchone()[0]


@pytest.fixture(scope="module")
def world(node) -> Iterator[World]:
    made = World(facts=node)
    apart(enter, made)
    yield made
    made.empty()


@pytest.fixture(scope="module")
def people(world: World) -> Iterator[dict[str, Visitor]]:
    with come_in_at_once("ada", "bo", "nina") as made:
        yield made


def test_what_comes_due_is_decided_by_two_blocked_lifted_and_ends(world: World, people: dict[str, Visitor]) -> None:
    ada, bo = people["ada"], people["bo"]
    page = ada.go("/")
    page.get_by_text("All pages").click()
    page.get_by_role("link", name="Retention", exact=True).click()
    page.get_by_role("heading", name="Retention", level=1).wait_for()
    assert page.locator("#due ~ .scrolled tbody tr").count() == 3
    # By the keyboard alone: open what can be decided, name an end and a reason, send.
    row = page.locator("tr", has_text="NO-2026-17")
    row.locator("summary").focus()
    page.keyboard.press("Enter")
    row.get_by_label("New end").fill(f"{opening.today().year + 3}-06-30")
    row.get_by_label("Reason").fill("An appeal is pending.")
    page.keyboard.press("Enter")
    page.get_by_text("a second officer of your unit must agree").wait_for()
    assert page.get_by_role("button", name="Agree").count() == 0
    assert ada.faults() == []
    page = bo.go("/retention/")
    page.get_by_role("button", name="Agree").click()
    page.get_by_text("It is done.").wait_for()
    assert page.locator("tr", has_text="NO-2026-17").count() == 0
    row = page.locator("tr", has_text="NO-2026-18")
    row.locator("summary").click()
    row.get_by_label("Reason").fill("A person asked for its deletion.")
    row.get_by_role("button", name="Block for examination").click()
    page.get_by_text("It is blocked").wait_for()
    assert "A person asked for its deletion." in page.locator("section", has_text="Under examination").last.inner_text()
    assert bo.faults() == []
    apart(let_time_pass, world)
    assert apart(cases_left, world) == 2
    page = ada.go("/retention/")
    assert page.locator("#ended ~ .scrolled tbody tr").count() == 1
    assert "NO-2026-19" not in page.locator("main").inner_text()
    assert ada.faults() == []
    page.get_by_role("button", name="Lift the block").click()
    page.get_by_text("The block is lifted").wait_for()
    apart(let_time_pass, world)
    assert apart(cases_left, world) == 1
    assert ada.complaints == bo.complaints == []


def test_an_administrator_sets_a_term_and_a_refusal_is_said(people: dict[str, Visitor]) -> None:
    nina = people["nina"]
    page = nina.go("/retention/")
    line = page.locator("li", has_text="Series:")
    line.get_by_label("Years").fill("20")
    line.get_by_role("button", name="Set").click()
    page.get_by_text("The term is set.").wait_for()
    assert "Series: 20 years" in page.locator("main").inner_text()
    assert nina.faults() == []
    page = people["ada"].go("/retention/")
    assert page.get_by_label("Years").count() == 0
    page.get_by_text("Block something else").click()
    page.get_by_label("Reference or name").fill("NO-2026-17")
    page.get_by_label("Reason", exact=True).last.fill("   ")
    page.locator("section", has_text="Block something else").get_by_role("button", name="Block for examination").last.click()
    page.get_by_text("Say why, in up to 500 characters.").wait_for()
    assert nina.complaints == []
