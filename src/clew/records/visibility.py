"""The rules of `visibility.sql` and `told.sql`, ready to be pasted into a statement."""

from functools import cache
from importlib.resources import files

from clew.domain.fingerprint import NAME_BYTES
from clew.domain.handling import MATCHED

VIEWER_MEMBER = "(select clew_actor_member())"
VIEWER_UNIT = "(select clew_actor_unit())"
VIEWER_USE = "(select clew_actor_use())"
"""Sub-selects that depend on no row, so that each is worked out once for a query."""
VIEWER_USES = f"(select clew_actor_use() | {MATCHED:d}::smallint)"
"""What the transaction is for and what a match is told by, as bits of one number."""

HOME = "(select clew_actor_home())"
HOME_UNIT = "(select clew_actor_home_unit())"
ROLE = "(select clew_actor_role())"
OFFICER = "(select clew_actor_officer())"
"""The same for tables of administration, which roles without a right on content use too."""


def visible(
    prefix: str = "",
    *,
    viewer_member: str = VIEWER_MEMBER,
    viewer_unit: str = VIEWER_UNIT,
    viewer_use: str = VIEWER_USE,
) -> str:
    """An SQL condition: the viewer may see, for the use, the record whose cover columns begin with `prefix`.

    `prefix` is an alias with its dot (`b.`) or the beginning of the names (`a_`).
    """
    filled = render(
        _template(), prefix=prefix, viewer_member=viewer_member, viewer_unit=viewer_unit, viewer_use=viewer_use
    )
    return f"({filled})"


def told(
    prefix: str = "",
    *,
    viewer_member: str = VIEWER_MEMBER,
    viewer_unit: str = VIEWER_UNIT,
    viewer_uses: str = VIEWER_USES,
) -> str:
    """An SQL condition: the viewer may be told of a match with the record whose cover columns begin with `prefix`."""
    filled = render(
        _template("told.sql"), prefix=prefix, viewer_member=viewer_member, viewer_unit=viewer_unit, viewer_use=viewer_uses
    )
    return f"({filled})"


def sees_medium(
    prefix: str = "",
    *,
    viewer_member: str = VIEWER_MEMBER,
    viewer_unit: str = VIEWER_UNIT,
    viewer_use: str = VIEWER_USE,
    viewer_uses: str = VIEWER_USES,
) -> str:
    """An SQL condition: the viewer may see the medium; one of which nothing but a fingerprint is known, if it may read that."""
    seen = visible(prefix, viewer_member=viewer_member, viewer_unit=viewer_unit, viewer_use=viewer_use)
    read = told(prefix, viewer_member=viewer_member, viewer_unit=viewer_unit, viewer_uses=viewer_uses)
    return f"({seen} and (length({prefix}name) <> {NAME_BYTES} or {read}))"


def render(template: str, *, prefix: str, viewer_member: str, viewer_unit: str, viewer_use: str) -> str:
    """The rule with its places filled; braces of SQL's own, as in '{}', stay."""
    named = {
        "{prefix}": prefix,
        "{viewer_member}": viewer_member,
        "{viewer_unit}": viewer_unit,
        "{viewer_use}": viewer_use,
        "{viewer_uses}": viewer_use,
    }
    for place, words in named.items():
        template = template.replace(place, words)
    return template


@cache
def _template(name: str = "visibility.sql") -> str:
    text = files("clew.records").joinpath(name).read_text("utf-8")
    return "\n".join(line for line in text.splitlines() if not line.startswith("--"))
