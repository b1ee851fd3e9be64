"""Members and their units."""

import re

from django.db import connections

from clew.domain.errors import Invalid
from clew.records.session import Session

CODE = re.compile(r"[A-Z0-9]{2,8}")


def add(code: str, name: str) -> None:
    """Add a member, or give one that is there another name. Done as the node's owner.

    Raises:
        Invalid: the code is not two to eight letters and digits, or the name is empty.
    """
    if not CODE.fullmatch(code.upper()):
        raise Invalid("The code of a member is two to eight letters or digits, such as NO.")
    if not name.strip():
        raise Invalid("A member has a name.")
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "insert into members (code, name) values (%s, %s) on conflict (code) do update set name = excluded.name",
            [code.upper(), name.strip()],
        )


def names(session: Session) -> dict[str, str]:
    """The name of every member, by its code."""
    with session.cursor() as cursor:
        cursor.execute("select code, name from members order by code")
        return {str(code): str(name) for code, name in cursor}
