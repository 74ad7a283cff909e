"""PostgreSQL for tests: a cluster of its own on loopback, in a temporary folder, ended by the process it started.

``python -m tests.service.postgres [pytest options]`` runs all of ``tests/service``, or what is named, against it.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
USER = "postgres"
"""PostgreSQL refuses to run as root; Debian's package makes this account for it."""


def binaries() -> Path | None:
    """Where the newest PostgreSQL of this machine has its programs; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return None if on_path is None else Path(on_path).parent


def _as_user(*command: str) -> list[str]:
    return ["runuser", "-u", USER, "--", *command] if os.geteuid() == 0 else list(command)


def _free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return int(opened.getsockname()[1])


@contextmanager
def cluster() -> Iterator[str]:
    """A running PostgreSQL; gives the address of an empty database in it."""
    where = binaries()
    assert where is not None, "no PostgreSQL on this machine"
    with tempfile.TemporaryDirectory(prefix="risksim-postgres-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if os.geteuid() == 0:
            shutil.chown(folder, USER)
        data, port, log = folder / "data", _free_port(), folder / "log"
        options = ("--auth=trust", "--username=risksim", "--encoding=UTF8", "--no-locale", "--no-sync")
        subprocess.run(
            _as_user(str(where / "initdb"), f"--pgdata={data}", *options), check=True, capture_output=True, cwd="/"
        )
        settings = (
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={folder}",
            "fsync=off",
            "max_connections=200",
        )
        started = [f"-c{setting}" for setting in settings]
        with log.open("wb") as stream:
            server = subprocess.Popen(
                _as_user(str(where / "postgres"), "-D", str(data), "-p", str(port), *started),
                stdout=stream,
                stderr=subprocess.STDOUT,
                cwd="/",
            )
        try:
            _wait(where, port, server, log)
            yield f"postgresql+psycopg://risksim@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run(
                _as_user(str(where / "pg_ctl"), "stop", f"--pgdata={data}", "--mode=immediate"),
                check=False,
                capture_output=True,
                cwd="/",
            )
            server.wait(30)


def _wait(where: Path, port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        ready = [str(where / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
        if subprocess.run(ready, check=False).returncode == 0:
            return
        assert server.poll() is None, log.read_text()
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def run_tests(*options: str) -> int:
    """Run the tests of the service against it; the exit code of pytest."""
    with cluster() as address:
        environment = os.environ | {"RISKSIM_TEST_DATABASE": address}
        what = [] if any(option.startswith("tests/") for option in options) else ["tests/service"]
        command = [sys.executable, "-m", "pytest", "-q", *what, "-p", "no:cacheprovider", *options]
        return subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the cluster ends with who started it
    sys.exit(run_tests(*sys.argv[1:]))
