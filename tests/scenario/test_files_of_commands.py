"""Files that commands write and read: refused in one sentence, and before anything is released or put on record."""

import io
import os
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from clew.actions import cropping, issuing, referring, releasing, reporting
from clew.cli import files, intaking, main
from clew.domain.errors import Invalid, NotVisible, SourceUnreadable, Unavailable
from clew.domain.handling import Actor
from tests.world.commands import Said, clew
from tests.world.disk import small_disk

STATED = ("--purpose", "investigation", "--case", "NO-1")
WRITING = {
    "release fetch": (releasing, "opened", (*STATED, "--into")), "crop show": (cropping, "revealed", (*STATED, "--to")),
    "referral write": (referring, "pack", (*STATED, "--to")), "report annual": (reporting, "annual", ("--pdf",)),
    "hash-list export case": (issuing, "choose", (*STATED, "--to")),
}  # fmt: skip


@pytest.fixture(params=WRITING)
def asked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, ada: Actor) -> Iterator[tuple[list[str], list[int]]]:
    """A command that writes a file, and how often it asked for what is to be written; that is always refused."""
    module, name, words = WRITING[request.param]
    times: list[int] = []

    def refused(*_given: object, **_named: object) -> None:
        times.append(1)
        raise NotVisible("There is none.")

    monkeypatch.setattr(module, name, refused)
    of = () if request.param == "report annual" else (str(uuid4()),)
    return [*request.param.split(), *of, "--as", "ada", *words], times


def is_one_sentence(said: Said) -> bool:
    return (said.code, said.out, said.err.count("\n")) == (1, "", 1) and said.err.endswith(".\n")


def test_a_file_that_cannot_be_made_is_refused_before_anything_is_released(
    asked: tuple[list[str], list[int]], tmp_path: Path
) -> None:
    words, times = asked
    (tmp_path / "there").write_text("kept")
    for target in (tmp_path / "there", tmp_path, tmp_path / "none" / "file", tmp_path / "there" / "file", Path("/proc/file")):
        assert is_one_sentence(clew(*words, str(target))), target
    assert times == []
    assert (tmp_path / "there").read_text() == "kept"
    said = clew(*words, str(tmp_path / "new"))
    assert (said.code, said.err, times) == (1, "There is none.\n", [1])
    assert not (tmp_path / "new").exists()


def test_a_new_file_is_its_users_alone_and_whole_or_gone(tmp_path: Path) -> None:
    with files.new(tmp_path / "one") as file:
        file.write(b"first ")
        file.write(b"second")
    assert (tmp_path / "one").read_bytes() == b"first second"
    assert stat.S_IMODE((tmp_path / "one").stat().st_mode) == 0o600
    with small_disk(tmp_path / "small") as small:
        with pytest.raises(Unavailable, match="gone again"), files.new(small / "one") as file:
            file.write(bytes(1 << 20))
        assert list(small.iterdir()) == []


@pytest.mark.parametrize(
    "words", [("scheme", "check"), ("case", "verify"), ("audit", "check", "--key", "k")], ids=" ".join
)
def test_a_file_that_cannot_be_read_is_one_sentence(words: tuple[str, ...], tmp_path: Path) -> None:
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(1 << 30)
    unreadable = tmp_path / "memory"
    unreadable.symlink_to("/proc/self/mem")
    for path in (large, unreadable):
        assert is_one_sentence(clew(*words, str(path))), path


@pytest.mark.parametrize("take", [files.given, files.given_line])
def test_what_is_no_text_on_standard_input_is_one_sentence(
    take: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"caf\xe9\n"), encoding="utf-8"))
    with pytest.raises(Invalid, match="UTF-8"):
        take()


def test_more_than_is_taken_is_refused_and_never_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("12345"))
    assert files.given(5) == "12345"
    monkeypatch.setattr(sys, "stdin", io.StringIO("123456"))
    with pytest.raises(Invalid, match="more on standard input"):
        files.given(5)


def test_an_answer_for_which_there_is_no_room_is_one_sentence(tmp_path: Path) -> None:
    """Whoever reads it by a program must not take half of it for all."""
    pid = os.fork()
    if not pid:
        try:
            os.dup2(os.open("/dev/full", os.O_WRONLY), 1)
            os.dup2(os.open(tmp_path / "said", os.O_WRONLY | os.O_CREAT), 2)
            sys.stdout, sys.stderr = open(1, "w"), open(2, "w")  # noqa: SIM115
            sys.argv = ["clew", "--help"]
            main.main()
        except SystemExit as ended:
            sys.stderr.flush()
            os._exit(int(ended.code or 0))
        os._exit(77)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 1
    assert (tmp_path / "said").read_text() == "A disk, file or device cannot be used: No space left on device.\n"


def test_an_intake_waits_for_a_database_and_never_for_a_disk_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(intaking.time, "sleep", waited.append)
    monkeypatch.setattr(intaking, "AWAY_SECONDS_MAX", 0.05)

    def failing(failure: Exception) -> None:
        raise failure

    with pytest.raises(SourceUnreadable):
        intaking._patiently(lambda: failing(SourceUnreadable("It failed.")))
    assert waited == []
    with pytest.raises(Unavailable):
        intaking._patiently(lambda: failing(Unavailable("It is away.")))
    assert waited
