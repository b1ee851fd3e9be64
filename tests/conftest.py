"""A real node for the tests: made once, emptied between tests, removed at the end.

`CLEW_TEST_DATABASE=url` founds it on a PostgreSQL reached by URL instead of the node's
own; `CLEW_POSTGRES_BIN` takes the programs of another PostgreSQL.
"""

import gc
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import django
import hypothesis
import pytest

from clew.media.nursery import Nursery
from clew.node import founded, founding, postgres
from clew.node import keys as node_keys
from clew.node.configuration import Configuration
from clew.node.connection import ConnectionFacts
from clew.node.folders import make_private
from clew.node.place import place_of
from tests.world import compiling, kept, mould
from tests.world.elsewhere import database_elsewhere
from tests.world.world import World, leave

# How long an example takes depends on who else uses the machine: a law says what holds, never how fast.
hypothesis.settings.register_profile("clew", deadline=None)
hypothesis.settings.load_profile("clew")

ENDS = pytest.StashKey[ExitStack]()
FAILED = pytest.StashKey[list[str]]()
WAYS = ("embedded", "url")


def pytest_configure(config: pytest.Config) -> None:
    """Settings and keys before any test is collected, so that modules of tests may import models."""
    gc.disable()
    way = os.environ.get("CLEW_TEST_DATABASE", "embedded")
    if way not in WAYS:
        raise pytest.UsageError(f"CLEW_TEST_DATABASE is one of {', '.join(WAYS)}")
    # A run that is told to end cleans up as one that is interrupted: PostgreSQL must not stay behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    ends = config.stash[ENDS] = ExitStack()
    home = Path(tempfile.mkdtemp(prefix="clew-test-"))
    ends.callback(shutil.rmtree, home, ignore_errors=True)
    os.environ["CLEW_HOME"] = str(home)
    os.environ.setdefault("NUMBA_CACHE_DIR", str(home / "cache"))
    os.environ.pop("CLEW_DATABASE_URL", None)
    if way == "url":
        os.environ["CLEW_DATABASE_URL"] = ends.enter_context(database_elsewhere(home / "elsewhere"))
    configuration = Configuration.from_environment()
    ends.callback(shutil.rmtree, place_of(configuration).root, ignore_errors=True)
    node_keys.make(make_private(configuration.home) / "keys")
    os.environ["DJANGO_SETTINGS_MODULE"] = founded.SETTINGS
    django.setup()


def pytest_collection_finish() -> None:
    """What is imported and collected stays: the collector of memory need not go through it, neither then nor ever after."""
    gc.freeze()
    gc.enable()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    found = [*terminalreporter.getreports("failed"), *terminalreporter.getreports("error")]
    config.stash[FAILED] = [report.nodeid for report in found]


def pytest_unconfigure(config: pytest.Config) -> None:
    """The names of what failed come last of all: a log that is cut short keeps its end."""
    for name in config.stash.get(FAILED, []):
        print("FAILED", name)
    config.stash[ENDS].close()


@pytest.fixture(scope="session")
def configuration() -> Configuration:
    """The configuration of the node under test."""
    return Configuration.from_environment()


@pytest.fixture(scope="session")
def node(configuration: Configuration) -> Iterator[ConnectionFacts]:
    """A founded node, its database up."""
    mould.pour(configuration)
    with postgres.running(configuration):
        founding.found(configuration)
        with founded.opened(configuration) as facts:
            mould.run_lightly(facts)
            yield facts
            leave()
            kept.leave()


@pytest.fixture
def world(node: ConnectionFacts) -> Iterator[World]:
    """Members, officers and their records, all gone after the test."""
    made = World(facts=node)
    made.empty()
    yield made
    made.empty()


@pytest.fixture(scope="session")
def compiled(configuration: Configuration) -> Path:
    """The folder of compiled code, filled: nodes that tests found need not compile it again.

    The node of each process of a run gets a copy, for its own folder may be no link.
    """
    shared = compiling.fill(Path(os.environ["NUMBA_CACHE_DIR"]))
    if shared != configuration.cache_folder:
        shutil.copytree(shared, make_private(configuration.cache_folder), dirs_exist_ok=True)
        make_private(configuration.cache_folder)
    return shared


@pytest.fixture(scope="session")
def nursery(compiled: Path) -> Iterator[Nursery]:
    """Warm decoders, shared by all tests of the run."""
    with Nursery(cache=compiled) as nursery:
        yield nursery
