"""`clew audit` as an operator, an auditor and an outside supervisor use it: processes, files and standard input."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from clew.actions import reporting, signing_in
from clew.domain.handling import Actor
from clew.domain.officer import Role
from clew.records import audit, officers
from clew.records.session import acting_as
from tests.world import commands
from tests.world.world import World

WHY = ("--purpose", "supervision", "--case", "DPA-7")

NAME = "witness.example/1"


def clew(*words: str, given: str = "", fails: bool = False, home: Path | None = None) -> str:
    """What the command says, on this node or, with another home, where there is none; of one that fails its sentence."""
    if home is None:
        said = commands.clew(*words, given=given)
        assert (said.code != 0) is fails, said.err
        return said.err if fails else said.out
    environment = {"PATH": "/usr/bin:/bin", "CLEW_HOME": str(home)}
    command = [sys.executable, "-m", "clew.cli", *words]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False, env=environment, timeout=120)
    assert (done.returncode != 0) is fails, done.stderr
    return done.stderr if fails else done.stdout


@pytest.fixture
def ada(world: World) -> Actor:
    actor = world.officer("ada", member="NO")
    world.officer("auditor", member="NO", role=Role.AUDITOR)
    act(actor, 5)
    return actor


def act(actor: Actor, count: int) -> None:
    with acting_as(actor) as session:
        for _ in range(count):
            audit.append(session, "case.read", "")


def test_an_event_is_proved_to_somebody_without_a_node_and_a_supervisor_watches(
    ada: Actor, world: World, tmp_path: Path
) -> None:
    outside = tmp_path / "no-node"
    log = clew("audit", "key").strip()
    # The supervisor makes a key, signs what the node asks, and the node keeps the line.
    witness = clew("audit", "witness-key", str(tmp_path / "w"), "--name", NAME, home=outside).strip()
    asked = clew("audit", "request")
    line = clew("audit", "witness", str(tmp_path / "w"), "--log", log, "--name", NAME, given=asked, home=outside)
    size = asked.split("\n\n")[1].split("\n")[1]
    assert NAME in clew("audit", "cosigned", "--size", size, "--witness", witness, given=line)
    # An auditor finds an event and hands its proof to a court, who needs the file and two keys.
    (event, *_) = [one["id"] for one in listed("auditor") if one["act"] == "case.read"]
    proof = tmp_path / "event.tlog-proof"
    proof.write_text(clew("audit", "prove", event, "--as", "auditor"))
    told = clew("audit", "check", str(proof), "--key", log, "--witness", witness, home=outside)
    assert f"id {event}\n" in told
    assert NAME in told
    proof.write_text(proof.read_text().replace("index ", "index 1"))
    assert "Traceback" not in clew("audit", "check", str(proof), "--key", log, home=outside, fails=True)
    # The log goes on; a second request goes on from what was signed, and a log that was rewritten is refused.
    act(ada, 3)
    again = clew("audit", "request", "--old", size)
    clew("audit", "witness", str(tmp_path / "w"), "--log", log, "--name", NAME, given=again, home=outside)
    rewrite(world)
    act(ada, 30)
    new = again.split("\n\n")[1].split("\n")[1]
    forked = clew("audit", "request", "--old", new)
    said = clew("audit", "witness", str(tmp_path / "w"), "--log", log, "--name", NAME, given=forked, home=outside, fails=True)
    assert "rewritten" in said


def test_events_are_taken_out_for_somebody_without_a_node_who_finds_what_was_left_out(
    ada: Actor, tmp_path: Path
) -> None:
    outside, file = tmp_path / "no-node", tmp_path / "events.jsonl"
    log = clew("audit", "key").strip()
    witness = clew("audit", "witness-key", str(tmp_path / "w"), "--name", NAME, home=outside).strip()
    clew("audit", "checkpoint")  # puts in order what waits
    asked = clew("audit", "request")
    line = clew("audit", "witness", str(tmp_path / "w"), "--log", log, "--name", NAME, given=asked, home=outside)
    clew("audit", "cosigned", "--size", asked.split("\n\n")[1].split("\n")[1], "--witness", witness, given=line)
    act(ada, 2)
    file.write_text(clew("audit", "export", "--as", "auditor", *WHY, "--act", "case.read"))
    told = " ".join(clew("audit", "check", str(file), "--key", log, "--witness", witness, home=outside).split())
    assert told.startswith("7 events, each in the log of ")
    assert "as many as auditor of NO took out" in told
    assert "Asked for, as the file says: act case.read." in told
    assert "5 of these are among them." in told
    found = json.loads(clew("audit", "check", str(file), "--key", log, "--json", home=outside))
    assert (found["events"], found["has_more"], found["taken_by"], found["cosigned"]) == (7, False, "auditor", [])
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join([*lines[:3], *lines[4:]]))
    said = clew("audit", "check", str(file), "--key", log, home=outside, fails=True)
    assert "not the events that were taken out" in said
    assert "audit" in clew("audit", "export", "--as", "ada", *WHY, fails=True)


def test_the_log_is_read_again_part_by_part_by_those_who_audit(ada: Actor, world: World) -> None:
    clew("audit", "checkpoint")
    before = subject_of_number_2(world, "x")
    said = json.loads(commands.clew("audit", "read-again", "--as", "auditor", "--json").out)
    assert (said["ok"], said["since"], len(said["findings"])) == (False, None, 1)
    assert "at number 2: edited" in said["findings"][0]
    assert commands.clew("audit", "read-again", "--as", "auditor").code == 1
    subject_of_number_2(world, before)
    said = clew("audit", "read-again", "--as", "auditor")
    assert "as they were signed" in said
    assert "Unbroken since " in said
    assert "audit" in clew("audit", "read-again", "--as", "ada", fails=True)


def subject_of_number_2(world: World, subject: str) -> str:
    """Change an event behind everybody's back; what stood there."""
    with psycopg.connect(**world.facts.as_owner(), autocommit=True) as owner:
        owner.execute("alter table acts no force row level security")
        event, before = owner.execute("select id, subject from acts where id = (select act_id from leaves where number = 2)").fetchone()
        owner.execute("update acts set subject = %s where id = %s", [subject, event])
        owner.execute("alter table acts force row level security")
    return before


def listed(officer: str, *words: str) -> list[dict[str, str]]:
    return json.loads(clew("audit", "list", "--as", officer, "--json", *words))["events"]


def rewrite(world: World) -> None:
    """Begin the log anew, as somebody would who holds the database."""
    with psycopg.connect(**world.facts.as_owner(), autocommit=True) as owner:
        owner.execute("truncate acts, waiting_acts, leaves, tiles, checkpoints, cosignatures, accesses")


def test_verify_names_what_was_changed_and_fails(ada: Actor, world: World) -> None:
    assert json.loads(clew("audit", "verify", "--json"))["findings"] == []
    clew("audit", "checkpoint")  # puts in order what waits
    with psycopg.connect(**world.facts.as_owner(), autocommit=True) as owner:
        owner.execute("alter table acts no force row level security")
        event = owner.execute("update acts set subject = 'x' where id in (select act_id from leaves where number = 2) returning id").fetchone()[0]
        owner.execute("alter table acts force row level security")
    command = [sys.executable, "-m", "clew.cli", "audit", "verify", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert json.loads(done.stdout)["findings"] == [{"wrong": "edited", "number": 2, "event": str(event)}]
    # It is on record that it failed: every member's annual report says so.
    incidents = next(one for one in reporting.annual(officers.actor_of("auditor"), datetime.now(UTC).year).sections if one.name == "incidents")
    assert {one.name: one.total for one in incidents.figures}["failed_verifications"] == 1


def test_a_checkpoint_that_somebody_kept_shows_a_log_that_was_begun_anew(
    ada: Actor, world: World, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    kept.write_text(clew("audit", "checkpoint"))
    clew("audit", "verify", "--against", str(kept))
    rewrite(world)
    act(ada, 200)
    clew("audit", "checkpoint")
    done = subprocess.run(
        [sys.executable, "-m", "clew.cli", "audit", "verify", "--against", str(kept)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "not what was signed" in done.stdout


def test_reading_by_command_is_on_record(ada: Actor) -> None:
    clew("audit", "accesses", "--as", "ada")
    clew("audit", "list", "--as", "ada")
    assert {"audit.read", "audit.read_accesses"} <= {one["act"] for one in listed("ada")}


def test_acts_are_listed_from_a_day_to_a_day_and_no_identifier_is_cut(ada: Actor) -> None:
    """The last day is within."""
    today = datetime.now(UTC).date()
    tomorrow, yesterday = (str(today + timedelta(days=days)) for days in (1, -1))
    found = [
        len(json.loads(clew("audit", "list", "--as", "ada", "--act", "case.read", "--json", *asked))["events"])
        for asked in ((), ("--since", str(today)), ("--until", str(today)), ("--since", tomorrow), ("--until", yesterday))
    ]
    assert found == [5, 5, 5, 0, 0]
    shown = clew("audit", "list", "--as", "ada", "--act", "case.read")
    assert "…" not in shown
    assert clew("audit", "list", "--as", "ada", "--since", "yesterday", fails=True).startswith("A day is written")


def test_acts_are_listed_by_kind_by_officer_and_one_by_one(ada: Actor, world: World) -> None:
    medium = world.medium(world.officer("sven", member="SE"))
    with acting_as(ada) as session:
        event = audit.append(session, "medium.reveal", str(medium))
    for words in (("--act", "reveal"), ("--officer", "ada", "--act", "medium.reveal", "--member", "no"), ("--event", str(event))):
        assert [one["id"] for one in listed("auditor", *words)] == [str(event)]
    assert listed("auditor", "--officer", "auditor", "--act", "reveal") == []
    for words in (("--act", "reveal"), ("--act", "medium.reveal", "--member", "no"), ("--event", str(event))):
        told = json.loads(clew("audit", "accesses", "--as", "sven", "--json", *words))["events"]
        assert [(one["id"], one["member"]) for one in told] == [(str(event), "NO")]
    assert json.loads(clew("audit", "accesses", "--as", "sven", "--json", "--act", "export"))["events"] == []
    for command in ("list", "accesses", "export"):
        why = WHY if command == "export" else ()
        said = clew("audit", command, "--as", "auditor", *why, "--act", "medium", fails=True)
        assert said.startswith("Acts are asked for by one act")
    text = clew("audit", "export", "--as", "auditor", *WHY, "--act", "reveal", "--officer", "ada", "--event", str(event))
    head, *lines = [json.loads(line) for line in text.splitlines()]
    assert {name: head["asked"][name] for name in ("act", "officer", "event")} == {"act": "reveal", "officer": "ada", "event": str(event)}
    assert [line["event"]["id"] for line in lines][:-1] == [str(event)]


def test_what_is_unusual_is_listed_with_the_words_that_list_its_acts(ada: Actor) -> None:
    for _ in range(5):
        signing_in.refused("ada")
    shown = clew("audit", "patterns", "--as", "auditor")
    (line,) = [line for line in shown.splitlines() if line.startswith("  ada")]
    options = line[line.index("--") :].split()
    assert len(listed("auditor", *options)) == 5
    told = json.loads(clew("audit", "patterns", "--as", "auditor", "--json"))
    (first, *others) = told["patterns"]
    assert (first["pattern"], [(case["officer"], case["count"]) for case in first["cases"]]) == ("refused-sign-ins", [("ada", 5)])
    assert [one["cases"] for one in others] == [[]] * 5
    assert clew("audit", "patterns", "--as", "ada", fails=True).strip() == "There is no such page."
    assert "1 to 92 days" in clew("audit", "patterns", "--as", "auditor", "--since", "2020-01-01", fails=True)


def test_a_command_that_cannot_be_is_one_sentence(ada: Actor, tmp_path: Path) -> None:
    nonsense = tmp_path / "nonsense"
    nonsense.write_bytes(b"\xff\x00")
    log = clew("audit", "key").strip()
    for words in (
        ("audit", "prove", "x", "--as", "ada"),
        ("audit", "prove", "00000000-0000-0000-0000-000000000000", "--as", "ada"),
        ("audit", "check", str(nonsense), "--key", log),
        ("audit", "check", str(nonsense), "--key", "x"),
        ("audit", "request", "--old", "999999"),
        ("audit", "cosigned", "--size", "1", "--witness", "x"),
        ("audit", "supervisor", "QQ"),
    ):
        said = clew(*words, fails=True)
        assert said.count("\n") == 1, (words, said)
