"""Holding: the bytes of a seized file, out of a folder or a sealed upload, where nobody can write to them."""

import os
from pathlib import Path

from clew.actions.workplace import Workplace
from clew.domain.errors import ClewError, Unavailable
from clew.domain.intake import NOT_OPENED, NOT_READ
from clew.media.digests import Content, content_of, content_of_file
from clew.media.limits import MEDIUM_BYTES_MAX
from clew.media.uploads import Staged
from clew.media.walk import open_seized
from clew.records.intakes import Intake

TOO_LARGE = "The file is larger than a medium may be."
Source = Path | Staged
"""A folder, or an upload: its files are called by their numbers."""


def source_of(workplace: Workplace, intake: Intake) -> Source:
    """Where the files of an intake lie.

    Raises:
        Unavailable: it is an upload that is gone.
        StepRefused: its case was shredded.
    """
    if intake.upload is None:
        return intake.root
    if workplace.uploads is None:
        raise Unavailable("Nothing comes through a browser here.")
    return workplace.uploads.opened(intake.handling.owner_member, intake.upload)


def hold(source: Source, location: bytes) -> tuple[Content | None, str]:
    """A file of the source, held with its digests; None where it cannot be read, with the reason."""
    if isinstance(source, Staged):
        return _hold_staged(source, location)
    try:
        fd = open_seized(source, location)
    except ClewError:
        return None, NOT_OPENED
    try:
        if os.fstat(fd).st_size > MEDIUM_BYTES_MAX:
            return None, TOO_LARGE
        return content_of_file(fd), ""
    except (OSError, ClewError):
        return None, NOT_READ
    finally:
        os.close(fd)


def _hold_staged(staged: Staged, location: bytes) -> tuple[Content | None, str]:
    """From sealed pieces into sealed memory: no file of an upload is so large that it would be spilled."""
    try:
        return content_of(staged.stream(int(location))), ""
    except (OSError, ClewError, ValueError):
        return None, NOT_READ
