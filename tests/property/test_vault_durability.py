"""What is acknowledged survives the loss of power, and nothing that was changed is handed on."""

import random
from hashlib import sha256
from pathlib import Path

import pytest

from clew.domain.errors import Tampered, Unavailable
from clew.keys.key_directory import KeyDirectory
from clew.keys.keyring import Keyring
from clew.media.vault import Vault
from tests.world.disk import PowerLoss, SimulatedDisk

SEEDS = 2_000
CARELESS_SEEDS = 300
TAMPERINGS = 2_600
MEMBER, CASE = "NO", "11111111-1111-4111-8111-111111111111"


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    return Keyring(folder / "cases", KeyDirectory(folder / "owners"))


def media(draw, count):
    contents = [draw.randbytes(draw.choice([0, 1, 40, 700])) for _ in range(count)]
    return {sha256(content).digest(): content for content in contents}


def store(vault, stored, contents):
    """Put `contents` in one batch; what was acknowledged goes to `stored` with its wrapped key."""
    with vault.batch() as batch:
        for name, content in contents.items():
            batch.put(MEMBER, CASE, name, [content[:9], content[9:]], len(content))
    stored.update({name: (contents[name], batch.kept[MEMBER, CASE, name]) for name in contents})


def life(seed, keys, **careless):
    """Three batches, some media twice, the power cut anywhere; the disk after, and what was acknowledged."""
    draw = random.Random(seed)
    disk = SimulatedDisk(**careless)
    vault = Vault(Path("/disk/vault"), keys, disk)
    stored = {}
    disk.crash_at = draw.randrange(20, 110)
    earlier = {}
    try:
        while True:
            contents = media(draw, draw.randrange(1, 4))
            contents.update(dict(draw.sample(sorted(earlier.items()), min(1, len(earlier)))))
            earlier.update(contents)
            store(vault, stored, contents)
    except PowerLoss:
        pass
    return disk.power_loss(draw), stored, earlier


def is_whole(disk, keys, stored):
    vault = Vault(Path("/disk/vault"), keys, disk)
    try:
        for name, (content, wrapped) in stored.items():
            with vault.open(MEMBER, CASE, name, wrapped) as reader:
                if b"".join(reader) != content:
                    return False
    except (Tampered, Unavailable):
        return False
    return True


def test_an_acknowledged_medium_survives_the_loss_of_power(keys):
    """Everything acknowledged is there, and everything else can be stored again."""
    acknowledged = 0
    for seed in range(SEEDS):
        disk, stored, earlier = life(seed, keys)
        acknowledged += len(stored)
        assert is_whole(disk, keys, stored), f"seed {seed}"
        if seed % 5:
            continue
        vault = Vault(Path("/disk/vault"), keys, disk)
        again = dict(stored)
        store(vault, again, earlier)
        assert is_whole(disk, keys, again), f"seed {seed}, stored again"
        assert is_whole(disk, keys, stored), f"seed {seed}, the earlier keys"
    assert acknowledged > SEEDS


@pytest.mark.parametrize("careless", [{"syncs_bytes": False}, {"syncs_names": False}])
def test_without_either_sync_the_same_loss_of_power_loses_media(keys, careless):
    """The proof that the test above can fail: kill -9 alone would not notice."""
    lives = (life(seed, keys, **careless) for seed in range(CARELESS_SEEDS))
    lost = sum(not is_whole(disk, keys, stored) for disk, stored, _ in lives)
    assert lost >= CARELESS_SEEDS / 2


def test_a_full_disk_at_any_step_acknowledges_nothing_and_leaves_nothing(keys):
    draw = random.Random(5)
    contents = media(draw, 3)
    for full_at in range(1, 60):
        disk = SimulatedDisk(full_at=full_at)
        stored = {}
        refusal = ""
        vault = Vault(Path("/disk/vault"), keys, disk)
        try:
            store(vault, stored, contents)
        except Unavailable as error:
            refusal = str(error)
        if refusal:
            assert "room" in refusal
            assert not stored
        else:
            assert is_whole(disk, keys, stored)
        assert not [path for path in disk.names if "/incoming/" in path]
        disk.full_at = 1 << 62
        store(vault, stored, contents)
        assert is_whole(disk, keys, stored)
    assert full_at > disk.operations / 2


def test_a_failed_sync_acknowledges_nothing_and_is_not_tried_again_on_the_same_file(keys):
    contents = media(random.Random(6), 2)
    refused = 0
    for fails_at in range(1, 30):
        disk = SimulatedDisk(fails_at=fails_at)
        vault = Vault(Path("/disk/vault"), keys, disk)
        stored = {}
        try:
            store(vault, stored, contents)
        except Unavailable:
            refused += 1
            assert not stored
            doubtful = set(disk.files) - set(disk.durable_files)
            disk.fails_at = 1 << 62
            store(vault, stored, contents)
            assert not doubtful & set(disk.names.values()), "the bytes were written anew"
        assert is_whole(disk.power_loss(random.Random(fails_at)), keys, stored)
    assert refused


def tampered(draw, blob, other):
    """One change of a blob: bits, bytes, chunks, length, or another blob's part."""
    changed = bytearray(blob)
    place = draw.randrange(len(blob))
    match draw.randrange(8):
        case 0 | 1 | 2:
            changed[place] ^= 1 << draw.randrange(8)
        case 3:
            del changed[place:]
        case 4:
            changed += draw.randbytes(draw.choice([1, 16, 17, 16_400]))
        case 5:
            del changed[place : place + draw.choice([1, 16, 16_400])]
        case 6:
            first, second = 125, 125 + 16_400
            changed[first:second], changed[second : second + 16_400] = (
                changed[second : second + 16_400],
                changed[first:second],
            )
        case 7:
            changed[place:] = other[place:]
    return bytes(changed)


def test_no_changed_blob_is_ever_handed_on(keys):
    """100 % of changed, cut, extended, swapped or spliced blobs are refused, whatever is read."""
    draw = random.Random(7)
    disk = SimulatedDisk()
    vault = Vault(Path("/disk/vault"), keys, disk)
    stored = {}
    store(vault, stored, {sha256(content).digest(): content for content in [draw.randbytes(40_000) for _ in range(2)]})
    (name, (content, wrapped)), (other_name, _) = stored.items()
    inode = disk.names[str(vault.path_of(vault.blob_of((MEMBER, CASE, name))))]
    blob, other = bytes(disk.files[inode]), bytes(disk.files[disk.names[str(vault.path_of(vault.blob_of((MEMBER, CASE, other_name))))]])
    refused = tried = 0
    while tried < TAMPERINGS:
        changed = tampered(draw, blob, other)
        if changed == blob:
            continue
        tried += 1
        disk.files[inode] = bytearray(changed)
        handed_on = b""
        try:
            with vault.open(MEMBER, CASE, name, wrapped) as reader:
                for block in reader:
                    handed_on += block
        except Tampered:
            refused += 1
        assert content.startswith(handed_on)
    assert refused == TAMPERINGS
    disk.files[inode] = bytearray(blob)
    assert is_whole(disk, keys, stored)
