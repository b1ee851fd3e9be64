"""The academy: an exercise passed and one failed by wrong links, in a database from which nothing real is reached."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import psycopg
import pytest

from clew.actions import admitting, enrolling, schooling
from clew.domain.exercise import Part
from clew.jobs import tasks
from clew.node import academy, founded
from clew.node import keys as node_keys
from clew.node.configuration import Configuration
from clew.node.connection import ConnectionFacts, facts
from clew.records import exercises
from clew.records.session import acting_as
from tests.world.commands import clew
from tests.world.forge import forge_of, forget
from tests.world.world import World

SECONDS_MAX = 120


def forked(module: str, words: list[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """A process of the academy, forked from one that has imported what it needs."""
    if (Path(environment["CLEW_HOME"]) / "academy" / "keys" / founded.FOUNDED).exists():
        environment = {**environment, "FOUNDED": "1"}  # another forge than before: one with Django set up
    started = forge_of(environment).start(module, *words)
    out, err = started.communicate(timeout=SECONDS_MAX)
    return subprocess.CompletedProcess(words, started.returncode, out, err)


@pytest.fixture(scope="module")
def drawn(configuration: Configuration, node: ConnectionFacts, compiled: Path) -> Iterator[Mapping[str, Any]]:
    """An exercise of the academy of the node under test, which is founded with it, once."""
    patch = pytest.MonkeyPatch()
    patch.setattr(academy, "run", lambda words, environment, _: forked("clew.cli", words, environment))
    yield academy.ask("exercise", "draw", "ada")
    patch.undo()
    forget(os.environ["CLEW_HOME"])
    if academy.is_founded(configuration):
        academy.remove(configuration)


@pytest.fixture
def apart(drawn: Mapping[str, Any], configuration: Configuration) -> Configuration:
    """The configuration of the academy, which is founded."""
    return configuration.for_academy()


def learn(exercise: Mapping[str, Any], folder: Path, wrong: str = "") -> str:
    given = folder / "given.json"
    given.write_text(json.dumps(dict(exercise)))
    environment = dict(os.environ) | {"CLEW_ACADEMY": "1"}
    done = forked("tests.world.learner", [str(given), *([wrong] if wrong else [])], environment)
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


def in_academy(facts_of_it: ConnectionFacts, query: str) -> list[tuple[Any, ...]]:
    """What the superuser reads in the academy's database."""
    with psycopg.connect(**facts_of_it.as_superuser() | {"dbname": facts_of_it.database}, autocommit=True) as connection:
        return connection.execute(query).fetchall()


def test_an_exercise_is_passed_and_kept_by_the_node_with_its_points_and_nothing_of_what_was_done(
    world: World, drawn: Mapping[str, Any], tmp_path: Path
) -> None:
    world.officer("ada")
    said = clew("academy", "open", "--as", "ada", "--json")
    learn(json.loads(said.out), tmp_path)
    said = json.loads(clew("academy", "score", "--as", "ada", "--json").out)
    assert (said["points"], said["has_passed"], said["sentences"]) == (100, True, [])
    with acting_as(admitting.operator_at("NO")) as session:
        (line,) = schooling.look(session).items
        assert schooling.grounds(session, ["ada"]).keys() == {"ada"}
    assert (line.officer, line.briefing, line.result.remarks, line.result.parts[Part.TRIAGE]) == ("ada", "", (), 30)
    # Once: what is handed in stays as it is.
    assert "no exercise to be handed in" in clew("academy", "score", "--as", "ada").err


def test_an_exercise_is_failed_by_wrong_links(world: World, drawn: Mapping[str, Any], tmp_path: Path) -> None:
    """The same officer does all the same, and puts with the series what does not belong there."""
    world.officer("ada")
    schooling.begin("ada", UUID(drawn["exercise"]))
    learn(drawn, tmp_path, "link")
    said = json.loads(clew("academy", "score", "--as", "ada", "--json").out)
    assert (said["has_passed"], said["parts"]) == (
        False, {"triage": 30, "links": 0, "deconfliction": 20, "identification": 20}
    )  # fmt: skip
    assert said["remarks"] == ["gathered.wrong", "placed.wrong"]
    with acting_as(admitting.operator_at("NO")) as session:
        assert schooling.grounds(session, ["ada"]) == {}


def test_what_an_officer_asked_for_is_drawn_by_a_worker_and_what_was_handed_in_comes_by_itself(
    world: World, drawn: Mapping[str, Any], configuration: Configuration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = world.officer("ada")
    made = academy.academy_of(configuration)
    monkeypatch.setattr(tasks, "_workplaces", [SimpleNamespace(academy=made)])
    with acting_as(ada) as session:
        asked = enrolling.ask(session, made, partial(tasks.add_drawing, "here"))
    tasks.draw_exercise("ada", str(asked.id))
    with acting_as(ada) as session:
        told = enrolling.tell_password(session)
    environment = dict(os.environ) | {"CLEW_ACADEMY": "1"}
    said = forked("clew.cli", ["exercise", "show", "--as", told.account, "--json"], environment)
    learn({"officer": told.account, "briefing": json.loads(said.stdout)["briefing"]}, tmp_path)
    tasks.fetch_exercises(0)
    with acting_as(ada) as session:
        assert [line.result for line in schooling.look(session).items] == [None]
    words = ["exercise", "hand-in", "--as", told.account]
    assert forked("clew.cli", words, environment).returncode == 0
    tasks.fetch_exercises(0)
    with acting_as(ada) as session:
        (line,) = schooling.look(session).items
        assert schooling.grounds(session, ["ada"]).keys() == {"ada"}
    assert (line.result.points, line.result.has_passed, line.result.remarks) == (100, True, ())
    with psycopg.connect(**facts(configuration).as_superuser() | {"dbname": facts(configuration).database}) as kept:
        for table in ("acts", "procrastinate_jobs", "exercise_asks"):
            rows = kept.execute(f"select one::text from {table} one").fetchall()
            assert rows
            assert not any(told.password in row[0] for row in rows)


def test_what_is_right_cannot_be_read_by_whoever_does_the_exercise(
    world: World, drawn: Mapping[str, Any], apart: Configuration
) -> None:
    found = facts(apart)
    assert in_academy(found, "select count(*) from exercise_truths")[0][0] >= 1
    environment = dict(os.environ) | {"CLEW_ACADEMY": "1"}
    for words in (["exercise", "show"], ["series", "list"], ["audit", "list"], ["message", "list"], ["overlap", "list"]):
        said = forked("clew.cli", [*words, "--as", drawn["officer"]], environment)
        assert (said.returncode, "taken-in" in said.stdout) == (0, False), said.stderr
    password = node_keys.read(apart.keys_folder).app_password
    with psycopg.connect(**found.as_app(password), autocommit=True) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("select truth from exercise_truths")


def test_every_page_of_the_academy_says_that_it_is_an_exercise(
    world: World, drawn: Mapping[str, Any], tmp_path: Path
) -> None:
    assert json.loads(learn(drawn, tmp_path, "pages")) == {
        "/": [200, True], "/series/": [200, True], "/exercise/": [200, True], "/messages/": [200, True],
        "/academy/": [404, True],
    }  # fmt: skip


def test_no_role_of_the_academy_reaches_the_node_and_none_of_the_node_reaches_the_academy(
    world: World, apart: Configuration, configuration: Configuration
) -> None:
    real, other = facts(configuration), facts(apart)
    for one, there in ((real, other), (other, real)):
        for named in (one.as_owner(), one.as_app(node_keys.read(apart.keys_folder).app_password)):
            with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                psycopg.connect(**{**named, "dbname": there.database})
    assert academy.check(configuration).ok
    with psycopg.connect(**real.as_superuser(), autocommit=True) as connection:
        connection.execute(f"grant connect on database {real.database} to {other.roles.app}")
        assert not academy.check(configuration).ok
        connection.execute(f"revoke connect on database {real.database} from {other.roles.app}")
    key = apart.keys_folder / "copied.key"
    key.write_bytes((configuration.keys_folder / "audit.key").read_bytes())
    assert not academy.check(configuration).ok
    key.unlink()
    assert academy.check(configuration).ok


def test_a_process_works_in_the_node_or_in_the_academy_and_never_in_both(
    world: World, apart: Configuration
) -> None:
    with pytest.raises(RuntimeError, match="one node"), founded.opened(apart):
        pass
    for words in (("exercise", "show", "--as", "ada"), ("exercise", "draw", "ada"), ("exercise", "hand-in", "--as", "ada")):
        assert "in the academy" in clew(*words).err
    with pytest.raises(RuntimeError, match="no academy"):
        exercises.a_day_passes()


def test_an_academy_that_is_removed_leaves_the_node_as_it_was(
    world: World, apart: Configuration, configuration: Configuration
) -> None:
    before = everything(facts(configuration))
    assert "say --yes" in clew("academy", "remove").err
    assert clew("academy", "remove", "--yes").code == 0
    assert everything(facts(configuration)) == before
    assert not apart.home.exists()
    with psycopg.connect(**facts(configuration).as_superuser()) as connection:
        left = connection.execute("select rolname from pg_roles where rolname like '%academy%'").fetchall()
        left += connection.execute("select datname from pg_database where datname like '%academy%'").fetchall()
    assert left == []
    assert "no academy" in clew("academy", "remove", "--yes").err


def everything(of: ConnectionFacts) -> dict[str, int]:
    """How many rows each table of a database has."""
    with psycopg.connect(**of.as_superuser() | {"dbname": of.database}, autocommit=True) as connection:
        tables = [row[0] for row in connection.execute("select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace")]
        return {table: connection.execute(f'select count(*) from public."{table}"').fetchone()[0] for table in tables}
