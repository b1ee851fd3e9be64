"""Sandboxes for these tests: the real one, around a program that reads drawn words."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from clew.media.nursery import Nursery

STAND_IN = Path(__file__).with_name("stand_in.py")


def program(before: str = "") -> tuple[str, ...]:
    """The stand-in program, started after the Python statement `before`."""
    script = f"{before}\nimport runpy; runpy.run_path({str(STAND_IN)!r}, run_name='__main__')"
    return (sys.executable, "-I", "-c", script)


def memfd(content: bytes) -> int:
    fd = os.memfd_create("words")
    os.write(fd, content)
    return fd


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery(program=program()) as one:
        yield one
