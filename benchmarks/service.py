"""How fast the page's answers come: each part by itself, and twenty people who move sliders at once.

    python benchmarks/service.py [--shipped NAME] [--people 20] [--seconds 10] [--beside]

The parts are asked in this process, warm, each time with a price (or, of the answer, a success rate) that nobody asked
before, in milliseconds of the processor. The people ask a server over loopback as the page does, the histogram and then
the rest, and the next answer as soon as the last is there; half of them move a price, half a success rate, each from
the same deal. With ``--beside`` a job of a million paths is worked on by the server's worker meanwhile. What a fixed
piece of Python takes stands beside it, since machines differ.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.memo import reference  # noqa: E402 - the repository is not installed where it is measured

PARTS = ("answer", "lines", "parties", "drivers", "stresses")
PATHS, JOB_PATHS, REPEATS = 10_000, 1_000_000, 9
RATE = "outcomes.wellbeing.success_rate"
SETTLING = 15.0
"""After the server is ready its processes for live answers start. [s]"""
BUDGET = {"answer": 0.070, "median": 1.0}
"""Of the processor for the part that moves; of the clock for one of twenty people. [s]"""


def parts(name: str) -> dict[str, float]:
    """Processor seconds of each part, the median of some warm ones."""
    from risksim import api
    from risksim.service.live.answer import Question, answer
    from risksim.service.live.changes import changes_of_set, moved_deal
    from risksim.service.store import shipped

    deal = api.read_text(shipped.text_of(name), f"{name}.yaml")
    found = {}
    for part, named in [(part, part) for part in PARTS] + [("answer", "answer, rate")]:
        taken = []
        for repeat in range(REPEATS if part == "answer" else 3):
            begin = time.process_time()
            price, rate = {"payments[0].price": 20_500.0 + 10.0 * repeat}, {RATE: 0.51 + 0.01 * repeat}
            changes = changes_of_set(deal, rate if named != part else price)
            said = answer(moved_deal(deal, changes), Question(PATHS, 1, (part,), True))  # type: ignore[arg-type]
            said.model_dump_json()
            taken.append(time.process_time() - begin)
        found[named] = statistics.median(taken[1:])
    return found


@contextmanager
def server() -> Iterator[str]:
    """A service on a free port of loopback; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        around = {"RISKSIM_FOLDER": folder, "RISKSIM_PER_MINUTE": "1000000", "RISKSIM_LOG": "quiet"} | os.environ
        around["PYTHONPATH"] = str(ROOT)
        command = [sys.executable, "-m", "risksim", "serve", "--port", str(port)]
        process = subprocess.Popen(command, env=around, cwd=ROOT, stderr=subprocess.DEVNULL)
        address = f"http://127.0.0.1:{port}"
        try:
            _wait_for(address)
            yield address
        finally:
            process.terminate()
            process.wait(30)


def _wait_for(address: str) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"{address}/readyz", timeout=5).read()
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            time.sleep(SETTLING)
            return
    raise TimeoutError("the service did not start")


class Said(NamedTuple):
    """What came of a question."""

    status: int
    has_all: bool
    """Whether the answer came whole."""


def ask(address: str, body: dict[str, Any], page: str) -> Said:
    """Ask once."""
    headers = {"Content-Type": "application/json", "X-Page": page, "Origin": address}
    request = urllib.request.Request(f"{address}/api/v1/live", json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            found = answer.read()
            return Said(int(answer.status), found.startswith(b'{"parts":["answer"]'))
    except urllib.error.HTTPError as error:
        return Said(error.code, has_all=False)


class Taken(NamedTuple):
    """How long people waited while they moved sliders. [s]"""

    first: list[float]
    """For each histogram."""
    whole: list[float]
    """For each histogram and the rest of its answer."""
    errors: list[int]
    """Statuses of what was no answer."""


def moving(address: str, name: str, people: int, seconds: float) -> Taken:
    """Let people move sliders, each asking as the page does: the histogram, then the rest."""
    taken = Taken([], [], [])
    until = time.monotonic() + seconds

    def one(number: int) -> None:
        step = 0
        while time.monotonic() < until:
            step += 1
            at = (number * 97 + step * 13) % 400
            moved = {"payments[0].price": 16_000.0 + 20 * at + number}
            if number % 2:
                moved = {RATE: 0.4 + 0.001 * at + 1e-6 * number}
            begin = time.perf_counter()
            body = {"of": {"shipped": name}, "set": moved, "paths": PATHS}
            first = ask(address, body | {"parts": ["returns"]}, f"page {number}")
            taken.first.append(time.perf_counter() - begin)
            rest = first if first.has_all else ask(address, body, f"page {number}")
            taken.whole.append(time.perf_counter() - begin)
            taken.errors.extend(one.status for one in (first, rest) if one.status != 200)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken


@contextmanager
def job_beside(wanted: bool, address: str, name: str) -> Iterator[None]:
    """A job of a million paths that a worker of the server works on."""
    if not wanted:
        yield
        return
    body = {"question": "run", "of": {"shipped": name}, "wishes": {"paths": JOB_PATHS, "engine": "individual"}}
    found = _json(address, "/api/v1/runs", body)
    where = f"/api/v1/runs/{found['id']}"
    until = time.monotonic() + 30
    while _json(address, where)["state"] == "queued" and time.monotonic() < until:
        time.sleep(0.2)
    yield
    print(f"  the job beside was {_json(address, where)['state']} at the end")


def _json(address: str, where: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    headers = {"Content-Type": "application/json", "Origin": address}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{address}{where}", data, headers), timeout=60) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and say whether the budgets hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shipped", default="broendby-tuba")
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--beside", action="store_true", help="run a job of a million paths meanwhile")
    wanted = parser.parse_args(arguments)
    print(f"a fixed piece of Python: {reference():.2f} s; {len(os.sched_getaffinity(0))} cores")
    found = parts(wanted.shipped)
    for part, seconds in found.items():
        print(f"{part:>12} {1000 * seconds:8.0f} ms of the processor")
    with server() as address:
        ask(address, {"of": {"shipped": wanted.shipped}, "paths": PATHS}, "first")
        alone = [_timed(address, wanted.shipped, number) for number in range(30)]
        print(f"one person: median {1000 * statistics.median(alone):.0f} ms, p95 {1000 * _p95(alone):.0f} ms")
        with job_beside(wanted.beside, address, wanted.shipped):
            taken = moving(address, wanted.shipped, wanted.people, wanted.seconds)
    median = statistics.median(taken.whole)
    print(f"  load of the machine over the last minute: {os.getloadavg()[0]:.1f}")
    print(
        f"{wanted.people} people: {len(taken.whole)} answers, median {1000 * median:.0f} ms, "
        f"p95 {1000 * _p95(taken.whole):.0f} ms, {len(taken.errors)} errors"
    )
    print(
        f"  their histograms: median {1000 * statistics.median(taken.first):.0f} ms, "
        f"p95 {1000 * _p95(taken.first):.0f} ms"
    )
    return 0 if found["answer"] <= BUDGET["answer"] and median <= BUDGET["median"] and not taken.errors else 1


def _timed(address: str, name: str, number: int) -> float:
    begin = time.perf_counter()
    moved = {"payments[0].price": 14_000 + 10 * number}
    ask(address, {"of": {"shipped": name}, "set": moved, "paths": PATHS}, "one")
    return time.perf_counter() - begin


def _p95(taken: Sequence[float]) -> float:
    return sorted(taken)[int(0.95 * (len(taken) - 1))]


if __name__ == "__main__":
    raise SystemExit(main())
