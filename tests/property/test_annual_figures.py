"""The law of the annual figures: every number is of the own member and of the year, to the microsecond.

Rows lie just before, on and just after both ends of the year in every table that is counted, for two members; an oracle
counts them again in Python. Then each comparison of the statement is broken once, and the law must notice.
"""

import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from uuid import UUID, uuid4

import psycopg
import pytest
from django.conf import settings
from psycopg.rows import TupleRow

from clew.domain.annual_report import Counted
from clew.domain.clock import Clock, RequestKind
from clew.domain.handling import Actor
from clew.domain.officer import Role
from clew.records.acts import bounds
from clew.records.session import signed
from tests.world.kept import connected
from tests.world.world import World

Connection = psycopg.Connection[TupleRow]
Rows = list[dict[str, object]]

SINCE, UNTIL = datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
TIMES = [SINCE - MOMENT, SINCE, SINCE + timedelta(days=200), UNTIL - MOMENT, UNTIL]
"""Before, at the beginning, within, at the end, after."""
MEMBERS = ("NO", "SE")
TABLES = (
    "media", "cases", "shreddings", "certifications", "officers", "suspensions", "acts", "accesses", "handling_changes",
    "releases", "requests", "consultations", "retention_decisions", "tombstones", "blocks",
)  # fmt: skip
UNEVEN = set(TABLES) - {"certifications", "officers", "acts", "accesses"}
STATEMENT = files("clew.records").joinpath("annual_report.sql").read_text("utf-8")
READER = Actor(officer="otto", member="NO", unit="A", role=Role.AUDITOR)


def is_in(moment: object) -> bool:
    return isinstance(moment, datetime) and SINCE.timestamp() * 1e6 <= round(moment.timestamp() * 1e6) < UNTIL.timestamp() * 1e6


def made(chance: random.Random, now: datetime) -> dict[str, Rows]:
    """Rows of every table: each time of TIMES for each member, and what is open now beside what has ended."""
    rows: dict[str, Rows] = {table: [] for table in TABLES}
    for member in MEMBERS:
        other = next(one for one in MEMBERS if one != member)
        cover = {"owner_member": member, "owner_unit": "A", "audience": 0}
        for number, at in enumerate(TIMES * 6):
            rows["media"].append({"name": uuid4().bytes, "kind": chance.choice(("image", "video")), "verdict": 1, "taken_in_at": at, **cover})
            rows["cases"].append({"reference": uuid4().bytes, "opened_by": "x", "opened_at": at, **cover})
            rows["shreddings"].append({
                "case_id": uuid4(), "member": member, "unit": "A", "reference": b"x", "step": "confirmed", "proposed_by": "a",
                "confirmed_by": "b", "destroyed_at": at, "counts": "{}", "blobs": [],
            })  # fmt: skip
            rows["suspensions"] += [
                {"level": "unit", "unit": "ELSEWHERE", "member": member, "reason": "x", "laid_by": "x", "laid_at": at},
                {"level": "member", "member": member, "reason": "x", "laid_by": "x", "laid_at": SINCE - MOMENT, "lifted_at": at},
            ]
            rows["handling_changes"] += [
                {
                    "subject_kind": chance.choice(("case", "series")), "subject_id": uuid4(), "state": state, "reason": "x",
                    "until": until, "given_audience": 0, "given_members": [], "given_excluded": [], "proposed_by": "x",
                    "proposed_at": at, "decided_at": chance.choice(TIMES), **cover,
                }
                for state in ("in-force", "ended", "replaced")
                for until in (None, UNTIL.date(), date(9999, 12, 30), date(9999, 12, 31))
            ]  # fmt: skip
            subject = {"subject_kind": chance.choice(("case", "series")), "member": member, "unit": "A"}
            rows["retention_decisions"] += [
                {**subject, "subject_id": uuid4(), "until": until, "reason": "x", "state": state, "proposed_by": "x", "decided_at": at}
                for state in ("in-force", "withdrawn")
                for until in (None, UNTIL.date())
            ]
            rows["blocks"] += [
                {**subject, "subject_id": uuid4(), "reason": "x", "change_id": uuid4(), "laid_by": "x", "laid_at": at, "lifted_at": lifted}
                for lifted in (None, chance.choice(TIMES))
            ]
            rows["tombstones"] += [
                {**subject, "subject_id": uuid4(), "token": b"x", "entered_on": SINCE.date(), "due_on": SINCE.date(), "rule": "term",
                 "step": "done" if ended else "begun", "counts": "{}", "blobs": [], "ended_at": ended, "act_id": uuid4()}
                for ended in (None, at)
            ]  # fmt: skip
            withdrawn = chance.choice([None, *TIMES])
            rows["releases"].append({
                "medium_id": uuid4(), "member": member, "unit": "A", "recipient": other, "conditions": b"x", "released_by": "x",
                "wrapped": b"x" if withdrawn is None else None, "released_at": at, "withdrawn_at": withdrawn,
                "state": "in-force" if withdrawn is None else "ended",
            })  # fmt: skip
            rows["requests"] += [request(chance, member, at, number, decided) for decided in (None, *TIMES)]
            answered = chance.choice([None, *TIMES])
            rows["consultations"] += [
                {
                    "request_id": uuid4(), "member": member, "owner": other, "kind": "access", "question": "x", "asked_by": "x",
                    "asked_at": at, "ends_at": ends_at, "view": answered and "agrees", "answered_by": answered and "y",
                    "answered_at": answered, "ended_at": chance.choice((None, None, at)),
                }
                for ends_at in (*TIMES, now + timedelta(days=1))
            ]  # fmt: skip
        rows["certifications"] += certifications(chance, member, now)
    rows["officers"] = [
        {"username": name, "password": "", "member": name[:2].upper(), "unit": "A", "is_active": True}
        for name in sorted({str(one["officer"]) for one in rows["certifications"]})
    ]
    rows["acts"], rows["accesses"] = acts(chance)
    # So that no two numbers are equal only because everything lies there as often as everything else.
    uneven = {
        table: [one for one in each if chance.random() < (0.8 if "NO" in (one.get("member"), one.get("owner_member")) else 0.5)]
        for table, each in rows.items()
        if table in UNEVEN
    }  # fmt: skip
    return {**rows, **uneven}


def request(chance: random.Random, member: str, at: datetime, number: int, decided: datetime | None) -> dict[str, object]:
    kind = chance.choice(list(RequestKind))
    clock = Clock(kind=kind, received_at=at)
    if decided is not None and number % 2:
        decided = chance.choice((clock.ends_at - MOMENT, clock.ends_at))
    return {
        "member": member, "reference": uuid4().bytes, "kind": kind.value, "state": "admitted" if decided is None else "decided",
        "applicant": "x", "asked": "x", "received_on": clock.received_on, "due_on": clock.due_on, "ends_at": clock.ends_at,
        "entered_by": "x", "outcome": None if decided is None else chance.choice(("granted", "refused")),
        "decided_at": decided, "closed_at": chance.choice([None, *TIMES]),
    }  # fmt: skip


def certifications(chance: random.Random, member: str, now: datetime) -> Rows:
    """Several for each officer: given, withdrawn, refused; ended in the year or not, and renewed in time or too late."""
    rows: Rows = []
    for number in range(40):
        officer = f"{member.lower()}-{number}"
        given_at = chance.choice(TIMES[:4]) - timedelta(days=chance.choice((0, 0, 400)))
        ends_at = chance.choice([*TIMES[1:], now + timedelta(days=chance.choice((-1, 30)))])
        base = {"officer": officer, "member": member, "role": chance.choice(("investigator", "auditor")), "trainer": "t", "trained_on": "2024-01-01", "proposed_by": "p"}
        rows.append({**base, "state": "given", "given_by": "g", "given_at": given_at, "ends_at": max(ends_at, given_at + 2 * MOMENT)})
        if chance.random() < 0.5:
            again = rows[-1]["ends_at"] + chance.choice((-MOMENT, timedelta(), MOMENT))
            rows.append({**base, "state": "given", "given_by": "g", "given_at": again, "ends_at": now + timedelta(days=99)})
        state = chance.choice(("withdrawn", "refused", "proposed"))
        closed = None if state == "proposed" else chance.choice(TIMES)
        old = SINCE - timedelta(days=900)
        was_given = {"given_by": "g", "given_at": old} if state == "withdrawn" else {}
        rows.append({**base, "state": state, "closed_at": closed, "ends_at": old + MOMENT, **was_given})
    return rows


def acts(chance: random.Random) -> tuple[Rows, Rows]:
    made_acts, accesses = [], []
    names = ("handling.change", "handling.end", "handling.reword", "sign_in.refused", "certification.found", "triage.show", "medium.reveal", "audit.verification_failed")
    for member in (*MEMBERS, "node"):
        for at in TIMES:
            for act in names * 2:
                identifier = UUID(int=(int(at.timestamp() * 1000) << 80) + chance.getrandbits(62))
                made_acts.append({
                    "id": identifier, "at": at, "officer": "x", "member": member, "unit": "A", "act": act, "subject": "",
                    "counts": "{}", "salt": bytes(16),
                })  # fmt: skip
                others = [owner for owner in MEMBERS if owner != member and chance.random() < 0.7]
                accesses += [{"owner": owner, "act_id": identifier, "act": act} for owner in others]
    return made_acts, accesses


def oracle(  # noqa: PLR0912 (a line for each figure)
    rows: dict[str, Rows], now: datetime
) -> Counter[tuple[str, str, str]]:
    """Counted row by row in Python, for NO."""
    found: Counter[tuple[str, str, str]] = Counter()

    def count(section: str, figure: str, of: object, counted: bool) -> None:
        if counted:
            found[section, figure, str(of or "")] += 1

    own = {table: [one for one in each if one.get("member", one.get("owner_member")) == "NO"] for table, each in rows.items()}
    for one in own["media"]:
        count("media", "entered", one["kind"], is_in(one["taken_in_at"]))
        count("media", "held", one["kind"], True)
    for one in own["cases"]:
        count("cases", "opened", "", is_in(one["opened_at"]))
        count("cases", "held", "", True)
    for one in own["shreddings"]:
        count("cases", "shredded", "", is_in(one["destroyed_at"]))
    for one in own["suspensions"]:
        count("suspensions", "laid", one["level"], is_in(one["laid_at"]))
        count("suspensions", "lifted", one["level"], is_in(one.get("lifted_at")))
        count("suspensions", "in_force", one["level"], one.get("lifted_at") is None)
    for one in own["handling_changes"]:
        if one["until"] not in {None, date(9999, 12, 31)}:
            count("restrictions", "laid", one["subject_kind"], is_in(one["proposed_at"]))
            count("restrictions", "ended", one["subject_kind"], one["state"] == "ended" and is_in(one["decided_at"]))
            count("restrictions", "in_force", one["subject_kind"], one["state"] == "in-force")
    for one in own["retention_decisions"]:
        name = "let_end" if one["until"] is None else "extended"
        count("retention", name, one["subject_kind"], one["state"] == "in-force" and is_in(one["decided_at"]))
    for one in own["tombstones"]:
        count("retention", "ended", one["subject_kind"], is_in(one["ended_at"]))
        count("retention", "being_ended", one["subject_kind"], one["ended_at"] is None)
    for one in own["blocks"]:
        count("retention", "blocked", one["subject_kind"], is_in(one["laid_at"]))
        count("retention", "unblocked", one["subject_kind"], is_in(one["lifted_at"]))
        count("retention", "blocked_now", one["subject_kind"], one["lifted_at"] is None)
    for one in rows["releases"]:
        if one["member"] == "NO":
            count("releases", "given", one["recipient"], is_in(one["released_at"]))
            count("releases", "withdrawn", one["recipient"], is_in(one["withdrawn_at"]))
            count("releases", "open", one["recipient"], one["withdrawn_at"] is None)
        else:
            count("releases", "got", one["member"], is_in(one["released_at"]))
    for one in own["requests"]:
        decided_at = one["decided_at"]
        is_in_time = decided_at is not None and decided_at < one["ends_at"]
        count("requests", "received", one["kind"], one["received_on"].year == 2025)
        count("requests", "decided_in_time", one["kind"], is_in_time and is_in(decided_at))
        count("requests", "decided_late", one["kind"], not is_in_time and is_in(decided_at))
        count("requests", "decided", one["outcome"], is_in(decided_at))
        count("requests", "told", one["kind"], is_in(one["closed_at"]))
        count("requests", "open", one["kind"], decided_at is None)
        count("requests", "overdue", one["kind"], decided_at is None and one["ends_at"] <= now)
    for one in rows["consultations"]:
        is_ours = one["member"] == "NO"
        whom = one["owner"] if is_ours else one["member"]
        count("consultations", "asked" if is_ours else "asked_of_us", whom, is_in(one["asked_at"]))
        count("consultations", "answered_to_us" if is_ours else "answered_by_us", whom, is_in(one["answered_at"]))
        is_left = one["answered_at"] is None and one["ended_at"] is None and is_in(one["ends_at"])
        count("consultations", "left_unanswered_by_us", whom, not is_ours and is_left)
    _count_certifications(own["certifications"], now, count)
    by_id = {one["id"]: one for one in rows["acts"]}
    for one in rows["accesses"]:
        act = by_id[one["act_id"]]
        count("accesses", act["act"], act["member"], one["owner"] == "NO" and is_in(act["at"]))
    for one in own["acts"]:
        name = str(one["act"])
        if name in {"handling.change", "handling.reword", "handling.end"}:
            count("handling", name.partition(".")[2], "", is_in(one["at"]))
        count("incidents", "refused_sign_ins", "", name == "sign_in.refused" and is_in(one["at"]))
        count("incidents", "founding_certifications", "", name == "certification.found" and is_in(one["at"]))
    for one in rows["acts"]:
        count("incidents", "failed_verifications", "", one["act"] == "audit.verification_failed" and is_in(one["at"]))
    return found


def _count_certifications(own: Rows, now: datetime, count) -> None:
    for one in own:
        count("officers", "certified", one["role"], is_in(one.get("given_at")))
        if one["state"] in {"withdrawn", "refused"}:
            count("officers", str(one["state"]), one["role"], is_in(one["closed_at"]))
        renewals = [
            other for other in own
            if other["officer"] == one["officer"] and other.get("given_at") is not None and one.get("given_at") is not None
            and one["given_at"] < other["given_at"] <= one["ends_at"]
        ]  # fmt: skip
        count("officers", "expired", one["role"], one["state"] == "given" and is_in(one["ends_at"]) and not renewals)
    for officer in {one["officer"] for one in own}:
        last = max((one for one in own if one["officer"] == officer and one.get("given_at")), key=lambda one: one["given_at"])
        count("officers", "in_force", last["role"], last["state"] == "given" and last["ends_at"] > now)


@pytest.fixture
def owner(world: World) -> Iterator[Connection]:
    """The owner in a transaction that is undone: it may write everywhere, and be the blind role."""
    with connected(**world.facts.as_owner()) as connection:
        for table in TABLES:
            connection.execute(f"alter table {table} disable row level security")
        connection.execute("alter table acts disable trigger user")
        yield connection
        connection.rollback()


def keep(owner: Connection, rows: dict[str, Rows]) -> None:
    with owner.cursor() as cursor:
        for table, each in rows.items():
            for one in each:
                names = [name for name in one if one[name] is not None]
                cursor.execute(
                    f"insert into {table} ({', '.join(names)}) values ({', '.join(['%s'] * len(names))})",
                    [one[name] for name in names],
                )


def told(owner: Connection, world: World, actor: Actor = READER) -> Counter[tuple[str, str, str]]:
    """What the function says to `actor`."""
    context = signed(actor, backend_pid=owner.info.backend_pid, until=int(time.time()) + 60, key=settings.CLEW_CONTEXT_KEY)
    owner.execute("select set_config('clew.actor', %s, true)", [context])
    owner.execute(f"set local role {world.facts.roles.blind}")
    found = owner.execute("select * from clew_annual_figures(%s, %s, %s, %s)", [SINCE, UNTIL, *bounds(SINCE, UNTIL)]).fetchall()
    owner.execute("reset role")
    counted = [Counted(section=row[0], figure=row[1], of=row[2] or "", number=row[3]) for row in found]
    return Counter({(one.section, one.figure, one.of): one.number for one in counted if one.number})


def install(owner: Connection, world: World, statement: str) -> None:
    owner.execute(f"grant create on schema public to {world.facts.roles.blind}")
    owner.execute(f"set local role {world.facts.roles.blind}")
    owner.execute(statement)
    owner.execute("reset role")


@pytest.mark.parametrize("seed", range(3))
def test_every_number_is_of_the_own_member_and_of_the_year(world: World, owner: Connection, seed: int) -> None:
    now = datetime.now(UTC)
    rows = made(random.Random(seed), now)
    keep(owner, rows)
    wanted = oracle(rows, now)
    assert told(owner, world) == wanted
    assert len(wanted) > 45


@pytest.mark.parametrize("role", [Role.INVESTIGATOR, Role.ANALYST, Role.COORDINATOR, Role.OPERATOR, Role.PROGRAM])
def test_who_does_not_answer_for_the_data_of_a_member_is_told_nothing(world: World, owner: Connection, role: Role) -> None:
    keep(owner, made(random.Random(1), datetime.now(UTC)))
    assert told(owner, world, Actor(officer="x", member="NO", unit="A", role=role)) == Counter()


def mutants() -> dict[str, str]:
    """The statement with one comparison broken, for each of its comparisons."""
    swaps = {
        ">= $1": "> $1", "< $2": "<= $2", "<= now()": "> now()", "least($2, now())": "now()", "is null": "is not null",
        "is not null": "is null", "= h.code": "<> h.code", "< r.ends_at": "<= r.ends_at", "> c.given_at": "< c.given_at",
        "<= c.ends_at": "< c.ends_at", "= 'given'": "<> 'given'", "= 'ended'": "= 'in-force'", "= 'in-force'": "= 'ended'",
        "= 'admitted'": "<> 'admitted'", "< '9999-12-31'": "<= '9999-12-31'",
    }  # fmt: skip
    body = STATEMENT[STATEMENT.index("as $$") :]
    head = STATEMENT[: -len(body)]
    found = {}
    for whole, broken in swaps.items():
        for number, match in enumerate(re.finditer(rf"(?<![a-z<>])(?<!not ){re.escape(whole)}", body)):
            if "x.act_id" in body[max(0, match.start() - 12) : match.start()]:
                continue
            text = f"{body[: match.start()]}{broken}{body[match.end() :]}"
            line = body[: match.start()].count("\n")
            found[f"{whole} -> {broken}, number {number}: {body.splitlines()[line]}"] = head + text
    return found


def test_the_law_notices_each_broken_comparison(world: World, owner: Connection) -> None:
    now = datetime.now(UTC)
    rows = made(random.Random(2), now)
    keep(owner, rows)
    wanted = oracle(rows, now)
    assert told(owner, world) == wanted
    survivors = []
    for name, statement in mutants().items():
        install(owner, world, statement)
        if told(owner, world) == wanted:
            survivors.append(name)
    assert "\n".join(survivors) == ""
    assert len(mutants()) > 80
