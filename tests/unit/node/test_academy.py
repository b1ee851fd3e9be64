"""The academy keeps its word: what leads to the node is not told to it, and one that would not be apart is refused."""

import subprocess
import sys
import time
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
        "CLEW_ACADEMY_URL": "https://academy.example",
    }  # fmt: skip
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    environment = {"CLEW_HOME": "/somewhere", **given}
    enter_academy(environment)
    assert environment == {
        "CLEW_HOME": "/somewhere", "CLEW_ACADEMY": "1", "CLEW_ACADEMY_DATABASE_URL": given["CLEW_ACADEMY_DATABASE_URL"],
        "CLEW_ACADEMY_URL": given["CLEW_ACADEMY_URL"],
    }  # fmt: skip
    for name in given.keys() - environment.keys():
        monkeypatch.delenv(name)
    monkeypatch.setenv("CLEW_ACADEMY", "1")
    found = Configuration.from_environment()
    assert (facts(found).database, facts(found).owner, found.home) == ("exercises", "learner", Path("/somewhere/academy"))
    assert found.public_url == "https://academy.example"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "academy.example", "https://academy.example/path/", "https://a b/"])
def test_the_address_of_the_academy_is_one_that_a_page_may_lead_to(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("CLEW_ACADEMY_URL", address)
    with pytest.raises(Invalid, match="CLEW_ACADEMY_URL"):
        Configuration.from_environment()


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
    monkeypatch.setattr(academy, "run", lambda words, *_: subprocess.CompletedProcess(words, code, out, err))
    with pytest.raises((StepRefused, Unavailable), match=refusal):
        academy.ask("exercise", "draw", "ada")


@pytest.mark.parametrize("code", [-9, -15, 130])
def test_one_that_is_ended_before_it_answers_may_be_asked_again(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    monkeypatch.setattr(academy, "run", lambda words, *_: subprocess.CompletedProcess(words, code, "", "Aborted.\n"))
    with pytest.raises(Unavailable, match="try again"):
        academy.ask("exercise", "draw", "ada")


def test_whoever_waits_for_the_academy_and_is_told_to_end_waits_no_longer_and_the_process_goes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    slow, noted = tmp_path / "slow", tmp_path / "pid"
    slow.write_text(f"#!/bin/sh\necho $$ > {noted}\nexec sleep 60\n")
    slow.chmod(0o700)
    monkeypatch.setattr(academy.sys, "executable", str(slow))
    began = time.monotonic()
    with pytest.raises(Unavailable, match="try again"):
        academy.ask("exercise", "draw", "ada", is_stopped=noted.exists)
    assert time.monotonic() - began < 20
    assert not Path(f"/proc/{noted.read_text().strip()}").exists()


ERRAND = "import os, sys, time\nfrom clew.cli import errand\nerrand.main.main = lambda: (print('at it', flush=True), time.sleep(60))\nerrand.run(int(sys.argv[1]), [])"
WORKER = f"import os, subprocess, sys\nsubprocess.run([sys.executable, '-c', {ERRAND!r}, str(os.getpid())])"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere whoever waits ends it")
def test_a_process_of_the_academy_ends_with_a_worker_that_is_killed() -> None:
    worker = subprocess.Popen([sys.executable, "-c", WORKER], stdout=subprocess.PIPE, text=True)
    assert worker.stdout.readline() == "at it\n"
    worker.kill()
    # The errand holds the other end: it is closed once that is gone.
    assert worker.communicate(timeout=20)[0] == ""


def test_an_errand_of_nobody_is_not_done() -> None:
    done = subprocess.run([sys.executable, "-c", ERRAND, "1"], check=False, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")


def test_an_academy_may_be_used_where_it_was_founded_is_apart_and_is_another_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CLEW_HOME", str(tmp_path))
    node = Configuration.from_environment()
    assert not academy.is_usable(node)
    (tmp_path / "academy/keys").mkdir(parents=True)
    (tmp_path / "academy/keys/founded").touch()
    assert academy.is_usable(node)
    assert not academy.is_usable(node.for_academy())
    monkeypatch.setenv("CLEW_DATABASE_URL", NODE)
    assert not academy.is_usable(Configuration.from_environment())


@pytest.mark.parametrize("answer", ["{}", '{"exercise": "7", "password": "x"}', '{"items": [{"exercise": "7"}]}', '{"items": 7}'])
def test_an_answer_that_cannot_be_is_told_without_what_it_says(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr(academy, "run", lambda words, *_: subprocess.CompletedProcess(words, 0, answer, ""))
    asked = academy.of_this_node()
    for ask in (lambda: asked.draw("ada", academy.never), lambda: asked.results(["ada.12345"], academy.never)):
        with pytest.raises(Unavailable, match="clew --academy doctor"):
            ask()
