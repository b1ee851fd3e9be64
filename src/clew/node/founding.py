"""Founding a node: keys, PostgreSQL, roles, tables. Done again, it brings an older node up to date."""

import psycopg
from django.core.management import call_command
from django.db import connections
from psycopg import sql
from psycopg.rows import TupleRow

from clew.domain.errors import Unavailable
from clew.node import keys as node_keys
from clew.node import postgres
from clew.node.binaries import MAJOR_MIN
from clew.node.configuration import Configuration
from clew.node.connection import ConnectionFacts
from clew.node.folders import make_private
from clew.node.founded import FOUNDED, set_up_django
from clew.node.keys import Keys
from clew.node.place import place_of
from clew.records import catalogue, deconfliction, log, policies
from clew.records.roles import Roles

HMAC_BLOCK_BYTES = 64

TABLES_OF_OTHERS = {
    "account_emailaddress": "select, insert, update, delete",
    "account_emailconfirmation": "select, insert, update, delete",
    "auth_group": "select",
    "auth_group_permissions": "select",
    "auth_permission": "select",
    "django_content_type": "select",
    "django_migrations": "select",
    "mfa_authenticator": "select, insert, update, delete",
    "socialaccount_socialaccount": "select, insert, update, delete",
    "socialaccount_socialapp": "select",
    "socialaccount_socialtoken": "select",
    "django_session": "select, insert, update, delete",
    "procrastinate_events": "select, insert, update, delete",
    "procrastinate_jobs": "select, insert, update, delete",
    "procrastinate_periodic_defers": "select, insert, update, delete",
    "procrastinate_workers": "select, insert, update, delete",
}
"""What the application is granted on tables that are not the records'."""


def found(configuration: Configuration, say: postgres.Say | None = None) -> None:
    """Make the node, or bring it up to date; what is there stays.

    Raises:
        Unavailable: the keys and the database are not of the same node, or PostgreSQL cannot be used.
    """
    make_private(configuration.home)
    keys = node_keys.make(configuration.keys_folder)
    with postgres.running(configuration, say) as facts:
        if facts.is_own:
            _make_database(facts)
        _make_roles(facts, keys)
        set_up_django(configuration)
        _refuse_keys_of_another(configuration, facts, keys)
        call_command("migrate", database="owner", verbosity=0, interactive=False)
        _renew_rules(facts)
        _hand_over_key(facts, keys)
        _set_clock(configuration, facts)
        connections["owner"].close()
        (configuration.keys_folder / FOUNDED).touch(mode=0o600)


def _make_database(facts: ConnectionFacts) -> None:
    with psycopg.connect(**facts.as_superuser(), autocommit=True) as connection:
        if not _is_there(connection, "select from pg_roles where rolname = %s", facts.owner):
            connection.execute(
                sql.SQL("create role {} login nosuperuser nobypassrls nocreatedb createrole").format(
                    sql.Identifier(facts.owner)
                )
            )
        if not _is_there(connection, "select from pg_database where datname = %s", facts.database):
            connection.execute(
                sql.SQL("create database {} owner {}").format(
                    sql.Identifier(facts.database), sql.Identifier(facts.owner)
                )
            )


def _make_roles(facts: ConnectionFacts, keys: Keys) -> None:
    """The roles, as the owner makes them; the owner may set itself to those that nobody can connect as."""
    app, owner = sql.Identifier(facts.roles.app), sql.Identifier(facts.owner)
    nameless = (facts.roles.blind, facts.roles.sequencer)
    nothing = sql.SQL("nosuperuser nobypassrls nocreatedb nocreaterole noreplication noinherit")
    try:
        with psycopg.connect(**facts.as_owner(), autocommit=True) as connection:
            _refuse_old(connection)
            for role, login in ((facts.roles.app, "login"), *((role, "nologin") for role in nameless)):
                if not _is_there(connection, "select from pg_roles where rolname = %s", role):
                    connection.execute(
                        sql.SQL("create role {} {} {}").format(sql.Identifier(role), sql.SQL(login), nothing)
                    )
            if not facts.is_own:
                # Only its verifier travels, so that the server's log cannot hold the password.
                verifier = connection.pgconn.encrypt_password(keys.app_password.encode(), facts.roles.app.encode())
                connection.execute(sql.SQL("alter role {} password {}").format(app, sql.Literal(verifier.decode())))
            for role in nameless:
                connection.execute(
                    sql.SQL("grant {} to {} with inherit false, set true").format(sql.Identifier(role), owner)
                )
            database = sql.Identifier(facts.database)
            connection.execute(sql.SQL("revoke all on database {} from public").format(database))
            connection.execute(sql.SQL("grant connect, temporary on database {} to {}").format(database, app))
    except psycopg.errors.InsufficientPrivilege:
        raise Unavailable(
            "The role of CLEW_DATABASE_URL must own its database and may create roles: alter role … createrole."
        ) from None
    except psycopg.OperationalError as refused:
        raise Unavailable("The database of CLEW_DATABASE_URL cannot be reached.") from refused


def _refuse_old(connection: psycopg.Connection[TupleRow]) -> None:
    if connection.info.server_version < MAJOR_MIN * 10_000:
        raise Unavailable(f"The database of CLEW_DATABASE_URL is too old: Clew needs PostgreSQL {MAJOR_MIN} or later.")


def _is_there(connection: psycopg.Connection[TupleRow], query: str, name: str) -> bool:
    return connection.execute(query, [name]).fetchone() is not None


def _refuse_keys_of_another(configuration: Configuration, facts: ConnectionFacts, keys: Keys) -> None:
    with psycopg.connect(**facts.as_owner(), autocommit=True) as connection:
        is_new = connection.execute("select to_regclass('public.context_keys')").fetchone() == (None,)
        kept = None if is_new else connection.execute("select inner_half, outer_half from context_keys").fetchone()
    if kept is None and (configuration.keys_folder / FOUNDED).exists():
        raise Unavailable(
            "The keys of this node belong to another database than the one that answers, which is empty:"
            " bring the database back, or choose another CLEW_HOME."
        )
    if kept is not None and tuple(bytes(half) for half in kept) != halves(keys.context):
        if facts.is_own:
            raise Unavailable(
                f"A database of an earlier node with other keys is still in {place_of(configuration).root}:"
                " bring those keys back, or move it away."
            )
        raise Unavailable(
            "The database belongs to a node with other keys: bring those keys back, or choose another database."
        )


def _renew_rules(facts: ConnectionFacts) -> None:
    """Put functions, policies and grants back to what they must be; where they are so, no table is locked."""
    with psycopg.connect(**facts.as_owner()) as connection:
        for statement in policies.functions_made(facts.roles):
            connection.execute(statement)
        kept = catalogue.rules(connection)
        is_forced = catalogue.covered(connection) | {*policies.SPECIAL} <= catalogue.forced(connection)
        if not is_forced or kept != catalogue.rules_wanted(connection, facts.roles):
            for statement in policies.renewed(kept, facts.roles):
                connection.execute(statement)
        if any(catalogue.grants(connection, role) != wanted for role, wanted in grants_wanted(facts.roles).items()):
            for statement in [*policies.grants(facts.roles), *_grants_on_tables_of_others(facts)]:
                connection.execute(statement)


def grants_wanted(roles: Roles) -> dict[str, dict[str, str]]:
    """By role and table: what it must be granted, in the catalogue's order."""
    return {
        roles.app: catalogue.in_order(policies.APP_GRANTS | TABLES_OF_OTHERS),
        roles.blind: catalogue.in_order(policies.BLIND_GRANTS),
        roles.sequencer: catalogue.in_order(log.SEQUENCER_GRANTS),
    }


def _grants_on_tables_of_others(facts: ConnectionFacts) -> list[sql.Composed]:
    app = sql.Identifier(facts.roles.app)
    statements = []
    for table, granted in TABLES_OF_OTHERS.items():
        named = sql.Identifier(table)
        statements.append(sql.SQL("revoke all on {} from public, {}").format(named, app))
        statements.append(sql.SQL("grant {} on {} to {}").format(sql.SQL(granted), named, app))
    # The queue's and the accounts' tables number their rows by sequences.
    statements.append(sql.SQL("grant usage on all sequences in schema public to {}").format(app))
    return statements


def _hand_over_key(facts: ConnectionFacts, keys: Keys) -> None:
    """Give the database the key by which it knows a signed actor."""
    with psycopg.connect(**facts.as_owner()) as connection:
        connection.execute(
            "insert into context_keys (id, inner_half, outer_half) values (1, %s, %s) on conflict (id) do nothing",
            halves(keys.context),
        )


def _set_clock(configuration: Configuration, facts: ConnectionFacts) -> None:
    """How often notices of overlaps are released."""
    with psycopg.connect(**facts.as_owner()) as connection:
        connection.execute(deconfliction.clock_is_set(configuration.overlap_hours))


def halves(key: bytes) -> tuple[bytes, bytes]:
    """The blocks with which HMAC-SHA256 begins its inner and outer hash, 64 bytes each.

    Source: RFC 2104, section 2.
    """
    padded = key.ljust(HMAC_BLOCK_BYTES, b"\0")
    return bytes(byte ^ 0x36 for byte in padded), bytes(byte ^ 0x5C for byte in padded)
