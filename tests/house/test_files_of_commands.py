"""Files of whoever calls are read and written in one place, which says in a sentence what cannot be."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import clew.cli

COMMANDS = Path(clew.cli.__file__).parent
OWN = {"files", "main", "demo", "demo_story", "drawing", "exercise_story"}
"""Where it is done, what ends a command whose answer finds no room, and what draws media into folders of the node."""
TOUCHING = {"open", "touch", "read_bytes", "read_text", "write_bytes", "write_text", "unlink", "mkdir"}


def touched(text: str) -> Iterator[int]:
    """Lines that open, read or write a file, or standard input."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in TOUCHING or ast.unparse(node.func) in ("sys.stdin.read", "sys.stdin.readline"):
                yield node.lineno


@pytest.mark.parametrize("path", sorted(COMMANDS.glob("*.py")), ids=lambda path: path.stem)
def test_no_command_touches_a_file_by_itself(path: Path) -> None:
    assert path.stem in OWN or [*touched(path.read_text("utf-8"))] == []


def test_the_law_notices_what_is_touched() -> None:
    for call in ("path.open('rb')", "open(path)", "to.write_bytes(png)", "sys.stdin.read()", "into.touch()"):
        assert [*touched(call)] == [1]
    assert [*touched("with files.new(to) as file:\n    file.write(files.given())")] == []
