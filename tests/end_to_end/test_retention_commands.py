"""`clew retention` as an officer, a second officer, an administrator and whoever runs the node use it."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pytest

from clew.cli.drawing import landscape
from clew.domain.cover import years_after
from clew.node import postgres
from clew.node.configuration import Configuration
from tests.end_to_end.test_commands import Node, _fresh, _remove, held_up

SECRET = "Lindholt-zanzacanary"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory, compiled: Path) -> Iterator[Node]:
    root = tmp_path_factory.mktemp("retention")
    made = _fresh(root / "clew", compiled, is_forked=True)
    with held_up(made):
        made.run("init")
        made.run("member", "add", "NO", "Norway")
        for name, role in (("ada", "investigator"), ("bo", "investigator"), ("nina", "national-administrator")):
            made.run("officer", "add", name, "--member", "NO", "--unit", "VICTIM-ID", "--role", role)
        seized = root / "seized"
        seized.mkdir()
        for seed in range(4):
            landscape(seed, (320, 240)).save(seized / f"{seed}.jpg")
        soon = date.fromordinal(datetime.now(tz=UTC).date().toordinal() + 30)
        for case, until in ((SECRET, soon), ("NO-2", soon)):
            made.run(
                "intake", str(seized), "--as", "ada", "--case", case, "--exhibit", "PHONE-1", "--keep-until", until.isoformat()
            )
        yield made
    _remove(made.home)


def let_time_pass(node: Node) -> None:
    """What the covers say has come; as superuser, for nobody else may say so."""
    configuration = Configuration(home=node.home)
    with postgres.running(configuration, None) as facts, psycopg.connect(
        **{**facts.as_superuser(), "dbname": facts.database}
    ) as superuser:
        superuser.execute("update covers set retention_end = current_date")


def test_listed_extended_blocked_ended_and_proved(node: Node) -> None:
    due = json.loads(node.run("retention", "list", "--as", "ada", "--json"))
    assert {(one["kind"], one["name"], one["state"]) for one in due} == {
        ("case", SECRET, "review"), ("case", "NO-2", "review"),
    }  # fmt: skip
    assert SECRET in node.run("retention", "list", "--as", "ada")
    assert "Nothing is past its end." in node.run("retention", "run", "--dry-run")
    assert json.loads(node.run("retention", "run", "--json")) == dict.fromkeys(
        ("case", "exhibit", "series", "hash-list", "victim", "offender", "place"), 0
    )

    node.run("handling", "rule", "--as", "nina", "--second")
    later = f"{datetime.now(tz=UTC).year + 2}-01-31"
    asked = ("--until", later, "--reason", "An appeal is pending.")
    proposal = json.loads(node.run("retention", "extend", "case", "NO-2", *asked, "--as", "ada", "--json"))
    assert proposal["state"] == "proposed"
    refused = node.run("retention", "approve", proposal["id"], "--as", "ada", code=1)
    assert refused.strip() == "A second officer of the unit must agree to what you proposed."
    node.run("retention", "approve", proposal["id"], "--as", "bo")
    shown = json.loads(node.run("retention", "show", "case", "NO-2", "--as", "ada", "--json"))
    assert (shown["ends_on"], shown["rule"], shown["decisions"][0]["reason"]) == (later, "extension", asked[3])
    assert "absent" not in node.run("retention", "show", "case", "ABSENT", "--as", "ada", code=1)
    assert "day is written" in node.run(
        "retention", "extend", "case", "NO-2", "--until", "soon", "--reason", "x", "--as", "ada", code=1
    )
    node.run("retention", "extend", "nonsense", "NO-2", *asked, "--as", "ada", code=2)

    block = json.loads(
        node.run("retention", "block", "case", SECRET, "--reason", "A person asked.", "--as", "ada", "--json")
    )["id"]
    (kept,) = json.loads(node.run("retention", "blocks", "--as", "bo", "--json"))
    assert (kept["id"], kept["by"], kept["reason"]) == (block, "ada", "A person asked.")
    let_time_pass(node)
    assert "Nothing is past its end." in node.run("retention", "run", "--dry-run")
    node.run("retention", "unblock", block, "--as", "bo")
    told = node.run("retention", "run", "--dry-run")
    assert "1 case; 0 media, 0 in the vault" in told
    assert SECRET not in told, "who runs the node has no right to names"
    (foreseen,) = json.loads(node.run("retention", "run", "--dry-run", "--json"))
    assert (foreseen["subjects"][0]["places"], foreseen["media"]) == (4, 0)
    assert node.run("retention", "run").strip() == "Ended: 1 case"
    (stone,) = json.loads(node.run("retention", "ended", "--as", "ada", "--json"))
    (proof,) = json.loads(
        node.run("retention", "ended", "--kind", "case", "--name", SECRET, "--as", "nina", "--json")
    )
    assert proof == stone
    assert (stone["kind"], stone["rule"], stone["counts"]["occurrences"]) == ("case", "cover", 4)
    assert SECRET not in json.dumps(stone)
    assert node.run("retention", "ended", "--kind", "case", "--name", "NO-2", "--as", "ada", "--json").strip() == "[]"
    assert "both" in node.run("retention", "ended", "--kind", "case", "--as", "ada", code=1)
    found = {one["name"]: one["ok"] for one in json.loads(node.run("doctor", "--json"))["checks"]}
    assert found["retention"]
    assert found["audit sequencer"], "the doctor puts what waits in order"
    proof_of_end = node.run("audit", "prove", stone["event"], "--as", "nina").splitlines()
    assert b"act retention.end\n" in base64.b64decode(proof_of_end[1].removeprefix("extra "))


def test_a_term_is_the_administrators_and_counts_for_what_is_taken_in_next(node: Node, tmp_path: Path) -> None:
    assert node.run("retention", "terms", "--set", "exhibit", "--years", "2", "--as", "ada", code=1)
    node.run("retention", "terms", "--set", "exhibit", "--years", "2", "--as", "nina")
    assert json.loads(node.run("retention", "terms", "--as", "ada", "--json"))["exhibit"] == 2
    landscape(50, (320, 240)).save(tmp_path / "50.jpg")
    node.run("intake", str(tmp_path), "--as", "ada", "--case", "NO-9", "--exhibit", "PHONE-9")
    shown = json.loads(node.run("retention", "show", "exhibit", "PHONE-9", "--case", "NO-9", "--as", "ada", "--json"))
    today = datetime.now(tz=UTC).date()
    assert shown["ends_on"] in {years_after(day, 2).isoformat() for day in (today, date.fromordinal(today.toordinal() - 1))}
