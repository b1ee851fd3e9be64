"""Every action that a page does has a command and an operation of the API; or it is said here why not."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

SOURCE = Path("src/clew")
PART = "part of another action, which is on record: what a page asks besides"
HELPS = "no act: a page asks it to fill in a form or to look whether one may go on"
BY_SIGN_IN = "of the pages' own sign-in: what only a browser shows and takes"
ON_DISK = "what lies on this machine is taken in by commands; through browsers and the API by uploads"

ONLY_PAGES: Mapping[str, str] = {
    "categorising.case_page": "the count and the list of a case, which have a command and an operation each",
    "counting.public": "the public page itself",
    "previewing.of": "beside the page of a grid, which is on record: the API has both at once",
    "revealing.granted": PART, "revealing.is_granted": PART, "revealing.part": PART, "revealing.drawn": PART,
    "budgeting.left": PART, "cropping.refusal": PART,
    **dict.fromkeys(
        ("arranging.at_sign_in", *(f"signing_in.{each}" for each in ("begin", "refused", "second_factor"))), BY_SIGN_IN,
    ),
    "triaging.progress": PART, "triaging.scope": PART, "uploading.come": PART,
}  # fmt: skip
"""Neither a command nor an operation."""
NOT_BY_THE_API: Mapping[str, str] = {
    "retaining.overview": "each of its parts has an operation of its own",
    **dict.fromkeys(("retaining.of_unit", "retaining.units_of"), "the API gives the numbers of all units at once"),
    "restricting.member_names": HELPS, "releasing.digest_of": HELPS,
    "schooling.grounds": "beside a certification: the list of officers tells on which exercise one may be given",
    "auditing.note": "what a stranger did at a door, which the door itself puts on record",
    "issuing.give": "the file of a list, which pages and the API give alike (`web/issued.py`)",
    "connecting.look": "the list of the API has every member's steps",
}  # fmt: skip
NOT_BY_COMMAND: Mapping[str, str] = {
    **dict.fromkeys(
        ("admitting.admit", "admitting.propose", "admitting.move", "admitting.first_password"),
        "certified are officers by two who signed in: a command believes who runs the node, and that is one person",
    ),
    **dict.fromkeys(("entering.change_member", "entering.particulars"), "the operator's `clew member add` and `list`"),
    **dict.fromkeys(("examining.open_ones", "examining.decided_ones"), "`clew request list` has both, whole"),
    **dict.fromkeys(
        ("restricting.page", "retaining.overview", "retaining.of_unit", "retaining.units_of"),
        "each part of the page has a command of its own",
    ),
    "rostering.look": "`clew officer list` has all of them",
    **dict.fromkeys(
        ("shredding.check_again", "shredding.agree"), "`clew case shred --confirm` agrees and carries out in one",
    ),
    "restricting.member_names": HELPS,
    "arriving.arrive": "each part of the home page has a command of its own",
    **dict.fromkeys(
        ("inspecting.look", "inspecting.look_by_digest", "inspecting.name_in", "inspecting.whereabouts"),
        "a match is compared where both media can be revealed; its facts stand in triage",
    ),
    **dict.fromkeys(
        ("resting.today", "resting.beat", "resting.postpone", "resting.rest"),
        "a terminal shows no media, so there is nothing to be counted",
    ),
    **dict.fromkeys(
        ("arranging.look", "arranging.arrange", "arranging.put_back"), "keys of the keyboard act on pages alone",
    ),
    **dict.fromkeys(
        ("browsing.stack", "browsing.narrowed", "browsing.token_of", "browsing.camera_of", "browsing.of_series"),
        "clew triage lists the same media",
    ),
    "releasing.is_open": "`clew release fetch` opens an original once and writes it in one go",
    "opening.case": HELPS, "deconflicting.checked_kind": HELPS,
    **dict.fromkeys(
        ("signing_in.own", "signing_in.end"),
        "an officer's own sign-ins are in browsers: there is none of a terminal",
    ),
    **dict.fromkeys(("revealing.reveal", "revealing.cover"), "a medium is looked at in a browser, by a deliberate press"),
    **dict.fromkeys(
        ("uploading.begin", "uploading.own", "uploading.look", "uploading.append", "uploading.cancel",
         "uploading.take_in"), ON_DISK,
    ),
    "retrying.try_again": "clew intake, run again, does the same",
    "exercising.seizure": "clew intake takes in the folder itself, which the exercise names",
}  # fmt: skip
ASKED_BESIDES = frozenset({
    "admitting.roster", "auditing.log_now", "browsing.lack_of", "browsing.open_case", "browsing.open_series", "categorising.check_case", "categorising.own_scheme",
    "categorising.record_as", "categorising.whole_stacks", "corresponding.may_ask_about_events",
    "corresponding.may_ask_about_records", "corresponding.supervisor_of", "corresponding.units", "cropping.check_shown", "cropping.let_out",
    "entering.about_member", "entering.rules", "entering.units", "examining.due", "examining.held", "exploring.seen", "identifying.steps_of",
    "lending.lent", "opening.today", "questioning.seen", "referring.seen", "remembering.beside", "spotting.look", "spotting.seen",
    "searching.tokens", "surveying.media_of", "surveying.seen", "suspending.in_force", "tallying.beside", "tallying.follow", "tallying.opened", "triaging.names_and_contacts",
    "opening.case",
})  # fmt: skip
"""What a page asks to draw itself, beside the action whose page it is; commands and operations ask another for the same."""


def called(door: str) -> set[str]:
    """Actions that the modules of a door name, as `module.function`."""
    found = set()
    for file in (SOURCE / door).rglob("*.py"):
        tree = ast.parse(file.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                found.add(f"{node.value.id}.{node.attr}")
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("clew.actions."):
                found |= {f"{node.module.rpartition('.')[2]}.{name.name}" for name in node.names}
    return found


def actions() -> Iterator[str]:
    """Every public function of an action's module."""
    for file in sorted((SOURCE / "actions").glob("*.py")):
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield f"{file.stem}.{node.name}"


@pytest.mark.parametrize(("door", "reasons"), [("cli", NOT_BY_COMMAND), ("api", NOT_BY_THE_API)], ids=["cli", "api"])
def test_what_a_page_does_is_done_by_commands_and_by_the_api_too(door: str, reasons: Mapping[str, str]) -> None:
    pages, there = called("web"), called(door)
    missing = [
        each for each in actions()
        if each in pages - there - ASKED_BESIDES and each not in ONLY_PAGES and each not in reasons
    ]  # fmt: skip
    assert missing == []


def test_no_reason_stands_for_what_is_no_action_or_has_come_meanwhile() -> None:
    every = set(actions())
    for reasons in (ONLY_PAGES, NOT_BY_COMMAND, NOT_BY_THE_API, dict.fromkeys(ASKED_BESIDES)):
        assert {each for each in reasons if each not in every} == set()
    pages = called("web")
    for door, reasons in (("cli", ONLY_PAGES | NOT_BY_COMMAND), ("api", ONLY_PAGES | NOT_BY_THE_API)):
        there = called(door)
        assert {each for each in reasons if each in pages and each in there} == set(), door
