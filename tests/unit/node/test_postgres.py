"""The node's own PostgreSQL keeps its word: shared, private, and up again after any kind of death."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from clew.domain.errors import Unavailable
from clew.node import account, binaries, place, postgres
from clew.node.cluster import LOG_BYTES_MAX
from clew.node.configuration import Configuration
from clew.node.connection import ConnectionFacts
from clew.node.place import SHARED, place_of

HOLD = """
import sys
from clew.node import postgres
from clew.node.configuration import Configuration
with postgres.running(Configuration.from_environment()):
    print("up", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="clew-test-"))
    yield folder
    forget(Configuration(home=folder))


def forget(configuration: Configuration) -> None:
    found = place_of(configuration)
    for folder in (configuration.home, found.root, found.socket):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def own(home: Path) -> Configuration:
    chosen = os.environ.get("CLEW_POSTGRES_BIN")
    return Configuration(home=home, database_url=None, postgres_bin=Path(chosen) if chosen else None)


@pytest.fixture
def holder(own: Configuration) -> Iterator["subprocess.Popen[bytes]"]:
    """Another process of the node, within whose work PostgreSQL is up."""
    environment = {name: value for name, value in os.environ.items() if name != "CLEW_DATABASE_URL"}
    with subprocess.Popen(
        [sys.executable, "-c", HOLD],
        env=environment | {"CLEW_HOME": str(own.home)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        yield process
        process.kill()


def asked(facts: ConnectionFacts, query: str) -> object:
    with psycopg.connect(**facts.as_superuser()) as connection:
        return connection.execute(query).fetchone()[0]


def is_up(own: Configuration) -> bool:
    try:
        psycopg.connect(host=str(place_of(own).socket), user="postgres", dbname="postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def postmaster(own: Configuration) -> int:
    return int((place_of(own).cluster / "postmaster.pid").read_text().partition("\n")[0])


def test_it_is_up_within_and_down_after(own: Configuration) -> None:
    with postgres.running(own) as facts:
        assert asked(facts, "select 1") == 1
        with postgres.running(own):
            pass
        assert is_up(own)
    assert not is_up(own)


def test_it_is_private(own: Configuration) -> None:
    with postgres.running(own) as facts:
        assert asked(facts, "show listen_addresses") == ""
        assert asked(facts, "select count(*) from pg_hba_file_rules where auth_method <> 'peer'") == 0
        folders = (place_of(own).cluster, place_of(own).socket, place_of(own).root, own.postgres_folder)
        assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}


def test_it_keeps_what_was_asked_of_it(own: Configuration) -> None:
    with postgres.running(own) as facts:
        assert asked(facts, "show data_checksums") == "on"
        assert asked(facts, "show synchronous_commit") == "on"
        assert asked(facts, "show client_connection_check_interval") == "5s"
        locale = "select datlocprovider::text || datlocale from pg_database where datname = 'postgres'"
        assert asked(facts, locale) == "bC.UTF-8"


@pytest.mark.parametrize(("size", "is_put_aside"), [(LOG_BYTES_MAX, False), (LOG_BYTES_MAX + 1, True)])
def test_a_long_log_is_put_aside_at_the_next_start(own: Configuration, size: int, is_put_aside: bool) -> None:
    with postgres.running(own):
        pass
    log = place_of(own).log
    os.truncate(log, size)
    before = log.with_name(f"{log.name}.before")
    before.unlink(missing_ok=True)
    with postgres.running(own):
        assert before.exists() == is_put_aside
        assert (log.stat().st_size < LOG_BYTES_MAX) == is_put_aside


def test_the_last_of_two_processes_stops_it(own: Configuration, holder: "subprocess.Popen[bytes]") -> None:
    with postgres.running(own):
        pass
    assert is_up(own)
    holder.communicate()
    assert not is_up(own)


def test_after_a_killed_process_it_is_still_up_and_the_next_one_uses_it(
    own: Configuration, holder: "subprocess.Popen[bytes]"
) -> None:
    with postgres.running(own):
        before = postmaster(own)
    holder.kill()
    holder.wait()
    assert is_up(own)
    with postgres.running(own):
        assert postmaster(own) == before
    assert not is_up(own)


def test_a_killed_postgresql_comes_up_again(own: Configuration) -> None:
    with postgres.running(own) as facts:
        with psycopg.connect(**facts.as_superuser()) as connection:
            connection.execute("create table if not exists kept as select 7 as number")
        os.kill(postmaster(own), signal.SIGKILL)
        with postgres.running(own):
            assert asked(facts, "select number from kept") == 7
    assert not is_up(own)


def test_a_number_that_now_is_another_process_does_not_keep_it_down(own: Configuration) -> None:
    """As after a new start of a container, whose processes get the same low numbers again."""
    with postgres.running(own):
        left = (place_of(own).cluster / "postmaster.pid").read_text().splitlines()
    as_user = account.for_postgres(print)
    other = {} if as_user.is_self else {"user": as_user.uid, "group": as_user.gid}
    with subprocess.Popen(["/bin/sleep", "60"], cwd="/", **other) as sleeper:
        file = place_of(own).cluster / "postmaster.pid"
        file.write_text("\n".join([str(sleeper.pid), *left[1:]]) + "\n")
        os.chown(file, as_user.uid, as_user.gid)
        with postgres.running(own):
            assert is_up(own)
        sleeper.kill()


def test_a_zombie_does_not_keep_it_down(own: Configuration) -> None:
    with postgres.running(own):
        left = (place_of(own).cluster / "postmaster.pid").read_text().splitlines()
    zombie = subprocess.Popen(["/bin/true"])
    while Path(f"/proc/{zombie.pid}/stat").read_text().split()[2] != "Z":
        time.sleep(0.01)
    file = place_of(own).cluster / "postmaster.pid"
    file.write_text("\n".join([str(zombie.pid), *left[1:]]) + "\n")
    as_user = account.for_postgres(print)
    os.chown(file, as_user.uid, as_user.gid)
    with postgres.running(own):
        assert is_up(own)
    zombie.wait()


def test_a_swept_socket_is_made_anew(own: Configuration) -> None:
    with postgres.running(own):
        (place_of(own).socket / place.SOCKET_NAME).unlink()
        with postgres.running(own):
            assert is_up(own)


def test_files_of_another_major_version_are_refused_in_one_sentence(own: Configuration) -> None:
    with postgres.running(own):
        pass
    version = place_of(own).cluster / "PG_VERSION"
    kept = version.read_text()
    version.write_text("16\n")
    try:
        with pytest.raises(Unavailable, match=r"made by PostgreSQL 16.*pg_dump"), postgres.running(own):
            pass
    finally:
        version.write_text(kept)


def test_a_home_with_a_long_name_still_has_a_socket() -> None:
    top = Path(tempfile.mkdtemp(prefix="clew-test-"))
    long = Configuration(home=top / ("deep" * 25), database_url=None)
    socket = place_of(long).socket / place.SOCKET_NAME
    try:
        assert len(os.fsencode(socket)) <= place.SOCKET_PATH_BYTES_MAX
        with postgres.running(long):
            assert is_up(long)
    finally:
        forget(long)
        shutil.rmtree(top)


def test_a_folder_without_postgresql_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="CLEW_POSTGRES_BIN"):
        binaries.find(tmp_path, account.own(), SHARED)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as somebody else")
def test_programs_that_its_user_cannot_reach_are_copied_and_run(tmp_path: Path) -> None:
    as_user = account.for_postgres(print)
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)
    package = binaries.find(None, as_user, SHARED).folder.parent.parent
    shutil.copytree(package, hidden / package.name, symlinks=True, ignore=shutil.ignore_patterns("include"))
    shutil.copytree(package.parent / f"{package.name}.libs", hidden / f"{package.name}.libs", symlinks=True)
    copies = Path(tempfile.mkdtemp(prefix="clew-test-"))
    copies.chmod(0o755)
    try:
        for _ in range(2):
            found = binaries.find(hidden / package.name / "pginstall" / "bin", as_user, copies)
            assert found.folder.is_relative_to(copies)
            for program in ("postgres", "initdb", "pg_ctl"):
                assert found.run(program, ["--version"]).returncode == 0
        assert stat.S_IMODE(hidden.stat().st_mode) == 0o700
    finally:
        shutil.rmtree(copies)
