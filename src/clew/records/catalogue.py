"""What the database says of its own rules: roles, grants, policies; to be compared with what they must be."""

from collections.abc import Mapping

import psycopg
from psycopg.rows import TupleRow

from clew.records import policies
from clew.records.roles import Roles

Connection = psycopg.Connection[TupleRow]


def powers(connection: Connection, role: str) -> set[str]:
    """What the role could do besides what it is granted; empty for a role that is safe to work as."""
    found = connection.execute(
        """
        select unnest(array_remove(array[
            case when rolsuper then 'superuser' end, case when rolbypassrls then 'bypasses row security' end,
            case when rolcreaterole then 'creates roles' end, case when rolcreatedb then 'creates databases' end,
            case when rolreplication then 'replicates' end,
            case when exists (select from pg_auth_members where member = r.oid) then 'belongs to other roles' end
            ], null))
          from pg_roles r where rolname = %s""",
        [role],
    )
    return {row[0] for row in found}


def owned(connection: Connection, role: str) -> int:
    """How many tables, functions, schemas and databases the role owns; tables for the time of a session apart."""
    found = connection.execute(
        """
        with r as (select oid from pg_roles where rolname = %s)
        select (select count(*) from pg_class, r where relowner = r.oid and relpersistence <> 't')
             + (select count(*) from pg_proc, r where proowner = r.oid)
             + (select count(*) from pg_namespace, r where nspowner = r.oid)
             + (select count(*) from pg_database, r where datdba = r.oid)""",
        [role],
    ).fetchone()
    return int(found[0]) if found else 0


def covered(connection: Connection) -> set[str]:
    """Tables with columns of a cover, their own or of the media they join."""
    return _names(
        connection,
        """
        select distinct c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
           and a.attname like '%owner\\_member' and not a.attisdropped""",
    )


def forced(connection: Connection) -> set[str]:
    """Tables whose row security holds for their owner too."""
    return _names(
        connection,
        """
        select relname from pg_class
         where relnamespace = 'public'::regnamespace and relrowsecurity and relforcerowsecurity""",
    )


def leaking_views(connection: Connection) -> set[str]:
    """Views that read with their owner's eyes instead of the asker's, and materialised ones."""
    return _names(
        connection,
        """
        select relname from pg_class
         where relnamespace = 'public'::regnamespace
           and (relkind = 'm' or relkind = 'v' and not coalesce(reloptions @> '{security_invoker=true}', false))""",
    )


def rules(connection: Connection) -> dict[tuple[str, str], tuple[str, str, str]]:
    """By table and policy: verb, what may be read, what may be written."""
    found = connection.execute(
        "select tablename, policyname, cmd, coalesce(qual, ''), coalesce(with_check, '')"
        " from pg_policies where schemaname = 'public'"
    )
    return {(row[0], row[1]): (row[2], row[3], row[4]) for row in found}


def rules_wanted(connection: Connection, roles: Roles) -> dict[tuple[str, str], tuple[str, str, str]]:
    """The same as they must be: made on empty twins of the tables, read back, and undone.

    So both come in PostgreSQL's own wording, whatever its version. The connection is the owner's.
    """
    tables = [*policies.COVERED, *policies.SPECIAL]
    with connection.transaction(force_rollback=True):
        connection.execute("create schema twins")
        for table in tables:
            connection.execute(f'create table twins."{table}" (like public."{table}")')
        connection.execute("set local search_path = twins, public")
        for statement in [*policies.cover(policies.COVERED, roles), *policies.special(roles), *policies.brought(roles)]:
            if statement.startswith("create policy"):
                connection.execute(statement.replace("public.", "twins."))
        found = connection.execute(
            "select tablename, policyname, cmd, coalesce(qual, ''), coalesce(with_check, '')"
            " from pg_policies where schemaname = 'twins'"
        ).fetchall()
    return {(row[0], row[1]): (row[2], row[3], row[4]) for row in found}


def grants(connection: Connection, role: str) -> dict[str, str]:
    """By table: what the role is granted, with columns where it is granted those only."""
    found = connection.execute(
        """
        with granted as (
            select c.relname, acl.privilege_type as verb, '' as columns, acl.grantee
              from pg_class c, aclexplode(c.relacl) acl
             where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v', 'm', 'p')
             union all
            select c.relname, acl.privilege_type, string_agg(a.attname, ', ' order by a.attnum), acl.grantee
              from pg_class c join pg_attribute a on a.attrelid = c.oid, aclexplode(a.attacl) acl
             where c.relnamespace = 'public'::regnamespace
             group by c.relname, acl.privilege_type, acl.grantee)
        select relname, string_agg(lower(verb) || case columns when '' then '' else ' (' || columns || ')' end,
                                   ', ' order by verb)
          from granted where grantee in (0, (select oid from pg_roles where rolname = %s)) group by relname""",
        [role],
    )
    return {row[0]: row[1] for row in found}


def in_order(granted: Mapping[str, str]) -> dict[str, str]:
    """Grants with their verbs in the order in which `grants` gives them."""
    return {table: ", ".join(sorted(_verbs(words))) for table, words in granted.items()}


def _verbs(words: str) -> list[str]:
    verbs, depth, start = [], 0, 0
    for at, letter in enumerate(words):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            verbs.append(words[start:at].strip())
            start = at + 1
    return [*verbs, words[start:].strip()]


def _names(connection: Connection, query: str) -> set[str]:
    return {row[0] for row in connection.execute(query)}
