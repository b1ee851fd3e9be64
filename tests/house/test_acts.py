"""Every act that the code puts on record stands in the closed table under one kind, and the table names no other."""

import ast
import importlib
import itertools
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

import clew
from clew.domain import certification, ledger, link, overlap, referral, suspension, task_force
from clew.domain.act_kind import ACTS, ActKind, named
from clew.domain.annual_report import USE_OF_ACT
from clew.domain.errors import Invalid
from clew.domain.handling import Use
from clew.domain.identification import Step as VictimStep
from clew.domain.lead import Step as LeadStep
from clew.domain.mark import Relevance
from clew.domain.message import Kind
from clew.domain.request import Step as RequestStep
from clew.domain.reveal_budget import BY_TICKET, COUNTED, REFUSED
from clew.domain.series import SeriesState
from clew.domain.task_force import Finding
from clew.domain.verdict import Said

SOURCE = Path(clew.__path__[0])
ACT = re.compile(r"[a-z_]+(\.[a-z_-]+)?")
WRITERS: Mapping[str, int] = {"audit.append": 1, "audit.append_each": 1, "auditing.note": 0}
"""Where the act stands among what they are given; of `append_each`, each that follows is an act with its subject."""
FILLED: Mapping[str, frozenset[str]] = {
    said: frozenset(words)
    for said, words in {
        "admitting.move {step}": certification.Step,
        "budgeting.give {scope.level}": suspension.Level,
        "corresponding.say {kind}": {Kind.ANSWER, Kind.NOTHING_KNOWN, Kind.REMARK},
        "deconflicting.say {step}": overlap.Step,
        "examining._end {step}": {RequestStep.DISMISS, RequestStep.WITHDRAW, RequestStep.DECIDE},
        "following.move {step}": {*LeadStep} - {LeadStep.RAISE},
        "identifying.propose {step.value}": VictimStep,
        "identifying.confirm {one.step.value}": VictimStep,
        "identifying.ledger {by.value}": ledger.By,
        "judging.judge {said}": Said,
        "linking._step {step}": {*link.Step} - {link.Step.PROPOSE},
        "listing._mark_identified {SeriesState.IDENTIFIED}": {SeriesState.IDENTIFIED},
        "marking.mark {said}": Relevance,
        "marking.mark_stacks {said}": Relevance,
        "mustering.decide {step}": task_force.Step,
        "opening.mark_series {state}": SeriesState,
        "portraying._page {what}": {"victim", "offender", "place"},
        "referring.move {step.value}": {*referral.Step} - {referral.Step.APPROVE, referral.Step.LAPSE},
        "retaining.extend {'propose' if needs_second else 'extend'}": {"propose", "extend"},
        "sifting.give_back {finding.replace('-', '_')}": {each.replace("-", "_") for each in Finding},
        "signing_in.second_factor {change}": {"add", "remove", "renew"},
        "suspending.suspend {scope.level}": suspension.Level,
    }.items()
}
"""What fills the braces of an f-string, by module, function and what stands in them."""
ELSEWHERE: Mapping[str, frozenset[str]] = {
    "auditing.note act": frozenset(),  # whoever calls it is looked at by itself
    "budgeting.spend said": frozenset((*COUNTED, *BY_TICKET, *REFUSED)),
    "budgeting.refusal reveal_budget.refused(act)": frozenset(REFUSED),
    "retaining.overview act": frozenset({"retention.tombstones", "block.list", "retention.terms", "retention.list_units"}),
}
"""Acts that stand nowhere as one word of their writer."""
LOOKED_UP: set[str] = set()
"""Lines of the two tables above that were asked for."""


def test_the_annual_report_names_no_act_that_nobody_does() -> None:
    assert USE_OF_ACT.keys() <= ACTS.keys()
    assert set(USE_OF_ACT.values()) == set(Use)


DOORS = ("actions", "api", "cli", "jobs", "node", "web")


@cache
def modules() -> dict[str, ast.Module]:
    """Every module that may put an act on record, by its package and name."""
    files = [file for door in DOORS for file in sorted((SOURCE / door).glob("*.py"))]
    return {f"{file.parent.name}.{file.stem}": ast.parse(file.read_text("utf-8")) for file in files}


def written() -> Iterator[tuple[str, frozenset[str]]]:
    """Where an act is put on record, and the acts that this may be."""
    for module, tree in modules().items():
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            for call in own_calls(function):
                name = ast.unparse(call.func)
                if name not in WRITERS:
                    continue
                given = call.args[WRITERS[name] :] if name.endswith("_each") else call.args[WRITERS[name] :][:1]
                where = f"{module.partition('.')[2]}.{function.name}"
                for each in given:
                    yield f"{where} line {call.lineno}", said(of_pair(each), function, module)


def own_calls(function: ast.FunctionDef) -> Iterator[ast.Call]:
    """Calls within a function and not within one that it holds."""
    waiting: list[ast.AST] = [*function.body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef):
            continue
        if isinstance(node, ast.Call):
            yield node
        waiting += ast.iter_child_nodes(node)


def of_pair(node: ast.expr) -> ast.expr:
    """The act of a pair of act and subject, or of all such pairs that are unpacked."""
    if isinstance(node, ast.Starred) and isinstance(node.value, ast.GeneratorExp):
        node = node.value.elt
    return node.elts[0] if isinstance(node, ast.Tuple) else node


def said(node: ast.expr, function: ast.FunctionDef, module: str) -> frozenset[str]:
    """The words that an expression may be.

    Raises:
        AssertionError: nobody can tell; then a table above says it.
    """
    where = f"{module.partition('.')[2]}.{function.name}"
    if (line := f"{where} {ast.unparse(node)}") in ELSEWHERE:
        LOOKED_UP.add(line)
        return ELSEWHERE[line]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return frozenset({node.value})
    if isinstance(node, ast.IfExp):
        return said(node.body, function, module) | said(node.orelse, function, module)
    if isinstance(node, ast.JoinedStr):
        parts = [filled(part, where) for part in node.values]
        return frozenset(map("".join, itertools.product(*parts)))
    if isinstance(node, ast.Name):
        return of_name(node.id, function, module)
    raise AssertionError(f"{where}: what act is {ast.unparse(node)}?")


def filled(part: ast.expr, where: str) -> frozenset[str]:
    if isinstance(part, ast.Constant):
        return frozenset({str(part.value)})
    assert isinstance(part, ast.FormattedValue)
    line = f"{where} {{{ast.unparse(part.value)}}}"
    LOOKED_UP.add(line)
    return FILLED[line]


def of_name(name: str, function: ast.FunctionDef, module: str) -> frozenset[str]:
    """What a name may be: what its function made it, what callers in the module give, or what the module knows by it."""
    made = [node.value for node in ast.walk(function) if isinstance(node, ast.Assign)
            and any(isinstance(target, ast.Name) and target.id == name for target in node.targets)]  # fmt: skip
    if made:
        return frozenset().union(*(said(each, function, module) for each in made))
    arguments = [argument.arg for argument in function.args.args]
    if name not in arguments:
        known = getattr(importlib.import_module(f"clew.{module}"), name)
        assert isinstance(known, str)
        return frozenset({known})
    found: frozenset[str] = frozenset()
    for caller in (node for node in ast.walk(modules()[module]) if isinstance(node, ast.FunctionDef)):
        for call in own_calls(caller):
            if ast.unparse(call.func) == function.name:
                found |= said(call.args[arguments.index(name)], caller, module)
    assert found, f"{module}.{function.name}: who says what act {name} is?"
    return found


def test_every_act_that_is_written_is_of_a_kind_and_every_act_of_a_kind_is_written() -> None:
    places = dict(written())
    found = frozenset().union(*places.values())
    assert {where: acts - {*ACTS} for where, acts in places.items() if acts - {*ACTS}} == {}
    assert {*ACTS} - found == set()
    assert {*FILLED, *ELSEWHERE} - LOOKED_UP == set()


def test_nothing_else_writes_acts() -> None:
    """`audit` is the only way in: who called it by another name would be missed above."""
    sources = {file: file.read_text("utf-8") for file in SOURCE.rglob("*.py")}
    assert [file.name for file, text in sources.items() if "insert into acts" in text] == ["audit.py"]
    calls = {ast.unparse(node.func) for file, text in sources.items() if "audit" in text
             for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)}  # fmt: skip
    assert {one for one in calls if re.fullmatch(r"(.*\.)?audit(ing)?\.(append|append_each|note)", one)} == {*WRITERS}
    assert not any(re.search(r"from clew\.(records\.audit|actions\.auditing) import .*\b(append|append_each|note)\b", text)
                   for text in sources.values())  # fmt: skip


def test_an_act_is_of_one_kind_and_no_kind_is_called_as_an_act_is() -> None:
    every = [act for kind in ActKind for act in named(kind.value)]
    assert len(every) == len({*every}) == len(ACTS)
    assert all(ACT.fullmatch(act) for act in ACTS)
    assert not {kind.value for kind in ActKind} & {*ACTS}
    assert all(named(act) == (act,) and act in named(ACTS[act].value) for act in ACTS)


@pytest.mark.parametrize("word", ["", "medium", "medium.", "Reveal", "medium.reveal ", "x\0", "rule_change"])
def test_a_word_that_names_neither_an_act_nor_a_kind_is_refused(word: str) -> None:
    with pytest.raises(Invalid):
        named(word)
