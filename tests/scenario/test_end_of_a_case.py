"""A case ends on the page: one officer proposes, a second confirms, the node's worker carries it out."""

from pathlib import Path

import pytest
from django.test import Client

from clew.actions import auditing, shredding
from clew.cli.drawing import landscape
from clew.domain.errors import NotVisible, Unavailable
from clew.domain.handling import Actor
from clew.domain.shredding import Step
from clew.keys import certificates
from clew.records import cases, officers, shreddings
from clew.records.session import acting_as
from tests.world.clients import shown_ago, signed_in
from tests.world.office import Office
from tests.world.world import World

ADDRESS = "/cases/NO-1/end/"


@pytest.fixture
def case(office: Office, ada: Actor, tmp_path: Path) -> None:
    folder = tmp_path / "seized"
    folder.mkdir()
    landscape(1, (320, 240)).save(folder / "1.jpg")
    office.intake(ada, folder, "NO-1")


@pytest.fixture
def people(world: World, case: None) -> dict[str, Client]:
    """Two officers of the unit, one of another unit and one of another member, each signed in."""
    world.officer("bo")
    world.officer("eva", unit="INTAKE")
    world.officer("sven", member="SE")
    return {name: signed_in(name) for name in ("ada", "bo", "eva", "sven")}


def says(who: Client) -> str:
    return who.get(ADDRESS).content.decode()


def do(who: Client, step: str, again: str = "NO-1") -> str:
    """What the page says after the step."""
    return who.post(f"{ADDRESS}{step}/", {"again": again}, follow=True).content.decode()


def has_case(actor: Actor) -> bool:
    with acting_as(actor) as session:
        try:
            return bool(cases.find_own(session, "NO-1"))
        except NotVisible:
            return False


def test_two_officers_end_a_case_and_read_its_certificate(
    office: Office, ada: Actor, people: dict[str, Client]
) -> None:
    assert "End of the case" in people["ada"].get("/cases/NO-1/").content.decode()
    assert "once more" in do(people["ada"], "propose", again="NO-2")
    assert "Another officer of your unit carries it out" in do(people["ada"], "propose")
    assert "You proposed this yourself" in do(people["ada"], "confirm")
    assert shredding.go_on(office.workplace) == 0
    assert "it is being shredded" in do(people["bo"], "confirm")
    assert "cannot be taken back" in do(people["ada"], "withdraw")
    assert shredding.go_on(office.workplace) == 1
    assert not has_case(ada)
    page = says(people["ada"])
    assert "Certificate of destruction: case NO-1 of NO" in page
    assert "proposed by ada" in page
    assert "confirmed by bo" in page
    with acting_as(ada) as session:
        signed = shredding.certificate(session, "NO-1")
        acts = [act.officer for act in auditing.acts_of(session, auditing.Wanted(act="case.propose_shredding")).items]
    assert certificates.verified(signed)["confirmed_by"] == "bo"
    assert acts == ["ada"]
    assert shredding.go_on(office.workplace) == 0


def test_a_proposal_is_taken_back_and_the_case_stays(office: Office, ada: Actor, people: dict[str, Client]) -> None:
    do(people["ada"], "propose")
    assert "Propose to shred it" in do(people["bo"], "withdraw")
    assert shredding.go_on(office.workplace) == 0
    assert has_case(ada)


def test_to_others_the_page_is_that_of_a_case_that_never_was(people: dict[str, Client]) -> None:
    do(people["ada"], "propose")
    for name in ("eva", "sven"):
        absent = people[name].get("/cases/NO-9/end/")
        assert (absent.status_code, absent.content) == (404, people[name].get(ADDRESS).content)
        for step in ("propose", "withdraw", "confirm"):
            assert people[name].post(f"{ADDRESS}{step}/", {"again": "NO-1"}).status_code == 404


def test_nothing_is_decided_without_a_fresh_second_factor(ada: Actor, people: dict[str, Client]) -> None:
    shown_ago(people["ada"], "ada", 3_600)
    answer = people["ada"].post(f"{ADDRESS}propose/", {"again": "NO-1"})
    assert answer.headers["Location"].startswith("/account/again/")
    with acting_as(ada) as session, pytest.raises(NotVisible):
        shreddings.of(session, "NO-1")


def test_one_that_fails_stops_no_other_and_is_gone_on_with(
    office: Office, ada: Actor, people: dict[str, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    do(people["ada"], "propose")
    do(people["bo"], "confirm")

    def away(*_: object) -> None:
        raise Unavailable("The disk is away.")

    with monkeypatch.context() as patched:
        patched.setattr(type(office.workplace.vault), "remove", away)
        assert shredding.go_on(office.workplace) == 0
    with acting_as(ada) as session:
        before = shreddings.of(session, "NO-1")
    assert (before.step, len(before.blobs)) == (Step.DESTROYED, 1)
    assert shredding.go_on(office.workplace) == 1
    with acting_as(ada) as session:
        after = shreddings.of(session, "NO-1")
    assert (after.step, after.counts) == (Step.DONE, before.counts)


def test_what_two_do_at_once_is_counted_once(office: Office, ada: Actor, people: dict[str, Client]) -> None:
    """The command and the worker may come to the same case in one moment: the second finds nothing, and says nothing."""
    do(people["ada"], "propose")
    do(people["bo"], "confirm")
    bo = officers.actor_of("bo")
    with acting_as(bo) as session:
        seen = shreddings.of(session, "NO-1")
    for _ in range(2):
        shredding._destroy(office.workplace, bo, seen)
    with acting_as(bo) as session:
        found = shreddings.of(session, "NO-1")
    assert (found.counts["media"], len(found.blobs)) == (1, 1)
