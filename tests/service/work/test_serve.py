"""``risksim serve``: where it listens, what it refuses and how it says so, and how it stops."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from importlib import resources
from pathlib import Path

import httpx
import pytest

from risksim.cli import serve as command
from risksim.cli.output import OutputError
from risksim.language import speaking
from risksim.service import serving
from risksim.service.serving import CannotServeError, address_of, check, listening
from risksim.service.settings import Settings
from risksim.service.store.database import Database
from risksim.service.store.tables import Account
from risksim.service.store.upkeep import prepare

ELSEWHERE = "192.0.2.1"


@pytest.fixture(autouse=True)
def _bare(monkeypatch):
    """No setting of whoever runs the tests."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"RISKSIM_{name.upper()}", raising=False)


@pytest.fixture
def files(tmp_path):
    pair = tmp_path / "chain.pem", tmp_path / "key.pem"
    for file in pair:
        file.write_text("-")
    return dict(zip(("certificate", "certificate_key"), pair, strict=True))


@pytest.fixture
def admin(service):
    with service.database.writing() as session:
        session.add(Account(email="ane@example.org", is_admin=True, password_hash="x"))


def refused(settings):
    with pytest.raises(CannotServeError) as caught:
        check(settings)
    return str(caught.value)


# Where


def test_nothing_heavy_is_loaded_before_it_listens(tmp_path):
    """What answers need is loaded by whoever needs it first, so that the address is told at once."""
    prepare(Database(Settings(folder=tmp_path)))
    code = (
        "import sys; from pathlib import Path; from risksim.service.settings import Settings; import risksim.cli.serve;"
        "from risksim.service.serving import check, make; settings = Settings(folder=Path(sys.argv[1]));"
        "check(settings); make(settings).state.service.database.close(); print(*sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, capture_output=True, text=True)
    loaded = {name.split(".")[0] for name in said.stdout.split()}
    heavy = {"alembic", "numba", "llvmlite", "scipy", "weasyprint", "vl_convert", "authlib", "httpx", "schemathesis"}
    assert loaded & heavy == set()
    assert {"fastapi", "sqlalchemy"} <= loaded
    assert "sqlalchemy.dialects.postgresql" not in said.stdout.split()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.53"])
def test_loopback_needs_nothing(host, settings):
    check(settings.model_copy(update={"host": host}))


@pytest.mark.parametrize("host", ["0.0.0.0", ELSEWHERE, "::", "risksim.example.org", ""])
def test_elsewhere_says_everything_that_is_missing(host, settings):
    said = refused(settings.model_copy(update={"host": host}))
    for name in ("RISKSIM_ACCOUNTS=true", "RISKSIM_ADDRESS=https://", "RISKSIM_CERTIFICATE", "RISKSIM_TRUSTED_PROXY"):
        assert name in said
    assert "people add" in said


OPEN = {"host": ELSEWHERE, "accounts": True, "address": "https://risksim.example.org"}


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"accounts": False}, "RISKSIM_ACCOUNTS"),
        ({"address": None}, "RISKSIM_ADDRESS"),
        ({"address": "http://risksim.example.org"}, "RISKSIM_ADDRESS"),
        ({"trusted_proxy": None}, "RISKSIM_TRUSTED_PROXY"),
        ({"trusted_proxy": "*"}, "RISKSIM_TRUSTED_PROXY"),
        ({"trusted_proxy": "0.0.0.0/0"}, "RISKSIM_TRUSTED_PROXY"),
        ({"trusted_proxy": "::/0"}, "RISKSIM_TRUSTED_PROXY"),
        ({"trusted_proxy": "proxy"}, "RISKSIM_TRUSTED_PROXY"),
    ],
)
def test_elsewhere_behind_a_proxy_each_part_is_needed(change, missing, settings, admin):
    whole = settings.model_copy(update=OPEN | {"trusted_proxy": "127.0.0.1"})
    check(whole)
    said = refused(whole.model_copy(update=change))
    assert [line for line in said.splitlines() if missing in line]
    assert said.count("\n  - ") == 1


@pytest.mark.parametrize(
    "through",
    [{"address": "https://risksim.example.org"}, {"address": "http://10.0.0.5"}, {"trusted_proxy": "127.0.0.1"}],
)
def test_behind_a_proxy_on_this_machine_people_sign_in_as_elsewhere(through, settings, admin):
    """What listens on loopback is reached from everywhere where a proxy beside it passes everything on."""
    said = refused(settings.model_copy(update=through))
    assert "RISKSIM_ACCOUNTS=true" in said
    assert "risksim serve" in said
    whole = {"accounts": True, "address": "https://risksim.example.org", "trusted_proxy": "127.0.0.1"}
    check(settings.model_copy(update=whole))


@pytest.mark.parametrize("address", ["http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000"])
def test_an_address_of_this_machine_needs_nothing(address, settings):
    check(settings.model_copy(update={"address": address}))


def test_elsewhere_with_a_certificate_both_files_are_needed(settings, admin, files, tmp_path):
    whole = settings.model_copy(update=OPEN | files)
    check(whole)
    assert "belong together" in refused(whole.model_copy(update={"certificate_key": None}))
    assert "no such file" in refused(whole.model_copy(update={"certificate": tmp_path / "none.pem"}))


@pytest.mark.parametrize("lacking", [{"is_admin": False}, {"password_hash": None}, {"closed": True}])
def test_elsewhere_needs_somebody_who_administers(lacking, settings, service):
    from risksim.service.store.tables import now

    closed = now() if lacking.pop("closed", False) else None
    more = {"is_admin": True, "password_hash": "x"} | lacking
    with service.database.writing() as session:
        session.add(Account(email="ane@example.org", closed_at=closed, **more))
    said = refused(settings.model_copy(update=OPEN | {"trusted_proxy": "127.0.0.1"}))
    assert "people add" in said
    assert said.count("\n  - ") == 1


def test_refusal_speaks_danish(settings):
    with speaking("da"):
        assert refused(settings.model_copy(update={"host": ELSEWHERE})).isascii() is False


def test_page_that_was_not_built_is_an_error(monkeypatch, settings):
    assert resources.files("risksim.service").joinpath(serving.MANIFEST).is_file()
    monkeypatch.setattr(serving, "MANIFEST", "static/workbench/no-such-file.json")
    assert "npm run build" in refused(settings)


def test_taken_port_is_told_with_another():
    with listening("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotServeError, match=f"{port}") as caught:
            listening("127.0.0.1", port)
        assert f"--port {port + 1}" in str(caught.value)


@pytest.mark.parametrize("host", ["no such host", ELSEWHERE])
def test_foreign_address_is_told(host):
    with pytest.raises(CannotServeError, match=re.escape(host)):
        listening(host, 0)


@pytest.mark.parametrize(
    ("more", "address"),
    [
        ({}, "http://127.0.0.1:8000/"),
        ({"host": "::1"}, "http://[::1]:8000/"),
        ({"address": "https://risksim.example.org"}, "https://risksim.example.org/"),
        ({"certificate": Path("chain.pem")}, "https://127.0.0.1:8000/"),
    ],
)
def test_address_is_one_to_be_opened(more, address):
    assert address_of(Settings(**more), 8000) == address


# What is said on the command line


def test_missing_extra_is_told(monkeypatch):
    monkeypatch.setattr(command, "NEEDS", ("fastapi", "no_such_module"))
    with pytest.raises(OutputError, match=r'no_such_module[\s\S]*pip install "risksim-dsi\[service\]"'):
        command.check_installed()


def test_setting_that_makes_no_sense_is_told_without_its_value(monkeypatch):
    monkeypatch.setenv("RISKSIM_WORKERS", "many-and-secret")
    with pytest.raises(OutputError, match="RISKSIM_WORKERS") as caught:
        command.settings_of(command.Wishes())
    assert "secret" not in str(caught.value)


def test_command_line_counts_before_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("RISKSIM_PORT", "1234")
    monkeypatch.setenv("RISKSIM_HOST", "localhost")
    settings = command.settings_of(command.Wishes(port=4321, folder=tmp_path))
    assert (settings.port, settings.host, settings.folder) == (4321, "localhost", tmp_path)


# Whole, in processes of their own


@pytest.fixture
def started():
    """Starts `risksim serve`; whatever a failed test leaves of it is killed."""
    made = []

    def start(*arguments):
        line = [sys.executable, "-m", "risksim", "serve", *arguments]
        made.append(subprocess.Popen(line, stderr=subprocess.PIPE, text=True, start_new_session=True))
        return made[-1]

    yield start
    for process in made:
        process.kill()
        process.wait()
        process.stderr.close()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_server_stops_in_order(number, tmp_path, started):
    process = started("--port", "0", "--folder", str(tmp_path), "--lang", "en")
    address = re.search(r"http://\S+", process.stderr.readline())[0]
    with httpx.Client(base_url=address, timeout=30, trust_env=False) as client:
        assert client.get("/healthz").status_code == 200
        wishes = {"paths": 2_000_000, "engine": "individual"}
        of = {"shipped": "examples/simple-reference"}
        run = client.post("/api/v1/runs", json={"of": of, "question": "run", "wishes": wishes, "wait": False}).json()
        until = time.monotonic() + 60
        while client.get(f"/api/v1/runs/{run['id']}").json()["done"] == 0 and time.monotonic() < until:
            time.sleep(0.1)
        with client.stream("GET", f"/api/v1/runs/{run['id']}/events") as stream:
            lines = stream.iter_lines()
            next(lines)
            began = time.monotonic()
            process.send_signal(number)
            assert list(lines) is not None  # the stream comes to its end and is not broken off
    assert process.wait(30) == 0
    assert time.monotonic() - began < 10.0
    said = process.stderr.read()
    assert "risksim has stopped" in said
    assert "Traceback" not in said
    import sqlite3

    base = sqlite3.connect(tmp_path / "risksim.sqlite")
    state, done, attempts = base.execute("SELECT state, done, attempts FROM runs").fetchone()
    base.close()
    assert (state, attempts) == ("queued", 0)
    assert done > 0
    assert list((tmp_path / "checkpoints" / run["id"]).rglob("*.npz"))


@pytest.mark.slow
def test_workers_alone_work_and_stop(tmp_path, local, started):
    from risksim.service.store import place, runs
    from risksim.service.store.database import Database
    from risksim.service.store.tables import Run
    from risksim.service.store.upkeep import prepare
    from tests.service.conftest import SIMPLE

    database = Database(Settings(folder=tmp_path))
    prepare(database)
    place.take(database, Settings(folder=tmp_path))
    with database.writing() as session:
        wishes = {"paths": 256}
        run_id = runs.ask(session, local, question="run", wishes=wishes, digest="d", text=SIMPLE).id
    process = started("--worker", "--folder", str(tmp_path))
    until, state = time.monotonic() + 60, ""
    while state != "done" and time.monotonic() < until:
        with database.reading() as session:
            state = session.get(Run, run_id).state
        time.sleep(0.1)
    assert state == "done"
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    database.close()


@pytest.mark.slow
def test_server_that_may_not_listen_ends_with_a_message(tmp_path, started):
    process = started("--host", "0.0.0.0", "--folder", str(tmp_path))
    said = process.stderr.read()
    assert process.wait(60) == 2
    assert "RISKSIM_ACCOUNTS=true" in said
    assert "Traceback" not in said


def test_no_socket_is_left_to_children():
    with listening("127.0.0.1", 0) as made:
        assert not made.get_inheritable()
        assert made.family == socket.AF_INET
