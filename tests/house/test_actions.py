"""Every action is asked at some door, as somebody, and puts an act on record; or it is said here why not.

What code names is followed from the doors through the actions, their private functions included: an action counts as
putting something on record where it names the audit, or what does.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import clew

SOURCE = Path(clew.__path__[0])
DOORS = ("api", "cli", "jobs", "node", "web")
RECORDING = frozenset({"audit.append", "audit.append_each"})
ENTERING = "session.acting_as"
ACTORS = ("Session", "Actor", "Program")

PURE = "works out what it is given, and reads nothing of anybody's"
PART = "part of another action, which is on record: what is asked besides"
CHECKS = "refuses, or says who acts: what it lets go on is on record"
GOES_ON = "goes on with what was put on record when it began"
NODE = "of the node itself: numbers, hashes and work without a member's words"
OWN = "an officer's own clock, and nobody's to know"
FILES = "of files that somebody has outside the node"

WITHOUT_AN_ACT: Mapping[str, str] = {
    **dict.fromkeys(
        ("auditing.asked_of", "auditing.wanted", "categorising.fact_list", "deconflicting.checked_kind",
         "examining.timing_of", "inspecting.name_in", "localising.proposed", "opening.today", "questioning.whom",
         "releasing.digest_of", "remembering.series_named", "retaining.marker_in", "shredding.check_again",
         "browsing.lack_of", "browsing.token_of", "searching.tokens", "walking.kind_of"), PURE,
    ),
    **dict.fromkeys(
        ("admitting.operator_at", "admitting.member_of", "admitting.administer_own", "lending.actor_of",
         "lending.check_scope", "corresponding.may_ask_about_records", "corresponding.may_ask_about_events",
         "corresponding.supervisor_of"), CHECKS,
    ),
    **dict.fromkeys(
        ("arranging.at_sign_in", "auditing.log_now", "browsing.narrowed", "browsing.camera_of", "budgeting.left",
         "budgeting.refused", "categorising.chosen", "categorising.own_scheme", "categorising.whole_stacks",
         "corresponding.units", "entering.particulars", "entering.units", "entering.about_member", "entering.rules",
         "examining.due", "examining.held", "lending.lent", "opening.case", "opening.keep_cover",
         "proposing.references", "remembering.beside", "restricting.words_within", "restricting.member_names",
         "retaining.units_of", "retaining.of_unit", "retaining.default_end", "schooling.waiting",
         "suspending.in_force", "triaging.scope"), PART,
    ),
    **dict.fromkeys(
        ("issuing.give", "exporting.prove", "releasing.is_open", "revealing.granted", "revealing.is_granted",
         "uploading.come", "uploading.append", "walking.progress", "receiving.chunk_of"), GOES_ON,
    ),
    **dict.fromkeys(
        ("counting.public", "counting.count_up", "corresponding.look_after", "cropping.overdue",
         "deconflicting.release_all", "ending.foresee", "ending.overdue", "ending.unfinished", "keeping.look_after",
         "mailing.tell_all", "matching.source_of", "mustering.look_after", "proving.newest_checkpoint",
         "proving.newest_cosignatures", "proving.request", "proving.keep_cosignature", "rereading.remember",
         "restricting.overdue", "sequencing.log_key", "sequencing.step", "sequencing.catch_up", "sequencing.waiting",
         "shredding.unfinished", "shredding.revived"), NODE,
    ),
    **dict.fromkeys(("resting.today", "resting.beat", "resting.postpone", "resting.rest"), OWN),
    **dict.fromkeys(("checking.check", "checking.check_export", "witnessing.witness_key", "witnessing.cosign"), FILES),
}  # fmt: skip
WITHOUT_AN_ACTOR: Mapping[str, str] = {
    **dict.fromkeys(
        ("auditing.asked_of", "auditing.wanted", "categorising.fact_list", "deconflicting.checked_kind",
         "examining.timing_of", "inspecting.name_in", "localising.proposed", "opening.today", "questioning.whom",
         "releasing.digest_of", "remembering.series_named", "retaining.marker_in", "shredding.check_again",
         "walking.kind_of"), PURE,
    ),
    **dict.fromkeys(("admitting.operator_at", "admitting.member_of"), CHECKS),
    "exporting.prove": GOES_ON,
    **dict.fromkeys(
        ("matching.source_of", "proving.newest_checkpoint", "proving.newest_cosignatures", "proving.request",
         "proving.keep_cosignature", "rereading.remember", "sequencing.log_key", "sequencing.step",
         "sequencing.catch_up", "sequencing.waiting", "shredding.revived"), NODE,
    ),
    **dict.fromkeys(("checking.check", "checking.check_export", "witnessing.witness_key", "witnessing.cosign"), FILES),
}  # fmt: skip
AT_NO_DOOR: Mapping[str, str] = {"linking.propose_all": "no program proposes links yet; whoever does asks it"}


def named(tree: ast.AST, module: str, known: Mapping[str, str], own: Iterable[str]) -> Iterator[str]:
    """What code names, as `module.function`, whatever it calls it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{known.get(node.value.id, node.value.id)}.{node.attr}"
        elif isinstance(node, ast.Name):
            yield known.get(node.id, f"{module}.{node.id}" if node.id in own else node.id)


def imported(tree: ast.Module) -> dict[str, str]:
    """What a module has of actions and records, by what it calls it: a module, or `module.function`."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("clew.actions", "clew.records")):
            last = node.module.rpartition(".")[2]
            for one in node.names:
                is_module = last in {"actions", "records"}
                found[one.asname or one.name] = one.name if is_module else f"{last}.{one.name}"
    return found


@cache
def actions() -> Mapping[str, tuple[frozenset[str], tuple[str, ...]]]:
    """Of every function and class of actions what it names, and what it is given; what is passed on names its origin."""
    found = {}
    for file in sorted((SOURCE / "actions").glob("*.py")):
        tree = ast.parse(file.read_text("utf-8"))
        known, made = imported(tree), [node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
        for name, origin in known.items():
            if "." in origin:
                found[f"{file.stem}.{name}"] = (frozenset({origin}), ())
        for node in made:
            of = [] if isinstance(node, ast.ClassDef) else [*node.args.args, *node.args.kwonlyargs]
            given = tuple(ast.unparse(each.annotation) for each in of if each.annotation is not None)
            names = frozenset(named(node, file.stem, known, {each.name for each in made}))
            found[f"{file.stem}.{node.name}"] = (names, given)
    return found


@cache
def public() -> tuple[str, ...]:
    """Every public function of a module of actions."""
    trees = [(file.stem, ast.parse(file.read_text("utf-8"))) for file in sorted((SOURCE / "actions").glob("*.py"))]
    return tuple(
        f"{module}.{node.name}" for module, tree in trees for node in tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    )  # fmt: skip


def reached(start: Iterable[str]) -> set[str]:
    """All that is named from there on."""
    seen, waiting = set[str](), [*start]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += actions().get(name, (frozenset(), ()))[0]
    return seen


@cache
def asked() -> frozenset[str]:
    """What the doors name."""
    files = [file for door in DOORS for file in (SOURCE / door).rglob("*.py")]
    trees = [ast.parse(file.read_text("utf-8")) for file in files]
    return frozenset(name for tree in trees for name in named(tree, "", imported(tree), ()))


def at_doors() -> list[str]:
    """Actions that a door asks, by its name or by that of a module that passes it on."""
    every = frozenset(public())
    passed = {origin for name in asked() - every for origin in actions().get(name, (frozenset(), ()))[0]}
    return [each for each in public() if each in asked() or each in passed]


def test_every_action_is_reached_from_some_door() -> None:
    there = reached(asked())
    assert {each for each in public() if each not in there} == {*AT_NO_DOOR}


def test_every_action_that_a_door_asks_puts_an_act_on_record() -> None:
    silent = {each for each in at_doors() if not reached({each}) & RECORDING}
    assert silent - WITHOUT_AN_ACT.keys() == set()
    assert WITHOUT_AN_ACT.keys() - silent == set(), "no reason stands for what has an act, or is gone"


def test_every_action_that_a_door_asks_is_somebodys() -> None:
    """A session or an actor is given, or a transaction of somebody opened: row security judges what it asks."""
    nobodys = {
        each for each in at_doors()
        if not any(word in given for given in actions()[each][1] for word in ACTORS) and ENTERING not in reached({each})
    }  # fmt: skip
    assert nobodys - WITHOUT_AN_ACTOR.keys() == set()
    assert WITHOUT_AN_ACTOR.keys() - nobodys == set(), "no reason stands for what asks who acts, or is gone"


def test_an_action_that_stopped_to_record_would_be_seen() -> None:
    """The walk follows names through private functions, and not through everything."""
    assert reached({"releasing.withdraw"}) & RECORDING
    assert not reached({"opening.today"}) & RECORDING
    assert ENTERING in reached({"releasing.opened"})
