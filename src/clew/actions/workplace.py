"""What actions work with beside the database: the vault, the indexes, the sandboxed readers, and the academy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from clew.actions.enrolling import Academy
from clew.actions.reading import Readers
from clew.domain.fingerprint import Engine
from clew.index.recall import Index
from clew.media.nursery import Nursery
from clew.media.uploads import Uploads
from clew.media.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Certifier:
    """What signs certificates of destruction, and how long backups of keys are kept here."""

    seed: bytes = field(repr=False)
    backup_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """Made once in each process that works; `host` names the machine whose files it can open."""

    vault: Vault
    indexes: Mapping[Engine, Index]
    readers: Readers
    nursery: Nursery
    host: str
    spill: Path
    """Folder for entries of archives too large for memory: nameless, sealed, gone once they are closed."""
    uploads: Uploads | None = None
    """None where nothing comes through a browser: in benchmarks and trials."""
    certifier: Certifier | None = None
    """None where nobody certifies: in benchmarks and trials."""
    academy: Academy | None = None
    """None in an academy itself, in benchmarks and trials."""
