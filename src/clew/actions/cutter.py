"""What objects are cut out with: the vault, the sandbox, and a folder for what is too large for memory."""

from dataclasses import dataclass
from pathlib import Path

from clew.media.nursery import Nursery
from clew.media.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutter:
    """Made once in each process that serves pages or runs commands; its sandbox starts with the first object.

    `spill` is the folder for seized bytes too large for memory, as that of a workplace.
    """

    vault: Vault
    nursery: Nursery
    spill: Path
