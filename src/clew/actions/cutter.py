"""What objects are cut out with: the vault and the sandbox."""

from dataclasses import dataclass

from clew.media.nursery import Nursery
from clew.media.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutter:
    """Made once in each process that serves pages or runs commands; its sandbox starts with the first object."""

    vault: Vault
    nursery: Nursery
