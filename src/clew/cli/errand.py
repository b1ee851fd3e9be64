"""A command in a process that ends with the one that wants it: `python -m clew.cli.errand PARENT words`."""

import ctypes
import os
import signal
import sys

from clew.cli import main

PR_SET_PDEATHSIG = 1


def run(parent: int, words: list[str]) -> None:
    """Run `clew words` for the process `parent`; if that is gone, nobody waits for an answer."""
    if sys.platform == "linux":  # elsewhere it is only ended by who waits for it
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)
    sys.argv = ["clew", *words]
    main.main()


if __name__ == "__main__":
    run(int(sys.argv[1]), sys.argv[2:])
