"""The database roles of a node: who runs, who looks without eyes, who puts the audit in order."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """`app` is who everything connects as; it owns nothing and cannot bypass row security.

    `blind` owns the functions that read over all members and give numbers only.
    `sequencer` reads acts and writes the log over them, and nothing else. Nobody can
    connect as either of the two.
    """

    app: str
    blind: str
    sequencer: str

    @classmethod
    def of(cls, database: str) -> Self:
        """Roles belong to the whole server, so they carry the name of their database."""
        suffix = "" if database == "clew" else f"_{database}"
        return cls(app=f"clew_app{suffix}", blind=f"clew_blind{suffix}", sequencer=f"clew_sequencer{suffix}")
