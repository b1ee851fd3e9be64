"""Supervisors: members whose auditors read the acts of all members, as references."""

from django.db import connections, transaction


def add(code: str) -> None:
    """The member supervises from now on; the same again changes nothing. Done as the node's owner."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("insert into supervisors (member) values (%s) on conflict do nothing", [code])
