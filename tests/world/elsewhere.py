"""A PostgreSQL that is not the node's: over the network, with a password, by a role without other rights."""

import os
import secrets
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from clew.node import account, binaries
from clew.node.folders import make_private
from clew.node.place import SHARED


@contextmanager
def database_elsewhere(folder: Path) -> Iterator[str]:
    """Run one; gives the address of a database whose owner may create roles and is no superuser."""
    as_user = account.for_postgres(print)
    if not as_user.is_self:  # nobody but root can enter a folder of root's
        SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
        folder = SHARED / f"elsewhere-{secrets.token_hex(4)}"
    make_private(folder, owner=(as_user.uid, as_user.gid))
    chosen = os.environ.get("CLEW_POSTGRES_BIN")
    programs = binaries.find(Path(chosen) if chosen else None, as_user, SHARED)
    port, password = free_port(), secrets.token_hex(16)
    word = folder / "password"
    word.write_text(password)
    os.chown(word, as_user.uid, as_user.gid)
    cluster = folder / "cluster"
    made = programs.run(
        "initdb",
        ["-D", str(cluster), "-U", "admin", "-A", "scram-sha-256", f"--pwfile={word}", "-E", "UTF8", "--no-locale"],
    )
    assert made.returncode == 0, made.stderr
    # What docs/how-to/run-a-node.md asks of whoever runs the database, so that its log holds nothing of ours.
    quiet = "-c log_min_error_statement=panic -c log_error_verbosity=terse"
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off {quiet}"
    how = ["-w", "-s", "-l", str(folder / "log"), "-o", options]
    started = programs.run("pg_ctl", ["-D", str(cluster), *how, "start"])
    assert started.returncode == 0, started.stderr
    try:
        at = f"127.0.0.1:{port}"
        with psycopg.connect(f"postgresql://admin:{password}@{at}/postgres", autocommit=True) as connection:
            connection.execute(f"create role keeper login createrole password '{password}'")
            connection.execute("create database evidence owner keeper")
        yield f"postgresql://keeper:{password}@{at}/evidence"
    finally:
        programs.run("pg_ctl", ["-D", str(cluster), "-m", "fast", "-w", "-s", "stop"])
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """One on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
