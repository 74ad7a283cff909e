"""The command line as a user meets it: exit codes, streams, files."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from risksim.cli.main import app
from risksim.errors import RisksimError
from risksim.kernels.jit import cache_folder

ROOT = Path(__file__).parents[2]
SIMPLE = "scenarios/examples/simple-reference.yaml"
TUBA = "scenarios/broendby-tuba.yaml"


def risksim(*words, stdin=None):
    """A command, its exit code and streams, in this process; `alone` starts the program as a user does."""
    before = Path.cwd()
    os.chdir(ROOT)
    try:
        done = CliRunner().invoke(app, words, input=stdin)
    finally:
        os.chdir(before)
    if isinstance(done.exception, RisksimError):  # the program prints it and exits with 2; see the tests that do
        return subprocess.CompletedProcess(words, 2, done.stdout, f"{done.stderr}{done.exception}\n")
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)


def alone(*words, cwd=ROOT, **environment):
    return subprocess.run(
        [sys.executable, "-m", "risksim", *words],
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, **environment},
        check=False,
    )


def test_run_prints_the_answer_on_stdout_and_nothing_but_talk_on_stderr():
    done = alone("run", SIMPLE, "--paths", "5000")
    assert done.returncode == 0, done.stderr
    assert "In 69 of 100 futures the investor gets the capital back." in done.stdout or "In 68 of 100" in done.stdout
    for line in ("expected only", "luck only", "evidence and luck"):
        assert line in done.stdout
    assert "simulating" not in done.stdout


def test_run_json_has_stable_keys_and_equals_itself():
    asked = ("run", SIMPLE, "--paths", "3000", "--json", "--engine", "individual")
    first, second = (risksim(*asked, "--threads", n).stdout for n in ("1", "2"))
    assert first == second
    said = json.loads(first)
    assert said["schema"] == "risksim.run/1"
    parts = {"schema", "scenario", "run", "three_lines", "variance_split", "statistics", "cohorts"}
    assert set(said) == parts | {"control_variates"}  # as people were drawn who need not be
    assert said["run"]["paths"] == 3000
    assert [line["name"] for line in said["three_lines"]["lines"]] == [
        "expected only",
        "luck only",
        "evidence and luck",
    ]
    loss = said["statistics"]["tranches"]["investor"]["loss"]["p_loss"]
    assert set(loss) == {"value", "standard_error", "low", "high"}


def test_run_saves_every_form_and_the_netcdf_opens_again(tmp_path):
    from risksim.results.store import open_result

    for ending in ("nc", "csv", "json"):
        out = ("--out", str(tmp_path / f"result.{ending}"))
        done = risksim("run", SIMPLE, "--paths", "600", "--engine", "individual", *out)
        assert done.returncode == 0, done.stderr
        assert f"result.{ending}" in done.stderr
    rows = (tmp_path / "result.csv").read_text().splitlines()
    assert len(rows) == 601
    assert rows[0].startswith("path,weight,irr[investor],")
    with open_result(tmp_path / "result.nc") as dataset:
        assert dataset.sizes["path"] == 600
        assert dataset.attrs["scenario_text"] == (ROOT / SIMPLE).read_text()
    assert json.loads((tmp_path / "result.json").read_text())["run"]["paths"] == 600


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", SIMPLE, "--paths", "0"), "at least one path"),
        (("run", SIMPLE, "--paths", "many"), "valid integer"),
        (("run", SIMPLE, "--seed", "-1"), "seed"),
        (("run", SIMPLE, "--threads", "-2"), "threads"),
        (("run", SIMPLE, "--paths", "10", "--out", "result.xlsx"), ".nc"),
        (("run", SIMPLE, "--paths", "10", "--out", "no/such/folder/x.nc"), "no folder"),
        (("explain", SIMPLE, "--path", "-1"), "counted from 0"),
        (("explain", SIMPLE), "--path"),
        (("run", "scenarios/broendby-tuba.yml"), "broendby-tuba.yaml"),
        (("run",), "FILE"),
        (("rnu", SIMPLE), "rnu"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_to_try(words, said):
    done = risksim(*words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "scenarios/broendby-tuba.yml"), "broendby-tuba.yaml"),  # a mistake of the program's own
        (("rnu", SIMPLE), "rnu"),  # and one that the parser finds
    ],
)
def test_the_program_itself_exits_with_2_without_a_traceback(words, said):
    done = alone(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.replace("python -m risksim", "risksim") == risksim(*words).stderr


def test_explain_tells_people_payments_and_return():
    done = risksim("explain", TUBA, "--path", "4711")
    assert done.returncode == 0, done.stderr
    for said in (
        "path 4,711 of seed 1",
        "enrolled",
        "could not be measured",
        "verified at",
        "municipality",
        "DSI",
        "IRR",
    ):
        assert said in done.stdout
    said = json.loads(risksim("explain", TUBA, "--path", "4711", "--json").stdout)
    assert said["schema"] == "risksim.explain/1"
    assert said["path"] == 4711
    assert sum(claim["amount"] for claim in said["payments"]) == pytest.approx(said["received"])


def test_check_lists_assumptions_and_what_the_file_leaves_out():
    done = risksim("check", SIMPLE)
    assert done.returncode == 0, done.stderr
    assert "What is assumed" in done.stdout
    assert "Beta(30, 10)" in done.stdout
    assert "no enrolment block" in done.stdout
    assert json.loads(risksim("check", SIMPLE, "--json").stdout)["schema"] == "risksim.check/1"


def test_check_reads_standard_input():
    done = risksim("check", "-", stdin=(ROOT / SIMPLE).read_text())
    assert done.returncode == 0, done.stderr


def test_init_writes_a_file_that_checks_and_runs_and_keeps_what_is_there(tmp_path):
    file = str(tmp_path / "my-deal.yaml")
    assert risksim("init", file).returncode == 0
    assert risksim("check", file).returncode == 0
    assert risksim("run", file, "--paths", "500").returncode == 0
    before = (tmp_path / "my-deal.yaml").read_bytes()
    again = risksim("init", file)
    assert again.returncode == 2
    assert "--force" in again.stderr
    assert (tmp_path / "my-deal.yaml").read_bytes() == before


def test_schema_is_json(tmp_path):
    assert json.loads(risksim("schema").stdout)["type"] == "object"
    assert risksim("schema", "--out", str(tmp_path / "s.json")).returncode == 0


def test_version_names_what_numbers_depend_on():
    done = risksim("--version")
    assert done.returncode == 0
    for name in ("risksim", "numpy", "numba", "scipy"):
        assert name in done.stdout


def test_no_command_opens_a_socket(tmp_path):
    guard = tmp_path / "sitecustomize.py"
    guard.write_text(
        "import socket\n"
        "def refuse(*a, **k):\n    raise RuntimeError('socket')\n"
        "socket.socket.connect = refuse\nsocket.create_connection = refuse\nsocket.getaddrinfo = refuse\n"
    )
    asked = (("check", TUBA), ("run", SIMPLE, "--paths", "300"), ("explain", SIMPLE, "--path", "1"))
    code = (
        "from typer.testing import CliRunner\nfrom risksim.cli.main import app\n"
        f"for words in {asked!r}:\n"
        "    done = CliRunner().invoke(app, words, catch_exceptions=False)\n"
        "    assert done.exit_code == 0, done.output\n"
    )
    path = f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, check=True)
    refused = subprocess.run(
        [sys.executable, "-c", "import socket; socket.create_connection(('localhost', 9))"],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        check=False,
    )
    assert b"RuntimeError: socket" in refused.stderr


def test_works_in_a_read_only_home_without_a_cache_folder(tmp_path):
    # Kernels are kept in the folder for temporary files then; those of this run lie there, so nothing is compiled.
    kept = cache_folder()
    assert kept is not None
    nowhere = dict.fromkeys(("HOME", "XDG_CACHE_HOME"), "/dev/null/home")
    words = ("run", SIMPLE, "--paths", "300")
    done = alone(*words, **nowhere, TMPDIR=str(kept.parent), RISKSIM_CACHE_DIR="", NUMBA_CACHE_DIR="")
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_interrupt_exits_with_130():
    words = [sys.executable, "-m", "risksim", "run", TUBA, "--paths", "10000000"]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        time.sleep(4)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Interrupted" in err
    assert ("Interrupted: these are the first" in err) == (out != "")  # nothing, or a page that is said to be partial
