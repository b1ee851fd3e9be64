"""A full disk is one sentence, and afterwards everything is there."""

from pathlib import Path

import pytest
from django.conf import settings

from clew.cli.drawing import landscape
from clew.domain.errors import Unavailable
from clew.domain.handling import Actor
from clew.domain.triage import Counts
from clew.media.vault import Vault
from tests.world.disk import small_disk
from tests.world.office import Office


@pytest.fixture
def seized(tmp_path: Path) -> Path:
    folder = tmp_path / "seized"
    folder.mkdir()
    for seed in range(8):
        landscape(seed, (320, 240)).save(folder / f"{seed}.jpg")
    return folder


def test_a_full_disk_is_one_sentence_and_nothing_is_lost(
    office: Office, ada: Actor, seized: Path, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "small") as small:
        roomy = office.workplace.vault
        tight = Vault(small / "vault", settings.CLEW_KEYRING, reserve_bytes=0)
        object.__setattr__(office.workplace, "vault", tight)
        with pytest.raises(Unavailable, match="room"):
            office.intake(ada, seized, "NO-1")
        assert office.counts(ada, "NO-1") == Counts()
        assert not any(path.is_file() for path in (small / "vault" / "incoming").rglob("*"))
        object.__setattr__(office.workplace, "vault", roomy)
    office.intake(ada, seized, "NO-1")
    assert office.counts(ada, "NO-1") == Counts(new=8)


def test_the_vault_leaves_room_for_the_database(office: Office, ada: Actor, seized: Path, tmp_path: Path) -> None:
    """A seized file without blocks says it is a terabyte; whatever else lies on the disk must go on."""
    roomy = office.workplace.vault
    careful = Vault(tmp_path / "vault", settings.CLEW_KEYRING, reserve_bytes=1 << 60)
    object.__setattr__(office.workplace, "vault", careful)
    with pytest.raises(Unavailable, match="room"):
        office.intake(ada, seized, "NO-1")
    object.__setattr__(office.workplace, "vault", roomy)
    office.intake(ada, seized, "NO-1")
    assert office.counts(ada, "NO-1") == Counts(new=8)
