"""How a command begins: with what it needs and no more."""

import subprocess
import sys

SLOW = ("numba", "numpy", "av", "ninja", "procrastinate", "uvicorn")
"""What takes longer to load than most commands take to run."""


def test_a_command_that_compares_nothing_loads_nothing_that_compares() -> None:
    told = f"import sys, clew.cli.main; print([name for name in {SLOW} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
