"""The machine that this process runs on."""

import os
from pathlib import Path

MACHINE_ID = Path("/etc/machine-id")


def host() -> str:
    """What names this machine among the workers: two machines with one name would open each other's files."""
    try:
        return f"{os.uname().nodename}-{MACHINE_ID.read_text('ascii').strip()[:8]}"
    except OSError:
        return os.uname().nodename
