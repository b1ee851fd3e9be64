"""Keys of cases: made once, wrapped under their owner's, renewed without a gap, and destroyed for good.

Each claim is made of both stores of owners' keys: the directory, and a real program that is asked.
"""

import os
import shutil
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from clew.domain.errors import Invalid, StepRefused, Tampered, Unavailable
from clew.keys import files, rotation
from clew.keys.key_command import KeyCommand
from clew.keys.key_directory import KeyDirectory
from clew.keys.keyring import Keyring
from clew.keys.owner_keys import Wrapped

CASE = "11111111-1111-4111-8111-111111111111"
OTHER_CASE = "22222222-2222-4222-8222-222222222222"
ROOT = Path(__file__).parents[3]


def program(folder):
    """The program as an executable of its own, as an administrator would put one there."""
    script = folder / "ask-hsm"
    if not script.exists():
        script.write_text(f"#!/bin/sh\ncd {ROOT} && exec {sys.executable} -m tests.world.key_program {folder}/hsm\n")
        script.chmod(0o700)
    return script


@pytest.fixture(params=["directory", "command"])
def make(request, tmp_path):
    """Makes a keyring, as each process has its own, over the same store."""
    made = []
    program(tmp_path)  # there before several ask for it at once

    def keyring():
        if request.param == "directory":
            return Keyring(tmp_path / "cases", KeyDirectory(tmp_path / "owners"))
        made.append(KeyCommand(program(tmp_path)))
        return Keyring(tmp_path / "cases", made[-1])

    yield keyring
    for command in made:
        command.close()


def everything_below(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_key_is_made_once_and_every_process_reads_the_same(make):
    key = make().key("NO", CASE, make=True)
    assert len(key) == 32
    assert make().key("NO", CASE) == make().key("NO", CASE, make=True) == key
    assert make().key("NO", OTHER_CASE, make=True) != key
    assert make().key("SE", CASE, make=True) != key


def test_makers_at_once_agree_on_one_key(make):
    found = []
    threads = [threading.Thread(target=lambda: found.append(make().key("NO", CASE, make=True))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_a_lost_key_is_noticed_not_made_anew(make, tmp_path):
    make().key("NO", CASE, make=True)
    shutil.rmtree(tmp_path / "cases")
    with pytest.raises(Unavailable):
        make().key("NO", CASE)


def test_no_file_holds_the_key_of_a_case(make, tmp_path):
    key = make().key("NO", CASE, make=True)
    for content in everything_below(tmp_path / "cases").values():
        assert key not in content
        assert key.hex().encode() not in content


def test_a_file_put_in_the_place_of_another_cases_opens_nothing(make, tmp_path):
    make().key("NO", CASE, make=True)
    make().key("NO", OTHER_CASE, make=True)
    shutil.copy(tmp_path / "cases" / "NO" / CASE, tmp_path / "cases" / "NO" / OTHER_CASE)
    with suppress(Tampered):
        assert make().key("NO", OTHER_CASE) != make().key("NO", CASE)


def test_a_changed_file_opens_nothing(make, tmp_path):
    ring = make()
    key = ring.key("NO", CASE, make=True)
    path = tmp_path / "cases" / "NO" / CASE
    whole = path.read_bytes()
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 1
        path.write_bytes(changed)
        ring._known.clear()
        with pytest.raises((Tampered, Unavailable)):
            ring.key("NO", CASE)
    path.write_bytes(whole)
    assert make().key("NO", CASE) == key


def test_a_destroyed_key_is_gone_and_never_made_anew(make, tmp_path):
    ring = make()
    key = ring.key("NO", CASE, make=True)
    kept = ring.key("NO", OTHER_CASE, make=True)
    held = os.open(tmp_path / "cases" / "NO" / CASE, os.O_RDONLY)
    wrapped = os.pread(held, 4096, 0)
    ring.destroy("NO", CASE)
    assert not set(wrapped[12:]) <= {0}
    assert wrapped not in os.pread(held, 4096, 0)
    os.close(held)
    for each in (ring, make()):
        for making in (False, True):
            with pytest.raises(StepRefused):
                each.key("NO", CASE, make=making)
        assert each.key("NO", OTHER_CASE) == kept
    assert all(key not in content and wrapped not in content for content in everything_below(tmp_path / "cases").values())
    assert ring.destroyed("NO") == {CASE}
    ring.destroy("NO", CASE)


def test_a_program_that_keeps_a_key_for_each_scope_makes_copies_of_a_wrapped_key_worthless(tmp_path):
    command = KeyCommand(program(tmp_path))
    ring = Keyring(tmp_path / "cases", command)
    ring.key("NO", CASE, make=True)
    path = tmp_path / "cases" / "NO" / CASE
    backup = path.read_bytes()
    ring.destroy("NO", CASE)
    path.write_bytes(backup)
    path.chmod(0o600)
    with pytest.raises(Unavailable):
        ring.key("NO", CASE)
    command.close()


def test_rotation_wraps_every_key_anew_and_changes_none(make, tmp_path):
    ring = make()
    keys = {scope: ring.key("NO", scope, make=True) for scope in (CASE, OTHER_CASE, "own")}
    foreign = ring.key("SE", CASE, make=True)
    before = everything_below(tmp_path / "cases")
    assert rotation.rotate(ring, "NO") == (2, 3)
    after = everything_below(tmp_path / "cases")
    assert before.keys() == after.keys()
    assert all((before[path] != after[path]) == (path.parent.name == "NO") for path in before)
    assert {scope: make().key("NO", scope) for scope in keys} == keys
    assert make().key("SE", CASE) == foreign
    assert rotation.rotate(ring, "NO") == (3, 3)


def test_a_member_without_keys_cannot_have_them_rotated(make):
    with pytest.raises(Invalid):
        rotation.rotate(make(), "NO")


@pytest.mark.parametrize("member", ["", ".", "..", "../SE", "a/b", "N\x00", "NØ", "a" * 65])
def test_a_code_that_is_no_folder_name_is_refused(tmp_path, member):
    with pytest.raises(Invalid):
        KeyDirectory(tmp_path).newest(member)
    with pytest.raises(Invalid):
        Keyring(tmp_path, KeyDirectory(tmp_path)).key(member, CASE, make=True)


@pytest.mark.parametrize("scope", ["", ".", "..", "../1", "A", "x.destroyed", "a/b"])
def test_a_scope_that_is_no_file_name_is_refused(tmp_path, scope):
    with pytest.raises(Invalid):
        Keyring(tmp_path, KeyDirectory(tmp_path)).key("NO", scope, make=True)


class TestFiles:
    """Files of the owner's keys and of wrapped ones."""

    @pytest.fixture
    def ring(self, tmp_path):
        ring = Keyring(tmp_path / "cases", KeyDirectory(tmp_path / "owners"))
        ring.key("NO", CASE, make=True)
        return ring

    @pytest.mark.usefixtures("ring")
    def test_they_are_private(self, tmp_path):
        found = everything_below(tmp_path)
        assert sorted(path.name for path in found) == sorted(["1", CASE])
        assert {path.stat().st_mode & 0o777 for path in found} == {0o600}
        folders = [path for path in tmp_path.rglob("*") if path.is_dir()]
        assert {path.stat().st_mode & 0o777 for path in folders} == {0o700}

    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
    @pytest.mark.parametrize("file", ["owners/NO/1", f"cases/NO/{CASE}"])
    @pytest.mark.usefixtures("ring")
    def test_one_that_others_may_read_is_refused(self, tmp_path, mode, file):
        (tmp_path / file).chmod(mode)
        with pytest.raises(Unavailable):
            Keyring(tmp_path / "cases", KeyDirectory(tmp_path / "owners")).key("NO", CASE)

    @pytest.mark.parametrize("file", ["owners/NO/1", f"cases/NO/{CASE}"])
    @pytest.mark.usefixtures("ring")
    def test_a_cut_one_is_refused(self, tmp_path, file):
        (tmp_path / file).write_bytes((tmp_path / file).read_bytes()[:-1])
        with pytest.raises((Unavailable, Tampered)):
            Keyring(tmp_path / "cases", KeyDirectory(tmp_path / "owners")).key("NO", CASE)

    def test_what_is_replaced_is_overwritten(self, tmp_path):
        path = tmp_path / "a" / "b" / "key"
        files.make(path, b"the earlier content")
        with path.open("rb") as before:
            files.replace(path, b"the later content")
            assert b"earlier" not in before.read()
        assert path.read_bytes() == b"the later content"

    def test_a_key_is_forgotten_after_a_minute(self, ring, tmp_path, monkeypatch):
        ring.key("NO", CASE)
        Keyring(tmp_path / "cases", KeyDirectory(tmp_path / "owners")).destroy("NO", CASE)
        assert ring.key("NO", CASE)
        now = ring._known["NO", CASE, ""][0]
        monkeypatch.setattr("clew.keys.keyring.time.monotonic", lambda: now + 1)
        with pytest.raises(StepRefused):
            ring.key("NO", CASE)


# A rotation that is killed ---------------------------------------------------------

KILLED_AT = range(1, 61)

def killed_at(point, folder):
    """Rotate in a process of its own that kills itself at its `point`-th call that touches a disk; whether it did."""
    child = os.fork()
    if child == 0:
        left = [point]
        for home, name in [*((os, name) for name in ("write", "fsync", "link", "pwrite", "close")), (Path, "replace"), (Path, "unlink")]:
            setattr(home, name, deadly(getattr(home, name), left))
        rotation.rotate(Keyring(folder / "cases", KeyDirectory(folder / "owners")), "NO")
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def deadly(call, left):
    def counted(*arguments, **named):
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*arguments, **named)

    return counted


def test_a_rotation_killed_at_any_call_loses_no_key_and_is_gone_on_with(tmp_path):
    """Sixty points, kill -9: every key opens at once, and the next rotation ends the one that was begun."""
    killed = 0
    for point in KILLED_AT:
        folder = tmp_path / str(point)
        ring = Keyring(folder / "cases", KeyDirectory(folder / "owners"))
        keys = {scope: ring.key("NO", scope, make=True) for scope in (CASE, OTHER_CASE, "own")}
        killed += killed_at(point, folder)
        again = Keyring(folder / "cases", KeyDirectory(folder / "owners"))
        assert {scope: again.key("NO", scope) for scope in keys} == keys, f"point {point}"
        rotation.rotate(again, "NO")
        assert {again.version("NO", scope) for scope in keys} == {again.owners.newest("NO")}
        last = Keyring(folder / "cases", KeyDirectory(folder / "owners"))
        assert {scope: last.key("NO", scope) for scope in keys} == keys
    assert killed >= 30


# The program that holds keys ---------------------------------------------------------


def scripted(tmp_path, answer):
    script = tmp_path / "ask"
    script.write_text(f"#!{sys.executable}\nimport sys\nfor line in sys.stdin:\n    {answer}\n    sys.stdout.flush()\n")
    script.chmod(0o700)
    return KeyCommand(script)


@pytest.mark.parametrize(
    "answer",
    [
        "sys.stdout.write('no json\\n')", "sys.stdout.write('[]\\n')", "sys.stdout.write('{}\\n')", "sys.exit(1)",
        "sys.stdout.write('{\"version\": \"1\"}\\n')", "sys.stdout.write('{\"version\": 0}\\n')",
        "sys.stdout.write('{\"version\": 1, \"wrapped\": \"zz\"}\\n')", "sys.stdout.write('x' * 100_000)",
        "sys.stdout.write('{\"refused\": \"unavailable\"}\\n')", "sys.stdout.write('{\"key\": \"00\"}\\n')",
    ],
)  # fmt: skip
def test_a_program_that_answers_nonsense_or_dies_is_unavailable(tmp_path, answer):
    command = scripted(tmp_path, answer)
    with pytest.raises(Unavailable):
        command.wrap("NO", CASE, bytes(32))
    with pytest.raises(Unavailable):
        command.unwrap("NO", CASE, Wrapped(version=1, sealed=b"x"))
    command.close()


def test_a_program_that_does_not_answer_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr("clew.keys.key_command.ANSWER_SECONDS_MAX", 0.2)
    command = scripted(tmp_path, "pass")
    with pytest.raises(Unavailable):
        command.newest("NO")
    command.close()


def test_a_program_that_is_not_there_is_unavailable(tmp_path):
    with pytest.raises(Unavailable):
        KeyCommand(tmp_path / "nothing").newest("NO")


def test_a_program_that_died_is_started_again_and_keys_are_never_in_its_arguments(tmp_path):
    command = KeyCommand(program(tmp_path))
    ring = Keyring(tmp_path / "cases", command)
    key = ring.key("NO", CASE, make=True)
    pid = command._running.pid
    assert key.hex().encode() not in Path(f"/proc/{pid}/cmdline").read_bytes() + Path(f"/proc/{pid}/environ").read_bytes()
    command._running.kill()
    command._running.wait()
    ring._known.clear()
    assert ring.key("NO", CASE) == key
    command.close()
