"""Paths computed by worker processes are those that threads compute, also where workers die or differ."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from risksim import api
from risksim.cli.main import app
from risksim.errors import RunError
from risksim.jobs import cluster
from risksim.jobs.cluster import Cluster, DaskExecutor, cluster_of
from risksim.jobs.executors import Task, Threads
from risksim.jobs.paths import cut, task_size
from tests.jobs.work import faulty, numbers, who

ROOT = Path(__file__).parents[2]
SIMPLE = ROOT / "scenarios" / "examples" / "simple-reference.yaml"
TREE = ROOT / "scenarios" / "financing" / "senior-junior.yaml"


@pytest.fixture(scope="module")
def two():
    with DaskExecutor("local", 2) as executor:
        yield executor


@pytest.fixture
def patient(monkeypatch):
    """A slow machine may take long for a greeting."""
    monkeypatch.setattr(cluster, "PATIENCE", 60.0)


def tasks(count):
    return (Task(number, 256 * number, 256) for number in range(count))


def same(one, other):
    return all(np.array_equal(a, b, equal_nan=a.dtype.kind == "f") for a, b in zip(one.paths, other.paths, strict=True))


def pids(executor):
    return list(executor.client.run(os.getpid).values())


# The same bits


@pytest.mark.parametrize("file", [SIMPLE, TREE], ids=["one tranche", "two tranches"])
def test_two_workers_give_the_bits_of_threads(two, file):
    deal = api.read(file)
    assert same(api.simulate(deal, 1_500, 7, 1), api.simulate(deal, 1_500, 7, executor=two))


def test_later_paths_and_other_luck_reach_the_workers(two):
    deal = api.read(SIMPLE)
    assert same(api.simulate(deal, 600, luck=1), api.simulate(deal, 600, luck=1, executor=two))
    assert not same(api.simulate(deal, 600), api.simulate(deal, 600, luck=1, executor=two))


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 4])
def test_any_number_of_workers_gives_the_bits_of_threads(workers):
    deal = api.read(TREE)
    with DaskExecutor("local", workers) as executor:
        assert executor.threads == workers
        assert same(api.simulate(deal, 5_000, 7, 2), api.simulate(deal, 5_000, 7, executor=executor))


def test_executor_of_threads_gives_the_bits_of_a_run():
    deal = api.read(TREE)
    assert same(api.simulate(deal, 1_500, 7, 1), api.simulate(deal, 1_500, 7, executor=Threads(2)))


def test_tasks_cover_every_path_once_in_whole_leaves():
    deal = api.read(SIMPLE)
    settings = cluster_settings(100_001)
    size = task_size(deal.plan, settings)
    assert size % 256 == 0
    found = list(cut(100_001, size))
    assert [task.number for task in found] == list(range(len(found)))
    assert [task.first for task in found] == [size * number for number in range(len(found))]
    assert sum(task.paths for task in found) == 100_001
    assert len(found) >= 32  # so that no worker is waited for long


def cluster_settings(paths):
    from risksim.engine.run import Settings

    return Settings(paths)


def test_progress_counts_every_path(two):
    done = []
    api.simulate(api.read(SIMPLE), 1_000, executor=two, progress=done.append)
    assert done == sorted(done)
    assert done[-1] == 1_000


# Workers


def test_what_all_tasks_share_is_unpacked_once_on_each_worker(two):
    found = [tuple(left["process"]) for _, left in two.map(who, (np.arange(10),), tasks(20))]
    assert len(set(found)) == len({process for process, _ in found}) <= 2


def test_a_worker_that_dies_loses_nothing(two):
    victim, found = pids(two)[0], {}
    for number, left in two.map(numbers, (3.0, 0.05), tasks(24)):
        if not found:
            os.kill(victim, signal.SIGKILL)
        found[number] = left["x"]
    assert sorted(found) == list(range(24))
    expected = dict(Threads(1).map(numbers, (3.0, 0.0), tasks(24)))
    assert all(np.array_equal(found[number], expected[number]["x"]) for number in found)
    until = time.monotonic() + 120.0
    while two.threads < 2 and time.monotonic() < until:  # its nanny starts another
        time.sleep(0.1)
    assert victim not in pids(two)
    assert len(pids(two)) == 2


@pytest.mark.slow
def test_a_dead_worker_in_a_run_of_a_deal_leaves_the_bits(two):
    deal, killed = api.read(SIMPLE), []

    def kill_one(done):
        if not killed:
            killed.append(pids(two)[0])
            os.kill(killed[0], signal.SIGKILL)

    found = api.simulate(deal, 20_000, 3, executor=two, progress=kill_one)
    assert killed
    assert same(api.simulate(deal, 20_000, 3, 1), found)


def test_tasks_are_taken_as_they_are_needed(two):
    taken = []

    def noted():
        for task in tasks(1_000):
            taken.append(task.number)
            yield task

    results = two.map(numbers, (1.0, 0.0), noted())
    next(results)
    results.close()
    assert len(taken) <= 8 * max(2, two.threads)


def test_an_exception_of_a_task_comes_where_its_result_would(two):
    with pytest.raises(ValueError, match="made to fail"):
        list(two.map(faulty, (), tasks(5)))


@pytest.mark.usefixtures("patient")
def test_a_scheduler_that_runs_is_used_and_left_running(two):
    address = two.client.scheduler.address
    with DaskExecutor(address) as guest:
        assert len(list(guest.map(numbers, (1.0, 0.0), tasks(4)))) == 4
    assert len(list(two.map(numbers, (1.0, 0.0), tasks(4)))) == 4


@pytest.mark.usefixtures("patient")
def test_a_run_dropped_by_somebody_else_does_not_spoil_a_greeting(two):
    address = two.client.scheduler.address
    over = threading.Event()

    def drop():
        while not over.wait(0.002):
            two.client.cancel([two.client.submit(time.time, pure=False)])

    dropping = threading.Thread(target=drop)
    dropping.start()
    try:
        for _ in range(8):
            DaskExecutor(address).close()
    finally:
        over.set()
        dropping.join()


class Slow:
    """Somebody who takes too long to say farewell."""

    def close(self, timeout):
        raise TimeoutError(timeout)


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("who", ["_client", "_cluster"])
def test_a_slow_farewell_spoils_nothing(two, who):
    with DaskExecutor(two.client.scheduler.address) as guest:
        client = guest.client
        setattr(guest, who, Slow())
    assert guest._client is guest._cluster is None
    client.close()


@pytest.mark.slow
def test_a_scheduler_that_goes_in_mid_run_is_said_within_seconds():
    with DaskExecutor("local", 1) as host, DaskExecutor(host.client.scheduler.address) as guest:
        results = guest.map(numbers, (1.0, 0.2), tasks(100))
        next(results)
        host.close()
        with pytest.raises(RunError, match="has gone, or has dropped this run"):
            list(results)
        with pytest.raises(RunError, match="has gone"):
            list(guest.map(numbers, (1.0, 0.0), tasks(2)))


# Refusals


def test_another_version_is_refused_by_both_names(two, monkeypatch):
    monkeypatch.setattr(cluster, "identity", lambda: {**here(), "numpy": "1.0.0"})
    with pytest.raises(RunError, match=rf"numpy {here()['numpy']} there and 1\.0\.0 here") as refused:
        two._compare()
    assert "worker at tcp://127.0.0.1" in str(refused.value)
    assert "numba" not in str(refused.value)


def test_a_worker_compares_its_versions_itself(two, monkeypatch):
    monkeypatch.setattr(cluster, "identity", lambda: {**here(), "code": "another"})
    with pytest.raises(RunError, match=r"code .* there and another here"):
        list(two.map(numbers, (1.0, 0.0), tasks(2)))


def here():
    from risksim.jobs.identity import identity

    return identity()


def test_no_scheduler_is_said_within_seconds(monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 0.5)
    begun = time.monotonic()
    with pytest.raises(RunError, match=r"no Dask scheduler answers at tcp://127.0.0.1:9 .*\n.*dask scheduler"):
        DaskExecutor("tcp://127.0.0.1:9")
    assert time.monotonic() - begun < 60.0


def scheduler_alone():
    from distributed import LocalCluster

    ports = {"dashboard_address": "127.0.0.1:0"}
    return LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address=None, scheduler_kwargs=ports)


def test_a_scheduler_without_workers_is_said(monkeypatch):
    reach = cluster._reach

    def reached(address):
        found = reach(address)
        monkeypatch.setattr(cluster, "PATIENCE", 0.5)  # for workers, of whom none will come
        return found

    monkeypatch.setattr(cluster, "PATIENCE", 60.0)
    monkeypatch.setattr(cluster, "_reach", reached)
    with (
        scheduler_alone() as empty,
        pytest.raises(RunError, match=r"has no workers.\n.*dask worker tcp://"),
    ):
        DaskExecutor(empty.scheduler_address)


def test_without_dask_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(RunError, match=r'pip install "risksim-dsi\[cluster\]"'):
        DaskExecutor()


@pytest.mark.parametrize("text", ["", "localhost", "local:", "local:0", "local:x", "tcp://", "tcp://a", "http://a:1"])
def test_what_is_no_address_is_refused(text):
    with pytest.raises(RunError, match="Try --dask local"):
        cluster_of(text)


def test_addresses_are_read():
    assert cluster_of("local") == Cluster("local", 0)
    assert cluster_of("tcp://machine.example:8786") == Cluster("tcp://machine.example:8786")
    assert cluster_of("tls://10.0.0.1:8786").address == "tls://10.0.0.1:8786"


# The command line


def risksim(*args):
    done = CliRunner().invoke(app, [str(arg) for arg in args], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.mark.usefixtures("patient")
def test_commands_say_the_same_with_workers(two):
    address = two.client.scheduler.address
    run = ("run", TREE, "--paths", 600, "--quiet", "--json", "--engine", "individual")
    assert risksim(*run, "--dask", address) == risksim(*run)
    stress = ("stress", ROOT / "scenarios" / "risks" / "development-cost.yaml", "--paths", 300, "--quiet", "--json")
    assert risksim(*stress, "--dask", address) == risksim(*stress)


@pytest.mark.slow
def test_a_portfolio_says_the_same_with_workers(two):
    run = ("run", ROOT / "scenarios" / "portfolio" / "one-economy.yaml", "--paths", 600, "--quiet", "--json")
    assert risksim(*run, "--dask", two.client.scheduler.address) == risksim(*run)


@pytest.mark.slow
def test_interrupted_runs_end_their_workers():
    command = [sys.executable, "-m", "risksim", "run", str(TREE), "--dask", "local:2", "--paths", "3000000"]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    time.sleep(12.0)
    os.killpg(run.pid, signal.SIGINT)  # as a terminal does: to every process of the group
    _, said = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "Interrupted" in said
    assert "Traceback" not in said
    assert nobody_is_left_of(run.pid, 30.0)


def nobody_is_left_of(group, seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.2)
    return False


@pytest.mark.slow
def test_a_worker_without_risksim_is_refused(tmp_path):
    (tmp_path / "risksim.py").write_text("raise ImportError('no risksim here')\n", encoding="utf-8")
    with scheduler_alone() as foreign:
        worker = subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_worker", foreign.scheduler_address, "--no-nanny"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            with pytest.raises(RunError, match="has no risksim like this one"):
                _patiently(foreign.scheduler_address)
        finally:
            worker.terminate()
            worker.wait(30)


def _patiently(address):
    """Connect once the worker is there."""
    until = time.monotonic() + 60.0
    while True:
        try:
            return DaskExecutor(address)
        except RunError as error:
            if "no workers" not in str(error) or time.monotonic() > until:
                raise
