"""A founded database without keys, made once in a run: `python -m tests.world.mould FOLDER` makes it.

Founding goes through all migrations: 7 s of CPU, PostgreSQL's with it. A database that is poured has been through
them; founding then finds them done, hands it the keys of its node, and holds its rules to what they must be. That a
node is founded from nothing is shown where the mould is made and by tests/end_to_end/test_commands.py.
"""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from clew.node import account, founding, postgres
from clew.node.configuration import Configuration
from clew.node.connection import ConnectionFacts
from clew.node.folders import make_private
from clew.node.place import place_of

FOLDER = "CLEW_TEST_MOULDS"
"""The variable that names the folder of a run; where it is not set every node is founded from nothing."""
LIGHTLY = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}
"""Tests kill processes and take no power away: what was written is there without waiting for the disk. What they delete
they clear away themselves (`World.empty`)."""
HANDED_OVER = ("context_keys", "overlap_clock")
"""Tables that hold what founding hands over from the node."""


def pour(configuration: Configuration) -> None:
    """Lay a copy of the mould where a node that is not founded yet will have its database."""
    if FOLDER not in os.environ or configuration.database_url is not None:
        return
    with _locked(make_private(Path(os.environ[FOLDER]))) as folder:
        # Programs of another PostgreSQL have a mould of their own.
        mould = folder / (str(configuration.postgres_bin or "wheel").strip("/").replace("/", "-"))
        if not mould.exists():
            subprocess.run([sys.executable, "-m", "tests.world.mould", str(mould)], env=_apart(mould), check=True)
    make_private(configuration.home)
    place = place_of(configuration)
    place.make(account.for_postgres(lambda _: None))
    _copy(mould, place.cluster)


def run_lightly(facts: ConnectionFacts) -> None:
    """Have a PostgreSQL that is up do less for its files, until it starts anew: a start puts all settings back."""
    if facts.is_own:
        with psycopg.connect(**facts.as_superuser(), autocommit=True) as superuser:
            for name, value in LIGHTLY.items():
                superuser.execute(f"alter system set {name} = {value}")
            superuser.execute("select pg_reload_conf()")


def make(mould: Path) -> None:
    """Found a node, take from its database what is of that node alone, and keep its files as the mould."""
    configuration = Configuration.from_environment()
    founding.found(configuration)
    with postgres.running(configuration) as facts, psycopg.connect(**facts.as_superuser() | {"dbname": facts.database}) as owner:
        for table in HANDED_OVER:
            owner.execute(f"delete from {table}")
    place = place_of(configuration)
    _copy(place.cluster, mould.with_suffix(".unfinished"))
    subprocess.run(["rm", "-r", "--", place.root, configuration.home], check=True)
    mould.with_suffix(".unfinished").rename(mould)


def _copy(cluster: Path, to: Path) -> None:
    """With its owner, who may be PostgreSQL's user."""
    subprocess.run(["cp", "--archive", "--reflink=auto", "--", cluster, to], check=True)


def _apart(mould: Path) -> dict[str, str]:
    """The environment of the process that makes it: a process works for one node."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CLEW_") or name == "CLEW_POSTGRES_BIN"}
    return kept | {"CLEW_HOME": str(mould.with_suffix(".home"))}


@contextmanager
def _locked(folder: Path) -> Iterator[Path]:
    """Held by one process of the run at a time."""
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield folder
    finally:
        os.close(held)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
