"""A command prints after its transaction, never within: what was printed of a lost transaction is on no record."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import clew.cli

COMMANDS = Path(clew.cli.__file__).parent
ANSWERING = ("show", "print", "write", "echo")
"""How the names begin of what answers: on the terminal or into a file."""


def printed_within(text: str) -> Iterator[int]:
    """Lines on which something is printed while a transaction of an officer is open."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.With) and any("acting_as" in ast.unparse(item.context_expr) for item in node.items):
            for call in ast.walk(node):
                if isinstance(call, ast.Call) and answers(call.func):
                    yield call.lineno


def answers(called: ast.expr) -> bool:
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name.lstrip("_").startswith(ANSWERING)


@pytest.mark.parametrize("path", sorted(COMMANDS.glob("*.py")), ids=lambda path: path.stem)
def test_no_command_prints_within_its_transaction(path: Path) -> None:
    assert [*printed_within(path.read_text("utf-8"))] == []


def test_the_law_notices_what_is_printed_within() -> None:
    careless = "with opening.acting_as(actor) as session:\n    for one in found(session):\n        {}"
    for call in ("console.print(one)", "sys.stdout.write(one)", "path.write_bytes(one)", "answers.show_media(console, one)", "_show(one)"):
        assert [*printed_within(careless.format(call))] == [3]
    assert [*printed_within("with opening.acting_as(actor) as session:\n    x = f(session)\nconsole.print(x)")] == []
