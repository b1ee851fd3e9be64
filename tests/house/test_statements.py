"""Whatever opens an original or takes something out states a purpose and a case: the actions, read as they are written.

An action that is new and opens originals, seals a key to another member, or asks for originals or exports fails here
until it takes both, checks them and puts both on record. Proofs of events and annual reports are not of this kind:
they hold references and counts, and no member's record.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import clew.actions
from clew.domain.reveal_budget import BY_TICKET

ACTIONS = Path(clew.actions.__file__).parent
OPENING = {("vault", "open"), ("vault", "open_with"), ("vault", "data_key"), ("exchange", "sealed_to"), ("exchange", "opened")}
"""Calls by which plain bytes of a medium, or what opens them, leave their sealed place."""
ASKING = {"PREVIEW", "ORIGINAL", "EXPORT"}
"""Uses of a transaction by which more than facts is taken out."""

RECORDING = {"append", "spend", "refusal"}
"""Calls that put an act on record; `spend` counts it against the reveal budget, and `refusal` is when that is used up."""

FOR_NO_PERSON = {
    ("looking_closer", "_open"): "the bytes go to the sandbox, and what it reads of them is written beside them",
    ("previewing", "_read"): "the bytes go to the sandbox, and previews of 80 bytes are made of them",
    ("renewing", "_read"): "the bytes go to the sandbox, and fingerprints are made of them",
    ("keeping", "_opens"): "the doctor asks whether it opens; what is read of it goes nowhere",
    ("keeping", "carried"): "a data key is wrapped for another case of the same owner",
}
"""Functions that open media for nobody to see."""

STATED_BY_NOBODY = {
    ("previewing", "of"): "previews of 80 bytes, of all media of a page: its act is beneath a signed root before any is opened",
}
"""Functions that show less than an original, and ask neither for a purpose nor for a case."""

GIVES_NOTHING = {
    ("viewing", "check"): "it refuses; whoever calls it has stated both, and puts them on record",
    ("releasing", "_checked"): "it refuses; whoever calls it has stated both, and puts them on record",
    ("revealing", "is_granted"): "it asks whether what is on record already may go on",
    ("issuing", "_may_go"): "it asks what may be exported; `choose` puts on record what goes, and `give` gives no more",
}
"""Functions that ask for originals and open none, each with its reason."""


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    for path in sorted(ACTIONS.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                yield path.stem, node


def takes_out(function: ast.FunctionDef) -> bool:
    """Whether a call within opens a medium, or begins a transaction that may."""
    asks = (
        isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "Use" and node.attr in ASKING
        for node in ast.walk(function)
    )  # fmt: skip
    return opens(function) or any(asks)


def opens(function: ast.FunctionDef) -> bool:
    """Whether a call within opens a medium."""
    return any(called in OPENING for _, called in calls_of(function))


def calls_of(function: ast.FunctionDef) -> Iterator[tuple[int, tuple[str, str]]]:
    """Each call of something of a module or a value: its line, and the last two words of what is called."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            place = node.func.value
            named = place.attr if isinstance(place, ast.Attribute) else getattr(place, "id", "")
            yield node.lineno, (named, node.func.attr)


def faults(function: ast.FunctionDef) -> list[str]:
    """What is missing: that purpose and case are demanded, checked, and put on record."""
    required = {one.arg for one, default in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True) if default is None}
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    checked = [node for node in calls if getattr(node.func, "id", "") == "stated"]
    recorded = [{word.arg for word in node.keywords} for node in calls if getattr(node.func, "attr", "") in RECORDING]
    return [
        sentence
        for sentence, holds in (
            ("does not demand purpose and case", {"purpose", "case"} <= required),
            ("does not check them against the closed list", bool(checked)),
            ("does not put both on record", bool(recorded) and all({"purpose", "case"} <= words for words in recorded)),
        )
        if not holds
    ]  # fmt: skip


def test_every_action_that_opens_or_takes_out_states_purpose_and_case() -> None:
    walked = {}
    for module, function in functions():
        if (module, function.name) in GIVES_NOTHING:
            assert not opens(function)
        elif takes_out(function) and (module, function.name) not in FOR_NO_PERSON.keys() | STATED_BY_NOBODY.keys():
            walked[module, function.name] = faults(function)
    assert {where: wrong for where, wrong in walked.items() if wrong} == {}
    assert walked.keys() >= {
        ("viewing", "opened"), ("releasing", "release"), ("releasing", "agree"), ("releasing", "opened"), ("issuing", "choose"),
    }  # fmt: skip


GIVES_TO_A_MEMBER = dict.fromkeys(
    (("releasing", "release"), ("releasing", "agree")),
    "it wraps a key for another member, whose officers are counted when they read",
)


def test_whatever_is_opened_to_a_person_counts_against_the_reveal_budget_and_asks_whether_it_was_refused() -> None:
    uncounted = {}
    for module, function in functions():
        if opens(function) and (module, function.name) not in FOR_NO_PERSON.keys() | GIVES_TO_A_MEMBER.keys():
            calls = {getattr(node.func, "attr", "") for node in ast.walk(function) if isinstance(node, ast.Call)}
            uncounted[module, function.name] = {"spend", "granted"} - calls
    assert {where: missing for where, missing in uncounted.items() if missing} == {}
    assert uncounted.keys() == {("viewing", "opened"), ("cropping", "revealed"), ("releasing", "opened")}


def test_only_what_a_ticket_of_a_reveal_opens_is_not_counted_again() -> None:
    """Whoever says that something comes by a ticket has one: `part` and `drawn`, which one page calls."""
    saying = {
        (module, function.name) for module, function in functions() for node in ast.walk(function)
        if isinstance(node, ast.Constant) and node.value in BY_TICKET
    }  # fmt: skip
    assert saying == {("revealing", "part"), ("revealing", "drawn")}
    called = re.compile(r"revealing\.(?:part|drawn)\(")
    doors = [file.name for file in (ACTIONS.parent).rglob("*.py") if called.search(file.read_text("utf-8"))]
    assert doors == ["looks.py"]


def test_no_function_is_excused_that_opens_nothing() -> None:
    opening = {(module, function.name) for module, function in functions() if takes_out(function)}
    assert {*FOR_NO_PERSON, *STATED_BY_NOBODY, *GIVES_NOTHING} <= opening


UNSEALING = OPENING | {("previews", "unsealed")}


def is_behind_a_receipt(function: ast.FunctionDef) -> bool:
    """Whether the receipt of an act is asked for before anything is opened within."""
    receipts = [line for line, called in calls_of(function) if called == ("sequencing", "receipt")]
    opened = [line for line, called in calls_of(function) if called in UNSEALING]
    return bool(receipts) and min(receipts) < min(opened)


def test_nothing_is_opened_to_a_person_before_its_act_is_beneath_a_signed_root() -> None:
    excused = FOR_NO_PERSON.keys() | GIVES_TO_A_MEMBER.keys()
    walked = {
        (module, function.name): is_behind_a_receipt(function)
        for module, function in functions()
        if {called for _, called in calls_of(function)} & UNSEALING and (module, function.name) not in excused
    }
    assert walked == dict.fromkeys(
        (("viewing", "opened"), ("cropping", "revealed"), ("releasing", "opened"), ("previewing", "of")), True
    )  # fmt: skip


CARELESS = {
    "opens without a word": "def show(workplace, actor):\n    workplace.vault.open(actor)",
    "asks for exports without a word": "def export(actor):\n    with acting_as(actor, Use.EXPORT):\n        pass",
    "does not check": (
        "def show(workplace, *, purpose, case):\n    audit.append(s, 'x', purpose=purpose, case=case)\n    workplace.vault.open(1)"
    ),
    "does not put the case on record": (
        "def show(workplace, *, purpose, case):\n    stated(purpose, case)\n    audit.append(s, 'x', purpose=purpose)\n    workplace.vault.open(1)"
    ),
    "has a purpose of its own": (
        "def show(workplace, *, purpose='investigation', case):\n    stated(purpose, case)\n"
        "    audit.append(s, 'x', purpose=purpose, case=case)\n    workplace.vault.open(1)"
    ),
}


@pytest.mark.parametrize("careless", CARELESS)
def test_the_walk_notices_a_careless_action(careless: str) -> None:
    (function,) = ast.parse(CARELESS[careless]).body
    assert isinstance(function, ast.FunctionDef)
    assert takes_out(function)
    assert faults(function)


def test_the_walk_notices_what_is_opened_too_early() -> None:
    early = "def show(workplace):\n    workplace.vault.open(1)\n    sequencing.receipt(2)"
    (function,) = ast.parse(early).body
    assert isinstance(function, ast.FunctionDef)
    assert not is_behind_a_receipt(function)
