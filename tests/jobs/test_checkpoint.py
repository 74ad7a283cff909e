"""A run that was cut short goes on to the same bits."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest
from typer.testing import CliRunner

from risksim import api
from risksim.cli.main import app
from risksim.errors import RunError
from risksim.jobs.executors import Threads
from risksim.jobs.job import _Stream, work

SIMPLE = "scenarios/examples/simple-reference.yaml"


@pytest.fixture(scope="module")
def plan():
    return api.read(SIMPLE).plan


class Interrupted(Threads):
    """Threads that somebody stops after some tasks."""

    def __init__(self, after):
        super().__init__(1)
        self.after = after

    def map(self, function, common, tasks):
        for done, found in enumerate(super().map(function, common, tasks)):
            if done == self.after:
                raise KeyboardInterrupt
            yield found


class Backwards(Threads):
    """Hands results back in the wrong order."""

    def map(self, function, common, tasks):
        yield from reversed(list(super().map(function, common, tasks)))


@pytest.mark.parametrize("keep", [0, 1_000_000])
def test_a_run_goes_on_from_what_is_finished(plan, tmp_path, keep):
    whole = work(api.job(plan, 5_000, block=512, keep_values=keep))
    part = work(api.job(plan, 5_000, block=512, keep_values=keep, checkpoint=tmp_path, executor=Interrupted(4)))
    assert (part.partial, part.paths) == (True, 2_048)
    assert repr(part.summary) == repr(work(api.job(plan, 2_048, block=512, keep_values=keep)).summary)
    (folder,) = tmp_path.iterdir()
    assert sorted(file.name for file in folder.iterdir()) == [f"{number:06d}.npz" for number in range(4)]
    after = work(api.job(plan, 5_000, block=512, keep_values=keep, checkpoint=tmp_path))
    assert repr(after.summary) == repr(whole.summary)
    assert not after.partial


@pytest.mark.parametrize("keep", [0, 1_000_000])
def test_an_interruption_waits_until_a_task_is_added_whole(plan, monkeypatch, keep):
    add, before = _Stream.add, signal.getsignal(signal.SIGINT)

    def interrupted(stream, part):
        if stream.n_paths == 1_024:
            signal.raise_signal(signal.SIGINT)  # half-way through, as far as the sums know
        add(stream, part)

    monkeypatch.setattr(_Stream, "add", interrupted)
    part = work(api.job(plan, 5_000, block=512, threads=1, keep_values=keep))
    monkeypatch.undo()
    assert (part.partial, part.paths) == (True, 1_536)
    assert repr(part.summary) == repr(work(api.job(plan, 1_536, block=512, keep_values=keep)).summary)
    assert signal.getsignal(signal.SIGINT) is before


def test_results_may_come_in_any_order(plan, tmp_path):
    straight = work(api.job(plan, 5_000, block=512, keep_values=0)).summary
    assert repr(work(api.job(plan, 5_000, block=512, keep_values=0, executor=Backwards(2))).summary) == repr(straight)
    kept = work(api.job(plan, 5_000, block=512, keep_values=0, executor=Backwards(2), checkpoint=tmp_path)).summary
    assert repr(kept) == repr(straight)


def test_another_question_has_another_folder(plan, tmp_path):
    for job in (
        api.job(plan, 600, checkpoint=tmp_path),
        api.job(plan, 600, seed=2, checkpoint=tmp_path),
        api.job(api.at_means(plan, luck=True), 600, checkpoint=tmp_path),
        api.job(plan, 600, keep_values=0, checkpoint=tmp_path),
        api.job(plan, 600, moves=True, checkpoint=tmp_path),
    ):
        work(job)
    assert len(list(tmp_path.iterdir())) == 5
    work(api.job(plan, 600, threads=1, checkpoint=tmp_path))  # the same question
    assert len(list(tmp_path.iterdir())) == 5


def test_a_damaged_file_is_computed_again_with_a_remark(plan, tmp_path):
    job = api.job(plan, 2_000, block=512, checkpoint=tmp_path)
    whole = work(job)
    (folder,) = tmp_path.iterdir()
    file = folder / "000001.npz"
    sound = file.read_bytes()
    for damage in (sound[:1000], b"", sound[:5000] + bytes([sound[5000] ^ 255]) + sound[5001:]):
        file.write_bytes(damage)
        again = work(job)
        assert repr(again.summary) == repr(whole.summary)
        assert "000001.npz is damaged" in again.remarks[0]
    assert work(job).remarks == ()


def test_a_folder_that_cannot_be_written_is_said():
    found = CliRunner().invoke(app, ["run", SIMPLE, "--paths", "300", "--checkpoint", "/proc/nowhere", "-q"])
    assert isinstance(found.exception, RunError)
    assert "--checkpoint" in str(found.exception)


def test_an_interrupted_command_prints_what_is_there_and_ends_with_130(monkeypatch):
    real = api.job
    monkeypatch.setattr(api, "job", lambda *a, **k: real(*a, **{**k, "block": 256})._replace(executor=once.pop()))
    once = [Interrupted(2)]
    real_work = api.work
    monkeypatch.setattr(api, "work", lambda job: real_work(job._replace(executor=None) if job.paths < 2_000 else job))
    said = CliRunner().invoke(app, ["run", SIMPLE, "--paths", "2000", "--json", "--engine", "individual"])
    assert said.exit_code == 130
    run = json.loads(said.stdout)["run"]
    assert (run["partial"], run["paths"]) == (True, 512)
    assert "first 512 of 2,000 paths" in said.stderr


@pytest.mark.slow
def test_a_run_killed_ten_times_gives_the_bits_of_one_left_alone(tmp_path):
    code = (
        "import sys\nfrom pathlib import Path\nfrom risksim import api\nfrom risksim.jobs.job import _Stream, work\n"
        f"plan = api.read({SIMPLE!r}).plan\n"
        "folder = Path(sys.argv[1]) if sys.argv[1] != '-' else None\n"
        "print(repr(work(api.job(plan, 400_000, keep_values=0, block=2048, checkpoint=folder)).summary))\n"
    )
    alone = subprocess.run([sys.executable, "-c", code, "-"], capture_output=True, text=True, check=True, timeout=300)
    moments = random.Random(5)
    for _ in range(10):
        victim = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.DEVNULL)
        time.sleep(1.5 + moments.uniform(0.0, 1.5))
        os.kill(victim.pid, signal.SIGKILL)
        victim.wait()
    after = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True, timeout=300
    )
    assert after.stdout == alone.stdout
