"""Who may read, enter, change and remove a row of each special table: the rules once more, in the words of the decisions.

Each is a plain function of who asks and of the row as it lies, over rows that lie beside it; it knows no SQL. The first value
of every axis belongs to a row that Ada of NO/A may enter; every other parts from it in one thing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from clew.domain.handling import Use
from tests.world.asked import Row, Who, flips, named

NO, SE, DK = "NO", "SE", "DK"
UNITS = [(NO, "A"), (NO, "B"), (SE, "A"), (DK, "A")]
OFFICERS = {"ada": NO, "cyd": NO, "bob": NO, "nora": NO, "nils": NO, "nina": NO, "sven": SE, "siri": SE, "dan": DK}
BY = ["ada", "cyd", "sven"]
ADMIN, OPERATOR, AUDITOR, PROGRAM = "national-administrator", "operator", "auditor", "program"
PROTECTS, COORDINATOR, CALENDAR, ANALYST = "data-protection-officer", "coordinator", "calendar", "analyst"
EXPORT, ORIGINAL, PREVIEW, FACTS, FINGERPRINTS = 16, 8, 4, 2, 1
BLOCKED = "(blocked)"
COVER = ("owner_member", "owner_unit", "audience", "members", "excluded")


def cover(member: str, unit: str, own: int = 0, named_uses: int = 0, everyone: int = 0, members: Sequence[str] = (), excluded: Sequence[str] = ()) -> tuple[Any, ...]:
    return member, unit, own << 10 | named_uses << 5 | everyone, list(members), list(excluded)


COVERS = [
    cover(NO, "A"),
    cover(NO, "A", own=31),
    cover(NO, "A", own=31, everyone=3),
    cover(NO, "A", own=31, named_uses=3, members=[SE]),
    cover(NO, "A", own=31, everyone=3, excluded=[SE]),
    cover(NO, "A", own=31, named_uses=31, everyone=31, members=[SE], excluded=[SE]),
    cover(NO, "A", excluded=[BLOCKED]),
    cover(NO, "A", own=8),
    cover(NO, "B"),
    cover(SE, "A"),
    cover(SE, "A", own=31, everyone=3),
    cover(SE, "A", own=31, named_uses=8, members=[NO]),
    cover(SE, "A", own=31, everyone=31, excluded=[NO]),
    cover(NO, "A", own=31, everyone=31),
    cover(NO, "A", own=4),
    cover(NO, "B", own=31),
    cover(NO, "A", own=31, named_uses=31, everyone=3, members=[SE]),
    cover(SE, "A", own=31, everyone=2),
    cover(SE, "A", own=31, everyone=1),
]  # fmt: skip
COVERS_OF_MATCHES = [
    cover(NO, "A", own=2), cover(NO, "A", own=1), cover(NO, "A", own=3), cover(NO, "A", own=31, everyone=2), cover(NO, "A", own=31, everyone=1),
    cover(NO, "A", own=31, named_uses=2, members=[SE]), cover(NO, "A", own=31, named_uses=1, members=[SE]), cover(NO, "A", own=31, named_uses=11, members=[SE]),
    cover(NO, "A", own=31, named_uses=3, everyone=1, members=[SE]), cover(NO, "A", own=2, named_uses=1, members=[NO, SE]), cover(NO, "A", own=2, named_uses=1, members=[SE]),
]  # fmt: skip
"""Of the two uses that a match is told by, one alone, and both in several circles."""
UNIT_ONLY, OF_MEMBER, OF_ALL, EXCLUDED, IS_BLOCKED, OTHER_UNITS, FOREIGN, FOREIGN_OPEN, FOREIGN_ORIGINAL, OTHERS_OPEN = 0, 1, 2, 4, 6, 8, 9, 10, 11, 15
FOREIGN_FACTS, FOREIGN_FINGERPRINTS = 17, 18
RECORDS = ("cases", "exhibits", "series", "media", "hash_lists", "victims", "offenders", "places")
ABSENT = named("nothing", 0)


def ids(table: str, *numbers: int) -> list[str]:
    return [*(named(table, number) for number in (numbers or range(len(COVERS)))), ABSENT]


def some(table: str) -> list[str]:
    """An own one of the unit alone first; then of the own member, of another unit, another member's, hidden and open, blocked, absent."""
    return ids(table, UNIT_ONLY, OF_ALL, IS_BLOCKED, OTHER_UNITS, FOREIGN, FOREIGN_OPEN, FOREIGN_ORIGINAL, OTHERS_OPEN)


NUMBER_OF = {named("media", number): number for number in range(len(COVERS))}
NEAR = [
    tuple(sorted(named("media", number) for number in pair)) for pair in (
        (OF_ALL, FOREIGN_OPEN), (OF_ALL, FOREIGN_FACTS), (OF_ALL, FOREIGN_FINGERPRINTS), (UNIT_ONLY, FOREIGN_OPEN), (UNIT_ONLY, FOREIGN_FACTS),
        (OTHERS_OPEN, UNIT_ONLY), (OTHERS_OPEN, OF_ALL), (UNIT_ONLY, IS_BLOCKED),
    )
]  # fmt: skip
"""Pairs of media that match, each in the order in which a match has them."""
NEAR_OWN = [named("media", number) for number in (OF_ALL, UNIT_ONLY, OTHER_UNITS, IS_BLOCKED)]
NEAR_SERIES = [named("series", number) for number in (OF_ALL, UNIT_ONLY, FOREIGN_OPEN, OTHERS_OPEN)]


Asks = Callable[["Known", Who, Row], bool]


def nobody(_: "Known", __: Who, ___: Row) -> bool:
    return False


@dataclass(frozen=True)
class Rules:
    """Of one table. `reaches`: rows that a change may be of; `leaves`: what it may make of one; without it, the same.

    `axes` are rows that lie there, and rows that come; `more` lie there besides, or alone where `lies` is said. `changes` is
    what a row is changed into.
    """

    reads: Asks = nobody
    enters: Asks = nobody
    reaches: Asks = nobody
    leaves: Asks | None = None
    removes: Asks = nobody
    axes: Mapping[Any, Sequence[Any]] = field(default_factory=dict)
    more: Sequence[Mapping[str, Any]] = ()
    lies: Sequence[Mapping[str, Any]] | None = None
    changes: Sequence[Mapping[str, Any]] = ()


@dataclass
class Known:
    """All rows, by table, and the moment."""

    rows: Mapping[str, Sequence[Row]]
    now: datetime
    _found: dict[Any, Any] = field(default_factory=dict)

    def one(self, table: str, identifier: object) -> Row | None:
        if (table,) not in self._found:
            self._found[(table,)] = {row["id"]: row for row in self.rows.get(table, ())}
        return self._found[(table,)].get(identifier)

    def sees(self, who: Who, table: str, identifier: object) -> bool:
        asked = (who, table, identifier)
        if asked not in self._found:
            row = self.one(table, identifier)
            self._found[asked] = row is not None and reads(self, who, table, row)
        return self._found[asked]

    def owns(self, who: Who, table: str, identifier: object) -> bool:
        row = self.one(table, identifier)
        return row is not None and own(self, who, row)

    def moment(self, said: Any) -> datetime:
        return said if isinstance(said, datetime) else datetime.fromisoformat(str(said))


def is_now(known: Known, said: Any) -> bool:
    return said is not None and known.moment(said) == known.now


def reads(known: Known, who: Who, table: str, row: Row) -> bool:
    if table in RECORDS:
        return covered(known, who, row) or brought(known, who, table, row)
    return RULES[table].reads(known, who, row)


# Who stands where ------------------------------------------------------------------------------


def covered(_: Known, who: Who, row: Row) -> bool:
    """The handling lets them: never who is excluded; the own unit always; else by circle and use."""
    if not who.has_content or who.member in row["excluded"]:
        return False
    if (who.member, who.unit) == (row["owner_member"], row["owner_unit"]):
        return True
    stored, use = row["audience"], int(who.use)
    return bool(
        stored & use
        or (who.member in row["members"] and stored >> 5 & use)
        or (who.member == row["owner_member"] and stored >> 10 & use)
    )


def is_told(known: Known, who: Who, row: Row) -> bool:
    """Of a match: its both sides let them for the use, and as much for facts and for fingerprints."""
    uses = [replace(who, use=Use(use)) for use in {int(who.use), FACTS, FINGERPRINTS}]
    sides = [{name: row[f"{side}_{name}"] for name in COVER} for side in "ab"]
    return all(covered(known, one, side) for one in uses for side in sides)


def pairs_told(known: Known, who: Who) -> set[tuple[str, str]]:
    """Each way round, the media of matches that they are told of."""
    asked = ("pairs", who)
    if asked not in known._found:
        told = [(row["a_medium"], row["b_medium"]) for row in known.rows["matches"] if is_told(known, who, row)]
        known._found[asked] = {*told, *((b, a) for a, b in told)}
    return known._found[asked]


def near(known: Known, who: Who, medium: object, series: object) -> bool:
    """They are told that the medium matches one that lies, as they see, in the series."""
    return any(
        (medium, row["medium_id"]) in pairs_told(known, who)
        for row in known.rows["series_media"] if row["series_id"] == series and lies(known, who, row)
    )


def lies(known: Known, who: Who, row: Row) -> bool:
    """They see that a medium lies in a series."""
    return covered(known, who, row) or brought(known, who, "series_media", row)


def own(_: Known, who: Who, row: Row) -> bool:
    return who.has_content and (who.member, who.unit) == (row["owner_member"], row["owner_unit"])


def unit(_: Known, who: Who, row: Row) -> bool:
    """Of the own unit, and with a right on content."""
    return who.has_content and (who.member, who.unit) == (row["member"], row["unit"])


def member(_: Known, who: Who, row: Row) -> bool:
    return who.has_content and who.member == row["member"]


def home(_: Known, who: Who, row: Row) -> bool:
    """Of the own member, in whatever role."""
    return who.actor is not None and who.member == row["member"]


def desk(known: Known, who: Who, row: Row) -> bool:
    return home(known, who, row) and who.unit == row["unit"]


def somebody(_: Known, who: Who, __: Row) -> bool:
    return who.actor is not None


def anybody(_: Known, __: Who, ___: Row) -> bool:
    return True


def me(column: str) -> Asks:
    return lambda _, who, row: who.actor is not None and row[column] == who.officer


def says(**wanted: object) -> Asks:
    """The row says so; several words are any of them."""
    return lambda _, __, row: all(row[name] in value if isinstance(value, tuple) else row[name] == value for name, value in wanted.items())


def role(*roles: str) -> Asks:
    return lambda _, who, __: who.is_a(*roles)


def both(*rules: Asks) -> Asks:
    return lambda known, who, row: all(rule(known, who, row) for rule in rules)


def either(*rules: Asks) -> Asks:
    return lambda known, who, row: any(rule(known, who, row) for rule in rules)


def seen(table: str, column: str, *, is_optional: bool = False) -> Asks:
    return lambda known, who, row: (is_optional and row[column] is None) or known.sees(who, table, row[column])


def owned(table: str, column: str, *, is_optional: bool = False) -> Asks:
    return lambda known, who, row: (is_optional and row[column] is None) or known.owns(who, table, row[column])


def owned_in(tables: Sequence[str], column: str) -> Asks:
    return lambda known, who, row: any(known.owns(who, table, row[column]) for table in tables)


def of_officer(column: str = "officer") -> Asks:
    """The officer who is named is one of the member that is named."""
    return lambda _, __, row: OFFICERS.get(row[column]) == row["member"]


# Members, officers, certifications: each administers the own member ----------------------------

administers = both(home, role(ADMIN, OPERATOR))
oversees = both(home, role(ADMIN, OPERATOR, PROTECTS, AUDITOR))
about_me = both(home, me("officer"))


def needs_help(_: Known, who: Who, __: Row) -> bool:
    """The member has too few administrators to certify its own: Norway has three who are certified, the others none."""
    return who.actor is not None and who.member != NO


def has_ground(known: Known, _: Who, row: Row) -> bool:
    """The member asks for no exercise, or the officer passed one."""
    asks = any(one["member"] == row["member"] and one["exercise_needed"] for one in known.rows["member_rules"])
    return not asks or any(
        (one["member"], one["officer"]) == (row["member"], row["officer"]) and one["has_passed"] and one["ended_at"] is not None
        and known.moment(one["ended_at"]) > known.now - timedelta(days=733) for one in known.rows["exercises"]
    )  # fmt: skip


LONG_AGO, RECENTLY, SOON, NOW = timedelta(days=-1_830), timedelta(days=-100), timedelta(days=900), timedelta(0)

SUSPENDED: Mapping[Any, Sequence[Any]] = {
    ("level", "member", "officer"): [
    ("officer", NO, "ada"), ("officer", NO, "cyd"), ("unit", NO, None), ("member", NO, None), ("officer", SE, "sven"),
    ("officer", SE, "siri"), ("officer", NO, "sven"),
    ],
    "laid_by": BY, "lifted_at": [None, RECENTLY],
}

ADMINISTRATION = {
    "members": Rules(
        reads=somebody, enters=both(lambda _, who, row: row["code"] == who.member, role(OPERATOR)),
        reaches=both(lambda _, who, row: row["code"] == who.member, role(ADMIN, OPERATOR)),
        axes={"code": [NO, SE, DK]}, changes=[{"name": "y"}],
    ),
    "units": Rules(reads=somebody, enters=administers, reaches=administers, axes={("member", "code"): UNITS}, changes=[{"specialities": ["y"]}]),
    # Read before anybody has signed in; what may change is the password and when somebody came, by the grants.
    "officers": Rules(
        reads=anybody, enters=administers, reaches=anybody, changes=[{"password": "y"}],
        axes={("username", "member", "unit"): [(name, of, "A") for name, of in OFFICERS.items()], "is_active": [True]},
    ),
    "certifications": Rules(
        reads=either(oversees, about_me),
        enters=both(
            home, me("proposed_by"), of_officer(),
            either(
                both(role(ADMIN), says(state="proposed", is_founding=False, given_at=None)),
                both(role(OPERATOR), says(state="proposed", is_founding=False, given_at=None), needs_help),
                both(role(OPERATOR), says(state="given", is_founding=True), needs_help),
            ),
        ),
        reaches=both(administers, says(state=("proposed", "given"))),
        leaves=both(
            administers,
            either(
                both(says(state="given"), either(role(ADMIN), both(role(OPERATOR), needs_help)), me("given_by"), has_ground),
                both(says(state=("refused", "withdrawn")), role(ADMIN), me("closed_by")),
            ),
        ),
        axes={
            ("officer", "member"): [("cyd", NO), ("ada", NO), ("siri", SE), ("sven", NO), ("sven", SE)], "proposed_by": BY,
            ("state", "is_founding", "given_at"): [
                ("proposed", False, None), ("given", True, RECENTLY), ("given", False, RECENTLY), ("proposed", True, None),
                ("proposed", False, RECENTLY), ("refused", False, None), ("withdrawn", False, RECENTLY), ("given", True, None),
            ],
            "role": ["investigator"],
        },
        more=[
            {"officer": "siri", "member": SE, "state": "proposed", "proposed_by": "sven", "role": "investigator"},
            {"officer": "sven", "member": SE, "state": "given", "is_founding": True, "proposed_by": "sven", "role": "investigator", "given_at": RECENTLY},
            *(
                {"officer": name, "member": NO, "role": ADMIN, "state": "given", "proposed_by": "x", "given_at": RECENTLY, "ends_at": SOON}
                for name in ("nora", "nils", "nina")
            ),
        ],
        changes=[
            {"state": state, "given_by": given, "closed_by": closed}
            for state in ("given", "refused", "withdrawn", "proposed") for given, closed in (("ada", "cyd"), ("cyd", "ada"), ("sven", "sven"))
        ],
    ),
    "member_rules": Rules(
        reads=home, enters=both(home, role(ADMIN), me("changed_by")), reaches=both(home, role(ADMIN)), leaves=both(home, me("changed_by")),
        axes={
            ("member", "exercise_needed", "widening_needs_second"): [(NO, False, False), (SE, True, True), (DK, False, False)],
            "changed_by": ["ada", "cyd"],
        },
        changes=[{"changed_by": name} for name in BY],
    ),
    "suspensions": Rules(
        reads=either(oversees, about_me),
        enters=both(administers, me("laid_by"), says(lifted_at=None), either(says(officer=None), of_officer())),
        reaches=both(
            home, says(lifted_at=None),
            either(role(ADMIN), both(role(OPERATOR), either(says(level="member"), me("laid_by"), needs_help))),
        ),
        leaves=both(home, me("lifted_by")),
        # One that is laid on all of Norway would leave it nobody to help itself.
        lies=[one for one in flips(SUSPENDED) if (one["level"], one["member"]) != ("member", NO)] + [
            {"level": "unit", "member": SE, "officer": None, "laid_by": "x", "lifted_at": None}, {"level": "member", "member": SE, "officer": None, "laid_by": "x", "lifted_at": None},
            {"level": "member", "member": NO, "officer": None, "laid_by": "cyd", "lifted_at": RECENTLY},
        ],
        axes=SUSPENDED,
        changes=[{"lifted_by": name, "lifted_at": RECENTLY} for name in BY],
    ),
    "reveal_budgets": Rules(
        reads=either(oversees, both(home, either(says(level="member"), both(says(level="unit"), desk), both(says(level="officer"), me("officer"))))),
        enters=both(
            home, role(ADMIN), me("given_by"), says(ended_at=None), lambda _, who, row: row["officer"] != who.officer,
            either(says(officer=None), of_officer()),
        ),
        reaches=both(home, role(ADMIN), says(ended_at=None), lambda _, who, row: row["officer"] != who.officer),
        leaves=both(home, me("ended_by")),
        axes={
            ("level", "member", "unit", "officer"): [
                ("officer", NO, "A", "cyd"), ("officer", NO, "A", "ada"), ("unit", NO, "A", None), ("unit", NO, "B", None),
                ("member", NO, None, None), ("member", SE, None, None), ("unit", SE, "A", None), ("officer", NO, "A", "sven"),
                ("officer", SE, "A", "siri"), ("member", NO, None, "ada"), ("unit", NO, "B", "ada"),
            ],
            "given_by": BY, "ended_at": [None, RECENTLY],
        },
        changes=[{"ended_by": name, "ended_at": RECENTLY} for name in BY],
    ),
    "sign_ins": Rules(
        reads=either(about_me, administers), enters=both(about_me, says(ended_at=None)),
        reaches=both(says(ended_at=None), either(about_me, administers)), leaves=both(home, me("ended_by")),
        axes={("officer", "member"): [("ada", NO), ("cyd", NO), ("sven", SE), ("ada", SE)], "ended_at": [None, RECENTLY]},
        changes=[{"ended_by": name, "ended_at": RECENTLY} for name in BY],
    ),
    "tokens": Rules(
        reads=administers, enters=both(home, role(ADMIN), me("made_by"), says(ended_at=None)),
        reaches=both(says(ended_at=None), administers), leaves=both(home, me("ended_by")),
        axes={"member": [NO, SE], "made_by": BY, "ended_at": [None, RECENTLY]},
        changes=[{"ended_by": name, "ended_at": RECENTLY} for name in BY],
    ),
}  # fmt: skip

# The audit: one's own acts, those of the own member for who oversees it, all for the auditors of who supervises -------

supervises = lambda _, who, __: who.is_a(AUDITOR) and who.member == DK  # noqa: E731 (a rule, as the others are)
AUDIT = {
    "acts": Rules(
        reads=either(both(home, either(me("officer"), role(PROTECTS, AUDITOR, ADMIN))), supervises), enters=both(desk, me("officer")),
        axes={("member", "unit"): UNITS, "officer": BY},
    ),
    "accesses": Rules(axes={"owner": [NO, SE]}),
}  # fmt: skip

# Custody: what opens media, keeps records or ends them, is the unit's; that it was, its member may know ------------------

answers_for_member = both(home, role(ADMIN, PROTECTS))
own_member_medium = both(member, lambda known, who, row: known.sees(who, "media", row["medium_id"]) and known.one("media", row["medium_id"])["owner_member"] == who.member)
ENDS = ("cases", "exhibits", "series", "hash_lists")
KEPT = (*ENDS, "victims", "offenders", "places")
subjects = [
    *(named(table, UNIT_ONLY) for table in (*KEPT, "media")), *(named(table, OTHERS_OPEN) for table in KEPT),
    *(named(table, FOREIGN_OPEN) for table in KEPT), *ids("cases", OTHER_UNITS, OF_ALL, FOREIGN),
]



def one_decides(known: Known, who: Who, _: Row) -> bool:
    """The member does not ask for two officers where something is widened."""
    return not any(one["member"] == who.member and one["widening_needs_second"] for one in known.rows["member_rules"])


def by_another(proposed_by: str) -> Asks:
    """What comes into force, another than who proposed it decides, in the own name."""
    return lambda _, who, row: row["state"] != "in-force" or row["decided_by"] == who.officer != row[proposed_by]


CUSTODY = {
    "medium_keys": Rules(
        reads=both(lambda known, who, row: member(known, who, row) or (who.has_content and who.use == ORIGINAL), seen("media", "medium_id")),
        enters=own_member_medium, reaches=own_member_medium, removes=own_member_medium,
        axes={("medium_id", "member"): [(one, of) for one in ids("media") for of in (NO, SE)], "case_id": ids("cases", 0)[:1]},
        changes=[{"wrapped": "\\x02"}],
    ),
    "shreddings": Rules(
        reads=either(unit, answers_for_member), enters=both(unit, me("proposed_by"), owned("cases", "case_id")),
        reaches=unit, removes=both(unit, says(step="proposed")),
        axes={("member", "unit"): UNITS, "case_id": some("cases"), "proposed_by": BY, "step": ["proposed", "confirmed"]},
        changes=[{"step": "confirmed"}],
    ),
    "releases": Rules(
        reads=lambda _, who, row: who.has_content and (
            who.member == row["member"] or (who.member == row["recipient"] and row["state"] in ("in-force", "ended"))
        ),
        enters=both(
            unit, me("released_by"), says(decided_by=None), either(says(state="proposed"), one_decides), owned("media", "medium_id"),
        ),
        reaches=both(unit, says(state=("proposed", "in-force"))), leaves=both(unit, by_another("released_by")),
        axes={
            ("member", "unit"): UNITS, ("state", "decided_by"): [("proposed", None), ("in-force", None), ("in-force", "x"), ("ended", None)],
            "recipient": [SE, DK], "released_by": BY, "medium_id": some("media"),
        },
        more=[
            {"member": SE, "unit": "A", "state": "in-force", "recipient": DK, "released_by": "sven", "medium_id": named("media", FOREIGN),
             "decided_by": None},
        ],
        changes=[{"withdrawn_at": RECENTLY, "state": "ended"}, *({"state": "in-force", "decided_by": name} for name in BY)],
    ),
    "terms": Rules(
        reads=home, enters=both(home, role(ADMIN), me("changed_by")), reaches=both(home, role(ADMIN)), leaves=both(home, me("changed_by")),
        axes={"member": [NO, SE, DK], "kind": ["case"], "changed_by": ["ada", "cyd"]}, changes=[{"changed_by": name} for name in BY],
    ),
    "retention_decisions": Rules(
        reads=either(unit, answers_for_member),
        enters=both(unit, me("proposed_by"), either(says(state="proposed"), says(until=None), one_decides)),
        reaches=both(unit, says(state="proposed")), leaves=both(unit, me("decided_by"), by_another("proposed_by")),
        axes={("member", "unit"): UNITS, ("state", "until"): [("proposed", SOON), ("in-force", SOON), ("in-force", None)], "proposed_by": BY},
        changes=[{"state": state, "decided_by": name} for name in BY for state in ("in-force", "withdrawn")],
    ),
    "blocks": Rules(
        reads=either(unit, answers_for_member), enters=both(unit, says(lifted_at=None), owned_in(KEPT, "subject_id")),
        reaches=both(unit, says(lifted_at=None)), leaves=unit,
        axes={("member", "unit"): UNITS, "subject_id": subjects, "lifted_at": [None, RECENTLY]},
        changes=[{"lifted_by": "ada", "lifted_at": RECENTLY}],
    ),
    "tombstones": Rules(
        reads=either(desk, answers_for_member), enters=both(unit, says(step="begun"), owned_in(KEPT, "subject_id")),
        reaches=both(unit, says(step="begun")), leaves=unit,
        axes={("member", "unit"): UNITS, "subject_id": subjects, "step": ["begun", "ended"]}, changes=[{"step": "ended"}],
    ),
}  # fmt: skip

# What is said of series: by its owner, or under covers of its own by whoever sees what it is about ------------------


def said_of_an_own_series(by: str) -> Rules:
    return Rules(
        reads=seen("series", "series_id"), enters=both(unit, owned("series", "series_id"), me(by)),
        axes={("member", "unit"): UNITS, by: BY, "series_id": some("series")},
    )


def asserted(sees: Asks, axes: Mapping[Any, Sequence[Any]], *, removes: Asks = nobody) -> Rules:
    """Under a cover of its own, taken back by its unit alone, in the name of who takes it back."""
    return Rules(
        reads=both(covered, sees), enters=both(own, me("asserted_by"), says(withdrawn_at=None), sees),
        reaches=both(own, says(withdrawn_at=None)), leaves=both(own, me("withdrawn_by")), removes=removes,
        axes={COVER: [COVERS[OF_MEMBER], *COVERS], "asserted_by": BY, "withdrawn_at": [None, RECENTLY], **axes},
        changes=[{"withdrawn_by": name, "withdrawn_at": RECENTLY} for name in (*BY, None)],
    )


pair = both(seen("series", "a_series"), seen("series", "b_series"))
open_first = ids("series", OF_ALL, UNIT_ONLY, IS_BLOCKED, OTHER_UNITS, FOREIGN, FOREIGN_OPEN, FOREIGN_ORIGINAL)
open_media = ids("media", OF_ALL, UNIT_ONLY, IS_BLOCKED, OTHER_UNITS, FOREIGN, FOREIGN_OPEN, FOREIGN_ORIGINAL)
open_victims = ids("victims", OF_ALL, UNIT_ONLY, IS_BLOCKED, OTHER_UNITS, FOREIGN, FOREIGN_OPEN)
proposed_of = both(seen("series", "series_id"), owned("media", "medium_id", is_optional=True), seen("series", "other_id", is_optional=True))



def rests_on_what_is_told(known: Known, who: Who, row: Row) -> bool:
    """No match speaks for it, or one that they are told of."""
    return row["near_medium"] is None or near(known, who, row["near_medium"], row["near_series"])


ASSERTIONS = {
    "series_steps": said_of_an_own_series("taken_by"),
    "series_narratives": said_of_an_own_series("written_by"),
    "series_merges": asserted(pair, {"a_series": open_first, "b_series": open_first}),
    "series_splits": Rules(
        reads=pair, enters=both(unit, me("asserted_by"), pair),
        axes={("member", "unit"): UNITS, "asserted_by": BY, "a_series": open_first, "b_series": open_first},
    ),
    "series_dissents": asserted(
        both(seen("series", "series_id"), seen("media", "medium_id")), {"series_id": open_first, "medium_id": open_media}, removes=own
    ),
    "series_rejections": Rules(
        reads=both(unit, seen("series", "series_id")), enters=both(unit, me("rejected_by"), seen("series", "series_id")), removes=unit,
        axes={("member", "unit"): UNITS, "rejected_by": BY, "series_id": open_first},
    ),
    "series_proposals": Rules(
        reads=both(unit, proposed_of, rests_on_what_is_told), enters=both(unit, proposed_of), reaches=unit, removes=unit,
        axes={
            ("member", "unit"): UNITS, "series_id": open_first, "medium_id": [None, *some("media")], "other_id": [None, *open_first],
        },
        more=[
            {
                "member": NO, "unit": "A", "series_id": open_first[0], "medium_id": named("media", UNIT_ONLY), "other_id": None,
                "near_medium": medium, "near_series": series,
            }
            for series in NEAR_SERIES for medium in (*NEAR_OWN, named("media", FOREIGN_OPEN))
        ],
        changes=[{"rejected_by": "ada"}],
    ),
}  # fmt: skip

# Deconfliction: each side is told in rows of its own; nobody reads what sees both -----------------------------------


def told_subject(known: Known, who: Who, row: Row) -> bool:
    """The case or list is the own member's, and its handling lets them see it."""
    return any(
        (one := known.one(table, row["subject_id"])) is not None and one["owner_member"] == who.member and known.sees(who, table, one["id"])
        for table in ("cases", "hash_lists")
    )


told = both(member, told_subject)
told_of = [*ids("cases"), *ids("hash_lists", UNIT_ONLY, OF_MEMBER, FOREIGN_OPEN), named("series", 0)]


def its_side(known: Known, who: Who, row: Row) -> bool:
    side = known.one("overlap_sides", row["side_id"])
    same = side is not None and all(side[name] == row[name] for name in ("subject_id", "member", "unit"))
    return same and known.sees(who, "overlap_sides", row["side_id"])


SIDE = {("member", "unit"): UNITS, "subject_id": told_of}
DECONFLICTION = {
    "overlaps": Rules(axes={"noted_at": [RECENTLY]}),
    "overlap_facts_told": Rules(axes={"subject_id": told_of[:2]}),
    "overlap_grounds": Rules(axes={"member": [NO, SE]}),
    "overlap_sides": Rules(reads=told, axes=SIDE),
    "overlap_contacts": Rules(reads=told, axes={**SIDE, "other_member": [SE, DK]}),
    "overlap_decisions": Rules(
        reads=told, enters=both(either(unit, both(member, role(COORDINATOR))), me("decided_by"), its_side),
        axes={
            ("member", "unit"): UNITS, "decided_by": BY, "subject_id": told_of,
            "side_id": [named("overlap_sides", number) for number in (0, 1, 2, 3, 4, 5, 8)],
        },
        more=[{"member": NO, "unit": "B", "decided_by": "ada", "subject_id": told_of[0], "side_id": named("overlap_sides", 1)}],
    ),
    "overlap_modes": Rules(
        reads=both(member, either(says(subject_id=None), told_subject)),
        enters=both(
            me("changed_by"),
            either(both(unit, owned_in(ENDS, "subject_id")), both(member, says(subject_id=None, unit=""), role(ADMIN))),
        ),
        axes={("member", "unit"): [*UNITS, (NO, ""), (SE, "")], "subject_id": [*told_of, *subjects, None], "changed_by": BY},
        more=[
            {"member": NO, "unit": "", "subject_id": None, "changed_by": name} for name in ("ada", "cyd")
        ] + [{"member": SE, "unit": "", "subject_id": None, "changed_by": "ada"}],
    ),
}  # fmt: skip

# Correspondence: the unit that asked and those that were asked; about events, who asked and who audits ----------------


def writes(_: Known, who: Who, row: Row) -> bool:
    """With a right on content, of the unit that asked."""
    return who.has_content and (who.member, who.unit) == (row["member"], row["unit"])


def is_addressed(who: Who, row: Row) -> bool:
    return who.member == row["to_member"] and who.unit in row["to_units"]


def has_it(who: Who, row: Row) -> bool:
    return who.member == row["to_member"] and who.unit == row["to_units"][-1]


audits = role(PROTECTS, AUDITOR, ADMIN)
is_event = says(subject_kind="event")
asked_of_event = both(is_event, desk, either(me("asked_by"), audits))
answers_event = both(is_event, audits, lambda _, who, row: is_addressed(who, row))
asked_unit = lambda _, who, row: who.has_content and is_addressed(who, row)  # noqa: E731
corresponds = either(
    lambda known, who, row: row["subject_kind"] != "event" and (writes(known, who, row) or asked_unit(known, who, row)),
    asked_of_event, answers_event,
)  # fmt: skip


def may_write_to(known: Known, who: Who, row: Row) -> bool:
    """An own unit's word to one unit that there is."""
    is_there = any((one["member"], one["code"]) == (row["to_member"], row["to_units"][0]) for one in known.rows["units"])
    allowed = writes(known, who, row) or (row["subject_kind"] == "event" and who.is_a(AUDITOR) and desk(known, who, row))
    return allowed and len(row["to_units"]) == 1 and is_there


def turns(known: Known, who: Who, row: Row) -> bool:
    """Whoever asked, and the unit that has it now, while it is open."""
    has = who.has_content and has_it(who, row)
    of_event = asked_of_event(known, who, row) or (is_event(known, who, row) and audits(known, who, row) and has_it(who, row))
    return row["closed_at"] is None and (writes(known, who, row) or has or of_event)


def turned(known: Known, who: Who, row: Row) -> bool:
    """Closed by who asked in the own name; or handed on, and open, by who was asked."""
    if (writes(known, who, row) or asked_of_event(known, who, row)) and row["closed_by"] == who.officer:
        return True
    return row["closed_at"] is None and (asked_unit(known, who, row) or answers_event(known, who, row))


of_unit = either(unit, both(role(AUDITOR), desk))
is_in = seen("correspondences", "correspondence_id")


def is_open(known: Known, who: Who, row: Row) -> bool:
    return is_in(known, who, row) and known.one("correspondences", row["correspondence_id"])["closed_at"] is None


def translates(known: Known, who: Who, row: Row) -> bool:
    message = known.one("messages", row["message_id"])
    return message is not None and known.sees(who, "messages", message["id"]) and message["correspondence_id"] == row["correspondence_id"]


LETTERS_ = 26
letters = [*(named("correspondences", number) for number in range(LETTERS_)), ABSENT]
MESSAGES = ("message", "message-due")
waits = either(
    lambda known, who, row: row["kind"] not in MESSAGES and unit(known, who, row),
    lambda known, who, row: row["kind"] in MESSAGES and of_unit(known, who, row) and known.sees(who, "correspondences", row["subject_id"]),
)  # fmt: skip
ones_own = both(desk, me("officer"))

CORRESPONDENCE = {
    "correspondences": Rules(
        reads=corresponds, enters=both(may_write_to, me("asked_by"), says(closed_at=None)), reaches=turns, leaves=turned,
        axes={
            ("member", "unit"): UNITS, ("to_member", "to_units"): [(SE, ["A"]), (SE, ["A", "B"]), (DK, ["A"]), (SE, ["Z"]), (NO, ["B"]), (NO, ["A"]), (SE, ["B", "A"])],
            "subject_kind": ["series", "event", "question", "referral"], "asked_by": BY, "closed_at": [None, RECENTLY],
        },
        more=[
            {"member": NO, "unit": "A", "to_member": SE, "to_units": ["A"], "subject_kind": "event", "asked_by": "cyd"},
            {"member": NO, "unit": "B", "to_member": SE, "to_units": ["A"], "subject_kind": "event", "asked_by": "cyd"},
            {"member": SE, "unit": "A", "to_member": NO, "to_units": ["A"], "subject_kind": "event", "asked_by": "sven"},
            {"member": SE, "unit": "A", "to_member": NO, "to_units": ["A", "B"], "subject_kind": "event", "asked_by": "sven"},
            {"member": SE, "unit": "A", "to_member": NO, "to_units": ["A"], "subject_kind": "series", "asked_by": "sven"},
            {"member": SE, "unit": "A", "to_member": NO, "to_units": ["A"], "subject_kind": "event", "asked_by": "sven", "closed_at": RECENTLY},
            {"member": SE, "unit": "A", "to_member": NO, "to_units": ["A"], "subject_kind": "question", "subject_id": named("questions", 0), "asked_by": "sven"},
            {"member": NO, "unit": "A", "to_member": SE, "to_units": ["A"], "subject_kind": "question", "subject_id": named("questions", 0), "asked_by": "ada"},
            {"member": NO, "unit": "A", "to_member": SE, "to_units": ["A"], "subject_kind": "series", "subject_id": named("questions", 1), "asked_by": "ada"},
            {"member": NO, "unit": "A", "to_member": SE, "to_units": ["A", "B"], "subject_kind": "question", "subject_id": named("questions", 0), "asked_by": "ada"},
            {"member": NO, "unit": "A", "to_member": SE, "to_units": ["A"], "subject_kind": "question", "subject_id": named("questions", 0), "asked_by": "ada", "closed_at": RECENTLY},
            {"member": NO, "unit": "A", "to_member": DK, "to_units": ["A"], "subject_kind": "question", "subject_id": named("questions", 2), "asked_by": "ada"},
            {"member": SE, "unit": "A", "to_member": NO, "to_units": ["A"], "subject_kind": "question", "subject_id": named("questions", 40), "asked_by": "sven"},
            *(
                {"member": NO, "unit": "A", "to_member": SE, "to_units": ["A"], "subject_kind": "referral", "subject_id": named("referrals", number), "asked_by": "ada"}
                for number in (*range(20), 22, 23, 24, 25)
            ),
            {"member": NO, "unit": "B", "to_member": SE, "to_units": ["A"], "subject_kind": "event", "asked_by": "ada"},
            {"member": SE, "unit": "A", "to_member": DK, "to_units": ["A"], "subject_kind": "event", "asked_by": "ada"},
            {"member": NO, "unit": "A", "to_member": SE, "to_units": ["A"], "subject_kind": "series", "subject_id": named("questions", 4), "asked_by": "ada"},
            {"member": NO, "unit": "A", "to_member": SE, "to_units": ["A"], "subject_kind": "question", "subject_id": named("questions", 1), "asked_by": "ada"},
            {"member": NO, "unit": "A", "to_member": SE, "to_units": ["A"], "subject_kind": "series", "subject_id": named("questions", 0), "asked_by": "ada"},
            {"member": DK, "unit": "A", "to_member": SE, "to_units": ["A"], "subject_kind": "question", "subject_id": named("questions", 5), "asked_by": "dan"},
        ],
        changes=[
            {"closed_by": name, "closed_at": RECENTLY} for name in (*BY, None)
        ] + [{"to_units": ["A", "B"]}, {"to_units": ["B"]}, {"to_units": ["Z"]}, {"closed_by": "cyd"}],
    ),
    "messages": Rules(
        reads=is_in, enters=both(of_unit, me("written_by"), is_open),
        axes={("member", "unit"): UNITS, "written_by": BY, "correspondence_id": letters},
        more=[{"member": of, "unit": team, "written_by": "ada", "correspondence_id": letters[16]} for of, team in UNITS],
    ),
    "translations": Rules(
        reads=is_in, enters=both(of_unit, me("translated_by"), is_in, translates),
        axes={
            ("member", "unit"): UNITS, "translated_by": BY,
            ("correspondence_id", "message_id"): [
                (letters[0], named("messages", 0)), (letters[1], named("messages", 0)), *((letters[n], named("messages", n + 5)) for n in range(4, 20)),
                (letters[0], ABSENT),
            ],
        },
        more=[
            {"member": of, "unit": team, "translated_by": "ada", "correspondence_id": letters[16], "message_id": named("messages", 21)} for of, team in UNITS
        ],
    ),
    "correspondence_reads": Rules(
        reads=of_unit, enters=both(of_unit, me("officer"), is_in), axes={("member", "unit"): UNITS, "officer": BY, "correspondence_id": letters},
        more=[{"member": of, "unit": team, "officer": "ada", "correspondence_id": letters[16]} for of, team in UNITS],
    ),
    "mail_addresses": Rules(
        reads=both(unit, either(me("officer"), role(CALENDAR))), enters=both(unit, me("officer")), removes=both(unit, me("officer")),
        axes={("member", "unit"): UNITS, "officer": BY},
    ),
    "api_answers": Rules(
        reads=ones_own, enters=ones_own, reaches=ones_own, removes=ones_own, axes={("member", "unit"): UNITS, "officer": BY}, changes=[{"answer": "\\x02"}],
    ),
    "notices": Rules(
        reads=waits, enters=both(
            unit, says(seen_at=None),
            either(both(says(kind="lead"), seen("series", "subject_id")), both(says(kind="proposals"), owned("cases", "subject_id"))),
        ), reaches=waits, leaves=of_unit,
        axes={
            ("member", "unit"): UNITS,
            ("kind", "subject_id"): [
                ("lead", named("series", UNIT_ONLY)), *(("lead", one) for one in open_first), *(("message", one) for one in letters), ("overlap", ABSENT), ("overlap", letters[16]), ("overlap", open_first[0]),
                ("message-due", letters[0]), ("message-due", letters[21]), *(("proposals", one) for one in ids("cases")),
                ("overlap", named("cases", OF_ALL)), ("lead", named("cases", OF_ALL)),
            ],
            "seen_at": [None, RECENTLY],
        },
        changes=[{"seen_by": "ada", "seen_at": RECENTLY}, {"many": 3}],
    ),
}  # fmt: skip

# Leads: the unit's own, as long as it sees the series and a medium that speaks for it -----------------------------------


def speaks(known: Known, who: Who, row: Row) -> bool:
    return any(one["lead_id"] == row["id"] and RULES["lead_media"].reads(known, who, one) for one in known.rows["lead_media"])


about_both = both(seen("series", "series_id"), seen("media", "medium_id"))


def speaks_by_what_is_told(known: Known, who: Who, row: Row) -> bool:
    """Nothing matches, or equal bytes lie in the series, or they are told of a match."""
    medium = known.one("media", row["near_medium"])
    if row["near_medium"] is None or near(known, who, row["near_medium"], row["near_series"]):
        return True
    return medium is not None and any(
        known.sees(who, "media", one["id"]) and known.sees(who, "media", medium["id"])
        for one in known.rows["media"] if one["name"] == medium["name"]
        for place in known.rows["series_media"]
        if (place["series_id"], place["medium_id"]) == (row["near_series"], one["id"]) and lies(known, who, place)
    )


some_leads = [*(named("leads", number) for number in range(12)), ABSENT]
PURSUIT = {
    "leads": Rules(
        reads=both(unit, seen("series", "series_id"), speaks), enters=both(unit, seen("series", "series_id")), reaches=unit,
        axes={("member", "unit"): UNITS, "series_id": open_first, "rule": ["r"] * 3}, changes=[{"state": "taken"}],
    ),
    "lead_media": Rules(
        reads=both(unit, about_both, speaks_by_what_is_told), enters=both(unit, about_both),
        axes={("member", "unit"): UNITS, "lead_id": some_leads[:10], "series_id": open_first, "medium_id": open_media},
        more=[{"member": SE, "unit": "A", "lead_id": named("leads", 2), "series_id": open_first[0], "medium_id": open_media[0]}] + [
            {"member": NO, "unit": "A", "lead_id": named("lead of", number), "series_id": one, "medium_id": open_media[0]} for number, one in enumerate(open_first)
        ] + [
            {
                "member": NO, "unit": "A", "lead_id": named("near", f"{series} {medium}"), "series_id": open_first[0], "medium_id": open_media[0],
                "near_medium": medium, "near_series": series,
            }
            for series in NEAR_SERIES for medium in (*NEAR_OWN, named("media", FOREIGN_OPEN))
        ],
    ),
    "lead_steps": Rules(
        reads=both(unit, seen("leads", "lead_id")), enters=both(unit, me("taken_by"), seen("leads", "lead_id")),
        axes={("member", "unit"): UNITS, "taken_by": BY, "lead_id": some_leads},
    ),
    "lead_news": Rules(axes={"round": [None]}),
    "lead_checks": Rules(axes={("member", "unit"): UNITS}),
    "lead_rules": Rules(axes={"version": [1]}),
}  # fmt: skip

# The graph -------------------------------------------------------------------------------------------------------------

OF_KIND = {1: "series", 2: "media", 3: "victims", 4: "offenders", 5: "places", 6: "cases"}


def sees_end(side: str) -> Asks:
    return lambda known, who, row: row[f"{side}_kind"] in OF_KIND and known.sees(who, OF_KIND[row[f"{side}_kind"]], row[f"{side}_id"])


both_ends = both(sees_end("a"), sees_end("b"))
an_end = [
    (3, named("victims", OF_ALL)), *((kind, named(table, OF_ALL)) for kind, table in OF_KIND.items()),
    *((kind, named(table, FOREIGN)) for kind, table in OF_KIND.items()), (3, named("victims", FOREIGN_OPEN)), (3, named("places", OF_ALL)),
    (7, named("victims", OF_ALL)), (3, named("victims", UNIT_ONLY)), (3, ABSENT),
]  # fmt: skip
NOUN = ("victim_id", "offender_id", "place_id")
a_noun = [
    (named("victims", UNIT_ONLY), None, None), (None, named("offenders", UNIT_ONLY), None), (None, None, named("places", UNIT_ONLY)),
    *((one, None, None) for one in some("victims")), *((None, one, None) for one in some("offenders")), *((None, None, one) for one in some("places")),
]  # fmt: skip
sees_noun = both(*(seen(column.removesuffix("_id") + "s", column, is_optional=True) for column in NOUN))
owns_noun = both(unit, *(owned(column.removesuffix("_id") + "s", column, is_optional=True) for column in NOUN))


def sees_point(known: Known, who: Who, row: Row) -> bool:
    """Exactly where a place is shows to who has the place for originals, in a transaction that sees the place."""
    place = known.one("places", row["place_id"])
    return place is not None and known.sees(who, "places", place["id"]) and covered(known, Who(who.actor, type(who.use)(ORIGINAL)), place)


GRAPH = {
    "place_points": Rules(
        reads=sees_point, enters=owned("places", "place_id"), reaches=owned("places", "place_id"), removes=owned("places", "place_id"),
        axes={"place_id": ids("places")}, changes=[{"latitude": 0.25}],
    ),
    "descriptions": Rules(
        reads=sees_noun, enters=both(owns_noun, me("said_by")), axes={("member", "unit"): UNITS, "said_by": BY, NOUN: a_noun},
    ),
    # Who somebody is: the unit alone, and only in a transaction for originals.
    "identities": Rules(
        reads=both(unit, lambda _, who, __: who.use == ORIGINAL),
        enters=both(
            unit, owned("victims", "victim_id", is_optional=True), owned("offenders", "offender_id", is_optional=True), me("written_by")
        ),
        removes=unit, axes={("member", "unit"): UNITS, "written_by": BY, NOUN[:2]: [one[:2] for one in a_noun if one[2] is None]},
    ),
    "victim_merges": asserted(
        both(seen("victims", "a_victim"), seen("victims", "b_victim")), {"a_victim": open_victims, "b_victim": open_victims}
    ),
    "victim_words": asserted(seen("victims", "victim_id"), {"victim_id": open_victims}),
    "links": Rules(
        reads=both(covered, both_ends),
        enters=both(own, me("asserted_by"), either(says(decided_by=None), me("decided_by")), both_ends), reaches=own, removes=own,
        axes={
            COVER: [COVERS[OF_MEMBER], *COVERS], "asserted_by": BY, "decided_by": [None, *BY], ("a_kind", "a_id"): an_end, ("b_kind", "b_id"): an_end,
        },
        changes=[{"state": 2}, {"audience": 3 << 10 | 3}],
    ),
    "link_steps": Rules(
        reads=seen("links", "link_id"), enters=both(unit, owned("links", "link_id"), seen("links", "link_id"), me("taken_by")),
        axes={("member", "unit"): UNITS, "taken_by": BY, "link_id": [*(named("links", number) for number in range(24)), ABSENT]},
    ),
}  # fmt: skip

# Words of officers on media, matches, series, victims ----------------------------------------------------------------------

on_record = both(unit, me("observed_by"), says(withdrawn_at=None))
my_vote = both(unit, me("voted_by"))
my_verdict = both(unit, me("said_by"), says(withdrawn_at=None))


def of_a_match(known: Known, who: Who, row: Row) -> bool:
    return (row["medium_id"], row["other_id"]) in pairs_told(known, who)


own_victim = both(unit, owned("victims", "victim_id"))
WORDS = {
    "observations": Rules(
        reads=seen("media", "medium_id"),
        enters=both(on_record, either(says(is_review=False), role(ANALYST)), seen("media", "medium_id")),
        reaches=on_record, leaves=both(unit, me("observed_by")),
        axes={("member", "unit"): UNITS, "observed_by": BY, "withdrawn_at": [None, RECENTLY], "is_review": [False, True], "medium_id": open_media},
        changes=[{"withdrawn_at": RECENTLY}],
    ),
    "schemes": Rules(reads=somebody, enters=both(home, role(ADMIN), me("loaded_by")), axes={"member": [NO, SE], "loaded_by": BY}),
    "clues": Rules(
        reads=both(covered, seen("media", "medium_id")),
        enters=both(own, me("asserted_by"), says(withdrawn_at=None), seen("media", "medium_id")),
        reaches=both(own, says(withdrawn_at=None)), leaves=both(own, either(says(withdrawn_by=None), me("withdrawn_by"))),
        axes={COVER: [COVERS[OF_MEMBER], *COVERS], "asserted_by": BY, "withdrawn_at": [None, RECENTLY], "medium_id": open_media},
        changes=[{"withdrawn_by": name, "withdrawn_at": RECENTLY} for name in BY] + [{"is_own_handling": True}],
    ),
    "series_votes": Rules(
        reads=seen("series", "series_id"), enters=both(my_vote, role("investigator", "analyst"), says(withdrawn_at=None), seen("series", "series_id")),
        reaches=both(my_vote, says(withdrawn_at=None)), leaves=my_vote,
        axes={("member", "unit"): UNITS, "voted_by": BY, "withdrawn_at": [None, RECENTLY], "series_id": open_first},
        changes=[{"withdrawn_at": RECENTLY}],
    ),
    "match_verdicts": Rules(
        reads=of_a_match, enters=both(my_verdict, of_a_match), reaches=my_verdict, leaves=both(unit, me("said_by")),
        axes={
            ("member", "unit"): UNITS, "said_by": BY, "withdrawn_at": [None, RECENTLY],
            ("medium_id", "other_id"): [(one, other) for pair in NEAR for one, other in (pair, pair[::-1])] + [(NEAR[0][0], ABSENT), (ABSENT, NEAR[0][1]), (NEAR[0][0], NEAR[1][0])],
        },
        changes=[{"withdrawn_at": RECENTLY}],
    ),
    "matches": Rules(
        reads=is_told,
        axes={tuple(f"{side}_{name}" for name in COVER): [COVERS[OF_ALL], *COVERS, *COVERS_OF_MATCHES] for side in "ab"},
        more=[
            {f"{side}_{name}": value for side, medium in zip("ab", pair, strict=True) for name, value in {
                "medium": medium, **dict(zip(COVER, COVERS[NUMBER_OF[medium]], strict=True)),
            }.items()}
            for pair in NEAR
        ],
    ),
    "cameras": Rules(reads=covered, axes={COVER: COVERS}),
    "children_counted": Rules(axes={"victim_id": some("victims")}),
    "children_ended": Rules(axes={"member": [NO, SE]}),
    "victim_steps": Rules(
        reads=own_victim, enters=both(own_victim, me("proposed_by"), says(status="proposed")), reaches=both(own_victim, says(status="proposed")),
        leaves=lambda known, who, row: own_victim(known, who, row) and row["decided_by"] == who.officer and is_now(known, row["decided_at"]),
        axes={("member", "unit"): UNITS, "proposed_by": BY, "status": ["proposed", "confirmed"], "victim_id": some("victims")},
        changes=[{"status": "confirmed", "decided_by": name, "decided_at": NOW} for name in BY]
        + [{"status": "confirmed", "decided_by": "ada", "decided_at": RECENTLY}],
    ),
}  # fmt: skip

# Task forces: known to who takes part, read by who works in one that runs -----------------------------------------------

YESTERDAY, LAST_WEEK, TOMORROW, LATER = timedelta(days=-1), timedelta(days=-7), timedelta(days=1), timedelta(days=7)


def _member_of_force(known: Known, force: object, of: str | None) -> Row | None:
    found = [row for row in known.rows["task_force_members"] if (row["task_force_id"], row["member"]) == (force, of)]
    return found[0] if found else None


def works_in(known: Known, who: Who) -> set[str]:
    """Running ones for which the officer is named, in by the own word, of a member that is in."""
    if not who.has_content:
        return set()
    return {
        row["task_force_id"] for row in known.rows["task_force_officers"]
        if (row["officer"], row["member"]) == (who.officer, who.member) and row["accepted_at"] is not None and row["left_at"] is None
        and any(m["standing"] == "in" and (m["task_force_id"], m["member"]) == (row["task_force_id"], row["member"]) for m in known.rows["task_force_members"])
        and (force := known.one("task_forces", row["task_force_id"])) is not None and not is_over(known, force)
        and known.moment(force["starts_at"]) <= known.now
    }  # fmt: skip


def is_over(known: Known, force: Row) -> bool:
    return force["closed_at"] is not None or known.moment(force["ends_at"]) <= known.now


def knows(known: Known, who: Who, force: Row) -> bool:
    """Who opened it; who is named, or speaks for a member that is asked or in, while it is not over; then who was in."""
    if not who.has_content:
        return False
    over = is_over(known, force)
    members = [row for row in known.rows["task_force_members"] if (row["task_force_id"], row["member"]) == (force["id"], who.member)]
    seats = [row for row in known.rows["task_force_officers"] if (row["task_force_id"], row["officer"], row["member"]) == (force["id"], who.officer, who.member)]
    if (force["opened_by"], force["member"]) == (who.officer, who.member):
        return True
    if members and any(
        row["accepted_at"] is not None if over else row["left_at"] is None and any(m["standing"] == "in" for m in members) for row in seats
    ):
        return True
    return who.is_a(COORDINATOR, ADMIN) and any(
        row["accepted_at"] is not None if over else row["standing"] in ("invited", "in") for row in members
    )


def brought_there(known: Known, who: Who) -> set[tuple[str, str, str]]:
    """Series that were brought where they work now, for the use; never against an exclusion or a block."""
    forces = works_in(known, who)
    return {
        (row["series_id"], row["member"], row["unit"]) for row in known.rows.get("task_force_series", ())
        if row["task_force_id"] in forces and row["state"] == "in-force" and row["uses"] & int(who.use) and (series := known.one("series", row["series_id"])) is not None
        and who.member not in series["excluded"] and BLOCKED not in series["excluded"]
    }  # fmt: skip


def brought(known: Known, who: Who, table: str, row: Row) -> bool:
    if table not in ("series", "media") or who.member in row["excluded"] or BLOCKED in row["excluded"]:
        return False
    there = brought_there(known, who)
    if table == "series":
        return (row["id"], row["owner_member"], row["owner_unit"]) in there
    return any(
        place["medium_id"] == row["id"] and (place["owner_member"], place["owner_unit"]) == (row["owner_member"], row["owner_unit"])
        and (place["series_id"], place["owner_member"], place["owner_unit"]) in there
        and who.member not in place["excluded"] and BLOCKED not in place["excluded"]
        for place in known.rows.get("series_media", ())
    )  # fmt: skip


known_force = lambda known, who, row: (force := known.one("task_forces", row["task_force_id"])) is not None and knows(known, who, force)  # noqa: E731
runs = lambda known, who, row: row["task_force_id"] in works_in(known, who)  # noqa: E731
speaks_for = both(member, role(COORDINATOR, ADMIN))


def goes_on(known: Known, who: Who, row: Row) -> bool:
    force = known.one("task_forces", row["task_force_id"])
    return force is not None and known.sees(who, "task_forces", force["id"]) and not is_over(known, force)


def leads(known: Known, who: Who, row: Row) -> bool:
    force = known.one("task_forces", row["task_force_id"])
    return goes_on(known, who, row) and who.has_content and (force["opened_by"], force["member"]) == (who.officer, who.member)


def of_a_member_that_is_in(known: Known, who: Who, row: Row) -> bool:
    return OFFICERS.get(row["officer"]) == who.member and any(
        m["standing"] == "in" and (m["task_force_id"], m["member"]) == (row["task_force_id"], who.member) and known.sees(who, "task_force_members", m["id"])
        for m in known.rows["task_force_members"]
    )


def was_in_then(known: Known, who: Who, row: Row) -> bool:
    """The own member was in on that day; of the day on which it left it is told nothing."""
    then = date.fromisoformat(str(row["day"]))
    return any(
        m["accepted_at"] is not None and then >= known.moment(m["accepted_at"]).date()
        and (m["standing"] == "in" or (m["decided_at"] is not None and then < known.moment(m["decided_at"]).date()))
        for m in known.rows["task_force_members"] if (m["task_force_id"], m["member"]) == (row["task_force_id"], who.member)
    )  # fmt: skip


me_there = both(member, me("officer"))
is_brought_there = lambda known, who, row: (row["series_id"], row["member"], row["unit"]) in brought_there(known, who)  # noqa: E731
of_own_bringing = lambda known, who, by: (one := known.one("task_force_series", by)) is not None and unit(known, who, one) and known.sees(who, "task_force_series", by)  # noqa: E731


def held_by_nobody_else(known: Known, who: Who, row: Row) -> bool:
    return row["held_by"] is None or row["held_by"] == who.officer or (row["held_until"] is not None and known.moment(row["held_until"]) <= known.now)


def stack_is_mine_or_free(_: Known, who: Who, row: Row) -> bool:
    return row["held_by"] is None or (row["held_by"] == who.officer and row["held_member"] == who.member and who.has_content)


def brings_stack(known: Known, who: Who, row: Row) -> bool:
    one = known.one("task_force_series", row["brought_id"])
    return of_own_bringing(known, who, row["brought_id"]) and one["task_force_id"] == row["task_force_id"]


def lays_into_own_stack(known: Known, who: Who, row: Row) -> bool:
    stack = known.one("task_force_stacks", row["stack_id"])
    return stack is not None and known.sees(who, "task_force_stacks", stack["id"]) and of_own_bringing(known, who, stack["brought_id"])


FORCE = [named("task_forces", number) for number in range(9)]
FORCES = [*FORCE, ABSENT]
RUNS, IS_OVER, IS_TO_COME = (YESTERDAY, TOMORROW), (LAST_WEEK, YESTERDAY), (TOMORROW, LATER)
OPENED = [
    (NO, "ada", *RUNS, None), (NO, "ada", *IS_OVER, None), (NO, "cyd", *RUNS, None), (NO, "ada", *IS_TO_COME, None), (NO, "ada", *RUNS, None),
    (NO, "ada", *RUNS, YESTERDAY), (SE, "sven", *RUNS, None), (NO, "cyd", *IS_OVER, None), (NO, "cyd", LAST_WEEK, NOW, None),
]
"""Nine task forces: that run, are over by their end (one at this very moment) or were closed, and one that is to come."""
STANDINGS = [
    *((one, NO, "in", LAST_WEEK, None) for one in FORCE),
    (FORCE[0], SE, "in", LAST_WEEK, None), (FORCE[1], SE, "in", LAST_WEEK, None), (FORCE[2], SE, "invited", None, None),
    (FORCE[3], SE, "in", LAST_WEEK, None), (FORCE[4], SE, "out", LAST_WEEK, YESTERDAY), (FORCE[5], SE, "in", LAST_WEEK, None),
    (FORCE[6], SE, "declined", None, YESTERDAY), (FORCE[7], SE, "invited", None, None), (FORCE[8], SE, "out", LAST_WEEK, YESTERDAY),
    (FORCE[0], DK, "out", LAST_WEEK, YESTERDAY), (FORCE[5], DK, "out", LAST_WEEK, YESTERDAY), (FORCE[2], DK, "in", LAST_WEEK, None),
]
SEATS = [
    *((one, "ada", NO, LAST_WEEK, None) for one in (FORCE[0], FORCE[1], FORCE[3], FORCE[5], FORCE[8])),
    *((one, "sven", SE, LAST_WEEK, None) for one in FORCE), (FORCE[0], "siri", SE, None, None), (FORCE[2], "dan", DK, LAST_WEEK, YESTERDAY),
    (FORCE[2], "bob", NO, LAST_WEEK, None), (FORCE[0], "bob", NO, LAST_WEEK, None), (FORCE[4], "bob", NO, LAST_WEEK, YESTERDAY), (FORCE[1], "cyd", NO, None, None), (FORCE[8], "dan", DK, LAST_WEEK, YESTERDAY),
]
BROUGHT = [
    (FORCE[0], NO, "A", UNIT_ONLY, 3), (FORCE[0], SE, "A", FOREIGN, 3), (FORCE[0], NO, "A", EXCLUDED, 3), (FORCE[0], NO, "B", OTHER_UNITS, 1),
    (FORCE[1], NO, "A", 7, 3), (FORCE[2], NO, "A", 14, 3), (FORCE[3], NO, "A", 7, 3), (FORCE[4], NO, "A", 7, 3), (FORCE[5], NO, "A", 7, 3),
    (FORCE[0], NO, "A", IS_BLOCKED, 3), (FORCE[0], NO, "A", OTHER_UNITS, 3), (FORCE[8], NO, "A", 7, 3), (FORCE[2], NO, "A", FOREIGN_OPEN, 3),
    (FORCE[1], NO, "A", UNIT_ONLY, 3), (FORCE[0], NO, "B", OTHERS_OPEN, 3),
]
PROPOSED = [(FORCE[0], SE, "A", OTHER_UNITS, 3), (FORCE[0], NO, "A", FOREIGN_OPEN, 3), (FORCE[2], SE, "A", FOREIGN, 3)]
FREE, OF_ADA, OF_SVEN, LET_GO = (None, None, None), ("ada", NO, TOMORROW), ("sven", SE, TOMORROW), ("sven", SE, YESTERDAY)
STACKS = [
    *((force, by, FREE) for by, (force, *_) in enumerate(BROUGHT)), (FORCE[0], 0, OF_ADA), (FORCE[0], 0, OF_SVEN), (FORCE[0], 0, LET_GO),
    (FORCE[0], 1, OF_ADA), (FORCE[0], 0, ("sven", SE, NOW)), (FORCE[1], 0, FREE), (FORCE[0], 0, ("ada", SE, TOMORROW)),
]
OF_SERIES = [
    (UNIT_ONLY, UNIT_ONLY, COVERS[0]), (UNIT_ONLY, EXCLUDED, COVERS[0]), (UNIT_ONLY, OTHER_UNITS, COVERS[0]), (UNIT_ONLY, 14, COVERS[4]),
    (UNIT_ONLY, FOREIGN, COVERS[9]), (7, 7, COVERS[0]), (UNIT_ONLY, IS_BLOCKED, COVERS[0]), (FOREIGN, FOREIGN, COVERS[9]), (OTHER_UNITS, OTHER_UNITS, COVERS[8]),
    (OF_ALL, FOREIGN_OPEN, COVERS[10]), (FOREIGN_OPEN, FOREIGN_FACTS, COVERS[10]), (FOREIGN_OPEN, FOREIGN_FINGERPRINTS, COVERS[10]), (OTHERS_OPEN, OTHERS_OPEN, COVERS[15]),
    (FOREIGN_OPEN, OTHER_UNITS, COVERS[8]), (OTHERS_OPEN, OF_ALL, COVERS[2]),
]
"""Which medium lies in which series, under which handling."""


def columns(names: str, rows: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(names.split(), row, strict=True)) for row in rows]


ALLIANCE = {
    "task_forces": Rules(
        reads=lambda known, who, row: knows(known, who, row) or (who.has_content and (row["opened_by"], row["member"]) == (who.officer, who.member)),
        enters=both(speaks_for, me("opened_by"), says(closed_at=None)),
        reaches=both(member, me("opened_by"), says(closed_at=None)), leaves=both(me("opened_by"), lambda _, __, row: row["closed_at"] is not None),
        axes={
            ("member", "opened_by"): [(NO, "ada"), (NO, "cyd"), (SE, "sven"), (DK, "dan"), (SE, "ada")], "closed_at": [None, RECENTLY],
            ("starts_at", "ends_at"): [(YESTERDAY, TOMORROW), (LAST_WEEK, YESTERDAY), (TOMORROW, LATER), (YESTERDAY, timedelta(0))],
        },
        lies=columns("member opened_by starts_at ends_at closed_at", OPENED),
        changes=[{"closed_by": "ada", "closed_at": RECENTLY}, {"closed_by": "cyd"}],
    ),
    "task_force_members": Rules(
        reads=known_force,
        enters=both(leads, either(says(standing="invited", accepted_at=None), both(speaks_for, says(standing="in")))),
        reaches=both(speaks_for, goes_on), leaves=both(speaks_for, me("decided_by")),
        axes={
            ("task_force_id", "member", "standing", "accepted_at"): [
                (one, of, standing, accepted) for one in FORCES for of in (NO, SE, DK) for standing, accepted in (("invited", None), ("in", RECENTLY))
            ] + [(FORCE[0], DK, "invited", RECENTLY), (FORCE[0], NO, "out", None)],
        },
        lies=columns("task_force_id member standing accepted_at decided_at", STANDINGS),
        changes=[{"standing": "in", "decided_by": name, "accepted_at": RECENTLY} for name in BY],
    ),
    "task_force_officers": Rules(
        reads=known_force,
        enters=both(speaks_for, me("named_by"), says(accepted_at=None, left_at=None), goes_on, of_a_member_that_is_in),
        reaches=both(says(left_at=None), goes_on, either(me_there, speaks_for)),
        leaves=either(me_there, both(speaks_for, lambda _, __, row: row["left_at"] is not None)),
        axes={
            "task_force_id": FORCES, ("officer", "member"): [("ada", NO), ("cyd", NO), ("sven", SE), ("siri", SE), ("sven", NO), ("dan", DK), ("ada", SE)],
            "named_by": BY, ("accepted_at", "left_at"): [(None, None), (RECENTLY, None), (RECENTLY, RECENTLY), (None, RECENTLY)],
        },
        lies=columns("task_force_id officer member accepted_at left_at", SEATS),
        changes=[{"accepted_at": RECENTLY}, {"left_at": RECENTLY}],
    ),
    "task_force_series": Rules(
        reads=either(both(runs, says(state="in-force"), is_brought_there), unit),
        enters=both(
            unit, runs, seen("series", "series_id"), me("brought_by"), says(decided_by=None), either(says(state="proposed"), one_decides),
        ),
        reaches=unit, leaves=both(unit, runs, lambda _, __, row: row["decided_by"] is None or row["decided_by"] != row["brought_by"]),
        removes=unit,
        axes={
            "task_force_id": FORCES, ("member", "unit"): UNITS, "series_id": some("series"), "uses": [3, 1], "brought_by": BY,
            ("state", "decided_by"): [("proposed", None), ("in-force", None), ("in-force", "x")],
        },
        lies=[
            {"task_force_id": force, "member": of, "unit": team, "series_id": named("series", number), "uses": uses, "state": state,
             "brought_by": "ada", "decided_by": None}
            for some_brought, state in ((BROUGHT, "in-force"), (PROPOSED, "proposed")) for force, of, team, number, uses in some_brought
        ],
        changes=[{"uses": 1}, {"decided_by": "ada"}, {"decided_by": "cyd"}],
    ),
    "task_force_stacks": Rules(
        reads=both(runs, seen("task_force_series", "brought_id")), enters=both(runs, says(held_by=None, state="waiting"), brings_stack),
        reaches=both(runs, held_by_nobody_else), leaves=both(runs, stack_is_mine_or_free),
        axes={
            "task_force_id": FORCES, "brought_id": [*(named("task_force_series", number) for number in range(len(BROUGHT))), ABSENT],
            ("held_by", "held_member", "held_until"): [
                FREE, OF_ADA, OF_SVEN, LET_GO, ("cyd", NO, TOMORROW),
            ],
            "state": ["waiting", "done"],
        },
        lies=[
            {"task_force_id": force, "brought_id": named("task_force_series", by), **dict(zip(("held_by", "held_member", "held_until"), held, strict=True))}
            for force, by, held in STACKS
        ],
        changes=[{"held_by": by, "held_member": of, "held_until": TOMORROW} for by, of in (("ada", NO), ("sven", SE), ("ada", SE), (None, None))],
    ),
    "task_force_stack_media": Rules(
        reads=seen("task_force_stacks", "stack_id"), enters=both(unit, owned("media", "medium_id"), lays_into_own_stack),
        axes={
            ("member", "unit"): UNITS, "medium_id": some("media"), "stack_id": [*(named("task_force_stacks", number) for number in range(len(STACKS))), ABSENT],
        },
    ),
    "task_force_days": Rules(
        reads=both(known_force, either(member, both(lambda _, who, __: who.has_content, was_in_then))), enters=both(runs, me_there), reaches=both(runs, me_there),
        axes={
            "task_force_id": FORCES, "day": [YESTERDAY, LAST_WEEK, timedelta(0)], ("officer", "member"): [("ada", NO), ("cyd", NO), ("sven", SE), ("sven", NO), ("dan", DK)],
        },
        more=columns("task_force_id day officer member", [
            (FORCE[8], LAST_WEEK, "ada", NO), (FORCE[8], YESTERDAY, "ada", NO), (FORCE[8], NOW, "sven", SE),
            (FORCE[0], 2 * LAST_WEEK, "ada", NO), (FORCE[0], 2 * LAST_WEEK, "sven", SE),
        ]),
        changes=[{"done": 3}],
    ),
}  # fmt: skip
# Questions, crops, referrals -------------------------------------------------------------------------------------------


def was_asked(known: Known, who: Who, row: Row) -> bool:
    """By a correspondence about it of the unit whose question it is."""
    return any(
        one["subject_kind"] == "question" and one["subject_id"] == row["id"] and (one["member"], one["unit"]) == (row["member"], row["unit"])
        and known.sees(who, "correspondences", one["id"]) for one in known.rows["correspondences"]
    )  # fmt: skip


def answers(known: Known, who: Who, row: Row) -> bool:
    letter = known.one("correspondences", row["correspondence_id"])
    return (
        letter is not None and known.sees(who, "correspondences", letter["id"]) and letter["subject_kind"] == "question"
        and letter["subject_id"] == row["question_id"] and letter["closed_at"] is None and who.has_content and has_it(who, letter)
        and known.sees(who, "questions", row["question_id"])
    )  # fmt: skip


ABOUT = {"series": "series", "medium": "media", "place": "places", "clue": "clues"}
about_seen = lambda known, who, row: row["about_kind"] in ABOUT and known.sees(who, ABOUT[row["about_kind"]], row["about_id"])  # noqa: E731


def with_own_crop(known: Known, who: Who, row: Row) -> bool:
    crop = None if row["crop_id"] is None else known.one("crops", row["crop_id"])
    if row["crop_id"] is None:
        return True
    return crop is not None and known.sees(who, "crops", crop["id"]) and crop["state"] == "in-force" and crop["wrapped"] is not None


about = [
    ("series", named("series", UNIT_ONLY)), ("medium", named("media", UNIT_ONLY)), ("place", named("places", UNIT_ONLY)), ("clue", named("clues", 0)),
    ("series", named("series", FOREIGN)), ("series", named("series", FOREIGN_OPEN)), ("medium", named("media", FOREIGN)),
    ("place", named("places", FOREIGN)), ("case", named("cases", UNIT_ONLY)), ("series", ABSENT), ("series", named("series", OTHER_UNITS)),
]  # fmt: skip


def shown_referrals(known: Known, who: Who, row: Row, *, to_be_read: bool) -> bool:
    """Handed to the own unit by a correspondence about it, after two agreed; to be read while it stands and its series is free."""
    if not who.has_content or row["to_member"] != who.member:
        return False
    states = ("handed-over", "accepted") if to_be_read else ("handed-over", "accepted", "declined", "handed-back")
    told_it = any(
        one["subject_kind"] == "referral" and one["subject_id"] == row["id"] and is_addressed(who, one)
        and (one["member"], one["unit"]) == (row["member"], row["unit"]) for one in known.rows["correspondences"]
    )  # fmt: skip
    is_free = not any(one["subject_id"] == row["series_id"] and one["lifted_at"] is None for one in known.rows["blocks"])
    return told_it and row["state"] in states and (is_free or not to_be_read)


def read_package(known: Known, who: Who, row: Row) -> bool:
    one = known.one("referrals", row["referral_id"])
    return unit(known, who, row) or (one is not None and shown_referrals(known, who, one, to_be_read=True))


def packs(known: Known, who: Who, row: Row) -> bool:
    one = known.one("referrals", row["referral_id"])
    return unit(known, who, row) and one is not None and known.sees(who, "referrals", one["id"]) and one["state"] == "proposed"


ENQUIRY = {
    "crops": Rules(
        reads=unit,
        enters=both(unit, me("proposed_by"), says(state="proposed", wrapped=None), owned("media", "medium_id"), owned("cases", "case_id")),
        reaches=unit, leaves=both(unit, either(says(decided_by=None), me("decided_by"), says(state="ended"))), removes=unit,
        axes={
            ("member", "unit"): UNITS, "proposed_by": BY, "medium_id": some("media"), "case_id": some("cases"),
            ("state", "wrapped"): [("proposed", None), ("in-force", "\\x01"), ("in-force", None), ("ended", None), ("proposed", "\\x01")],
        },
        changes=[{"state": state, "decided_by": name} for state in ("in-force", "ended") for name in (*BY, None)],
    ),
    "questions": Rules(
        reads=either(unit, was_asked), enters=both(unit, me("asked_by"), says(closed_at=None), about_seen, with_own_crop),
        reaches=both(unit, says(closed_at=None)), leaves=both(unit, me("closed_by")),
        axes={
            ("member", "unit"): UNITS, "asked_by": BY, "closed_at": [None, RECENTLY], ("about_kind", "about_id"): about,
            "crop_id": [None, *(named("crops", number) for number in range(28)), ABSENT],
        },
        changes=[{"closed_by": name, "closed_at": RECENTLY} for name in BY],
    ),
    "question_answers": Rules(
        reads=is_in, enters=both(unit, me("answered_by"), answers),
        axes={
            ("member", "unit"): [(SE, "A"), *UNITS], "answered_by": ["sven", "siri", "ada"],
            ("question_id", "correspondence_id"): [
                (named("questions", 0), letters[23]), *((named("questions", 0), one) for one in letters),
                *((named("questions", 1), one) for one in letters[20:]),
                *((named("questions", 0), named("correspondences", number)) for number in range(20, 34)), (ABSENT, letters[23]),
            ],
        },
        more=[
            {"member": SE, "unit": "B", "answered_by": "siri", "question_id": named("questions", 0), "correspondence_id": named("correspondences", number)}
            for number in range(20, 34)
        ] + [
            {"member": SE, "unit": "A", "answered_by": "sven", "question_id": named("questions", question), "correspondence_id": named("correspondences", letter)}
            for question, letter in ((0, 57), (5, 58), (4, 55))
        ],
    ),
    "referrals": Rules(
        reads=either(unit, lambda known, who, row: shown_referrals(known, who, row, to_be_read=False)),
        enters=both(unit, me("proposed_by"), says(state="proposed", decided_by=None), owned("series", "series_id")),
        reaches=either(unit, lambda known, who, row: shown_referrals(known, who, row, to_be_read=True)),
        leaves=either(
            both(unit, either(says(decided_by=None), me("decided_by"), says(state="withdrawn"))),
            both(me("moved_by"), says(state=("accepted", "declined", "handed-back"))),
        ),
        axes={
            ("member", "unit"): UNITS, ("to_member", "to_unit"): [(SE, "A"), (DK, "A"), (SE, "B"), (None, None)], "proposed_by": BY,
            ("state", "decided_by"): [("proposed", None), ("handed-over", "ada"), ("accepted", "ada"), ("declined", "ada"), ("handed-back", "ada"), ("withdrawn", "ada"), ("proposed", "ada"), ("handed-over", None)],
            "series_id": some("series"),
        },
        more=[
            {"member": NO, "unit": "A", "to_member": SE, "to_unit": "A", "proposed_by": "cyd", "state": "handed-over", "decided_by": "ada", "series_id": one}
            for one in (named("series", OF_ALL), named("series", OF_MEMBER))
        ],
        changes=[
            {"state": state, "decided_by": decided, "moved_by": moved}
            for state in ("accepted", "withdrawn", "handed-over") for decided, moved in (("ada", "sven"), ("cyd", "sven"), ("cyd", "ada"), (None, "siri"))
        ],
    ),
    "referral_packages": Rules(
        reads=read_package, enters=packs, removes=unit,
        axes={("member", "unit"): UNITS, "referral_id": [*(named("referrals", number) for number in range(28)), ABSENT]},
    ),
}  # fmt: skip

# Exercises, readiness, and what is an officer's alone --------------------------------------------------------------------


def long_over(column: str, *others: str) -> Asks:
    def is_old(known: Known, _: Who, row: Row) -> bool:
        said = next(row[name] for name in (column, *others) if row[name] is not None)
        return known.moment(said) < known.now - timedelta(days=3 * 365 + 1)

    return is_old


ended_long_ago = both(home, role(CALENDAR), long_over("ended_at", "begun_at"))
its_own_exercise = lambda known, who, row: row["exercise_id"] is None or any(  # noqa: E731
    one["id"] == row["exercise_id"] and one["officer"] == row["officer"] and known.sees(who, "exercises", one["id"]) for one in known.rows["exercises"]
)
EXERCISES = {
    "exercises": Rules(
        reads=either(about_me, both(home, role(ADMIN, OPERATOR)), ended_long_ago),
        enters=both(home, role(OPERATOR), me("begun_by"), says(ended_at=None), of_officer()),
        reaches=both(home, role(OPERATOR), says(ended_at=None)),
        leaves=lambda known, who, row: home(known, who, row) and is_now(known, row["ended_at"]),
        removes=ended_long_ago,
        axes={
            ("officer", "member"): [("cyd", NO), ("ada", NO), ("sven", SE), ("sven", NO)], "begun_by": BY,
            ("begun_at", "ended_at", "has_passed"): [
                (RECENTLY, None, None), (RECENTLY, RECENTLY, True), (LONG_AGO, LONG_AGO, True), (LONG_AGO, None, None), (LONG_AGO, RECENTLY, False),
            ],
        },
        more=[{"officer": "sven", "member": SE, "begun_by": "x", "begun_at": RECENTLY, "ended_at": RECENTLY, "has_passed": True}],
        changes=[{"ended_at": NOW, "has_passed": True}, {"ended_at": RECENTLY}, {"ended_at": None}],
    ),
    "exercise_truths": Rules(axes={"truth": [{}]}),
    "exercise_asks": Rules(
        reads=both(home, either(me("officer"), role(OPERATOR), both(role(CALENDAR), long_over("asked_at")))),
        enters=both(home, me("officer"), says(state="waiting", draws=0), of_officer()),
        reaches=both(home, either(role(OPERATOR), both(me("officer"), says(state="ready")))),
        leaves=lambda known, who, row: home(known, who, row) and its_own_exercise(known, who, row) and (
            who.is_a(OPERATOR) or (row["officer"] == who.officer and row["state"] == "ready" and row["password"] == "" and is_now(known, row["shown_at"]))
        ),
        removes=both(home, role(CALENDAR), long_over("asked_at")),
        axes={
            ("officer", "member"): [("ada", NO), ("cyd", NO), ("sven", SE), ("sven", NO)], "state": ["waiting", "ready", "failed"], "draws": [0, 1],
            "asked_at": [RECENTLY, LONG_AGO],
        },
        more=[{"officer": "sven", "member": SE, "state": "ready"}, {"officer": "cyd", "member": NO, "state": "ready"}],
        changes=[
            {"state": state, "password": password, "shown_at": shown, "exercise_id": exercise}
            for state, password, shown, exercise in (
                ("ready", "", NOW, None), ("ready", "p", NOW, None), ("ready", "", RECENTLY, None), ("failed", "", NOW, None),
                ("ready", "", NOW, named("exercises", 1)), ("ready", "", NOW, named("exercises", 0)), ("ready", "", NOW, ABSENT),
            )
        ],
    ),
    "readiness_words": Rules(
        reads=both(home, role(ADMIN, CALENDAR)), enters=both(home, role(ADMIN), me("said_by")),
        removes=both(home, role(CALENDAR), long_over("said_at")), axes={"member": [NO, SE], "said_by": BY, "said_at": [RECENTLY, LONG_AGO]},
    ),
}  # fmt: skip

my_look = both(unit, me("officer"))
PRIVATE = {
    "officer_keys": Rules(
        reads=about_me, enters=about_me, reaches=about_me, axes={("officer", "member"): [("ada", NO), ("cyd", NO), ("sven", SE), ("ada", SE)]},
        changes=[{"is_off": True}],
    ),
    "saved_views": Rules(
        reads=about_me, enters=about_me, removes=about_me, axes={("officer", "member"): [("ada", NO), ("cyd", NO), ("sven", SE), ("ada", SE)]},
    ),
    "looks": Rules(
        reads=my_look, enters=both(my_look, says(ended_at=None), seen("media", "medium_id")), reaches=my_look, removes=my_look,
        axes={("member", "unit"): UNITS, "officer": BY, "ended_at": [None, RECENTLY], "medium_id": open_media}, changes=[{"used_at": RECENTLY}],
    ),
    "exposures": Rules(
        reads=about_me, enters=about_me, reaches=about_me, axes={("officer", "member"): [("ada", NO), ("cyd", NO), ("sven", SE), ("ada", SE)]},
        changes=[{"seconds": 2}],
    ),
    "uploads": Rules(
        reads=both(unit, either(me("officer"), role(CALENDAR))), enters=my_look, reaches=my_look, removes=both(unit, either(me("officer"), role(CALENDAR))),
        axes={("member", "unit"): UNITS, "officer": BY}, changes=[{"state": "done"}],
    ),
}  # fmt: skip


# What units do with media they see ---------------------------------------------------------------------------------------


def preview_shows(known: Known, who: Who, row: Row) -> bool:
    """To who may see the medium in a transaction for previews, and to its own unit."""
    return known.sees(who, "media", row["medium_id"]) and (who.use == PREVIEW or known.owns(who, "media", row["medium_id"]))


of_unit_medium = both(member, owned("media", "medium_id"))
stack_in_case = both(unit, owned("media", "medium_id"), owned("cases", "case_id"))
my_mark = both(unit, me("marked_by"), says(undone_at=None))
MEDIA = {
    "sightings": Rules(
        reads=both(unit, seen("media", "medium_id")), enters=both(unit, me("seen_by"), seen("media", "medium_id")), reaches=both(unit, me("seen_by")),
        axes={("member", "unit"): UNITS, "seen_by": BY, "medium_id": open_media}, changes=[{"seen_at": RECENTLY}],
    ),
    "previews": Rules(
        reads=preview_shows, enters=of_unit_medium, reaches=of_unit_medium,
        axes={("medium_id", "member"): [(one, of) for one in ids("media") for of in (NO, SE)], "case_id": ids("cases", 0)[:1]}, changes=[{"is_waiting": True}],
    ),
    "case_stacks": Rules(
        reads=both(member, lambda known, who, row: who.unit == row["unit"] or known.sees(who, "media", row["medium_id"])), enters=stack_in_case,
        reaches=unit, axes={("member", "unit"): UNITS, "medium_id": some("media"), "case_id": some("cases")},
        more=[{"member": NO, "unit": "B", "medium_id": named("media", number), "case_id": named("cases", 0)} for number in range(len(COVERS))],
        changes=[{"centre_id": ABSENT}],
    ),
    "marks": Rules(
        reads=both(unit, seen("media", "medium_id")), enters=both(my_mark, seen("media", "medium_id")), reaches=my_mark, leaves=unit,
        axes={("member", "unit"): UNITS, "marked_by": BY, "undone_at": [None, RECENTLY], "medium_id": open_media}, changes=[{"undone_at": RECENTLY}],
    ),
}  # fmt: skip

CENSUS = {
    "statistics": Rules(axes={"member": [NO, SE]}),
    "period_statistics": Rules(axes={"member": [NO, SE]}),
    "publications": Rules(axes={"is_on": [True]}),
}

FAMILIES: Mapping[str, Mapping[str, Rules]] = {
    "administration": ADMINISTRATION, "audit": AUDIT, "custody": CUSTODY, "assertions": ASSERTIONS, "deconfliction": DECONFLICTION,
    "correspondence": CORRESPONDENCE, "pursuit": PURSUIT, "graph": GRAPH, "words": WORDS, "alliance": ALLIANCE, "enquiry": ENQUIRY,
    "exercises": EXERCISES, "private": PRIVATE, "media": MEDIA, "census": CENSUS,
}  # fmt: skip
RULES: Mapping[str, Rules] = {table: rules for family in FAMILIES.values() for table, rules in family.items()}
