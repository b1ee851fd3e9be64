"""Checks of a node's database: one line each, and each says what is wrong and what to do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from clew.domain.handling import BLOCKED
from clew.domain.lead import RULES_VERSION
from clew.node import keys as node_keys
from clew.node.binaries import MAJOR_MIN
from clew.node.configuration import Configuration
from clew.node.connection import ConnectionFacts
from clew.node.founding import grants_wanted, halves
from clew.records import (
    administration,
    assertions,
    catalogue,
    classification,
    enquiry,
    fingerprints,
    graph,
    handover,
    judgement,
    localisation,
    optics,
    outcomes,
    perusal,
    policies,
    pursuit,
    second_officer,
    showing,
)

Connection = psycopg.Connection[TupleRow]

SILENT = {
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
}
"""Settings of PostgreSQL under which its log holds no value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check: its name, whether it passed, and one sentence.

    `warns`: nothing is wrong, and the sentence says what somebody should do all the same.
    """

    name: str
    ok: bool
    sentence: str
    warns: bool = False


def check_database(configuration: Configuration, facts: ConnectionFacts) -> list[Check]:
    """All checks of the database, which is up."""
    keys = node_keys.read(configuration.keys_folder)
    checks: list[Callable[[Connection, ConnectionFacts], Check]] = [
        _version,
        _role,
        _ownership,
        _row_security,
        _rules,
        _grants,
        _views,
        _two_people,
        _clock,
        _assertions,
        _graph,
        _clues,
        _enquiry,
        _silence,
    ]
    with psycopg.connect(**facts.as_owner(), autocommit=True) as owner:
        done = [check(owner, facts) for check in checks]
        done += [_key(owner, keys.context), _ticks(owner, facts, configuration.overlap_hours)]
        done += [_leads(owner, facts), _cameras(owner), _fingerprints(owner, facts)]
    with psycopg.connect(**facts.as_app(keys.app_password), autocommit=True) as app:
        done += [_emptiness(app), _privacy(app, facts)]
    return done


def _version(owner: Connection, _: ConnectionFacts) -> Check:
    version = owner.info.parameter_status("server_version") or ""
    ok = owner.info.server_version >= MAJOR_MIN * 10_000
    return Check(
        name="database version",
        ok=ok,
        sentence=f"PostgreSQL {version}." if ok else f"PostgreSQL {version} is too old: Clew needs {MAJOR_MIN}.",
    )


def _role(owner: Connection, facts: ConnectionFacts) -> Check:
    roles = facts.roles
    found = {power for role in (roles.app, roles.blind, roles.sequencer) for power in catalogue.powers(owner, role)}
    return verdict(
        "database role",
        found,
        good="The role Clew works as cannot bypass row security.",
        bad="The role Clew works as has too much power",
    )


def _ownership(owner: Connection, facts: ConnectionFacts) -> Check:
    count = catalogue.owned(owner, facts.roles.app)
    return Check(
        name="database ownership",
        ok=count == 0,
        sentence="The role Clew works as owns nothing."
        if count == 0
        else f"The role Clew works as owns {count} things in the database: give them to the owner.",
    )


def _row_security(owner: Connection, _: ConnectionFacts) -> Check:
    open_tables = (catalogue.covered(owner) | {*policies.SPECIAL}) - catalogue.forced(owner)
    return verdict(
        "row security",
        open_tables,
        good="Row security is forced on every table that holds members' records.",
        bad="Run clew init: row security is not forced on",
    )


def _rules(owner: Connection, facts: ConnectionFacts) -> Check:
    kept, wanted = catalogue.rules(owner), catalogue.rules_wanted(owner, facts.roles)
    differing = [rule for rule in {*kept, *wanted} if kept.get(rule) != wanted.get(rule)]
    wrong = {f"{table} ({name})" for table, name in differing}
    return verdict(
        "rule of visibility",
        wrong,
        good="Every policy is the rule that this version of Clew was tested with.",
        bad="Run clew init: these policies are not what this version of Clew was tested with",
    )


def _grants(owner: Connection, facts: ConnectionFacts) -> Check:
    wrong = {
        table
        for role, wanted in grants_wanted(facts.roles).items()
        for table in _differing(catalogue.grants(owner, role), wanted)
    }
    return verdict(
        "grants",
        wrong,
        good="Each role is granted what it needs and nothing else.",
        bad="Run clew init: the grants on these tables are not what they must be",
    )


def _differing(kept: Mapping[str, str], wanted: Mapping[str, str]) -> set[str]:
    return {table for table in {*kept, *wanted} if kept.get(table) != wanted.get(table)}


def _views(owner: Connection, _: ConnectionFacts) -> Check:
    return verdict(
        "views",
        catalogue.leaking_views(owner),
        good="No view reads with other eyes than the asker's.",
        bad="Drop these views, they show rows past row security",
    )


def _silence(owner: Connection, _: ConnectionFacts) -> Check:
    """A database of one's own is set up by others: what it logs may hold what was asked of it."""
    found = dict(owner.execute("select name, setting from pg_settings where name = any(%s)", [list(SILENT)]).fetchall())
    wrong = {name for name, wanted in SILENT.items() if found.get(name, wanted) != wanted}
    return verdict(
        "log of the database",
        wrong,
        good="The log of the database holds no statement and no row.",
        bad="The log of the database may hold statements or rows: set these as docs/how-to/run-a-node.md says",
    )


def _two_people(owner: Connection, _: ConnectionFacts) -> Check:
    found = owner.execute(
        "select conname from pg_constraint where convalidated and conrelid = 'public.certifications'::regclass"
    ).fetchall()
    return verdict(
        "two people",
        {"certification_given_by_two", "certification_of_others_only"} - {row[0] for row in found},
        good="The database lets nobody be certified by fewer than two others, but for what the operator founds.",
        bad="Run clew init on a new database and bring the records over: these constraints are gone",
    )


def _clock(owner: Connection, _: ConnectionFacts) -> Check:
    found = owner.execute(
        "select from pg_constraint where convalidated and conname = 'request_clock_is_its_kinds'"
        " and conrelid = 'public.requests'::regclass"
    ).fetchone()
    return Check(
        name="clock of requests", ok=found is not None,
        sentence="The database holds every request to the four or nine months of its kind." if found is not None
        else "The end of a request can be moved: run clew init on a new database and bring the records over.",
    )  # fmt: skip


def _assertions(owner: Connection, _: ConnectionFacts) -> Check:
    """Whether references are drawn and not chosen, and what is said of a series goes with it."""
    return verdict(
        "series",
        (assertions.HELD_BY_THE_DATABASE | classification.HELD_BY_THE_DATABASE) - held(owner),
        good="The database draws the references of series, and what is said of a series or medium goes with it.",
        bad="Run clew init on a new database and bring the records over: these are gone",
    )


def _graph(owner: Connection, _: ConnectionFacts) -> Check:
    """The same of victims, offenders and places, and whether links go with what they join."""
    return verdict(
        "links",
        (graph.HELD_BY_THE_DATABASE | outcomes.HELD_BY_THE_DATABASE) - held(owner),
        good="The database draws the references of victims, offenders and places, and links go with what they join.",
        bad="Run clew init on a new database and bring the records over: these are gone",
    )


def _clues(owner: Connection, _: ConnectionFacts) -> Check:
    """Whether clues and votes go with what they are about, and each clue is whole."""
    return verdict(
        "clues",
        (localisation.HELD_BY_THE_DATABASE | showing.HELD_BY_THE_DATABASE | perusal.HELD_BY_THE_DATABASE
         | judgement.HELD_BY_THE_DATABASE) - held(owner),
        good="The database holds clues whole; what is said of media goes with them, and votes go with their series.",
        bad="Run clew init on a new database and bring the records over: these are gone",
    )


def _enquiry(owner: Connection, _: ConnectionFacts) -> Check:
    """Whether nothing cut out of a medium can be let out by one officer alone, and goes with what it was cut out of."""
    return verdict(
        "objects and questions",
        (enquiry.HELD_BY_THE_DATABASE | handover.HELD_BY_THE_DATABASE | second_officer.HELD_BY_THE_DATABASE)
        - held(owner),
        good="The database lets no object or referral out without two officers, nor one widen where two are asked for.",
        bad="Run clew init on a new database and bring the records over: these are gone",
    )


def held(owner: Connection) -> set[str]:
    """Triggers and constraints of the tables that are in force."""
    found = owner.execute(
        "select t.tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid"
        " where c.relnamespace = 'public'::regnamespace and t.tgenabled = 'O'"
        " union select conname from pg_constraint where convalidated and connamespace = 'public'::regnamespace"
    )
    return {row[0] for row in found}


def _ticks(owner: Connection, facts: ConnectionFacts, hours: int) -> Check:
    """Whether the database goes by the clock that the node was told, and no notice of an overlap is two ticks late."""
    kept = owner.execute("select hours from overlap_clock").fetchone()
    with owner.transaction():
        owner.execute(sql.SQL("set local role {}").format(sql.Identifier(facts.roles.blind)))
        late = owner.execute(
            "select exists (select from public.overlaps o, overlap_clock c,"
            " lateral (select now() - 2 * c.hours * interval '1 hour') as late (by)"
            " where o.noted_at < late.by and coalesce(c.released_until, '-infinity') < late.by)"
        ).fetchone()
    ok = kept == (hours,) and late == (False,)
    sentence = f"Both sides of an overlap are told together, every {hours} hours."
    if late != (False,):
        sentence = "Notices of overlaps wait for longer than two ticks of their clock: keep clew work running."
    if kept != (hours,):
        sentence = "The database goes by another clock of overlaps than CLEW_OVERLAP_HOURS: run clew init."
    return Check(name="clock of overlaps", ok=ok, sentence=sentence)


def _triggers(owner: Connection) -> set[str]:
    return {row[0] for row in owner.execute("select tgname from pg_trigger where tgenabled = 'O' and not tgisinternal")}


def _cameras(owner: Connection) -> Check:
    """Whether the cameras of media that come, change and go are noted."""
    bad = "Run clew init on a new database and bring the records over: these are gone"
    missing = {*optics.TRIGGERS} - _triggers(owner)
    return verdict("cameras", missing, good="Cameras are found by what media say of them.", bad=bad)


def _leads(owner: Connection, facts: ConnectionFacts) -> Check:
    """Whether all that is new is noted for leads, and none of it waits longer than it may."""
    kept = _triggers(owner)
    with owner.transaction():
        owner.execute(sql.SQL("set local role {}").format(sql.Identifier(facts.roles.blind)))
        late = owner.execute(
            "select exists (select from lead_news where noted_at < now() - %s)", [pursuit.LATE_AFTER]
        ).fetchone()
        is_again = owner.execute(
            "select exists (select from lead_rules where version < %s) and exists (select from series_media)",
            [RULES_VERSION],
        ).fetchone() == (True,)
    triggers = {*pursuit.TRIGGERS, *pursuit.OF_PLACES, *pursuit.OF_CLUES, *pursuit.OF_ANSWERS, *pursuit.OF_VERDICTS}
    if missing := triggers - kept:
        bad = "Run clew init on a new database and bring the records over: these are gone"
        return verdict("leads", missing, good="", bad=bad)
    return Check(
        name="leads", ok=late == (False,),
        sentence="Something new waits to be looked at for leads since an hour or more: keep clew work running."
        if late != (False,)
        else "All series are being looked at again, by newer rules of leads; clew work does it beside what is new."
        if is_again
        else "All that is new is looked at for leads.",
    )  # fmt: skip


OLDER_COUNTED_MAX = 10_000


def _fingerprints(owner: Connection, facts: ConnectionFacts) -> Check:
    """How many media in the vault have fingerprints of older versions than this release makes."""
    with owner.transaction():
        owner.execute(sql.SQL("set local role {}").format(sql.Identifier(facts.roles.blind)))
        row = owner.execute(
            f"""select count(*) from (
                select distinct f.medium_id from public.fingerprints f join public.media m on m.id = f.medium_id
                 where {fingerprints.older("f.")} and '{BLOCKED}' <> all (m.excluded) and m.sha256 is not null
                   and exists (select from public.medium_keys k where k.medium_id = f.medium_id)
                 limit {OLDER_COUNTED_MAX + 1}) waiting"""
        ).fetchone()
    count = 0 if row is None else int(row[0])
    many = f"More than {OLDER_COUNTED_MAX:,}" if count > OLDER_COUNTED_MAX else f"{count:,}"
    return Check(
        name="fingerprints", ok=True,
        sentence=f"{many} media wait for fingerprints as this release makes them; clew work does it beside what is new."
        if count
        else "What lies in the vault has fingerprints as this release makes them.",
    )  # fmt: skip


def _key(owner: Connection, context_key: bytes) -> Check:
    kept = owner.execute("select inner_half, outer_half from context_keys").fetchone()
    ok = kept is not None and (bytes(kept[0]), bytes(kept[1])) == halves(context_key)
    return Check(
        name="signed actor",
        ok=ok,
        sentence="The database and the node share the key that signs who acts."
        if ok
        else "The database and the keys of this node do not belong together: bring the right keys back.",
    )


def _emptiness(app: Connection) -> Check:
    showing = {
        table
        for table in (*policies.COVERED, *policies.SPECIAL)
        if table not in {*UNREAD, *administration.READ_BEFORE_SIGN_IN}
        if app.execute(f"select exists (select from {table})").fetchone() != (False,)
    }
    return verdict(
        "nobody sees nothing",
        showing,
        good="Without an actor every table is empty.",
        bad="Run clew init: without an actor rows show in",
    )


UNREAD = frozenset({
    "accesses", "children_counted", "children_ended", "exercise_truths", "lead_checks", "lead_news", "lead_rules",
    "overlap_facts_told", "overlap_grounds", "overlaps", "period_statistics", "publications", "statistics",
})  # fmt: skip
"""Tables that the application may not read at all."""


def _privacy(app: Connection, facts: ConnectionFacts) -> Check:
    is_here = facts.host.startswith("/") or facts.host in {"", "localhost", "127.0.0.1", "::1"}
    is_private = is_here or app.pgconn.ssl_in_use
    return Check(
        name="way to the database",
        ok=is_private,
        sentence="The way to the database is this machine's own, or encrypted."
        if is_private
        else "The way to the database is open to others: add sslmode=verify-full to CLEW_DATABASE_URL.",
    )


def verdict(name: str, wrong: set[str], *, good: str, bad: str) -> Check:
    return Check(name=name, ok=not wrong, sentence=good if not wrong else f"{bad}: {', '.join(sorted(wrong))}.")
