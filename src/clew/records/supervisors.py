"""Supervisors: members whose auditors read the acts of all members, as references."""

from django.db import connections, transaction

from clew.domain.errors import Invalid


def add(member: str) -> None:
    """The member supervises from now on; the same again changes nothing. Done as the node's owner.

    Raises:
        Invalid: there is no such member.
    """
    code = member.strip().upper()
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("select from members where code = %s", [code])
        if cursor.fetchone() is None:
            raise Invalid("The member is not known: add it first with clew member add.")
        cursor.execute("insert into supervisors (member) values (%s) on conflict do nothing", [code])
