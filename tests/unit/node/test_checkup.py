"""What the doctor says of the folders of a node."""

from pathlib import Path

import pytest

from clew.node.checkup import _keys_apart
from clew.node.configuration import Configuration


def of(monkeypatch: pytest.MonkeyPatch, home: Path, **more: Path) -> Configuration:
    monkeypatch.setenv("CLEW_HOME", str(home))
    for name, value in more.items():
        monkeypatch.setenv(name, str(value))
    return Configuration.from_environment()


def test_keys_lie_apart_as_a_node_is_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = _keys_apart(of(monkeypatch, tmp_path / "home"))
    assert (found.ok, found.sentence) == (True, "The keys lie apart from the vault and the database.")


@pytest.mark.parametrize("vault", ["home", "home/keys", "home/keys/vault", "."])
def test_a_vault_that_holds_the_keys_or_lies_in_them_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, vault: str
) -> None:
    found = _keys_apart(of(monkeypatch, tmp_path / "home", CLEW_VAULT=tmp_path / vault))
    assert not found.ok
    assert found.sentence.startswith("The keys lie in one folder with the vault: a copy takes")


def test_a_way_round_by_a_link_is_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "elsewhere").symlink_to(tmp_path / "home")
    assert not _keys_apart(of(monkeypatch, tmp_path / "home", CLEW_VAULT=tmp_path / "elsewhere")).ok
