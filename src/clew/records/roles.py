"""The database roles of a node: who runs, and who looks without eyes."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """`app` is who everything connects as; it owns nothing and cannot bypass row security.

    `blind` owns the functions that read over all members and give numbers only; nobody
    can connect as it.
    """

    app: str
    blind: str

    @classmethod
    def of(cls, database: str) -> Self:
        """Roles belong to the whole server, so they carry the name of their database."""
        suffix = "" if database == "clew" else f"_{database}"
        return cls(app=f"clew_app{suffix}", blind=f"clew_blind{suffix}")
