"""A segment under watch: no answer comes from bytes that were not checked since they were mapped."""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from clew.domain.errors import Tampered
from clew.index.manifest import Entry
from clew.index.segment import Segment

CHECK_AGAIN_SECONDS = 3600.0
"""How long damage that comes later (a disk or memory failing while mapped) can go unnoticed."""


@dataclass(slots=True, kw_only=True)
class Watched:
    """`segment` is None where it could not even be opened."""

    entry: Entry
    segment: Segment | None
    pool: ThreadPoolExecutor
    _check: "Future[None] | None" = field(default=None)
    _check_since: float = field(default=0.0)
    _is_checked: bool = field(default=False)

    def __post_init__(self) -> None:
        self._begin_check()

    def _begin_check(self) -> None:
        self._check_since = time.monotonic()
        if self.segment is not None:
            self._check = self.pool.submit(self.segment.verify)

    def checked(self, now: float) -> Segment:
        """The segment, once its bytes are known to be good; begins a new check when the last is old.

        `now` is the monotonic clock, in seconds.

        Raises:
            Tampered: they are not; it is to be built anew.
        """
        if self.segment is None:
            raise Tampered("a segment of the index is missing or damaged")
        check = self._check
        if check is not None and (not self._is_checked or check.done()):
            check.result()
            self._check, self._is_checked = None, True
        elif check is None and now - self._check_since > CHECK_AGAIN_SECONDS:
            self._begin_check()
        return self.segment
