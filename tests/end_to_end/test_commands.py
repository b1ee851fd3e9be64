"""The command line as an engineer and an investigator use it: processes, exit codes, answers."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from clew.cli.demo_story import ANSWERS
from clew.cli.drawing import landscape, room
from clew.node import postgres
from clew.node.configuration import Configuration
from clew.node.place import place_of
from clew.node.postgres import _cluster
from tests.world import mould
from tests.world.elsewhere import free_port
from tests.world.forge import Forked, forge_of, forget

SECONDS_MAX = 300
AWAY_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A node of its own, driven by commands; `is_forked`: by processes that need not import what they use."""

    home: Path
    is_forked: bool = False
    port: int = field(default_factory=free_port)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CLEW_")}
        kept.pop("NUMBA_CACHE_DIR", None)
        return {**kept, "CLEW_HOME": str(self.home), "CLEW_LISTEN_PORT": str(self.port), "COLUMNS": "200"}

    def start(self, *words: str) -> "subprocess.Popen[str] | Forked":
        if self.is_forked:
            return forge_of(self.environment).start("clew.cli", *words)
        return subprocess.Popen(
            [sys.executable, "-m", "clew.cli", *words], env=self.environment, text=True, start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *words: str, code: int = 0, given: str = "") -> str:
        """What the command says on standard output; it must end with `code`."""
        process = self.start(*words)
        out, err = process.communicate(given, timeout=SECONDS_MAX)
        assert process.returncode == code, f"{words}: {process.returncode}\n{out}\n{err}"
        return out if code == 0 else err


def _fresh(home: Path, compiled: Path, *, is_forked: bool = False, from_nothing: bool = False) -> Node:
    """A node that is not founded yet, with the compiled code of this run, and unless `from_nothing` with its tables."""
    home.mkdir(mode=0o700)
    shutil.copytree(compiled, home / "cache")
    (home / "cache").chmod(0o700)
    if not from_nothing:
        mould.pour(Configuration(home=home))
    return Node(home=home, is_forked=is_forked)


@contextmanager
def held_up(node: Node) -> Iterator[Node]:
    """PostgreSQL of the node stays up meanwhile: no command has to start and to stop it."""
    with postgres.running(Configuration(home=node.home)) as facts:
        mould.run_lightly(facts)
        yield node


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory, compiled: Path) -> Iterator[Node]:
    made = _fresh(tmp_path_factory.mktemp("node") / "clew", compiled, from_nothing=True)
    made.run("init")
    made.run("member", "add", "NO", "Norway")
    with held_up(made) as up:
        forked(up).run("member", "add", "SE", "Sweden")
        forked(up).run("officer", "add", "ada", "--member", "NO", "--unit", "VICTIM-ID")
        forked(up).run("officer", "add", "sven", "--member", "SE", "--unit", "NC")
    yield made
    _remove(made.home)


def forked(node: Node) -> Node:
    """The same node, for commands of which another one shows how they begin."""
    return replace(node, is_forked=True)


def _remove(home: Path) -> None:
    forget(str(home))
    shutil.rmtree(place_of(Configuration(home=home)).root, ignore_errors=True)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def seized(tmp_path: Path) -> Path:
    folder = tmp_path / "seized"
    folder.mkdir()
    for seed in range(12):
        landscape(seed).save(folder / f"{seed}.jpg")
    (folder / "note.txt").write_text("not a picture")
    (folder / os.fsdecode(b"caf\xe9.jpg")).touch()
    return folder


def test_the_main_job_from_a_seized_folder_to_the_answer(node: Node, seized: Path, tmp_path: Path) -> None:
    said = json.loads(node.run("intake", str(seized), "--as", "ada", "--case", "NO-1", "--exhibit", "P-1", "--json"))
    assert (said["files_seen"], said["media_new"]) == (14, 14)
    assert {file["path"] for file in said["undecodable_files"]} == {"note.txt", "caf\\xe9.jpg"}
    copies = tmp_path / "copies"
    copies.mkdir()
    landscape(3).resize((320, 240)).save(copies / "copy.jpg")
    room(99).save(copies / "new.jpg")
    node.run("intake", str(copies), "--as", "sven", "--case", "SE-1", "--exhibit", "P-1")
    found = json.loads(node.run("triage", "SE-1", "--as", "sven", "--json"))
    assert found["counts"] == {
        "solved_elsewhere": 0, "parallel_enquiry": 1, "known": 0, "new": 1, "undecodable": 0,
    }  # fmt: skip
    lines = [json.loads(line) for line in node.run("triage", "SE-1", "--as", "sven", "--jsonl").splitlines()]
    assert lines == found["media"]
    assert "parallel enquiry" in forked(node).run("triage", "SE-1", "--as", "sven")
    compared = json.loads(node.run("compare", str(copies / "copy.jpg"), "--as", "sven", "--json"))
    assert [one["answer"] for one in compared["media"]] == ["parallel_enquiry"]


def test_a_hash_list_says_what_of_it_was_not_used(node: Node, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("0" * 32 + "\nnonsense\n")
    words = ("intake", str(tmp_path / "list.txt"), "--as", "ada", "--list", "known")
    said = json.loads(forked(node).run(*words, "--json"))
    assert (said["records"], said["files_seen"], said["media_new"]) == (1, 0, 1)
    assert [(one["count"], one["numbers"]) for one in said["refused"]] == [(1, [2])]
    assert "1 lines or records not used" in forked(node).run(*words)


def test_a_refusal_is_one_sentence_and_wrong_usage_is_told_apart(node: Node, seized: Path) -> None:
    with held_up(node) as up:
        for words in (
            ("triage", "NO-NOT-THERE", "--as", "ada"),
            ("triage", "NO-1", "--as", "nobody"),
            ("intake", str(seized), "--as", "ada", "--case", "NO-1"),
            ("intake", str(seized), "--as", "ada", "--case", "NO-9", "--exhibit", "P", "--audience", "members XX"),
            ("intake", str(seized), "--as", "ada", "--case", "NO-9", "--exhibit", "P", "--audience", "everyone"),
            ("series", "mark", "none", "--as", "ada", "--state", "open"),
            ("member", "add", "N O", "Norway"),
            ("officer", "add", "bo", "--member", "XX", "--unit", "U"),
        ):
            sentence = forked(up).run(*words, code=1)
            assert len(sentence.strip().splitlines()) == 1, sentence
            assert "Traceback" not in sentence
        forked(up).run("intake", str(seized / "not there"), "--as", "ada", code=2)
    node.run("triage", "NO-NOT-THERE", "--as", "ada", code=1)
    node.run("triage", code=2)


def test_the_doctor_finds_nothing_wrong(node: Node) -> None:
    found = json.loads(node.run("doctor", "--json"))
    assert found["ok"]
    assert {check["name"] for check in found["checks"]} >= {"database role", "sandbox", "disk", "index of still", "versions"}


def test_an_unknown_setting_is_refused(node: Node) -> None:
    process = subprocess.run(
        [sys.executable, "-m", "clew.cli", "doctor"], env={**node.environment, "CLEW_HOEM": "/x"}, text=True,
        capture_output=True, timeout=SECONDS_MAX, check=False,
    )  # fmt: skip
    assert process.returncode == 1
    assert "CLEW_HOEM" in process.stderr


def test_killed_with_everything_it_started_an_intake_goes_on(node: Node, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for seed in range(300):
        landscape(seed + 1000, (160, 120)).save(folder / f"{seed}.jpg")
    words = ("intake", str(folder), "--as", "ada", "--case", "NO-7", "--exhibit", "P-1", "--json")
    killed = node.start(*words)
    time.sleep(4)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait(SECONDS_MAX)
    for pipe in (killed.stdin, killed.stdout, killed.stderr):
        if pipe is not None:
            pipe.close()
    said = json.loads(node.run(*words))
    assert said["files_seen"] == 300
    counts = json.loads(forked(node).run("triage", "NO-7", "--as", "ada", "--json"))["counts"]
    assert sum(counts.values()) == 300
    assert counts["undecodable"] == 0


def test_an_intake_waits_for_a_database_that_is_away_for_ten_seconds(node: Node, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for seed in range(400):
        landscape(seed + 2000, (320, 240)).save(folder / f"{seed}.jpg")
    waiting = node.start("intake", str(folder), "--as", "ada", "--case", "NO-8", "--exhibit", "P-1", "--json")
    for _ in range(60):  # until it has begun
        with suppress(AssertionError):
            forked(node).run("triage", "NO-8", "--as", "ada", "--json")
            break
    database = _cluster(Configuration(home=node.home), lambda _: None)
    database.stop()
    time.sleep(AWAY_SECONDS)
    database.start()
    out, err = waiting.communicate(timeout=SECONDS_MAX)
    assert waiting.returncode == 0, err
    assert json.loads(out)["files_seen"] == 400
    counts = json.loads(forked(node).run("triage", "NO-8", "--as", "ada", "--json"))["counts"]
    assert sum(counts.values()) == 400
    assert counts["undecodable"] == 0


def test_the_demonstration_tells_its_story_twice(tmp_path: Path, compiled: Path) -> None:
    """Every answer of the fictional seizure is as drawn; a second run reuses what is there, and ends as one likes."""
    demo = _fresh(tmp_path / "demo", compiled)

    def counts() -> dict[str, int]:
        return json.loads(demo.run("triage", "XC-2026-17", "--as", "cleo", "--json"))["counts"]

    try:
        demo.run("demo", "--once")
        assert counts() == ANSWERS
        served = demo.start("demo")
        assert served.stdout is not None
        assert any("Ctrl-C stops everything" in line for line in served.stdout)
        time.sleep(3)
        os.killpg(served.pid, signal.SIGINT)
        _, err = served.communicate(timeout=SECONDS_MAX)
        assert (served.returncode in (0, 130), "Traceback" in err) == (True, False), err
        assert counts() == ANSWERS
    finally:
        _remove(demo.home)


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGHUP])
def test_serving_ends_with_everything_it_started(node: Node, told: signal.Signals) -> None:
    """By Ctrl-C, and by the end of its terminal."""
    before = signal.signal(told, signal.SIG_DFL)  # nohup and a shell's & have it ignored, and this is inherited
    served = node.start("serve")
    signal.signal(told, before)
    assert served.stdout is not None
    assert "http://" in served.stdout.readline()
    time.sleep(3)
    os.killpg(served.pid, told)
    assert served.wait(60) in (0, 130)
    served.communicate()
    left = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert str(place_of(Configuration(home=node.home)).root) not in left
