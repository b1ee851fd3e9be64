"""Founding keeps its word: the same again changes nothing, and keys and database belong together.

That a node is founded from nothing, and the doctor finds nothing wrong with it, is shown by tests/end_to_end/test_commands.py.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from clew.node.configuration import Configuration
from clew.node.place import place_of
from tests.world import mould

FOUND = """
from clew.domain.errors import ClewError
from clew.node import doctor, founded, founding
from clew.node.configuration import Configuration
configuration = Configuration.from_environment()
try:
    founding.found(configuration)
    founding.found(configuration)
    with founded.opened(configuration) as facts:
        print([check.sentence for check in doctor.check_database(configuration, facts) if not check.ok])
except ClewError as refused:
    print(refused)
"""


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="clew-test-"))
    mould.pour(Configuration(home=folder))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(place_of(Configuration(home=folder)).root, ignore_errors=True)


def found(home: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "CLEW_DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "-c", FOUND],
        env=environment | {"CLEW_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_a_node_is_founded_again_and_again_but_never_with_keys_or_a_database_of_another(home: Path) -> None:
    keys, elsewhere = home / "keys", home / "elsewhere"
    assert found(home) == "[]"
    keys.rename(elsewhere)
    assert "node with other keys" in found(home)
    shutil.rmtree(keys)
    elsewhere.rename(keys)
    shutil.rmtree(place_of(Configuration(home=home)).cluster)
    assert "belong to another database" in found(home)
