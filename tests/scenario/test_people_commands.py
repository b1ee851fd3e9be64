"""Victims, offenders, places and links by commands: what is entered is shown, linked, gone along, and decided."""

import json

import pytest

from clew.actions import describing
from clew.domain.handling import Actor
from clew.domain.officer import Role
from clew.domain.victim import VictimFacts
from clew.records.session import acting_as
from tests.world.clients import signed_in
from tests.world.commands import clew
from tests.world.world import World, handling


def run(*words: str, by: str = "ada", given: str = "") -> str:
    said = clew(*words, "--as", by, given=given)
    assert (said.code, said.err) == (0, ""), said
    return said.out


def answer(*words: str, by: str = "ada") -> dict:
    return json.loads(run(*words, "--json", by=by))


@pytest.fixture(autouse=True)
def officers(world: World, ada: Actor, sven: Actor) -> None:
    world.exhibit(ada, "NO-1")


def test_a_graph_is_made_and_read_by_commands() -> None:
    child = answer("victim", "enter", "--sex", "female", "--age", "7-9", "--on", "2023-04-15", "--basis", "Seen.")["reference"]
    man = answer("offender", "enter", "--established", "suspected")["reference"]
    harbour = answer("place", "enter", "--kind", "gps", "--at", "59.9139,10.7522,50", "--name", "the harbour")["reference"]
    run("link", "add", child, "was-at", harbour, "--basis", "seen", "--confidence", "certain", "--note", "A jetty.")
    candidate = answer("link", "propose", man, "connected-with", child, "--basis", "stated")["link"]
    run("link", "add", child, "enquired-in", "NO-1", "--basis", "document")

    shown = answer("victim", "show", child)
    assert (shown["age"]["youngest"], shown["age"]["oldest"], shown["age"]["on"]) == (7, 9, "2023-04-15")
    assert shown["age"]["now"][0] >= 10
    assert {(one["type"], one["state"]) for one in shown["links"]} == {
        ("was-at", "accepted"), ("connected-with", "candidate"), ("enquired-in", "accepted"),
    }  # fmt: skip
    assert [one["id"] for one in answer("link", "waiting")["links"]] == [candidate]
    found = answer("link", "explore", harbour)
    assert {node["name"]: node["hops"] for node in found["nodes"]} == {harbour: 0, child: 1, man: 2, "NO-1": 2}
    facts = answer("link", "explore", harbour, "--facts")
    assert {node["name"] for node in facts["nodes"]} == {harbour, child, "NO-1"}

    run("link", "accept", candidate, "--reason", "He said so.")
    assert [step["step"] for step in answer("link", "show", candidate)["steps"]] == ["accept", "propose"]
    assert "He said so." in run("link", "show", candidate)
    # Another member sees the case of this one by no name, and the place to a tenth of a degree.
    assert answer("place", "show", harbour)["point"]["precision_m"] == 50
    seen = answer("place", "show", harbour, by="sven")
    assert (seen["point"], seen["coarse"]) == (None, [59.9, 10.8])
    assert "" in {node["name"] for node in answer("link", "explore", child, by="sven")["nodes"]}


def test_who_a_victim_is_comes_from_standard_input_and_goes_to_its_unit_alone() -> None:
    child = run("victim", "enter").strip()
    other = run("victim", "enter", by="sven").strip()
    run("victim", "entrust", child, given="Nora Example\n")
    assert "Nora Example" in run("victim", "reveal", child, "--purpose", "victim-identification", "--case", "NO-1")
    refused = clew("victim", "reveal", child, "--purpose", "victim-identification", "--case", "SE-1", "--as", "sven")
    assert (refused.code, refused.out) == (1, "")
    assertion = answer("victim", "same", child, other, "--reason", "The same scar.")["assertion"]
    said = answer("victim", "say", child, "adult-now", "--reason", "A birthday.", by="sven")["assertion"]
    told = [run("victim", word, *more) for word, *more in (("list",), ("show", child), ("show", child, "--json"))]
    told += [run("victim", "show", child, by="sven"), run("link", "explore", child), run("audit", "list")]
    assert "Nora" not in "".join(told)
    assert assertion in told[1]
    assert said in told[1]
    run("victim", "undo", assertion)
    assert answer("victim", "show", child)["one_with"] == []
    run("victim", "forget", child, "--purpose", "supervision", "--case", "NO-1")
    assert answer("victim", "reveal", child, "--purpose", "supervision", "--case", "NO-1") == {"identities": []}


def test_the_log_says_of_an_act_that_it_came_from_the_command_line(world: World, ada: Actor) -> None:
    """There whoever may use the node's keys is believed: what an officer did with a sign-in of their own is told apart."""
    world.officer("tove", member="NO", unit="AUDIT", role=Role.AUDITOR)
    run("victim", "enter")
    with acting_as(ada) as session:
        describing.enter_victim(session, VictimFacts(), "Seen.", handling(ada))
    events = [one for one in answer("audit", "list", "--act", "victim.enter", by="tove")["events"] if one["officer"] == "ada"]
    assert [one["is_by_command"] for one in events] == [False, True]
    page = signed_in("tove").get("/audit/", {"act": "victim.enter"}).content.decode()
    assert page.count("at the command line of the node") == 1
    assert [one["is_by_command"] for one in signed_in("tove").get("/api/audit", {"act": "victim.enter"}).json()["items"]] == [False, True]
    assert "1 of these came from the command line" in run("audit", "list", "--act", "victim.enter", by="tove")
