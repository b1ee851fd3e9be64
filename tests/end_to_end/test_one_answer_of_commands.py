"""Hidden and absent are one answer of the command line too: every command with a reference, walked as an officer.

Standard output, standard error and exit code are the same byte for byte, and so is what it leaves in the
officer's own audit. Every parameter of every command is said below to be a reference or not: one that is new fails.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from clew.actions import describing, examining, mustering, restricting, triaging
from clew.domain.clock import RequestKind
from clew.domain.handling import Audience
from clew.domain.handling_change import SubjectKind
from clew.domain.offender import OffenderFacts
from clew.domain.officer import Role
from clew.domain.place import PlaceFacts, PlaceKind
from clew.domain.victim import VictimFacts
from clew.node.connection import ConnectionFacts
from clew.records import acts as records
from clew.records import hash_lists, leaves, officers
from clew.records.session import acting_as
from tests.world.commands import Said, clew, commands
from tests.world.foreign import CONTENT, REQUEST, WORDS, Foreign, sweden
from tests.world.world import World, handling

NAMES, IDENTIFIERS, HIDDEN, MOMENTS, DIGESTS = "names", "identifiers", "hidden identifiers", "moments", "digests"
REFERENCES = "references"
"""Where a record of another may be named, only those that are hidden are like absent ones. An identifier of which only the moment in it is asked is compared with its neighbour, that never was."""
OWN_REQUEST = "request-of-norway"
OF_NORWAY = b"of Norway"
NEVER_GIVEN = "0f9d1b52-6c1e-4a43-9d0e-2f7a54c1b8e3"
"""Not drawn: it stands in names of tests, which are the same in every process of a run."""

SAID = "--fact made=camera --fact shows=nobody --fact age=none --fact grade=none --fact warn=no"


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way to call a command: its words, with `{}` where the reference stands, of what sort that is."""

    words: str
    sort: str
    parameter: str
    by: str = "ada"


WALKED: dict[str, tuple[Way, ...]] = {
    "audit list": (
        Way(words="--subject {}", sort=IDENTIFIERS, parameter="subject"),
        Way(words="--before {} --act handling.change", sort=MOMENTS, parameter="before"),
        Way(words="--event {}", sort=HIDDEN, parameter="event"),
    ),
    "audit accesses": (
        Way(words="--before {}", sort=MOMENTS, parameter="before"), Way(words="--event {}", sort=HIDDEN, parameter="event"),
        Way(words="--subject {}", sort=IDENTIFIERS, parameter="subject"),
    ),
    # Refused to whoever does not audit; what an auditor is told: tests/scenario/test_exporting.py
    "audit export": (
        Way(words="--subject {} --purpose supervision --case NO-1", sort=IDENTIFIERS, parameter="subject"),
        Way(words="--before {} --purpose supervision --case NO-1", sort=MOMENTS, parameter="before"),
        Way(words="--event {} --purpose supervision --case NO-1", sort=HIDDEN, parameter="event"),
    ),
    "audit prove": (Way(words="{}", sort=IDENTIFIERS, parameter="event"),),
    "handling show": (
        Way(words="case {}", sort=NAMES, parameter="name"),
        Way(words="exhibit {} --case NO-1", sort=NAMES, parameter="name"),
        Way(words="series {}", sort=NAMES, parameter="name"),
        Way(words="hash-list {}", sort=NAMES, parameter="name"),
        Way(words="exhibit PHONE-1 --case {}", sort=NAMES, parameter="within"),
    ),
    "handling set": (
        Way(words="case {} --reason why --audience unit", sort=NAMES, parameter="name"),
        Way(words="series {} --reason why --audience all", sort=NAMES, parameter="name"),
        Way(words="hash-list {} --reason why --audience member", sort=NAMES, parameter="name"),
        Way(words="exhibit {} --case NO-1 --reason why", sort=NAMES, parameter="name"),
        Way(words="exhibit PHONE-1 --case {} --reason why", sort=NAMES, parameter="within"),
    ),
    "handling words": (
        Way(words="case {} --reason why --conditions H2", sort=NAMES, parameter="name"),
        Way(words="series {} --reason why --conditions H2", sort=NAMES, parameter="name"),
        Way(words="hash-list {} --reason why --conditions H2", sort=NAMES, parameter="name"),
        Way(words="exhibit PHONE-1 --case {} --reason why --conditions H2", sort=NAMES, parameter="within"),
    ),
    "handling preview": (
        Way(words="case {} SE", sort=NAMES, parameter="name"),
        Way(words="series {} SE", sort=NAMES, parameter="name"),
        Way(words="exhibit PHONE-1 SE --case {}", sort=NAMES, parameter="within"),
    ),
    "handling approve": (Way(words="{}", sort=IDENTIFIERS, parameter="change"),),
    "handling withdraw": (Way(words="{}", sort=IDENTIFIERS, parameter="change"),),
    "handling end": (Way(words="{}", sort=IDENTIFIERS, parameter="change"),),
    "case shred": (
        Way(words="{}", sort=NAMES, parameter="reference"),
        Way(words="{} --withdraw", sort=NAMES, parameter="reference"),
        Way(words="{} --confirm", sort=NAMES, parameter="reference"),
    ),
    "case stack": (Way(words="{}", sort=NAMES, parameter="reference"),),
    "case certificate": (Way(words="{}", sort=NAMES, parameter="reference"),),
    "case ending": (Way(words="{}", sort=NAMES, parameter="reference"),),
    "case list": (Way(words="--after {}", sort=HIDDEN, parameter="after"),),
    "hash-list list": (Way(words="--after {}", sort=HIDDEN, parameter="after"),),
    **{
        f"overlap {step}": (
            Way(words=f"{{}} {more}".strip(), sort=NAMES, parameter="name"),
            Way(words=f"{{}} --hash-list {more}".strip(), sort=NAMES, parameter="name"),
            Way(words=f"NO-1 --unit {{}} {more}".strip(), sort=NAMES, parameter="unit"),
        )
        for step, more in (("show", ""), ("consent", ""), ("decline", "--reason why"), ("wait", "--reason why"))
    },
    **{
        f"message {step}": (Way(words=f"{{}} {more}".strip(), sort=IDENTIFIERS, parameter="correspondence"),)
        for step, more in (
            ("answer", ""), ("nothing-known", ""), ("remark", ""), ("pass", "--unit FORENSICS"),
            ("close", ""),
        )
    },
    # Which messages stand before one of another correspondence: tests/scenario/test_corresponding.py
    "message show": (
        Way(words="{}", sort=IDENTIFIERS, parameter="correspondence"),
        Way(words=f"{NEVER_GIVEN} --before {{}}", sort=IDENTIFIERS, parameter="before"),
    ),
    "message translate": (
        Way(words=f"{{}} {NEVER_GIVEN} --language sv", sort=IDENTIFIERS, parameter="correspondence"),
        Way(words=f"{NEVER_GIVEN} {{}} --language sv", sort=IDENTIFIERS, parameter="message_id"),
    ),
    "message ask": (
        Way(words="case {} --to DK/VICTIM-ID", sort=NAMES, parameter="name"),
        Way(words="exhibit {} --case NO-1 --to DK/VICTIM-ID", sort=NAMES, parameter="name"),
        Way(words="exhibit PHONE-1 --case {} --to DK/VICTIM-ID", sort=NAMES, parameter="within"),
        Way(words="series {} --to DK/VICTIM-ID", sort=NAMES, parameter="name"),
        Way(words="overlap {} --to DK/VICTIM-ID", sort=IDENTIFIERS, parameter="name"),
        Way(words="event {} --to DK/VICTIM-ID", sort=IDENTIFIERS, parameter="name"),
        Way(words="victim {} --to DK/VICTIM-ID", sort=REFERENCES, parameter="name"),
        Way(words="place {} --to DK/VICTIM-ID", sort=REFERENCES, parameter="name"),
    ),
    "crop make": (
        Way(words="{} --box 0,0,0.1,0.1 --words plug --purpose investigation --case NO-1", sort=DIGESTS, parameter="sha256"),
    ),
    "crop list": (Way(words="--after {}", sort=HIDDEN, parameter="after"),),
    "crop show": (
        Way(words="{} --to {nowhere} --purpose investigation --case NO-1", sort=IDENTIFIERS, parameter="crop"),
    ),
    **{
        f"hash-list {step}": (
            Way(words=f"case {{}} --purpose detection --case NO-1{to}", sort=NAMES, parameter="names"),
            Way(words=f"series {{}} --purpose detection --case NO-1{to}", sort=REFERENCES, parameter="names"),
            Way(words=f"hash-list {{}} --purpose detection --case NO-1{to}", sort=NAMES, parameter="names"),
            Way(words=f"media {{}} --purpose detection --case NO-1{to}", sort=DIGESTS, parameter="names"),
            Way(words=f"case NO-1 --exhibit {{}} --purpose detection --case NO-1{to}", sort=NAMES, parameter="exhibit"),
        )
        for step, to in (("count", ""), ("export", " --to {nowhere}"))
    },
    **{f"crop {step}": (Way(words="{}", sort=IDENTIFIERS, parameter="crop"),) for step in ("approve", "refuse", "end")},
    **{
        f"{whose} list": (Way(words="--after {}", sort=HIDDEN, parameter="after"),)
        for whose in ("question", "message", "overlap", "release")
    },
    "retention blocks": (Way(words="--after {}", sort=HIDDEN, parameter="after"),),
    "question ask": (
        Way(words="sign series {} --to DK", sort=NAMES, parameter="name"),
        Way(words="sign medium {} --to DK", sort=DIGESTS, parameter="name"),
        Way(words="sign clue {} --to DK", sort=HIDDEN, parameter="name"),
        Way(words="sign series green-room --to DK --crop {}", sort=IDENTIFIERS, parameter="crop"),
    ),
    **{
        f"question {step}": (Way(words=f"{{}} {more}".strip(), sort=REFERENCES, parameter="question"),)
        for step, more in (
            ("show", ""), ("answer", "--said yes --country NO"), ("nothing-known", ""), ("pass", "--unit FORENSICS"),
            ("translate", "--language sv"), ("close", ""), ("conclude", f"--answer {NEVER_GIVEN}"),
        )
    },
    "referral list": (Way(words="--after {}", sort=HIDDEN, parameter="after"),),
    "referral build": (
        Way(words="{} DK --to DK/VICTIM-ID", sort=NAMES, parameter="series"),
        Way(words="green-room DK --to DK/VICTIM-ID --crop {}", sort=IDENTIFIERS, parameter="crop"),
    ),
    **{
        f"referral {step}": (Way(words=f"{{}} {more}".strip(), sort=REFERENCES, parameter="referral"),)
        for step, more in (
            ("show", ""), ("approve", ""), ("withdraw", ""), ("accept", ""), ("decline", ""), ("hand-back", ""),
            ("write", "--to {nowhere} --purpose investigation --case NO-1"),
        )
    },
    "lead list": (
        Way(words="--series {}", sort=NAMES, parameter="series"), Way(words="--case {}", sort=NAMES, parameter="case"),
        Way(words="--case NO-1 --exhibit {}", sort=NAMES, parameter="exhibit"),
    ),
    **{
        f"lead {step}": (Way(words=f"{{}} {more}".strip(), sort=IDENTIFIERS, parameter="lead"),)
        for step, more in (
            ("show", ""), ("take", ""), ("hand-back", ""), ("follow", ""), ("set-aside", "--reason why"),
            ("reopen", "--reason why"), ("close", "--reason why --outcome nothing"),
        )
    },
    "notice seen": (Way(words="{}", sort=IDENTIFIERS, parameter="notice"),),
    "overlap mode": (
        Way(words="{}", sort=NAMES, parameter="name"),
        Way(words="{} --to silent --reason why", sort=NAMES, parameter="name"),
        Way(words="{} --to open --reason why --hash-list", sort=NAMES, parameter="name"),
    ),
    "release give": (
        Way(words="{} --to DK --purpose investigation --case NO-1", sort=DIGESTS, parameter="sha256"),
    ),
    "release agree": (Way(words="{} --purpose investigation --case NO-1", sort=IDENTIFIERS, parameter="identifier"),),
    "release withdraw": (Way(words="{}", sort=IDENTIFIERS, parameter="identifier"),),
    "release fetch": (
        Way(words="{} --into {nowhere} --purpose investigation --case NO-1", sort=IDENTIFIERS, parameter="identifier"),
    ),
    **{
        f"category {step}": (Way(words=f"{{}} {more}".strip(), sort=DIGESTS, parameter=parameter),)
        for step, more, parameter in (
            ("record", SAID, "media"), ("withdraw", "", "media"), ("show", "--scheme template-letters", "medium"),
        )
    },
    "category review": (Way(words=f"{{}} --reason why {SAID}", sort=DIGESTS, parameter="medium", by="rolf"),),
    **{
        f"category {step}": (
            Way(words="{} --scheme template-letters", sort=NAMES, parameter="case"),
            Way(words="NO-1 --exhibit {} --scheme template-letters", sort=NAMES, parameter="exhibit"),
        )
        for step in ("list", "count")
    },
    **{
        f"identification {step}": (Way(words=f"{{}} {more}".strip(), sort=NAMES, parameter="victim"),)
        for step, more in (
            ("propose", "--step identify --basis why --evidence what"), ("confirm", ""), ("refuse", ""), ("withdraw", ""),
            ("steps", ""),
        )
    },
    "mark relevant": (
        Way(words="{}", sort=DIGESTS, parameter="media"),
        Way(words=f"{'0' * 64} --stacks-of {{}}", sort=NAMES, parameter="stacks_of"),
    ),
    "mark not-relevant": (
        Way(words="{}", sort=DIGESTS, parameter="media"),
        Way(words=f"{'0' * 64} --stacks-of {{}}", sort=NAMES, parameter="stacks_of"),
    ),
    **{
        f"match {word}": (
            Way(words=f"{{}} {'0' * 64}{more}", sort=DIGESTS, parameter="medium"),
            Way(words=f"{'0' * 64} {{}}{more}", sort=DIGESTS, parameter="other"),
        )
        for word, more in (("same", ""), ("not-the-same", " --why only-alike"), ("show", ""))
    },
    "view keep": (Way(words="mine --series {}", sort=REFERENCES, parameter="series"),),
    "view delete": (Way(words="{}", sort=IDENTIFIERS, parameter="identifier"),),
    "match undo": (Way(words="{}", sort=IDENTIFIERS, parameter="verdict"),),
    "mark stacks": (Way(words="{}", sort=NAMES, parameter="case"),),
    "mark undo": (Way(words="{}", sort=IDENTIFIERS, parameter="act"),),
    "clue add": (Way(words="{} --kind landmark", sort=DIGESTS, parameter="medium"),),
    "clue list": (Way(words="{}", sort=DIGESTS, parameter="medium"),),
    "clue withdraw": (Way(words="{}", sort=IDENTIFIERS, parameter="name"),),
    "clue restrict": (Way(words="{} --audience unit --reason why --until 2099-01-31", sort=IDENTIFIERS, parameter="name"),),
    "clue end-restriction": (Way(words="{} --reason why", sort=IDENTIFIERS, parameter="name"),),
    "workbench": (Way(words="{}", sort=NAMES, parameter="name"),),
    "series vote": (Way(words="{} NO --reason why", sort=NAMES, parameter="name"),),
    "series unvote": (Way(words="{}", sort=NAMES, parameter="name"),),
    "series mark": (Way(words="{} --state identified", sort=NAMES, parameter="name"),),
    "series merge": (
        Way(words="{} green-room --reason why", sort=NAMES, parameter="one"),
        Way(words="green-room {} --reason why", sort=NAMES, parameter="other"),
    ),
    "series list": (Way(words="--after {}", sort=HIDDEN, parameter="after"),),
    "series show": (
        Way(words="{}", sort=NAMES, parameter="name"),
        Way(words="green-room --after {}", sort=IDENTIFIERS, parameter="after"),
        Way(words="green-room --rejected-after {}", sort=HIDDEN, parameter="rejected_after"),
    ),
    "series add": (
        Way(words="{} {of_norway}", sort=NAMES, parameter="name"),
        Way(words="green-room {}", sort=DIGESTS, parameter="media"),
        Way(words="green-room --case {}", sort=NAMES, parameter="case"),
        Way(words="green-room {of_norway} --stacks-of {}", sort=NAMES, parameter="stacks_of"),
        Way(words="green-room --case NO-1 --exhibit {}", sort=NAMES, parameter="exhibit"),
    ),
    "series remove": (
        Way(words="{} {of_norway} --reason why", sort=NAMES, parameter="name"),
        Way(words="green-room {} --reason why", sort=DIGESTS, parameter="media"),
    ),
    "series split": (
        Way(words="{} {of_norway} --title other --reason why", sort=NAMES, parameter="name"),
        Way(words="green-room {} --title other --reason why", sort=DIGESTS, parameter="media"),
    ),
    "series narrate": (Way(words="{} words", sort=NAMES, parameter="name"),),
    "series propose": (
        Way(words="--case {}", sort=NAMES, parameter="case"),
        Way(words="--case NO-1 --exhibit {}", sort=NAMES, parameter="exhibit"),
    ),
    "series accept": (Way(words="{}", sort=IDENTIFIERS, parameter="proposals"),),
    "series reject": (Way(words="{}", sort=IDENTIFIERS, parameter="proposals"),),
    "series reconsider": (Way(words="{}", sort=IDENTIFIERS, parameter="proposals"),),
    "series rejections": (
        Way(words="--case {}", sort=NAMES, parameter="case"),
        Way(words="--case NO-1 --exhibit {}", sort=NAMES, parameter="exhibit"),
    ),
    "series undo": (Way(words="{}", sort=IDENTIFIERS, parameter="assertion"),),
    "victim list": (Way(words="--after {}", sort=HIDDEN, parameter="after"),),
    "victim show": (
        Way(words="{}", sort=REFERENCES, parameter="name"),
        Way(words="{own_victim} --after {}", sort=HIDDEN, parameter="after"),
    ),
    "victim describe": (Way(words="{} --basis why", sort=REFERENCES, parameter="name"),),
    "victim same": (
        Way(words="{} {own_victim} --reason why", sort=REFERENCES, parameter="one"),
        Way(words="{own_victim} {} --reason why", sort=REFERENCES, parameter="other"),
    ),
    "victim say": (Way(words="{} adult-now --reason why", sort=REFERENCES, parameter="name"),),
    "victim undo": (Way(words="{}", sort=HIDDEN, parameter="assertion"),),
    "offender list": (Way(words="--after {}", sort=HIDDEN, parameter="after"),),
    "offender show": (
        Way(words="{}", sort=REFERENCES, parameter="name"),
        Way(words="{own_offender} --after {}", sort=HIDDEN, parameter="after"),
    ),
    "offender describe": (Way(words="{} --basis why --established charged", sort=REFERENCES, parameter="name"),),
    **{
        f"{whose} {step}": (Way(words=f"{{}} {more}".strip(), sort=REFERENCES, parameter="name"),)
        for whose in ("victim", "offender")
        for step, more in (
            ("entrust", ""), ("reveal", "--purpose investigation --case NO-1"),
            ("forget", "--purpose investigation --case NO-1"),
        )
    },
    "place list": (Way(words="--after {}", sort=HIDDEN, parameter="after"),),
    "place show": (
        Way(words="{}", sort=REFERENCES, parameter="name"),
        Way(words="{own_place} --after {}", sort=HIDDEN, parameter="after"),
    ),
    "place describe": (Way(words="{} --kind room --basis why", sort=REFERENCES, parameter="place"),),
    "link add": (
        Way(words="{} was-at {own_place} --basis seen", sort=REFERENCES, parameter="a"),
        Way(words="{own_victim} connected-with {} --basis seen", sort=REFERENCES, parameter="b"),
        Way(words="{} enquired-in NO-1 --basis seen", sort=DIGESTS, parameter="a"),
        Way(words="{own_victim} enquired-in {} --basis seen", sort=NAMES, parameter="b"),
    ),
    "link propose": (
        Way(words="{} was-at {own_place} --basis seen", sort=REFERENCES, parameter="a"),
        Way(words="{own_victim} connected-with {} --basis seen", sort=REFERENCES, parameter="b"),
    ),
    "link list": (
        Way(words="{}", sort=REFERENCES, parameter="name"),
        Way(words="{}", sort=NAMES, parameter="name"),
        Way(words="{}", sort=DIGESTS, parameter="name"),
        Way(words="{own_victim} --after {}", sort=HIDDEN, parameter="after"),
    ),
    "link waiting": (Way(words="--after {}", sort=HIDDEN, parameter="after"),),
    "link show": (Way(words="{}", sort=HIDDEN, parameter="name"),),
    "link accept": (Way(words="{}", sort=HIDDEN, parameter="name"),),
    **{
        f"link {step}": (Way(words=f"{{}} {more}", sort=HIDDEN, parameter="name"),)
        for step, more in (
            ("refuse", "--reason why"), ("withdraw", "--reason why"), ("end-restriction", "--reason why"),
            ("restrict", "--audience unit --reason why --until 2099-01-31"),
        )
    },
    "link explore": (Way(words="{}", sort=REFERENCES, parameter="name"),),
    "link path": (
        Way(words="{} NO-1", sort=REFERENCES, parameter="name"), Way(words="NO-1 {}", sort=REFERENCES, parameter="other"),
    ),
    "program end": (Way(words="{}", sort=IDENTIFIERS, parameter="token"),),
    "metadata": (Way(words="{} --purpose investigation --case NO-1", sort=DIGESTS, parameter="medium"),),
    "provenance": (Way(words="{}", sort=DIGESTS, parameter="medium"),),
    **{
        f"taskforce {step}": (Way(words=f"{{}} {more}".strip(), sort=NAMES, parameter="taskforce", by="cora"),)
        for step, more in (
            ("show", ""), ("invite", "--member DK"), ("decide", "accept"), ("name", "--officer cora"),
            ("put-out", "--officer cora"), ("come-in", ""), ("leave", ""), ("close", ""), ("take", ""),
            ("give-back", "done"),
        )
    },
    **{
        f"taskforce {step}": (
            Way(words="{} green-room", sort=NAMES, parameter="taskforce"),
            Way(words="{own_force} {}", sort=NAMES, parameter="series"),
        )
        for step in ("bring", "agree-to-bring", "take-out")
    },
    "search": (
        Way(words="{}", sort=NAMES, parameter="words"),
        Way(words="room --case {}", sort=NAMES, parameter="case"),
    ),
    "search-media": (Way(words="{}", sort=NAMES, parameter="token"),),
    "triage": (
        Way(words="{}", sort=NAMES, parameter="case"),
        Way(words="{} --jsonl", sort=NAMES, parameter="case"),
        Way(words="NO-1 --exhibit {}", sort=NAMES, parameter="exhibit"),
        Way(words="NO-1 --unit {}", sort=NAMES, parameter="unit"),
    ),
    **{
        f"retention {step}": (
            Way(words=f"case {{}} {more}".strip(), sort=NAMES, parameter="name"),
            Way(words=f"exhibit {{}} --case NO-1 {more}".strip(), sort=NAMES, parameter="name"),
            Way(words=f"series {{}} {more}".strip(), sort=NAMES, parameter="name"),
            Way(words=f"exhibit PHONE-1 --case {{}} {more}".strip(), sort=NAMES, parameter="within"),
        )
        for step, more in (
            ("show", ""), ("extend", "--until 2040-01-31 --reason why"), ("let-end", "--reason why"),
            ("block", "--reason why"),
        )
    },
    "retention approve": (Way(words="{}", sort=IDENTIFIERS, parameter="decision"),),
    "retention withdraw": (Way(words="{}", sort=IDENTIFIERS, parameter="decision"),),
    "retention unblock": (Way(words="{}", sort=IDENTIFIERS, parameter="block_id"),),
    "retention ended": (
        Way(words="--kind case --name {}", sort=NAMES, parameter="name"),
        Way(words="--kind exhibit --name PHONE-1 --case {}", sort=NAMES, parameter="within"),
        Way(words="--after {}", sort=HIDDEN, parameter="after"),
    ),
    "request show": (Way(words="{}", sort=NAMES, parameter="reference", by="dora"),),
    "request admit": (Way(words="{}", sort=NAMES, parameter="reference", by="dora"),),
    "request dismiss": (Way(words="{}", sort=NAMES, parameter="reference", by="dora"),),
    "request withdraw": (Way(words="{}", sort=NAMES, parameter="reference", by="dora"),),
    "request consult": (
        Way(words="{} --owner SE", sort=NAMES, parameter="reference", by="dora"),
        Way(words="request-of-norway --owner SE --record {}", sort=HIDDEN, parameter="record", by="dora"),
    ),
    "request block": (
        Way(words="{} case NO-1 --unit VICTIM-ID", sort=NAMES, parameter="reference", by="dora"),
        Way(words="request-of-norway case {} --unit VICTIM-ID", sort=NAMES, parameter="name", by="dora"),
        Way(words="request-of-norway case NO-1 --unit {}", sort=NAMES, parameter="unit", by="dora"),
        Way(words="request-of-norway exhibit PHONE-1 --case {} --unit VICTIM-ID", sort=NAMES, parameter="within", by="dora"),
    ),
    "request unblock": (
        Way(words="{} 00000000-0000-0000-0000-000000000000", sort=NAMES, parameter="reference", by="dora"),
        Way(words="request-of-norway {}", sort=IDENTIFIERS, parameter="identifier", by="dora"),
    ),
    "request answer": (Way(words="{} --view agrees", sort=IDENTIFIERS, parameter="consultation", by="dora"),),
    "request decide": (Way(words="{} --outcome granted", sort=NAMES, parameter="reference", by="dora"),),
    "request close": (Way(words="{}", sort=NAMES, parameter="reference", by="dora"),),
    # The last, because it makes what it names.
    "request add": (Way(words="{} --kind access", sort=NAMES, parameter="reference", by="dora"),),
}  # fmt: skip
"""Commands of officers that name what is somebody's."""

MADE = {"intake": ("case", "exhibit", "list_", "series"), "series open": ("title",), "place enter": ("name",), "taskforce open": ("title",)}
"""Commands that open what they name where the own unit has none."""

OF_THE_NODE = {
    "clue facts", "init", "serve", "work", "doctor", "openapi", "demo", "key rotate", "key sweep", "key public", "audit verify", "audit key",
    "audit checkpoint", "audit request", "audit cosigned", "audit supervisor", "audit check", "audit witness",
    "audit witness-key", "case verify",
    "retention run", "report public",
    "academy remove", "exercise draw", "exercise results",
}  # fmt: skip
"""They take no officer: the node's operator runs them, or somebody outside with nothing but files."""
OF_MEMBERS = {
    "member add", "member list", "member suspend", "member resume", "member suspensions", "unit add", "unit suspend", "unit resume",
    "officer add", "officer certify", "officer give", "officer suspend", "officer resume", "officer forget-keys", "officer list",
    "officer password", "academy open", "academy score",
}  # fmt: skip
"""The operator acts in each member: members, units and officers of all are known there, and none is hidden."""

NO_REFERENCES = {
    "as_": "whoever runs commands here runs the node: no officer is hidden from them",
    "json_": "how it is said", "jsonl": "how it is said", "confirm": "a step", "withdraw": "a step",
    "act": "a kind of act", "period": "a closed list", "since": "a day", "until": "a day", "reason": "words", "conditions": "words",
    "kind": "one of four", "state": "a closed list", "why": "a closed list", "basis": "words",
    "audience": "codes of members, whom all know", "uses": "a closed list",
    "also": "codes of members, whom all know", "exclude": "codes of members, whom all know",
    "member": "a code of a member, whom all know", "to": "a code of a member, whom all know, or one of four", "second": "yes or no",
    "into": "a file of the officer", "purpose": "a closed list", "path": "a file of the officer",
    "paths": "files of the officer", "purposes": "a closed list", "legal_basis": "words", "condition_text": "words",
    "confidentiality": "a closed list", "evaluation": "a closed list", "keep_until": "a day", "adults": "yes or no",
    "fingerprints_only": "yes or no", "year": "a year", "pdf": "a file of the officer", "received": "a day",
    "decided": "yes or no", "years": "a number", "owner": "a code of a member, whom all know", "view": "a closed list",
    "outcome": "a closed list", "hash_list": "yes or no", "words": "words", "due": "a day", "unit": "a code of a unit, whom all know",
    "language": "a code", "own": "yes or no", "fact": "a closed list", "scheme": "law, which all members read",
    "standing": "a closed list", "step": "a closed list", "evidence": "words", "next_": "words", "next_on": "a day",
    "by": "a closed list", "csv": "how it is said", "file": "a file of the officer",
    "title": "a name of the own unit's to be",
    "minors": "yes or no", "every": "yes or no",
    "sex": "a closed list", "age": "a band", "on": "a day", "said": "a closed list", "established": "a closed list",
    "country": "two letters", "at": "a point", "type_": "a closed list", "confidence": "a closed list", "note": "words",
    "hops": "a number", "km": "a number", "facts": "yes or no", "value": "words", "box": "shares of a picture", "field": "a closed list",
    "all_": "yes or no", "officer": "officers of the own member, whom all of it know", "finding": "a closed list",
    "about": "a closed list", "good_at": "a closed list", "speaking": "a code",
    "sections": "a closed list",
    "of": "a closed list", "form": "a closed list",
    "needed": "yes or no", "waiting": "yes or no", "kept_by": "words", "done": "a day", "hourly": "a number", "daily": "a number",
}  # fmt: skip
COMPLETION = {"help", "install_completion", "show_completion"}
STATED = {
    ("metadata", "case"), ("audit export", "case"),
    ("program lend", "name"), ("program lend", "unit"), ("program lend", "scope"), ("program lend", "days"),
    ("release give", "case"), ("release agree", "case"), ("release fetch", "case"), ("crop make", "case"), ("crop show", "case"),
    *((f"hash-list {step}", asked) for step in ("count", "export") for asked in ("case", "after")),
    ("referral write", "case"), ("question conclude", "answer"), *(("view keep", asked) for asked in ("answer", "place", "any_series", "clue", "camera_make", "camera_model")), ("place describe", "name"),
    *((f"{whose} {step}", "case") for whose in ("victim", "offender") for step in ("reveal", "forget")),
    ("category list", "after"), ("lead list", "after"), ("category disputes", "after"), ("search", "after"), ("search-media", "after"), ("retention list", "after"),
}  # fmt: skip
"""A case that is stated, what a unit calls a place, and the digest that a page begins behind: looked up nowhere.

What comes due goes on behind a day. A search goes on behind records of several kinds: tests/scenario/test_arriving.py asks with hidden ones, and test_instruments.py of media of a camera."""


@pytest.fixture(scope="module")
def foreign(node) -> Iterator[Foreign]:
    if not node.is_own:
        pytest.skip("the database elsewhere shows nobody past row security")
    world = World(facts=node)
    world.empty()
    found = sweden(world)
    norway(world)
    yield found
    world.empty()


OWN: dict[str, str] = {}
"""Norway's own victim, offender and place, by the words that stand for them in a way."""


def norway(world: World) -> None:
    """An officer with one of each kind of subject, so that commands come as far as the reference that is asked for."""
    ada = world.officer("ada")
    world.occurrence(ada, world.medium(ada, content=OF_NORWAY), "NO-1", "PHONE-1")
    world.series(ada, "green-room")
    with acting_as(world.officer("dora", role=Role.DATA_PROTECTION_OFFICER)) as session:
        examining.receive(session, OWN_REQUEST, RequestKind.ACCESS, datetime.now(UTC), "Somebody", "What is kept?")
        examining.admit(session, OWN_REQUEST)
    world.officer("rolf", role=Role.ANALYST)
    cora = world.officer("cora", role=Role.COORDINATOR)
    with acting_as(cora) as session:
        ends_at = mustering.now() + timedelta(days=9)
        force = mustering.open_one(session, "Rooms", "Why.", starts_at=None, ends_at=ends_at, invited=()).reference
        mustering.name_officers(session, force, ["ada"])
    with acting_as(ada) as session:
        mustering.come_in(session, force)
    OWN["{own_force}"] = force
    with acting_as(ada) as session:
        facts = PlaceFacts(kind=PlaceKind.ROOM)
        OWN["{own_victim}"] = describing.enter_victim(session, VictimFacts(), "", handling(ada)).kept.reference
        OWN["{own_offender}"] = describing.enter_offender(session, OffenderFacts(), "", handling(ada)).kept.reference
        OWN["{own_place}"] = describing.enter_place(session, facts, "", "", handling(ada)).kept.reference
        hash_lists.open_list(session, "known", handling(ada))
        restricting.change(
            session, SubjectKind.CASE, "NO-1", None, handling(ada, Audience.MEMBER), "An operation is under way."
        )


def test_every_parameter_of_every_command_is_said_to_be_a_reference_or_not() -> None:
    unknown = []
    for name, command in commands():
        walked = {way.parameter for way in WALKED.get(name, ())} | {*MADE.get(name, ())}
        parameters = {str(each.name) for each in command.params if each.name not in COMPLETION}
        if name in OF_THE_NODE:
            assert "as_" not in parameters, f"{name} is an officer's: walk it"
        elif name not in OF_MEMBERS:
            left = parameters - walked - NO_REFERENCES.keys() - {word for of, word in STATED if of == name}
            unknown += [(name, each) for each in left]
    assert unknown == [], repr(unknown)
    assert {*WALKED, *MADE, *OF_THE_NODE, *OF_MEMBERS} <= {name for name, _ in commands()}


CALLS = [(name, way) for name, ways in WALKED.items() for way in ways]


@pytest.mark.parametrize(("name", "way"), CALLS, ids=[f"{name} {way.words}" for name, way in CALLS])
def test_hidden_absent_and_malformed_are_one_answer(foreign: Foreign, tmp_path: Path, name: str, way: Way) -> None:
    for more in ((), ("--json",)) if takes_json(name) else ((),):
        answers = {}
        # What a command answers is worked out before it is written as lines or as JSON: a few show that both keep to it.
        for absent, hidden in islice(pairs(foreign, name, way), PAIRS_AS_JSON if more else None):
            if absent not in answers:
                answers[absent] = answer(name, way, absent, tmp_path, more)
                assert answers[absent][0].code in {0, 1}, answers[absent]
            assert answer(name, way, hidden, tmp_path, more) == answers[absent], hidden
        for given in MALFORMED[way.sort]:
            said = ask(name, way, given, tmp_path, more)
            assert "Traceback" not in said.err
            assert said.code in {1, 2} or name in TAKE_ANYTHING, given
        assert not (tmp_path / "nowhere").exists()


def takes_json(name: str) -> bool:
    return any(each.name == "json_" for of, command in commands() if of == name for each in command.params)


def pairs(foreign: Foreign, name: str, way: Way) -> Iterator[tuple[str, str]]:
    """For a way to ask: one that is absent, and one that is Sweden's."""
    given: Sequence[str] = {
        IDENTIFIERS: foreign.ids_like(KINDS.get(way.parameter, way.parameter)), HIDDEN: foreign.hidden, MOMENTS: foreign.ids[:MOMENTS_MAX],
        NAMES: [each for each in foreign.names if each.startswith(beginning_of(name, way.words))],
        REFERENCES: [each for each in foreign.names if each.startswith(letters_of(name, way.words))],
        DIGESTS: [hashlib.sha256(CONTENT[word]).hexdigest() for word in (WORDS if name.split(maxsplit=1)[0] not in {"link", "hash-list"} else WORDS[1:])],
    }[way.sort]  # fmt: skip
    assert given
    absent = {
        IDENTIFIERS: NEVER_GIVEN, HIDDEN: NEVER_GIVEN, NAMES: "NO-NOT-THERE",
        DIGESTS: hashlib.sha256(b"absent").hexdigest(),
    }  # fmt: skip
    for hidden in given:
        if way.sort == MOMENTS:
            yield str(UUID(int=UUID(hidden).int ^ 1)), hidden
        else:
            yield absent.get(way.sort, f"{hidden[:2]}{UNUSED}"), hidden


PAIRS_AS_JSON = 4
MOMENTS_MAX = 4
KINDS = {"assertion": "merge", "message_id": "message", "event": "act", "name": "", "subject": "", "after": "", "before": ""}
"""What a parameter names where its own name says nothing of the table."""
UNUSED = "100000017"
"""Digits of a reference that could be drawn; that it was is as likely as one in nine millions."""


def letters_of(name: str, words: str) -> tuple[str, ...]:
    """How references begin that the command takes there."""
    if name.startswith("link"):
        return ("V-", "O-") if "was-at" in words or "connected-with" in words else ("S-", "V-", "O-", "P-")
    about = words.split(maxsplit=1)[0] if name == "message ask" or name.startswith("hash-list") else name
    return (f"{about[0].upper()}-",)


def beginning_of(name: str, words: str) -> tuple[str, ...]:
    """How names of Sweden's begin that are of the kind which is asked for; a hidden series has a reference too."""
    if name.startswith("request") and words.startswith("{}"):
        return (REQUEST,)
    kinds = {"exhibit {}": ("PHONE",), "case {}": ("SE",), "series": ("series", "S-"), "hash-list": ("list",)}
    return next((begins for kind, begins in kinds.items() if kind in f"{name} {words}"), ("SE",))


TAKE_ANYTHING = {"audit list", "audit accesses", "request add", "retention ended", "search"}
"""Nothing was found or done with what is no identifier, a request may bear any name that shows, and nothing so named ended."""

MALFORMED: dict[str, Sequence[str]] = {
    IDENTIFIERS: ("x", "0", "NULL", "'--", "x" * 300), HIDDEN: ("x",), MOMENTS: ("x", "'--"), DIGESTS: ("x", "00", "zz" * 32),
    NAMES: ("\x01", "x" * 300, "'--"), REFERENCES: ("x", "V-100000018", "'--"),
}  # fmt: skip


def answer(name: str, way: Way, given: str, folder: Path, more: Sequence[str]) -> tuple[Said, list[object]]:
    """What the command says, and what it leaves in the officer's own audit."""
    before = latest(way.by)
    return ask(name, way, given, folder, more), acts_since(before, way.by)


def latest(officer: str) -> UUID | None:
    """The officer's last act so far."""
    return next((act.id for act in read(officer, 1)), None)


def acts_since(before: UUID | None, officer: str) -> list[object]:
    """The officer's own acts as the officer reads them: less what is of the moment, and which identifier was said."""
    kept = read(officer, ACTS_OF_A_COMMAND_MAX)
    new = list(takewhile(lambda act: act.id != before, kept))
    assert len(new) < ACTS_OF_A_COMMAND_MAX, "a command left more acts than are compared"
    return [(act.act, act.owner, act.shown, act.purpose, act.case_reference, *act.counts.items()) for act in reversed(new)]


def read(officer: str, limit: int) -> list[records.Act]:
    with acting_as(officers.actor_of(officer)) as session:
        return records.page(session, records.Wanted(), limit)


ACTS_OF_A_COMMAND_MAX = 50


def ask(name: str, way: Way, given: str, folder: Path, more: Sequence[str]) -> Said:
    """What the command says; the reference itself, where it is repeated, and times are left out."""
    places = {**OWN, "{}": given, "{nowhere}": str(folder / "nowhere"), "{of_norway}": hashlib.sha256(OF_NORWAY).hexdigest()}
    words = [places.get(word, word) for word in way.words.split()]
    said = clew(*name.split(), *words, "--as", way.by, *more, given="Somebody\nsome words")
    return Said(said.code, plain(said.out, given), plain(said.err, given))


MOMENT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?(\+00:00)?|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def plain(said: str, given: str) -> str:
    return MOMENT.sub("…", said.replace(given, "{}")) if given else said


def test_the_walk_notices_an_answer_that_differs(foreign: Foreign) -> None:
    """The own case is told from an absent one: so the walk compares what can differ."""
    assert clew("triage", "NO-1", "--as", "ada") != clew("triage", "NO-NOT-THERE", "--as", "ada")
    assert clew("handling", "show", "case", "NO-1", "--as", "ada").code == 0


READING = (
    "triage NO-1", "triage NO-1 --json", "triage NO-1 --jsonl", "handling show case NO-1", "handling preview case NO-1 SE",
    "audit list", "audit accesses", "lead list", "lead list --json", "message list", "notice list", "overlap list", "overlap show NO-1", "overlap mode", "overlap mode NO-1", "release list", "retention list", "retention show case NO-1", "retention blocks",
    "retention ended", "retention terms",
    "series list", "series list --json", "series show green-room", "series show green-room --json",
    "series propose --case NO-1", "case list", "case list --json", "case ending NO-1", "hash-list list", "hash-list list --json",
    "crop list", "question list", "question list --own --json", "referral list",
    "victim list", "offender list --json", "place list", "place map", "link waiting", "link list NO-1", "link explore NO-1 --json",
    "identification due", "report ledger", "report ledger --by year --json",
    "category list NO-1 --scheme template-letters", "category count NO-1 --scheme template-letters",
    "category disputes --scheme template-letters", "scheme list", "hash-list count case NO-1 --purpose detection --case NO-1", "academy list", "academy list --json",
)  # fmt: skip
"""Commands by which an officer is shown something, as one calls them."""


@pytest.mark.parametrize("words", READING)
def test_whatever_a_command_shows_an_officer_leaves_an_act(foreign: Foreign, words: str) -> None:
    before = latest("ada")
    assert clew(*words.split(), "--as", "ada").code == 0
    assert acts_since(before, "ada")


@pytest.fixture
def no_commit(foreign: Foreign, node: ConnectionFacts) -> Iterator[None]:
    """Acts can be appended, and then the transaction that holds them cannot be kept: the disk is full."""
    made = """
        create function no_room() returns trigger language plpgsql as
            $$ begin raise exception 'no room' using errcode = '53100'; end $$;
        create constraint trigger no_room after insert on acts deferrable initially deferred
            for each row execute function no_room()"""
    with psycopg.connect(**node.as_owner(), autocommit=True) as owner:
        owner.execute(made)
        try:
            yield
        finally:
            owner.execute("drop trigger no_room on acts; drop function no_room()")


SHOWING = (*((words, "ada") for words in READING), ("request list", "dora"), ("request show request-of-norway", "dora"))


@pytest.mark.usefixtures("no_commit")
@pytest.mark.parametrize(("words", "officer"), SHOWING)
def test_nothing_is_printed_of_what_could_not_be_kept_on_record(words: str, officer: str) -> None:
    """What is printed cannot be taken back, so it is printed once its act is committed."""
    said = clew(*words.split(), "--as", officer)
    assert (said.code, said.out) == (1, "")
    assert said.err.endswith("\n")
    assert said.err.count("\n") == 1


def test_the_act_of_what_is_printed_is_committed_for_each_block_of_a_triage(foreign: Foreign) -> None:
    """The first block is on record before any of it is given, and so is the next before it is."""
    ada = officers.actor_of("ada")
    before = latest("ada")
    media = triaging.every_medium(ada, "NO-1")
    assert latest("ada") == before
    next(media)
    assert [act[0] for act in acts_since(before, "ada")][:1] == ["triage.read"]


OF_THE_OPERATOR: dict[str, str] = {
    "member add": "FI Finland", "member list": "", "unit add": "FI VICTIM-ID", "officer add": "aino --member FI --unit VICTIM-ID",
    "officer certify": "aino --trainer Academy --trained-on 2026-01-02 --until 2026-12-31", "officer list": "--member FI",
    "officer password": "aino", "officer suspend": "aino --reason why", "officer resume": "aino", "officer forget-keys": "aino",
    "unit suspend": "FI VICTIM-ID --reason why", "unit resume": "FI VICTIM-ID",
    "member suspend": "FI --reason why", "member suspensions": "FI", "member resume": "FI",
    "key rotate": "--member NO", "key sweep": "", "audit verify": "", "audit supervisor": "FI", "report public": "on",
    "doctor": "",
}  # fmt: skip
"""Commands of whoever runs the node, in an order in which each has something to do."""
LEAVES_NONE = {
    "clue facts": "a list that is public", "openapi": "of the API itself, not of what is in it",
    "init": "the node is made by it: there is no audit before", "serve": "each page that it serves leaves its own",
    "work": "each job that it does leaves its own", "demo": "each step of its story is an action, with its own",
    "key public": "a public key", "audit key": "a public key", "audit checkpoint": "hashes, which are public",
    "audit request": "hashes, which are public", "audit check": "files alone, without a node",
    "audit witness": "files alone, without a node", "audit witness-key": "files alone, without a node",
    "case verify": "files alone, without a node",
    "retention run": "each end leaves its own, of its unit's calendar: tests/scenario/test_ending.py",
    "academy remove": "what lies in it is drawn; what was passed stays in the node", "exercise draw": "in the academy, which holds nothing real",
    "exercise results": "an act of the academy, of each that it tells of: tests/scenario/test_academy.py",
    "academy open": "an act of the officer: tests/scenario/test_academy.py",
    "academy score": "an act of the officer: tests/scenario/test_academy.py",
    "audit cosigned": "with what a witness signed: tests/end_to_end/test_audit_commands.py",
    "officer give": "gives what an administrator proposed: tests/scenario/test_admission.py",
}  # fmt: skip


def test_it_is_said_of_each_command_of_the_operator_what_it_leaves() -> None:
    assert {*OF_THE_OPERATOR, *LEAVES_NONE} == OF_THE_NODE | OF_MEMBERS
    assert not OF_THE_OPERATOR.keys() & LEAVES_NONE.keys()


def count_of_acts() -> int:
    with leaves.opened() as cursor:
        cursor.execute("select count(*) from acts where officer in ('operator', 'node')")
        return int(cursor.fetchone()[0])


@pytest.mark.usefixtures("foreign")
def test_whatever_the_operator_does_or_reads_leaves_an_act() -> None:
    for name, words in OF_THE_OPERATOR.items():
        before = count_of_acts()
        said = clew(*name.split(), *words.split(), given=f"{FIRST_PASSWORD}\n")
        assert said.code == 0 or name in {"doctor", "audit verify"}, (name, said)
        assert count_of_acts() > before, name


FIRST_PASSWORD = "a first one for Aino"
