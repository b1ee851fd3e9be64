"""What the doctor says of the audit's log."""

from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from clew.actions import proving, sequencing, witnessing
from clew.domain.handling import Actor
from clew.node import log_checks
from clew.node.configuration import Configuration
from clew.node.doctor import Check
from clew.records import audit
from clew.records.leaves import LOCK
from clew.records.session import acting_as
from tests.world.world import World

NAME = "witness.example/1"


@pytest.fixture
def ada(world: World) -> Actor:
    return world.officer("ada", member="NO")


@pytest.fixture
def elsewhere(configuration: Configuration, tmp_path: Path) -> Configuration:
    """The node, but with a memory of its own for what was found whole."""
    return configuration.model_copy(update={"home": tmp_path})


def act(actor: Actor, count: int) -> None:
    with acting_as(actor) as session:
        for _ in range(count):
            audit.append(session, "case.read", "")


def named(checks: list[Check]) -> dict[str, Check]:
    return {check.name: check for check in checks}


def failures(world: World) -> int:
    """How many verifications that failed are on record."""
    with psycopg.connect(**world.facts.as_owner(), autocommit=True) as owner:
        owner.execute(f"set role {world.facts.roles.blind}")
        return owner.execute("select count(*) from acts where act = 'audit.verification_failed'").fetchone()[0]


def test_a_log_that_is_whole_is_read_once(ada: Actor, world: World, elsewhere: Configuration) -> None:
    act(ada, 300)
    first = named(log_checks.check_log(elsewhere))
    assert all(check.ok for check in first.values())
    act(ada, 7)
    again = named(log_checks.check_log(elsewhere))
    assert "of which 7 were new" in again["audit log"].sentence
    assert failures(world) == 0


def test_a_changed_event_is_named_until_it_was_seen_whole(ada: Actor, world: World, elsewhere: Configuration) -> None:
    act(ada, 10)
    sequencing.catch_up()
    with psycopg.connect(**world.facts.as_owner(), autocommit=True) as owner:
        owner.execute("alter table acts no force row level security")
        owner.execute("update acts set subject = 'x' where id = (select act_id from leaves where number = 5)")
        owner.execute("alter table acts force row level security")
    check = named(log_checks.check_log(elsewhere))["audit log"]
    assert not check.ok
    assert failures(world) == 1
    assert "number 5: edited" in check.sentence


@pytest.mark.parametrize(
    ("lie", "told"),
    [
        ("truncate leaves, tiles, checkpoints, acts, waiting_acts", "shorter than it was"),
        ("update tiles set hashes = set_byte(hashes, 0, 255 - get_byte(hashes, 0)) where level = 0", "not what was signed"),
    ],
)
def test_a_log_that_was_rewound_or_rewritten_is_noticed(
    ada: Actor, world: World, elsewhere: Configuration, lie: str, told: str
) -> None:
    act(ada, 10)
    assert named(log_checks.check_log(elsewhere))["audit log"].ok
    with psycopg.connect(**world.facts.as_owner(), autocommit=True) as owner:
        owner.execute(lie)
    check = named(log_checks.check_log(elsewhere))["audit log"]
    assert not check.ok
    assert failures(world) == 1
    assert told in check.sentence


def test_events_that_wait_and_cannot_be_put_in_order_are_counted(
    ada: Actor, world: World, elsewhere: Configuration, monkeypatch: pytest.MonkeyPatch
) -> None:
    sequencing.catch_up()
    act(ada, 3)
    monkeypatch.setattr(sequencing, "LOCK_WAIT_MS", 50)
    with psycopg.connect(**world.facts.as_owner()) as hanging:
        hanging.execute("select pg_advisory_lock(%s)", [LOCK])
        check = named(log_checks.check_log(elsewhere))["audit sequencer"]
    assert not check.ok
    assert check.sentence.startswith("3 events wait")


@pytest.mark.parametrize(("hours", "ok"), [(1, True), (30, False)])
def test_the_age_of_the_newest_cosignature_is_told(
    ada: Actor, elsewhere: Configuration, tmp_path: Path, hours: int, ok: bool
) -> None:
    act(ada, 3)
    sequencing.catch_up()
    assert named(log_checks.check_log(elsewhere))["audit witnesses"].sentence.startswith("Nobody")
    asked = proving.request(0)
    at = int(datetime.now(tz=UTC).timestamp()) - hours * 3600
    line = witnessing.cosign(tmp_path / "w", NAME, sequencing.log_key(), str(asked), now=at)
    size = int(asked.note.text.split("\n")[1])
    proving.keep_cosignature(witnessing.witness_key(tmp_path / "w", NAME), size, str(line))
    check = named(log_checks.check_log(elsewhere))["audit witnesses"]
    assert (check.ok, check.sentence.startswith("1 witnesses")) == (ok, True)
