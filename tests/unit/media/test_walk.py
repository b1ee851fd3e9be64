"""A seized folder is walked whole, with names of any bytes, and nothing outside it is ever opened."""

import gzip
import io
import os
import socket
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from clew.domain.errors import Invalid, Unavailable
from clew.media import walk as walking
from clew.media.walk import SourceKind, first_block, open_seized, path_from_text, path_text, source_kind, walk

NAMES = [
    b"plain.jpg",
    b"caf\xc3\xa9",
    b"latin-\xe9\xff",
    b"-rf",
    b"new\nline",
    b"a b'\";&",
    b"\xe2\x80\xaegpj.exe",
    b"x" * 255,
]


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "seized"
    folder.mkdir()
    return folder


def write(root, path, content=b"meadow"):
    full = os.fsencode(root) + b"/" + path
    Path(os.fsdecode(full)).parent.mkdir(parents=True, exist_ok=True)
    Path(os.fsdecode(full)).write_bytes(content)


def read(root, path):
    fd = open_seized(root, path)
    try:
        return os.read(fd, 1000)
    finally:
        os.close(fd)


def open_count():
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_every_file_is_found_under_its_own_bytes_and_opened(root):
    for name in NAMES:
        write(root, name, name)
        write(root, b"deep/\xff/" + name, name)
    before = open_count()
    found = list(walk(root))
    assert open_count() == before
    assert {seized.path for seized in found} == {*NAMES, *(b"deep/\xff/" + name for name in NAMES)}
    for seized in found:
        assert seized.reason is None
        assert seized.size_bytes == len(read(root, seized.path))
        assert seized.path.endswith(read(root, seized.path))
        assert seized.modified_ns > 0


def test_an_empty_folder_holds_nothing_and_an_empty_file_is_a_file(root):
    assert list(walk(root)) == []
    write(root, b"empty", b"")
    assert [(seized.path, seized.size_bytes, seized.reason) for seized in walk(root)] == [(b"empty", 0, None)]


def test_a_single_file_is_walked_and_opened_as_a_folder_of_one(root):
    write(root, b"one.jpg", b"ridge")
    file = root / "one.jpg"
    assert [(seized.path, seized.size_bytes) for seized in walk(file)] == [(b"one.jpg", 5)]
    assert read(file, b"one.jpg") == b"ridge"
    with pytest.raises((Invalid, Unavailable)):
        open_seized(file, b"other.jpg")


def test_what_is_no_file_is_given_with_a_reason_and_never_opened(root, tmp_path):
    write(tmp_path, b"outside/secret", b"canary")
    (root / "link").symlink_to(tmp_path / "outside" / "secret")
    (root / "folder-link").symlink_to(tmp_path / "outside")
    os.mkfifo(root / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(root / "socket"))
    found = {seized.path: seized for seized in walk(root)}
    assert set(found) == {b"link", b"folder-link", b"pipe", b"socket"}
    assert all(seized.reason for seized in found.values())
    before = open_count()
    for path in (*found, b"folder-link/secret"):
        with pytest.raises(Invalid):
            open_seized(root, path)
    assert open_count() == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes a device: DEVICES NOT TESTED HERE")
def test_a_device_is_given_with_a_reason_and_never_read(root):
    try:
        os.mknod(root / "zero", 0o600 | stat.S_IFCHR, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("no device may be made here: DEVICES NOT TESTED")
    (seized,) = walk(root)
    assert "device" in seized.reason
    with pytest.raises((Invalid, Unavailable)):
        open_seized(root, b"zero")


@pytest.mark.parametrize(
    "path", [b"", b".", b"..", b"../outside", b"a/../../x", b"/etc/passwd", b"a//b", b"a/./b", b"a\x00b", b"a/"]
)
def test_a_path_that_climbs_or_is_none_is_refused(root, path):
    write(root, b"a/b")
    with pytest.raises(Invalid):
        open_seized(root, path)


def test_a_file_that_is_gone_is_unavailable(root):
    with pytest.raises(Unavailable):
        open_seized(root, b"gone")
    with pytest.raises(Unavailable):
        open_seized(root, b"gone/too")
    with pytest.raises(Unavailable):
        list(walk(root / "gone"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every folder: UNREADABLE FOLDERS NOT TESTED AS ROOT")
def test_a_folder_that_cannot_be_read_is_reported(root):
    write(root, b"locked/x")
    (root / "locked").chmod(0)
    (seized,) = walk(root)
    (root / "locked").chmod(0o700)
    assert seized.path == b"locked"
    assert seized.reason


def test_a_folder_that_fails_is_reported_and_the_others_are_walked(root, monkeypatch):
    """As an unreadable folder does for whoever is not root."""
    write(root, b"bad/x")
    write(root, b"good/y")
    real = os.scandir

    def scandir(folder):
        if os.fstat(folder).st_ino == (root / "bad").stat().st_ino:
            raise PermissionError
        return real(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    found = {seized.path: seized.reason for seized in walk(root)}
    assert found.keys() == {b"bad", b"good/y"}
    assert found[b"bad"]
    assert found[b"good/y"] is None


def test_folders_nested_beyond_the_limit_are_reported_and_the_rest_is_walked(root, monkeypatch):
    monkeypatch.setattr(walking, "DEPTH_MAX", 3)
    write(root, b"1/2/file")
    write(root, b"1/2/3/file")
    write(root, b"other")
    found = {seized.path: seized.reason is None for seized in walk(root)}
    assert found == {b"1/2/file": True, b"1/2/3": False, b"other": True}


def test_more_files_than_the_limit_are_refused_not_dropped(root, monkeypatch):
    for number in range(4):
        write(root, b"%d" % number)
    monkeypatch.setattr(walking, "FILES_MAX", 4)
    assert len(list(walk(root))) == 4
    monkeypatch.setattr(walking, "FILES_MAX", 3)
    with pytest.raises(Invalid):
        list(walk(root))


def test_a_walk_given_up_closes_every_folder(root):
    for number in range(5):
        write(root, b"%d/x" % number)
    before = open_count()
    walked = walk(root)
    next(walked)
    walked.close()
    assert open_count() == before


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (b"a/b.jpg", "a/b.jpg"),
        ("café 日本語 🌳".encode(), "café 日本語 🌳"),
        (b"latin-\xe9", "latin-\\xe9"),
        (b"new\nline\x1b[2J", "new\\nline\\x1b[2J"),
        ("\u202egpj.exe".encode(), "\\u202egpj.exe"),
        ("a\u2066b\u200fc".encode(), "a\\u2066b\\u200fc"),
        ("a\u2028b\u0085c".encode(), "a\\u2028b\\x85c"),
    ],
)
def test_a_path_is_shown_with_nothing_in_it_that_acts(path, shown):
    assert path_text(path) == shown


@pytest.mark.parametrize(
    ("text", "path"),
    [("VIC_Files\\1.png", b"VIC_Files/1.png"), ("é", b"\xc3\xa9"), ("..\\x", b"../x"), ("\ud800", b"?")],
)
def test_a_path_of_an_export_becomes_a_path_that_is_still_checked(text, path):
    assert path_from_text(text) == path


def zipped():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a", "b")
    return buffer.getvalue()


def tarred(form):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        archive.addfile(tarfile.TarInfo("a"))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (zipped(), SourceKind.ZIP),
        (b"PK\x05\x06" + bytes(18), SourceKind.ZIP),
        (tarred(tarfile.GNU_FORMAT), SourceKind.TAR),
        (tarred(tarfile.PAX_FORMAT), SourceKind.TAR),
        (tarred(tarfile.USTAR_FORMAT)[:257] + bytes(8) + tarred(tarfile.USTAR_FORMAT)[265:], SourceKind.FILE),
        (gzip.compress(b"x", mtime=0), SourceKind.GZIP),
        (b"", SourceKind.FILE),
        (bytes(1024), SourceKind.FILE),
        (b"\xff\xd8\xff\xe0", SourceKind.FILE),
        (b'{"odata.metadata":', SourceKind.FILE),
    ],
)
def test_a_source_is_known_by_its_content_and_not_by_its_name(root, content, kind):
    for name in (b"picture.jpg", b"archive.zip", b"list"):
        write(root, name, content)
        assert source_kind(root / os.fsdecode(name)) is kind
    assert source_kind(root) is SourceKind.FOLDER


def test_a_pipe_is_no_source_and_is_not_waited_for(root):
    os.mkfifo(root / "pipe")
    with pytest.raises(Invalid):
        first_block(root / "pipe")
    with pytest.raises(Unavailable):
        source_kind(root / "gone")
