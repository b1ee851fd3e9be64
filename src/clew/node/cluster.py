"""One PostgreSQL on disk: made, configured, started after any kind of death, and stopped."""

import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

from clew.domain.errors import Unavailable
from clew.node.binaries import Binaries
from clew.node.connection import SUPERUSER
from clew.node.place import SOCKET_NAME, Place

START_SECONDS_MAX = 600
"""After a crash PostgreSQL first reads its log again: 525 MB took 13 s on one machine, and disks differ."""
RETRY_SECONDS_MAX = 30
LOG_BYTES_MAX = 8 * 1024 * 1024
"""A longer log is put aside at the next start, in the place of the one put aside before."""
PID_OF_NOBODY = 2**31 - 2
"""Above every number that Linux gives to a process."""

INITDB = (
    "--auth-local=peer",
    "--auth-host=reject",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--data-checksums",
    "--no-instructions",
)
MAP = "clew"

SETTINGS = {
    "listen_addresses": "",  # never on the network: the wheel has no TLS
    "unix_socket_permissions": "0700",
    "max_connections": "120",
    "shared_buffers": "256MB",
    "maintenance_work_mem": "128MB",
    "work_mem": "16MB",
    "max_wal_size": "4GB",
    "wal_compression": "off",
    "synchronous_commit": "on",
    "client_connection_check_interval": "5s",  # a query does not outlive the process that asked
    "idle_in_transaction_session_timeout": "15min",
    "max_parallel_workers_per_gather": "0",  # shared memory is 64 MB in many containers
    "max_parallel_maintenance_workers": "0",
    "autovacuum_naptime": "15s",  # a table that an intake fills soon has its statistics
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_error_statement": "panic",  # the log holds no statement and no row
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_transaction_sample_rate": "0",
    "track_activity_query_size": "100",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A PostgreSQL with its programs and its place."""

    programs: Binaries
    place: Place

    def start(self) -> None:
        """Have it running and answering; made first where it is not there yet.

        Raises:
            Unavailable: it is of another major version, or does not start.
        """
        self._make()
        deadline = time.monotonic() + RETRY_SECONDS_MAX
        while not self._answers():
            if self._postmaster_lives():
                self._await_answer()
                continue
            # Here and not above: what runs has read them, and to write five files takes longer than most commands.
            self._configure()
            _forget_dead_postmaster(self.place.cluster)
            self._put_long_log_aside()
            said = self._pg_ctl("start", "-l", str(self.place.log))
            if said == 0:
                return
            # What a killed server left behind goes within seconds: its last children hold its memory.
            if time.monotonic() > deadline:
                raise Unavailable("PostgreSQL does not start; its log in the node's folder says why.")
            time.sleep(0.5)

    def stop(self) -> None:
        """Stop it; whoever is connected is cut off, and what is committed stays."""
        self._pg_ctl("stop", "-m", "fast")

    def _make(self) -> None:
        cluster = self.place.cluster
        if cluster.exists():
            self._refuse_another_major()
            return
        unfinished = self.place.root / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        made = self.programs.run(
            "initdb",
            [f"--pgdata={unfinished}", f"--username={SUPERUSER}", *INITDB],
        )
        if made.returncode != 0:
            raise Unavailable("PostgreSQL cannot make its files: look for a full disk or a limit of this machine.")
        unfinished.rename(cluster)

    def _refuse_another_major(self) -> None:
        kept = (self.place.cluster / "PG_VERSION").read_text("ascii").strip()
        if kept != str(self.programs.major):
            raise Unavailable(
                f"The database was made by PostgreSQL {kept}, but the programs are {self.programs.version}: "
                f"copy it with pg_dump and pg_restore, or set CLEW_POSTGRES_BIN to version {kept}."
            )

    def _configure(self) -> None:
        """Write its settings, so that no other settings than these are ever in force."""
        settings = SETTINGS | {"unix_socket_directories": str(self.place.socket)}
        owner, lines = self.programs.account, [f"{name} = '{_quoted(value)}'" for name, value in settings.items()]
        names = {owner.name, "root"} if not owner.is_self else {owner.name}
        self._write("postgresql.conf", lines)
        self._write("postgresql.auto.conf", [])
        self._write("pg_hba.conf", [f"local all all peer map={MAP}"])
        self._write("pg_ident.conf", [f'{MAP} "{name}" all' for name in sorted(names)])

    def _write(self, name: str, lines: list[str]) -> None:
        path = self.place.cluster / name
        unfinished = path.with_name(f"{name}.unfinished")
        unfinished.write_text("".join(f"{line}\n" for line in lines), "utf-8")
        unfinished.chmod(0o600)
        os.chown(unfinished, self.programs.account.uid, self.programs.account.gid)
        unfinished.replace(path)

    def _put_long_log_aside(self) -> None:
        log = self.place.log
        if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
            log.replace(log.with_name(f"{log.name}.before"))

    def _answers(self) -> bool:
        try:
            psycopg.connect(
                host=str(self.place.socket), port=5432, user=SUPERUSER, dbname="postgres", connect_timeout=10
            ).close()
        except psycopg.OperationalError:
            return False
        return True

    def _await_answer(self) -> None:
        deadline = time.monotonic() + START_SECONDS_MAX
        while self._postmaster_lives() and not self._answers():
            if self._is_cut_off():
                self.stop()
            if time.monotonic() > deadline:
                raise Unavailable("PostgreSQL runs but does not answer; its log in the node's folder says why.")
            time.sleep(0.1)

    def _postmaster_lives(self) -> bool:
        pid = _postmaster(self.place.cluster)
        return pid is not None and _is_postmaster(pid, self.place.cluster)

    def _is_cut_off(self) -> bool:
        """Whether it is ready, but somebody removed its socket (a sweep of /tmp)."""
        is_ready = "ready" in (self.place.cluster / "postmaster.pid").read_text("utf-8", errors="replace")
        return is_ready and not (self.place.socket / SOCKET_NAME).exists()

    def _pg_ctl(self, *arguments: str) -> int:
        where = ["--pgdata", str(self.place.cluster), "--silent", "--wait", f"--timeout={START_SECONDS_MAX}"]
        return self.programs.run("pg_ctl", [*where, *arguments], is_detached=True).returncode


def _quoted(value: str) -> str:
    return value.replace("'", "''")


def _postmaster(cluster: Path) -> int | None:
    try:
        return int((cluster / "postmaster.pid").read_text("utf-8", errors="replace").partition("\n")[0])
    except (FileNotFoundError, ValueError):
        return None


def _is_postmaster(pid: int, cluster: Path) -> bool:
    """Whether process `pid` is alive and works in `cluster`: not a zombie, not another's process with its number."""
    try:
        return Path(f"/proc/{pid}/cwd").samefile(cluster)
    except OSError:
        return False


def _forget_dead_postmaster(cluster: Path) -> None:
    """Let a start pass by a postmaster that is dead but still has its number.

    A killed one that nobody reaps stays a zombie, and after a new start of a container
    its number may be another process's: PostgreSQL would wait for either for ever. Only
    the number is replaced, so that PostgreSQL still sees whether its memory is in use.
    """
    pid = _postmaster(cluster)
    if pid is None or not Path("/proc/self").exists() or _is_postmaster(pid, cluster):
        return
    file = cluster / "postmaster.pid"
    _, _, rest = file.read_text("utf-8", errors="surrogateescape").partition("\n")
    with file.open("r+", encoding="utf-8", errors="surrogateescape") as written:
        written.write(f"{PID_OF_NOBODY}\n{rest}")
        written.truncate()
