"""Keys keep their word: made once, for the node's user alone."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from clew.domain.errors import Unavailable
from clew.node import keys


def test_they_are_made_once_and_all_differ(tmp_path: Path) -> None:
    made = keys.make(tmp_path / "keys")
    assert keys.make(tmp_path / "keys") == keys.read(tmp_path / "keys") == made
    assert len({made.django, made.context, bytes.fromhex(made.app_password)}) == 3


def test_nobody_else_can_read_them(tmp_path: Path) -> None:
    keys.make(tmp_path / "keys")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "keys").iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    keys.make(tmp_path / "keys")
    (tmp_path / "keys" / "context.key").chmod(0o644)
    with pytest.raises(Unavailable, match="Others can read"):
        keys.read(tmp_path / "keys")


def test_a_damaged_key_is_refused(tmp_path: Path) -> None:
    keys.make(tmp_path / "keys")
    (tmp_path / "keys" / "context.key").write_text("00")
    with pytest.raises(Unavailable, match="damaged"):
        keys.read(tmp_path / "keys")


def test_without_keys_the_sentence_says_how_to_make_them(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="clew init"):
        keys.read(tmp_path)


def test_they_do_not_show(tmp_path: Path) -> None:
    made = keys.make(tmp_path / "keys")
    assert repr(made.context) not in repr(made)
    assert made.app_password not in repr(made)


def test_all_who_make_them_at_once_have_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as at_once:
        made = list(at_once.map(lambda _: keys.make(tmp_path / "keys"), range(16)))
    assert all(found == made[0] for found in made)
