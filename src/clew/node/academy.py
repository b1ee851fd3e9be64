"""The academy of a node: asked by a process of its own, kept apart, and removed without a trace of it."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import cast
from uuid import UUID

import psycopg
from psycopg import sql

from clew.actions.enrolling import Academy, Drawn, IsStopped
from clew.domain.errors import ClewError, Invalid, StepRefused, Unavailable
from clew.domain.exercise import Part, Result
from clew.node import founded
from clew.node.configuration import ACADEMY, Configuration, enter_academy
from clew.node.connection import ConnectionFacts, facts
from clew.node.doctor import Check

ANSWER_SECONDS_MAX = 900
ANSWER_BYTES_MAX = 1024 * 1024
LOOK_SECONDS = 0.2
"""So often whoever waits for an answer looks whether it has been told to end."""
INTERRUPTED = 130
"""How a command ends that met Ctrl-C."""
WRONG = "The academy answers what it should not: run clew --academy doctor."


def never() -> bool:
    """Whoever waits is not told to end but by its own end."""
    return False


def is_founded(configuration: Configuration) -> bool:
    """Whether this node has an academy."""
    return (configuration.home / ACADEMY / "keys" / founded.FOUNDED).exists()


def check_apart(configuration: Configuration) -> None:
    """Refuse an academy that would work in the node's own database, or with the owner of it.

    Raises:
        Invalid: it would.
        Unavailable: the node has a database of its own, and none is named for the academy.
    """
    real, other = facts(configuration), facts(configuration.for_academy())
    is_one_server = (real.host, real.port) == (other.host, other.port)
    if is_one_server and (real.database == other.database or real.owner == other.owner):
        raise Invalid("The academy needs another database and owner than the node: look at CLEW_ACADEMY_DATABASE_URL.")


def of_this_node() -> Academy:
    """How the academy of this process's node is asked."""
    return academy_of(Configuration.from_environment())


def academy_of(configuration: Configuration) -> Academy:
    """How the academy of a node is asked."""
    return Academy(is_usable=partial(is_usable, configuration), draw=_draw, results=_results)


def is_usable(configuration: Configuration) -> bool:
    """Whether this is a node, and its academy was founded here and is apart."""
    if configuration.academy or not is_founded(configuration):
        return False
    try:
        check_apart(configuration)
    except ClewError:
        return False
    return True


def _draw(officer: str, is_stopped: IsStopped) -> Drawn:
    said = ask("exercise", "draw", officer, is_stopped=is_stopped)
    try:
        return Drawn(exercise=UUID(str(said["exercise"])), password=str(said["password"]))
    except (KeyError, ValueError):
        raise Unavailable(WRONG) from None


def _results(accounts: Sequence[str], is_stopped: IsStopped) -> Mapping[UUID, Result]:
    said = ask("exercise", "results", *accounts, is_stopped=is_stopped)
    try:
        items = cast("list[Mapping[str, object]]", said["items"])
        return {UUID(str(one["exercise"])): result_from(one) for one in items}
    except (KeyError, TypeError, ValueError):
        raise Unavailable(WRONG) from None


def result_from(untrusted: Mapping[str, object]) -> Result:
    """What the academy's process said came of an exercise.

    Raises:
        Unavailable: it said no such thing.
        Invalid: its numbers cannot be.
    """
    try:
        parts = cast("Mapping[str, int]", untrusted["parts"])
        return Result(
            points=int(cast("int", untrusted["points"])), has_passed=untrusted["has_passed"] is True,
            parts={Part(name): int(got) for name, got in parts.items()},
            remarks=tuple(str(one) for one in cast("list[str]", untrusted["remarks"])),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Unavailable(WRONG) from None


def ask(*words: str, is_stopped: IsStopped = never) -> Mapping[str, object]:
    """What a command of the academy answers: `clew --academy words --json`, in a process that reaches nothing else.

    Raises:
        StepRefused: the academy refuses, with its own sentence.
        Unavailable: it takes too long, was ended before it answered, or answers what it should not.
    """
    environment = dict(os.environ)
    enter_academy(environment)
    try:
        done = run([*words, "--json"], environment, is_stopped)
    except (subprocess.TimeoutExpired, OSError):
        raise Unavailable("The academy does not answer: try again.") from None
    if done.returncode < 0 or done.returncode == INTERRUPTED:
        raise Unavailable("The academy does not answer: try again.")
    if done.returncode != 0:
        raise StepRefused(done.stderr.strip().rpartition("\n")[2] or "The academy refuses this.")
    try:
        answer = json.loads(done.stdout[:ANSWER_BYTES_MAX])
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise Unavailable(WRONG)
    return answer


def run(
    words: Sequence[str], environment: Mapping[str, str], is_stopped: IsStopped = never
) -> subprocess.CompletedProcess[str]:
    """Run `clew words` in a process of its own, which ends with this one, however this one ends.

    Raises:
        subprocess.TimeoutExpired: it took too long, or `is_stopped`; the process is gone.
    """
    command = [sys.executable, "-m", "clew.cli.errand", str(os.getpid()), *words]
    until = time.monotonic() + ANSWER_SECONDS_MAX
    with subprocess.Popen(  # noqa: S603 (our own words)
        command, env=dict(environment), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    ) as errand:  # fmt: skip
        try:
            while True:
                try:
                    out, err = errand.communicate(timeout=LOOK_SECONDS)
                except subprocess.TimeoutExpired:
                    if is_stopped() or time.monotonic() > until:
                        raise
                else:
                    return subprocess.CompletedProcess(command, errand.returncode, out, err)
        finally:
            errand.kill()  # nothing, where it has ended


def check(configuration: Configuration) -> Check:
    """Whether the academy, if there is one, is apart: no role reaches the other side, and no key is shared."""
    if configuration.academy or not is_founded(configuration):
        sentence = "an academy: nothing in it is real." if configuration.academy else "a node without academy."
        return Check(name="academy", ok=True, sentence=f"This is {sentence}")
    academy = configuration.for_academy()
    shared = _shared_keys(configuration.keys_folder, academy.keys_folder)
    crossing = _crossing(facts(configuration), facts(academy))
    ok = not shared and not crossing
    sentence = "No role of the academy can connect to the node's database, nor the reverse, and they share no key."
    if not ok:
        counts = f"roles that reach the other side: {len(crossing)}, keys that are shared: {len(shared)}"
        sentence = f"The academy is not apart ({counts}): remove it with clew academy remove."
    return Check(name="academy", ok=ok, sentence=sentence)


def _crossing(real: ConnectionFacts, other: ConnectionFacts) -> set[str]:
    """Roles of one side that may connect to the database of the other, or become a role of it."""
    sides = ({real.owner, *_roles(real)}, {other.owner, *_roles(other)})
    with psycopg.connect(**real.as_owner(), autocommit=True) as connection:
        found = connection.execute(
            """
            with side (role, home, away) as (
                select r, %(real)s::text, %(academy)s::text from unnest(%(real_roles)s::text[]) r
                union all select r, %(academy)s, %(real)s from unnest(%(academy_roles)s::text[]) r)
            select s.role from side s join pg_roles g on g.rolname = s.role join pg_database d on d.datname = s.away
             where has_database_privilege(g.oid, d.oid, 'connect')
            union
            select s.role from side s join pg_roles g on g.rolname = s.role
              join side t on t.home = s.away join pg_roles h on h.rolname = t.role
             where pg_has_role(g.oid, h.oid, 'member')""",
            {
                "real": real.database, "academy": other.database, "real_roles": sorted(sides[0]),
                "academy_roles": sorted(sides[1]),
            },
        )  # fmt: skip
        return {row[0] for row in found}


def _shared_keys(one: Path, other: Path) -> set[str]:
    """Names of keys of one side that the other has too."""
    theirs = {_digest(path) for path in other.rglob("*") if path.is_file() and path.stat().st_size}
    return {path.name for path in one.rglob("*") if path.is_file() and path.stat().st_size and _digest(path) in theirs}


def _digest(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()


def remove(configuration: Configuration) -> None:
    """Remove the academy: its database, its roles, its keys and its files. The node itself stays as it is.

    Its database must be up, and so must the node's, where they are one server.

    Raises:
        Unavailable: there is none, or its database cannot be reached.
    """
    if not is_founded(configuration):
        raise Unavailable("This node has no academy.")
    academy = configuration.for_academy()
    found = facts(academy)
    try:
        _drop_own(found) if found.is_own else _empty_of_another(found)
    except psycopg.OperationalError as refused:
        raise Unavailable("The database of the academy cannot be reached.") from refused
    shutil.rmtree(academy.home)


def _drop_own(found: ConnectionFacts) -> None:
    with psycopg.connect(**found.as_superuser(), autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(found.database)))
        for role in (*_roles(found), found.owner):
            connection.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(role)))


def _empty_of_another(found: ConnectionFacts) -> None:
    """A database by URL was made by others, and is theirs to drop: it is left empty, and its roles go."""
    with psycopg.connect(**found.as_owner()) as connection:
        connection.execute("drop schema public cascade")
        connection.execute("create schema public")
        connection.execute("grant usage on schema public to public")  # as every new database has it
        for role in _roles(found):
            named = sql.Identifier(role)
            database = sql.Identifier(found.database)
            connection.execute(sql.SQL("revoke all on database {} from {}").format(database, named))
            connection.execute(sql.SQL("drop role {}").format(named))


def _roles(found: ConnectionFacts) -> tuple[str, ...]:
    return found.roles.app, found.roles.blind, found.roles.sequencer
