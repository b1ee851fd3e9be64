"""The law of every special table: who reads, enters, changes and removes a row of it, against rules that `world/who_may.py` tells again.

By raw SQL as the application's role, over actors of every role, unit and use. Then each part of each rule is broken once,
and the law must notice; and a new table without rules here, or a reason why it needs none, fails.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import pytest

from clew.domain.handling import Use
from clew.domain.officer import Role
from clew.records import correspondence, policies
from clew.records.visibility import HOME_UNIT, VIEWER_MEMBER
from tests.world.asked import Asked, Row, Who, asking, flips, officer
from tests.world.who_may import COVERS, FAMILIES, FOREIGN_OPEN, OF_SERIES, RECORDS, RULES, Known, columns, named, reads
from tests.world.world import World

ELSEWHERE = {"requests": "test_rights.py", "consultations": "test_rights.py"}
"""Special tables whose law has a page of its own, where answers and ends are tried as well."""
BESIDE = ("series_media", "supervisors")
VERBS = ("select", "insert", "update", "delete")
GENERATED_MIN = 20_000


def every_who() -> list[Who]:
    """Every role of one officer, every use, a colleague, other units, other members, a namesake, and nobody."""
    ada = [Who(officer("ada", "NO", "A", role)) for role in Role] + [Who(officer("ada", "NO", "A"), use) for use in Use if use is not Use.FACTS]
    sven = [Who(officer("sven", "SE", "A"), use) for use in Use] + [
        Who(officer("sven", "SE", "A", role))
        for role in (Role.NATIONAL_ADMINISTRATOR, Role.COORDINATOR, Role.AUDITOR, Role.DATA_PROTECTION_OFFICER, Role.OPERATOR, Role.CALENDAR)
    ]
    others = [
        officer("cyd", "NO", "A"), officer("cyd", "NO", "A", Role.NATIONAL_ADMINISTRATOR), officer("cyd", "NO", "A", Role.AUDITOR),
        officer("bob", "NO", "B"), officer("siri", "SE", "A"), officer("siri", "SE", "B"), officer("dan", "DK", "A"), officer("ada", "SE", "A"),
        officer("bob", "NO", "B", Role.OPERATOR), officer("siri", "SE", "B", Role.AUDITOR), officer("ada", "A", "NO"), officer("ada", "SE", "A", Role.COORDINATOR),
        *(officer("bob", "NO", "B", role) for role in (Role.COORDINATOR, Role.NATIONAL_ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER, Role.AUDITOR)),
        *(officer("dan", "DK", "A", role) for role in (Role.COORDINATOR, Role.AUDITOR, Role.NATIONAL_ADMINISTRATOR)),
    ]  # fmt: skip
    return [Who(None), *ada, *sven, *map(Who, others), *(Who(officer("bob", "NO", "B"), use) for use in (Use.ORIGINAL, Use.PREVIEW))]


WHOS = every_who()
LEFT_OUT = {"siri of SE/B, auditor", "sven of SE/A, auditor", "bob of NO/B, auditor", "sven of SE/A, data-protection-officer", "ada of A/NO, investigator", "cyd of NO/A, auditor"}
WRITERS = [who for who in WHOS if who.use is Use.FACTS and str(who).removesuffix(", for FACTS") not in LEFT_OUT] + [Who(officer(name, of, "A"), Use.ORIGINAL) for name, of in (("ada", "NO"), ("sven", "SE"))]
"""Those who try to write; who is left out differs from others in what is read alone."""
KILLERS = [
    *WRITERS, Who(officer("siri", "SE", "B", Role.AUDITOR)), Who(officer("bob", "NO", "B", Role.AUDITOR)), Who(officer("sven", "SE", "A", Role.AUDITOR)),
    Who(officer("ada", "NO", "A"), Use.PREVIEW), Who(officer("bob", "NO", "B"), Use.PREVIEW), Who(officer("bob", "NO", "B"), Use.ORIGINAL),
]
"""Those by whom broken rules are told from whole ones."""


@pytest.fixture(scope="module")
def asked(node) -> Iterator[Asked]:
    """All rows of all tables, in a transaction that is undone."""
    if not node.is_own:
        pytest.skip("the database elsewhere lets nobody be the application's role")
    world = World(facts=node)
    world.empty()
    tables = [*RULES, *ELSEWHERE, *RECORDS, *BESIDE]
    with asking(world, tables) as made:
        for table in RECORDS:
            rows = columns("owner_member owner_unit audience members excluded", COVERS)
            if table == "media":
                rows[FOREIGN_OPEN]["name"] = "\\x02"  # the bytes of all others are equal
            made.lay(table, rows)
        made.lay("series_media", [
            {
                "series_id": named("series", series), "medium_id": named("media", medium),
                **columns("owner_member owner_unit audience members excluded", [cover])[0],
            }
            for series, medium, cover in OF_SERIES
        ])  # fmt: skip
        made.lay("supervisors", [{"member": "DK"}])
        for table, rules in RULES.items():
            made.lay(table, rules.lies if rules.lies is not None else unlike(made, table, [*flips(rules.axes), *rules.more]))
        yield made


def unlike(asked: Asked, table: str, rows: Sequence[Row]) -> list[Row]:
    """Those whose keys are not there before: where a row has no identifier, its key is of what it says."""
    one = asked.tables[table]
    if one.key == ("id",):
        return list(rows)
    found: dict[str, Row] = {}
    for number, row in enumerate(rows):
        found.setdefault(one.key_of(one.whole(row, number, asked.now)), row)
    return list(found.values())


@pytest.fixture(scope="module")
def known(asked: Asked) -> Known:
    return Known(rows=asked.rows, now=asked.now)


# What comes, and what rows are changed into ------------------------------------------------------------------

TURNED = {"NO": "SE", "SE": "NO", "ada": "sven", "sven": "ada", "cyd": "siri", "siri": "cyd"}


def turned(row: Mapping[str, Any]) -> dict[str, Any]:
    """The same of Sven of SE/A."""
    return {
        name: [TURNED.get(one, one) for one in value] if isinstance(value, list) else TURNED.get(value, value) if isinstance(value, str) else value
        for name, value in row.items()
    }


def coming(asked: Asked, table: str) -> list[dict[str, Any]]:
    rows = flips(RULES[table].axes)
    own = [*rows, *map(turned, rows), *RULES[table].more]
    return [asked.tables[table].whole(row, 10_000 + number, asked.now) for number, row in enumerate(own)]


def changing(asked: Asked, table: str) -> list[tuple[Row, dict[str, Any]]]:
    """Each row that lies there, and what it is changed into."""
    one = asked.tables[table]
    return [
        (row, {**row, **{name: value for name, value in one.whole({**row, **change}, 0, asked.now).items() if name in change}})
        for row in asked.rows[table] for change in RULES[table].changes
    ]  # fmt: skip


def is_reached(known: Known, who: Who, table: str, row: Row) -> bool:
    return reads(known, who, table, row) and RULES[table].reaches(known, who, row)


def becomes(known: Known, who: Who, table: str, row: Row, made: Row) -> bool:
    """Whoever changes a row names it, so both as it was and as it is must be seen."""
    rules = RULES[table]
    return (
        is_reached(known, who, table, row)
        and (rules.leaves or rules.reaches)(known, who, made) and reads(known, who, table, made)
    )  # fmt: skip


# The law ---------------------------------------------------------------------------------------------------------


def differing(asked: Asked, known: Known, table: str, verbs: Sequence[str] = VERBS) -> tuple[list[str], int]:
    """Where PostgreSQL and the rules part, in words; and how many were asked."""
    found, count = [], 0
    rules, one, rows = RULES[table], asked.tables[table], asked.rows[table]
    by_verb = {"select": rules.reads, "update": rules.reaches, "delete": rules.removes}
    if {*verbs} & {*by_verb}:
        shown = asked.seen(table, WHOS)
        for who, got in zip(WHOS, shown, strict=True):
            for verb in (verb for verb in by_verb if verb in verbs):
                for row in rows:
                    wanted = by_verb[verb](known, who, row)
                    count += 1
                    if (one.key_of(row) in got[verb]) is not wanted:
                        found.append(f"{table}: {verb}: {who}: {'refused' if wanted else 'allowed'}: {row}")
    if "insert" in verbs:
        new = coming(asked, table)
        wanted = {(number, place) for number, who in enumerate(WRITERS) for place, row in enumerate(new) if rules.enters(known, who, row)}
        tried = some_of(len(new), wanted, wanted)
        found += parts(table, "insert", new, wanted, asked.entered(table, WRITERS, new, tried), tried)
        count += len(tried)
    if "update" in verbs:
        changes = changing(asked, table)
        reached = {(number, place) for number, who in enumerate(WRITERS) for place, (row, _) in enumerate(changes) if is_reached(known, who, table, row)}
        wanted = {(number, place) for number, place in reached if becomes(known, WRITERS[number], table, *changes[place])}
        made = [row for _, row in changes]
        tried = some_of(len(made), wanted, reached)
        found += parts(table, "change", made, wanted, asked.changed(table, WRITERS, made, tried), tried)
        count += len(tried)
    return found, count


OTHERS_EVERY = 9
"""Of what is refused by more than one part of a rule so many are left out; each is asked by somebody."""


def some_of(count: int, wanted: Collection[tuple[int, int]], near: Collection[tuple[int, int]]) -> list[tuple[int, int]]:
    """Pairs of who asks and of a row that are tried: what comes, what nearly does, and of the rest some."""
    spread = {(number, place) for number in range(len(WRITERS)) for place in range(count) if (number + place) % OTHERS_EVERY == 0}
    return sorted({*wanted, *near, *spread})


def parts(table: str, verb: str, rows: Sequence[Row], wanted: Collection[tuple[int, int]], got: Collection[tuple[int, int]], tried: Collection[tuple[int, int]]) -> list[str]:
    return [
        f"{table}: {verb}: {WRITERS[number]}: {'refused' if pair in wanted else 'allowed'}: {rows[place]}"
        for pair in tried if (pair in wanted) is not (pair in got) for number, place in [pair]
    ]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_row_is_read_entered_changed_and_removed_by_those_who_may_and_nobody_else(asked: Asked, known: Known, family: str) -> None:
    found: list[str] = []
    for table in FAMILIES[family]:
        found += differing(asked, known, table)[0]
    assert not found, f"{len(found)}: " + "\n".join(found[:12])


def test_the_law_asks_enough(asked: Asked, known: Known) -> None:
    """Rows that come are refused for what the rule says, and some of each kind do come: else a rule of `false` would pass."""
    count = sum(len(asked.rows[table]) * len(WHOS) * len(asked.tables[table].rights & {"select", "update", "delete"}) for table in RULES)
    assert count >= GENERATED_MIN
    for table, rules in RULES.items():
        rights = asked.tables[table].rights
        assert rights == {*policies.SPECIAL[table]}, table
        rows, new = asked.rows[table], coming(asked, table)
        for verb, rule, some in (
            ("select", rules.reads, rows), ("insert", rules.enters, new), ("update", rules.reaches, rows), ("delete", rules.removes, rows),
        ):  # fmt: skip
            said = {rule(known, who, row) for who in WHOS for row in some}
            assert (True in said) is (verb in rights), (table, verb)


# Completeness ------------------------------------------------------------------------------------------------------

NOT_OF_MEMBERS = {
    "account_emailaddress": "how officers sign in, by allauth; no record of a member",
    "account_emailconfirmation": "the same",
    "auth_group": "Django's own, empty", "auth_group_permissions": "Django's own, empty", "auth_permission": "Django's own",
    "django_content_type": "Django's own", "django_migrations": "Django's own", "django_session": "read before anybody acts; sealed by its key",
    "door_memory": "what the door remembers of tries, before anybody acts",
    "fingerprint_counters": "one number for each engine, which every intake holds",
    "mfa_authenticator": "second factors, read before anybody acts; sealed",
    "procrastinate_events": "the queue: identifiers only", "procrastinate_jobs": "the queue: identifiers only",
    "procrastinate_periodic_defers": "the queue", "procrastinate_workers": "the queue",
    "socialaccount_socialaccount": "sign-in by a member's own provider", "socialaccount_socialapp": "empty", "socialaccount_socialtoken": "empty",
    "supervisors": "which members' auditors oversee all others: told to everybody",
}  # fmt: skip
"""Tables that the application's role reads without row security, each with its reason."""


def test_every_table_has_rules_here_or_a_reason(asked: Asked) -> None:
    """A new one has neither, and fails."""
    found = asked.owner.execute(
        "select c.relname, c.relrowsecurity from pg_class c where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace"
        " and (c.relrowsecurity or has_any_column_privilege(%(app)s, c.oid, 'select') or has_any_column_privilege(%(app)s, c.oid, 'insert')"
        "  or has_any_column_privilege(%(app)s, c.oid, 'update') or has_table_privilege(%(app)s, c.oid, 'delete'))",
        {"app": asked.app},
    ).fetchall()  # fmt: skip
    under_rules = {name for name, is_under in found if is_under}
    assert under_rules == {*policies.COVERED, *RULES, *ELSEWHERE}
    assert {name for name, _ in found} - under_rules == {*NOT_OF_MEMBERS}
    assert not {*RULES} & ({*policies.COVERED} | {*ELSEWHERE})
    assert {*policies.SPECIAL} == {*RULES, *ELSEWHERE}
    policies_of = asked.owner.execute(
        "select tablename, count(*) from pg_policies where %s = any (roles) and not policyname like 'app_select_brought' group by 1", [asked.app]
    ).fetchall()
    assert {table: count for table, count in policies_of if table in RULES} == {table: len(rules) for table, rules in policies.SPECIAL.items() if table in RULES and rules}


# Mutants: a law counts only once it has killed them ----------------------------------------------------------------

SPLITS = re.compile(r" or | and |\(|\)|'|\bcase\b|\bend\b|\bbetween\b")


def atoms(words: str, start: int, end: int, joined: str) -> Iterator[tuple[int, int, str]]:
    """The parts of a condition, each with the word by which it is joined to others; parts within `exists` too."""
    while words[start:end].startswith(" "):
        start += 1
    while words[start:end].endswith(" "):
        end -= 1
    part = words[start:end]
    for word in (" or ", " and "):
        places = split(part, word)
        if len(places) > 1:
            for first, last in places:
                yield from atoms(words, start + first, start + last, word.strip())
            return
    if part.startswith("not ") and "(" not in part[:4]:
        yield start, end, joined
        if part.startswith("not (") and closes(part, 4) == len(part) - 1:
            yield from atoms(words, start + 5, end - 1, "and")
        return
    if part.startswith("(") and closes(part, 0) == len(part) - 1 and not part.startswith("(select "):
        yield from atoms(words, start + 1, end - 1, joined)
        return
    yield start, end, joined
    if part.startswith("exists (") and " where " in part and closes(part, 7) == len(part) - 1:
        inner = part.index(" where ") + len(" where ")
        yield from atoms(words, start + inner, end - 1, "and")


def closes(words: str, start: int) -> int:
    """Where the bracket that opens at `start` closes."""
    depth = 0
    for place in range(start, len(words)):
        depth += {"(": 1, ")": -1}.get(words[place], 0)
        if depth == 0:
            return place
    raise AssertionError(words)


def split(words: str, by: str) -> list[tuple[int, int]]:
    """Where the parts lie that `by` joins, in no brackets and no case."""
    found, begun, depth, is_quoted, is_between = [], 0, 0, False, False
    for match in SPLITS.finditer(words):
        token = match[0]
        if token == "'":
            is_quoted = not is_quoted
        elif is_quoted:
            continue
        elif token in ("(", "case"):
            depth += 1
        elif token in (")", "end"):
            depth -= 1
        elif token == "between":
            is_between = True
        elif token == " and " and is_between:
            is_between = False
        elif token == by and depth == 0:
            found.append((begun, match.start()))
            begun = match.end()
    return [*found, (begun, len(words))]


def mutants(condition: str) -> dict[str, str]:
    """The condition with each of its parts broken, by what was broken."""
    words = re.sub(r"\s+", " ", condition)
    made = {"true": "true", "false": "false"}
    for start, end, joined in atoms(words, 0, len(words), "and"):
        for broken in ("true", "false") if joined == "or" else ("true",):
            made[f"{words[start:end]} -> {broken}"] = f"{words[:start]}{broken}{words[end:]}"
    return made


def clauses(rule: str) -> dict[str, str]:
    """What a rule says after `using` and after `with check`."""
    found = {}
    for word in ("using", "with check"):
        place = rule.find(f"{word} (")
        if place >= 0:
            opens = place + len(word) + 1
            found[word] = rule[opens + 1 : closes(rule, opens)]
    return found


def said_before(asked: Asked, table: str, rule: str, broken: str) -> bool:
    """Whether what is broken of `with check` was asked of the row as it was, of columns that nobody may change."""
    before = re.sub(r"\s+", " ", clauses(rule).get("using", ""))
    part = broken.rpartition(" -> ")[0]
    return bool(part) and part in before and not set(re.findall(r"\w+", part)) & {*asked.tables[table].changeable}


def survivors(asked: Asked, known: Known, table: str) -> list[str]:
    """Broken rules of a table that the law would not notice."""
    rules, rows, found = RULES[table], asked.rows[table], []
    new, changes = coming(asked, table), changing(asked, table)
    for verb, rule in policies.SPECIAL[table].items():
        for clause, condition in clauses(rule).items():
            broken = mutants(condition)
            if clause == "with check" and verb == "update":
                parts_broken = {name: words for name, words in broken.items() if not said_before(asked, table, rule, name)}
                # Where all was asked before, so was the whole.
                broken = parts_broken if {*parts_broken} - {"true", "false"} else {"false": "false"}
            if verb == "insert":
                whos, some = WRITERS, new
                wanted = [[rules.enters(known, who, row) for row in some] for who in whos]
                counts = None
            elif clause == "using":
                one = {"select": rules.reads, "update": rules.reaches, "delete": rules.removes}[verb]
                whos, some, counts = KILLERS, rows, None
                wanted = [[one(known, who, row) for row in some] for who in whos]
            else:
                whos, some = WRITERS, [made for _, made in changes]
                leaves = rules.leaves or rules.reaches
                counts = [[is_reached(known, who, table, row) and reads(known, who, table, made) for row, made in changes] for who in whos]
                wanted = [[leaves(known, who, row) for row in some] for who in whos]
            got = asked.held(table, whos, some, [condition, *broken.values()])
            for number, name in enumerate(["the rule itself", *broken]):
                differs = any(
                    got[who][row][number] is not wanted[who][row] and (counts is None or counts[who][row])
                    for who in range(len(whos)) for row in range(len(some))
                )
                if differs is (number == 0):
                    found.append(f"{table} {verb} {clause}: {name}")
    return found


@pytest.mark.parametrize("family", FAMILIES)
def test_the_law_notices_each_part_of_each_rule_that_is_broken(asked: Asked, known: Known, family: str) -> None:
    found = {one for table in FAMILIES[family] for one in survivors(asked, known, table)}
    assert sorted(found) == sorted(one for one in ALIKE if one.split()[0] in FAMILIES[family])


EVERYBODY = "everybody may: they are read before anybody has signed in, and signing in writes what the grants let it"
ALIKE: Mapping[str, str] = {
    **{f"officers {verb} using: {broken}": EVERYBODY for verb in ("select", "update") for broken in ("true", "true -> true")},
    "suspensions update using: level = 'member' -> false": "a member that is suspended has no administrator who may act, so it needs help",
    f"overlap_decisions insert with check: member = {VIEWER_MEMBER} -> true": "a side is seen by its own member alone",
    "overlap_decisions insert with check: o.member = overlap_decisions.member -> true": "the same",
    f"correspondences update with check: {HOME_UNIT} = any (to_units) -> true": "who changes one must see what becomes of it",
    f"translations insert with check: {correspondence.IS_IN} -> true": "a message is seen where its correspondence is",
    "translations insert with check: c.id = correspondence_id -> true": "the same",
    f"place_points select using: {VIEWER_MEMBER} <> all (p.excluded) -> true": "who is excluded does not see the place",
}
"""Broken rules that are the same rule, each with why."""


@pytest.mark.parametrize("family", [name for name in FAMILIES if name != "census"])
def test_the_law_notices_rules_that_are_gone(asked: Asked, known: Known, family: str) -> None:
    """With the policies of the database itself: whoever may, everybody may."""
    for table in [*FAMILIES[family]][-1:]:
        for verb, rule in policies.SPECIAL[table].items():
            open_rule = re.sub(r"\s+", " ", " ".join(f"{clause} (true)" for clause in clauses(rule)))
            if (table, verb) in OPEN:
                continue
            with asked.ruled(table, verb, open_rule):
                assert differing(asked, known, table, [verb])[0], (table, verb)


OPEN = {("officers", "select"), ("officers", "update")}
"""What everybody may."""
