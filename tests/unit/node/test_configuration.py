"""The configuration keeps its word: read from the environment, unknown settings refused."""

from pathlib import Path

import pytest

from clew.domain.errors import Invalid
from clew.node.configuration import Configuration


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLEW_DATABASE_URL", raising=False)
    monkeypatch.setenv("CLEW_HOME", "/somewhere")


def test_everything_lies_below_the_home() -> None:
    found = Configuration.from_environment()
    folders = (
        found.keys_folder, found.vault_folder, found.index_folder, found.cache_folder, found.spill_folder,
        found.postgres_folder,
    )  # fmt: skip
    assert {folder.parent for folder in folders} == {Path("/somewhere")}


def test_a_home_is_made_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLEW_HOME", "here")
    assert Configuration.from_environment().home == tmp_path / "here"


def test_an_unknown_setting_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEW_HOMES", "/somewhere")
    with pytest.raises(Invalid, match="CLEW_HOMES is not known"):
        Configuration.from_environment()


@pytest.mark.parametrize(("name", "value"), [("READERS", "0"), ("LISTEN_PORT", "high"), ("LOG_LEVEL", "loud")])
def test_a_value_that_cannot_be_is_refused_by_the_name_of_its_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"CLEW_{name}", value)
    with pytest.raises(Invalid, match=f"CLEW_{name} cannot be used"):
        Configuration.from_environment()


def test_the_address_of_the_database_does_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEW_DATABASE_URL", "postgresql://keeper:secret@host/evidence")
    assert "secret" not in repr(Configuration.from_environment())
