"""Members, officers and their records, made as officers make them: under row security."""

import hashlib
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import psycopg

from clew.actions import admitting, entering
from clew.domain.certification import State, Step
from clew.domain.fingerprint import KINDS, Kind
from clew.domain.handling import NOTHING, SHARED_AT_INTAKE, Actor, Audience, Handling, Use, handled
from clew.domain.medium import MediumKind, Verdict
from clew.domain.officer import Role
from clew.domain.series import SeriesState, step_to
from clew.node.connection import ConnectionFacts
from clew.records import cases, certifications, exhibits, officers, sealed, series
from clew.records.intakes import PATH
from clew.records.session import Session, acting_as, handling_columns

KEPT = ("context_keys", "fingerprint_counters", "overlap_clock", "django_migrations", "django_content_type", "auth_permission")
"""Tables that belong to the node and not to a test."""
DELETED_BYTES_MAX = 4 * 1024 * 1024
"""A table that has grown so large is truncated, and with it all that refer to it: new files for each of these and for
their indexes, and all of their rules read anew by every connection, cost more than most tests."""
KEPT_BYTES_MAX = 64 * 1024
"""What deleted rows leave of a table that has grown so large is given back."""


def handling(
    of: Actor, audience: Audience = Audience.ALL, *, members: Iterable[str] = (), excluded: Iterable[str] = (),
    uses: Use = SHARED_AT_INTAKE, named_uses: Use = NOTHING,
) -> Handling:  # fmt: skip
    """The handling that an officer's own unit gives."""
    return handled(
        owner_member=of.member,
        owner_unit=of.unit,
        audience=audience,
        members=members,
        excluded=excluded,
        uses=uses,
        named_uses=named_uses,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Makes records; each method names what it makes and gives its identifier."""

    facts: ConnectionFacts
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def member(self, code: str, name: str = "") -> str:
        entering.add_member(code, name or f"Member {code}")
        return code

    def officer(
        self, username: str, *, member: str = "NO", unit: str = "VICTIM-ID", role: Role = Role.INVESTIGATOR
    ) -> Actor:
        """A certified officer, and the member where it is new."""
        self.member(member)
        if admitting.add_officer(username, member=member, unit=unit, role=role) is State.PROPOSED:
            self._give(username.lower(), member)
        return officers.actor_of(username)

    def _give(self, username: str, member: str) -> None:
        """As the second person, in the name of some administrator of the member."""
        with acting_as(admitting.operator_at(member)) as session:
            waiting = certifications.waiting(session, username)
            with session.cursor() as cursor:
                cursor.execute(
                    "select o.username from officers o cross join lateral clew_standing(o.username) known where"
                    " o.member = %s and known.role = 'national-administrator' and known.standing = 'admitted' limit 1",
                    [member],
                )
                ((administrator,),) = cursor.fetchall()
        assert waiting is not None
        with acting_as(officers.actor_of(administrator)) as session:
            admitting.move(session, waiting.id, Step.GIVE)

    def exhibit(
        self, of: Actor, case: str = "CASE-1", exhibit: str = "PHONE-1", *, cover: Handling | None = None
    ) -> UUID:
        """An exhibit, and its case where it is new."""
        cover = cover or handling(of)
        with acting_as(of) as session:
            return exhibits.open_exhibit(session, cases.open_case(session, case, cover), exhibit, cover)

    def medium(
        self,
        of: Actor,
        audience: Audience = Audience.ALL,
        *,
        members: Iterable[str] = (),
        excluded: Iterable[str] = (),
        content: bytes | None = None,
        kind: MediumKind = MediumKind.IMAGE,
        verdict: Verdict = Verdict.DECODED,
        identifier: UUID | None = None,
    ) -> UUID:
        """A medium; media of the same `content` have the same digests."""
        content = content if content is not None else uuid4().bytes
        row = {
            "id": identifier or uuid4(),
            "name": hashlib.sha256(content).digest(),
            "sha256": hashlib.sha256(content).digest(),
            "sha1": hashlib.sha1(content, usedforsecurity=False).digest(),
            "md5": hashlib.md5(content, usedforsecurity=False).digest(),
            "size_bytes": len(content),
            "kind": kind.value,
            "verdict": int(verdict),
            **handling_columns(handling(of, audience, members=members, excluded=excluded)),
        }
        with acting_as(of) as session:
            insert(session, "media", row)
        return row["id"]

    def occurrence(
        self, of: Actor, medium: UUID | None, case: str = "CASE-1", exhibit: str = "PHONE-1", *, path: bytes = b"",
        cover: Handling | None = None, reason: str = "",
    ) -> None:
        """The medium found in an exhibit, which is opened where it is new; without one, why the file could not be read."""
        path = path or b"pictures/%d.jpg" % next(self._numbers)
        exhibit_id = self.exhibit(of, case, exhibit, cover=cover)
        with acting_as(of) as session:
            case_id = cases.find(session, case)
            texts = sealed.of_case(of.member, case_id, make=True)
            row = {
                "exhibit_id": exhibit_id,
                "case_id": case_id,
                "intake_id": uuid4(),
                "path": texts.seal(path, PATH),
                "path_key": texts.token(hashlib.blake2b(path, digest_size=16).digest()),
                "medium_id": medium,
                "reason": reason,
                **handling_columns(cover or handling(of)),
            }
            insert(session, "occurrences", row)

    def fingerprint(
        self, of: Actor, medium: UUID, *, kind: Kind = Kind.PDQ_CENTRED, count: int = 1, bits: bytes | None = None
    ) -> int:
        """A numbered set of fingerprints of the medium; gives the set's identifier."""
        engine = int(KINDS[kind].engine)
        with acting_as(of) as session, session.cursor() as cursor:
            cursor.execute(
                "update fingerprint_counters set next = next + %s where engine = %s returning next - %s",
                [count, engine, count],
            )
            first = cursor.fetchone()[0]
            return insert(
                session,
                "fingerprints",
                {
                    "medium_id": medium,
                    "kind": int(kind),
                    "bits": bits if bits is not None else bytes(32 * count),
                    "engine": engine,
                    "first": first,
                    "count": count,
                    **handling_columns(handling(of)),
                },
            )

    def series(
        self, of: Actor, name: str, media: Iterable[UUID] = (), *, state: SeriesState = SeriesState.OPEN
    ) -> UUID:
        """A series with its media."""
        cover = handling(of)
        with acting_as(of) as session:
            series_id = series.find_or_open(session, name, cover)
            if state is not SeriesState.OPEN:
                series.take(session, series_id, step_to(SeriesState.OPEN, state), state)
            for medium in media:
                row = {"series_id": series_id, "medium_id": medium, **handling_columns(cover)}
                insert(session, "series_media", row, returning="medium_id")
            return series_id

    def empty(self, *, to_the_file: bool = False) -> None:
        """Remove everything that tests made; `to_the_file`: rows to come lie in the order in which they are made."""
        if not self.facts.is_own:
            with psycopg.connect(**self.facts.as_owner()) as connection:
                _truncate(connection, _grown(connection))
                _set_back(connection)
            return
        try:
            _empty(superuser(self.facts), to_the_file=to_the_file)
        except psycopg.OperationalError:  # a test stopped PostgreSQL meanwhile
            leave()
            _empty(superuser(self.facts), to_the_file=to_the_file)


def insert(session: Session, table: str, row: dict[str, object], *, returning: str = "id") -> object:
    """Insert one row as the session's actor; gives its identifier."""
    places = ", ".join(["%s"] * len(row))
    with session.cursor() as cursor:
        cursor.execute(
            f"insert into {table} ({', '.join(row)}) values ({places}) returning {returning}", list(row.values())
        )
        return cursor.fetchone()[0]


_CONNECTED: dict[str, psycopg.Connection] = {}
"""By address: one connection for all emptying of a process, for a new one must first learn what tables there are."""


def superuser(facts: ConnectionFacts) -> psycopg.Connection:
    """The kept connection, each of whose statements is a transaction."""
    if facts.host not in _CONNECTED:
        _CONNECTED[facts.host] = psycopg.connect(**facts.as_superuser() | {"dbname": facts.database}, autocommit=True)
    return _CONNECTED[facts.host]


def leave() -> None:
    """Let go of the database: it is about to stop, or has."""
    while _CONNECTED:
        _CONNECTED.popitem()[1].close()


def _empty(connection: psycopg.Connection, *, to_the_file: bool) -> None:
    """Remove the rows of all tables, as only a superuser can: beside triggers and foreign keys."""
    with connection.transaction():
        found = _grown(connection)
        small = [table for table, size in found.items() if size <= DELETED_BYTES_MAX]
        _truncate(connection, [table for table in found if table not in small])
        if small:
            # Locked first: what a killed process has still to commit is waited for, as truncating would.
            deletes = "; ".join(f"delete from {table}" for table in small)
            connection.execute(
                f"lock {', '.join(small)} in share row exclusive mode; set local session_replication_role = replica;"
                f" {deletes}; set local session_replication_role = origin"
            )
        _set_back(connection)
    if given_back := [table for table in small if to_the_file or found[table] > KEPT_BYTES_MAX]:
        connection.execute(f"vacuum (truncate, index_cleanup) {', '.join(given_back)}")
    if to_the_file:  # where somebody still looked at rows that are gone
        _truncate(connection, _grown(connection))


def _grown(connection: psycopg.Connection) -> dict[str, int]:
    """The size of each table of tests that takes any, in bytes."""
    return dict(
        connection.execute(
            """
            select c.oid::regclass::text, pg_relation_size(c.oid) from pg_class c
             where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
               and pg_relation_size(c.oid) > 0 and c.relname <> all (%s)""",
            [list(KEPT)],
        ).fetchall()
    )


def _truncate(connection: psycopg.Connection, tables: Iterable[str]) -> None:
    if named := ", ".join(tables):
        connection.execute(f"truncate {named} cascade")


def _set_back(connection: psycopg.Connection) -> None:
    connection.execute("update fingerprint_counters set next = 0, renewed_at = null where next <> 0")
    connection.execute("update overlap_clock set released_until = null where released_until is not null")
