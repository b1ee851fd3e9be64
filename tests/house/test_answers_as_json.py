"""Every command that answers does so as JSON too; those that have no answer are listed, each with its reason."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import clew.cli
from tests.world.commands import commands

DONE = "it says that it is done, and no more than the caller said"
FORM = "what it prints has a form of its own, which other programs read"
FILE = "its answer is a file"
RUNS = "it founds, runs or shows the node, and ends when it is told to"

WITHOUT: Mapping[str, str] = {
    **dict.fromkeys(("init", "serve", "work", "demo"), RUNS),
    **dict.fromkeys(
        ("openapi", "audit export", "audit prove", "audit key", "audit checkpoint", "audit request", "audit witness", "audit witness-key",
         "key public", "scheme show"), FORM,
    ),
    **dict.fromkeys(("crop show", "referral write", "release fetch"), FILE),
    **dict.fromkeys(
        ("audit cosigned", "audit supervisor", "budget give", "budget end", "crop approve", "crop refuse", "crop end",
         "handling approve", "handling withdraw", "handling end", "handling rule", "lead take", "lead hand-back",
         "lead follow", "lead set-aside", "lead reopen", "lead close", "member add", "member suspend", "member resume",
         "message close", "notice mail", "notice seen", "officer add", "officer certify", "officer give", "officer suspend",
         "officer resume", "officer forget-keys", "officer password", "program end", "question close",
         "referral approve", "referral withdraw", "referral accept", "referral decline", "referral hand-back",
         "release agree", "release withdraw", "report public", "request admit", "request dismiss", "request withdraw",
         "request unblock", "request answer", "request decide", "request close", "retention approve",
         "retention withdraw", "taskforce invite", "taskforce decide", "taskforce name", "taskforce put-out",
         "taskforce come-in", "taskforce leave", "taskforce close", "taskforce take-out", "taskforce give-back",
         "unit suspend", "unit resume"), DONE,
    ),
}  # fmt: skip
PRINTING = ("console.print", "sys.stdout.write", "said", "shown", "told", "write")


def takes_json(command: object) -> bool:
    return any("--json" in each.opts for each in command.params)


def test_every_command_that_answers_does_so_as_json() -> None:
    assert [name for name, each in commands() if not takes_json(each) and name not in WITHOUT] == []


def test_no_reason_stands_for_a_command_that_answers_as_json_or_is_gone() -> None:
    there = dict(commands())
    assert [name for name in WITHOUT if name not in there or takes_json(there[name])] == []


def answers_of(source: str, function: str) -> Iterator[str]:
    """What a command shows, itself or by helpers of its module, that is more than being done: tables, lists, identifiers."""
    functions = {node.name: node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
    seen, waiting = set[str](), [function]
    while waiting:
        name = waiting.pop()
        if name in seen or name not in functions:
            continue
        seen.add(name)
        for node in ast.walk(functions[name]):
            if isinstance(node, ast.Call):
                waiting.append(ast.unparse(node.func))
                if ast.unparse(node.func) == "Table":
                    yield f"{name}: a table"
                elif ast.unparse(node.func) in PRINTING and any(ast.unparse(of).startswith("str(") for of in node.args):
                    yield f"{name}: an identifier"
            if isinstance(node, ast.For) and any(
                isinstance(each, ast.Call) and ast.unparse(each.func) in PRINTING for each in ast.walk(node)
            ):
                yield f"{name}: a list"


@pytest.mark.parametrize("name", [name for name, reason in WITHOUT.items() if reason is DONE])
def test_what_only_says_that_it_is_done_says_no_more(name: str) -> None:
    called = dict(commands())[name].callback
    home = Path(clew.cli.__file__).parent / f"{called.__module__.rpartition('.')[2]}.py"
    assert list(answers_of(home.read_text("utf-8"), called.__name__)) == []


def test_the_law_notices_tables_lists_and_identifiers() -> None:
    table = "def one():\n    _show()\ndef _show():\n    table = Table('a')\n    console.print(table)"
    lines = "def one():\n    for each in found():\n        console.print(f'{each}')"
    made = "def one():\n    console.print(str(made()))"
    done = "def one():\n    for each in found():\n        change(each)\n    console.print('It is done.')"
    assert [[*answers_of(each, "one")] for each in (table, lines, made, done)] == [
        ["_show: a table"], ["one: a list"], ["one: an identifier"], [],
    ]  # fmt: skip
