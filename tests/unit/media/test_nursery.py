"""The nursery keeps what it compiled: whoever starts the next one does not wait for it again."""

import shutil
from pathlib import Path

from clew.media.nursery import Nursery
from clew.media.sandbox import Sandbox


def test_a_nursery_that_starts_again_compiles_nothing(compiled: Path, tmp_path: Path) -> None:
    """Nor does what is kept grow with each start."""
    cache = tmp_path / "cache"
    shutil.copytree(compiled, cache)
    cache.chmod(0o700)
    before = kept(cache)
    assert len(before) > 30
    with Nursery(cache=cache) as nursery, Sandbox(nursery=nursery) as sandbox:
        sandbox.level()
    assert kept(cache) == before


def kept(cache: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in cache.rglob("*.nb*")}
