"""The academy keeps its word: what leads to the node is not told to it, and one that would not be apart is refused."""

import subprocess
from pathlib import Path

import pytest

from clew.domain.errors import Invalid, StepRefused, Unavailable
from clew.node import academy
from clew.node.configuration import OF_THE_NODE_ALONE, Configuration, enter_academy
from clew.node.connection import facts

NODE = "postgresql://keeper:secret@host/evidence"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in OF_THE_NODE_ALONE:
        monkeypatch.delenv(f"CLEW_{name}", raising=False)
    monkeypatch.setenv("CLEW_HOME", "/somewhere")


def test_everything_of_the_academy_lies_below_its_own_home_but_the_server_and_compiled_code() -> None:
    node = Configuration.from_environment()
    found = node.for_academy()
    folders = (found.keys_folder, found.vault_folder, found.index_folder, found.spill_folder)
    assert {folder.parent for folder in folders} == {Path("/somewhere/academy")}
    assert (found.postgres_folder, found.cache_folder) == (node.postgres_folder, node.cache_folder)
    assert facts(node).host == facts(found).host
    assert not {facts(node).database, facts(node).owner} & {facts(found).database, facts(found).owner}
    assert {*vars_of(facts(node))}.isdisjoint(vars_of(facts(found)))
    assert found.for_academy() == found


def vars_of(of: object) -> tuple[str, ...]:
    return (of.roles.app, of.roles.blind, of.roles.sequencer)


def test_a_process_that_enters_the_academy_is_told_nothing_that_leads_to_the_node(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "CLEW_DATABASE_URL": NODE, "CLEW_ACADEMY_DATABASE_URL": "postgresql://learner@host/exercises", "CLEW_VAULT": "/v",
        "CLEW_KEY_COMMAND": "/k", "CLEW_TRUSTED_PROXY": "10.0.0.1", "CLEW_CERTIFICATE_HEADER": "Officer",
        "CLEW_MAIL_SERVER": "mail", "CLEW_PUBLIC_URL": "https://clew.example",
    }  # fmt: skip
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    environment = {"CLEW_HOME": "/somewhere", **given}
    enter_academy(environment)
    assert environment == {
        "CLEW_HOME": "/somewhere", "CLEW_ACADEMY": "1", "CLEW_ACADEMY_DATABASE_URL": given["CLEW_ACADEMY_DATABASE_URL"]
    }  # fmt: skip
    for name in given.keys() - environment.keys():
        monkeypatch.delenv(name)
    monkeypatch.setenv("CLEW_ACADEMY", "1")
    found = Configuration.from_environment()
    assert (facts(found).database, facts(found).owner, found.home) == ("exercises", "learner", Path("/somewhere/academy"))


def test_a_node_with_a_database_of_its_own_has_no_academy_before_one_is_named_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEW_DATABASE_URL", NODE)
    with pytest.raises(Unavailable, match="CLEW_ACADEMY_DATABASE_URL"):
        enter_academy({})
    assert academy.check(Configuration.from_environment()).ok


@pytest.mark.parametrize("url", [NODE, "postgresql://other@host/evidence", "postgresql://keeper@host/exercises"])
def test_an_academy_in_the_database_of_the_node_or_of_its_owner_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("CLEW_DATABASE_URL", NODE)
    monkeypatch.setenv("CLEW_ACADEMY_DATABASE_URL", url)
    with pytest.raises(Invalid, match="another database"):
        academy.check_apart(Configuration.from_environment())
    monkeypatch.setenv("CLEW_ACADEMY_DATABASE_URL", "postgresql://learner@host/exercises")
    academy.check_apart(Configuration.from_environment())


@pytest.mark.parametrize(
    ("code", "out", "err", "refusal"),
    [(1, "", "wait\nNo such exercise.\n", "No such exercise."), (1, "", "", "refuses"), (0, "[1]", "", "should not")],
)
def test_what_the_academy_answers_is_a_record_or_a_refusal_in_its_own_words(
    monkeypatch: pytest.MonkeyPatch, code: int, out: str, err: str, refusal: str
) -> None:
    monkeypatch.setattr(academy, "run", lambda words, _: subprocess.CompletedProcess(words, code, out, err))
    with pytest.raises((StepRefused, Unavailable), match=refusal):
        academy.ask("exercise", "draw", "ada")
