"""Servers and workers that are killed at any moment: no deal is lost, no answer is wrong, every job is done.

Real processes on loopback. Each round starts the server again on the same folder, makes and revises deals and asks
questions while jobs run, and kills server and worker without warning: in the first rounds while tables are changed,
then by turns at one of the dangerous moments (`MOMENTS`) and at any. ``RISKSIM_KILL_ROUNDS`` and ``RISKSIM_KILL_SEED``
say how many rounds there are and which; after ``RISKSIM_KILL_SECONDS`` no other one begins.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import httpx
import pytest

from risksim.service.context import Service
from risksim.service.settings import Settings
from risksim.service.store import cleaning, deals, upkeep
from risksim.service.store.database import Database
from risksim.service.store.files import Files
from risksim.service.store.tables import LOCAL, Run
from risksim.service.work import making
from risksim.service.work.keeper import Keeper
from tests.service.conftest import SIMPLE

ROUNDS = int(os.environ.get("RISKSIM_KILL_ROUNDS", "50"))
SECONDS = float(os.environ.get("RISKSIM_KILL_SECONDS", "1200"))
SEED = int(os.environ.get("RISKSIM_KILL_SEED", "20261122"))
FIRST = 30.0
"""How long a round waits at most for somebody to work. [s]"""
REACHED = 30.0
"""How long a round waits at most for its moment. [s]"""
LONGEST = 4.0
"""Before the last kill of a round without a moment, once somebody works. [s]"""
START = 60.0
"""How long a server may take to start on a busy machine. [s]"""
END = 300.0
"""How long what is left may take after the last round. [s]"""
JUDGED = 20
"""Rounds from which on it is judged whether enough happened in them."""
QUIET = 1.3
"""How much longer than alone somebody may take on a machine that has nothing else to do. [1]"""
SEEDS = 2
TEXTS = (SIMPLE, SIMPLE.replace("value: 60000", "value: 55000"))
QUESTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("run", {"paths": 256, "engine": "individual"}),
    ("run", {"paths": 2_048, "engine": "auto"}),
    ("run", {"paths": 60_000, "engine": "individual"}),
    ("run", {"paths": 200_000, "engine": "individual"}),
    ("decompose", {"paths": 512}),
    ("sensitivity", {"paths": 512}),
    ("data", {"paths": 2_000, "form": "csv"}),
    ("memo", {"form": "html", "quick": "on"}),
)
AT_ONCE = ("run", {"paths": 128, "engine": "individual"})


class Moment(NamedTuple):
    """When somebody dies: see `dying/sitecustomize.py`."""

    name: str
    who: str
    moment: str
    what: str


BEGINNING = (
    Moment("a column is added", "server", "statement", r"ALTER TABLE runs ADD COLUMN"),
    Moment("a step is done but not committed", "server", "before the commit of", r"UPDATE alembic_version"),
    Moment("a step is committed", "server", "after the commit of", r"UPDATE alembic_version"),
    Moment("the database gets its identity", "server", "before the commit of", r"INSERT INTO identity"),
    Moment("the folder is marked", "server", "os.rename", r"belongs-to\.txt$"),
)
MOMENTS = (
    Moment("a result is written, not yet in its place", "worker", "os.rename", r"/results/.*/[0-9a-f]{64}$"),
    Moment("a result is there, its row is not", "worker", "open", r"/results/[0-9a-f]{2}$"),
    Moment("a result is named, not committed", "worker", "before the commit of", r"UPDATE runs SET .*state='done'"),
    Moment("a run is done, its blocks are there", "worker", "shutil.rmtree", r"/checkpoints/[0-9a-f]{24}$"),
    Moment("a block is begun", "worker", "open", r"/checkpoints/.*/\.task\."),
    Moment("a block is renamed", "worker", "os.rename", r"/checkpoints/.*\.npz$"),
    Moment("a run is claimed, not committed", "worker", "before the commit of", r"UPDATE runs SET .*state='running'"),
    Moment("a run is claimed", "worker", "after the commit of", r"UPDATE runs SET .*state='running'"),
    Moment("a heart beats", "worker", "before the commit of", r"UPDATE runs SET (?!state=).*heartbeat_at='"),
    Moment("a run is put back, not committed", "server", "before the commit of", r"UPDATE runs SET .*state='queued'"),
    Moment("a run is put back", "server", "after the commit of", r"UPDATE runs SET .*state='queued'"),
    Moment("a deal is made", "server", "before the commit of", r"INSERT INTO revisions"),
    Moment("a deal is made and nobody told", "server", "after the commit of", r"INSERT INTO revisions"),
    Moment("a job is asked for", "server", "before the commit of", r"INSERT INTO runs"),
    Moment("an answer at once is written", "server", "os.rename", r"/results/.*/[0-9a-f]{64}$"),
    Moment("an answer at once has no row", "server", "open", r"/results/[0-9a-f]{2}$"),
)


class Asked(NamedTuple):
    """What the service said that it has."""

    question: str
    text: str
    """Without its last line, which says nothing, where the answer does not hold the text itself."""


class Served:
    """A server in a process of its own."""

    def __init__(self, folder: Path, log: Path, dies_at: Path | None = None) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("RISKSIM_")}
        environment |= {name: os.environ[name] for name in ("RISKSIM_CACHE_DIR",) if name in os.environ}
        environment["RISKSIM_PER_MINUTE"] = "1000000"  # everything is looked at again in a few seconds
        environment["RISKSIM_LIVE_PROCESSES"] = "0"  # nobody moves a slider
        environment["RISKSIM_MOST_PATHS_AT_ONCE"] = "1000"  # small data are a job
        if dies_at is not None:
            path = [str(Path(__file__).with_name("dying")), environment.get("PYTHONPATH", "")]
            environment |= {"DIES_AT": str(dies_at), "PYTHONPATH": os.pathsep.join(filter(None, path))}
        self.log = log.open("ab")
        self.begins_at = self.log.tell()
        command = [sys.executable, "-m", "risksim", "serve", "--port", "0", "--folder", str(folder)]
        self.process = subprocess.Popen(command, stderr=self.log, env=environment, start_new_session=True)
        self.path = log

    def address(self) -> str | None:
        """Where it listens; None if it died before."""
        until = time.monotonic() + START
        while time.monotonic() < until:
            said = self.path.read_bytes()[self.begins_at :].decode()
            if found := re.search(r"risksim is at (http://\S+)/ ", said):
                return found[1]
            if (code := self.process.poll()) is not None:
                assert code == -signal.SIGKILL, said
                return None
            time.sleep(0.02)
        raise AssertionError("it did not start")

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.log.close()


def workers(folder: Path) -> list[int]:
    """The living processes that the table names as workers."""
    found = rows(folder, "SELECT DISTINCT worker FROM runs WHERE state = 'running'")
    living = [process for process in (int(name.split(":")[1]) for (name,) in found if name) if _is_worker(process)]
    for process in living:
        _hurry(process)
    return living


def _hurry(process: int) -> None:
    """Workers stand back behind whatever else this machine does, which may be for minutes; here nobody waits for it."""
    with suppress(OSError):
        for thread in Path(f"/proc/{process}/task").iterdir():
            os.setpriority(os.PRIO_PROCESS, int(thread.name), 0)


def rows(folder: Path, asked: str) -> list[Any]:
    """What the database says."""
    base = sqlite3.connect(folder / "risksim.sqlite", timeout=30)
    try:
        return base.execute(asked).fetchall()
    finally:
        base.close()


def _is_worker(process: int) -> bool:
    try:
        return b"risksim.service.work" in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False


def kill_workers(folder: Path) -> int:
    killed = 0
    for process in workers(folder):
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
            killed += 1
    return killed


def _wait_until(so: Any, longest: float) -> None:
    until = time.monotonic() + longest
    while not so() and time.monotonic() < until:
        time.sleep(0.05)


class Confirmed:
    """What the service said that it has."""

    def __init__(self) -> None:
        self.revisions: dict[tuple[str, int], str] = {}
        self.jobs: dict[str, Asked] = {}
        self.at_once: dict[str, Asked] = {}
        self.wrong: list[str] = []


class Load:
    """Makes and revises deals and asks questions until the server is gone, and remembers what it hears."""

    def __init__(
        self, address: str, number: int, seed: int, confirmed: Confirmed, jobs: int = 4, adds_only: bool = False
    ) -> None:
        self.address, self.number, self.confirmed, self.adds_only = address, number, confirmed, adds_only
        self.draw = random.Random(seed)
        self.made = 0
        self.jobs_left = jobs
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._go, daemon=True)
        self.thread.start()

    def _go(self) -> None:
        with httpx.Client(base_url=self.address, timeout=30, trust_env=False) as client, suppress(httpx.HTTPError):
            while not self.over.is_set():
                self._deal(client)
                if self.jobs_left:
                    self.jobs_left -= 1
                    self._job(client)
                elif not self.adds_only and self.draw.random() < 0.1:
                    self._at_once(client)
                time.sleep(self.draw.uniform(0.0, 0.3))

    def _text(self) -> str:
        self.made += 1
        return self.draw.choice(TEXTS) + f"# round {self.number}, text {self.made}, {self.draw.random()}\n"

    def _deal(self, client: httpx.Client) -> None:
        text, known = self._text(), [deal for deal, _number in self.confirmed.revisions]
        if known and not self.adds_only and self.draw.random() < 0.5:
            deal = self.draw.choice(known)
            last = client.get(f"/api/v1/deals/{deal}/revisions/latest").json()["number"]
            answer = client.post(f"/api/v1/deals/{deal}/revisions", json={"text": text, "based_on": last})
            key = (deal, last + 1)
        else:
            answer = client.post("/api/v1/deals", json={"name": f"Deal {self.number}.{self.made}", "text": text})
            key = (answer.json().get("id", ""), 1)
        if answer.status_code == 201:
            self.confirmed.revisions[key] = text
        else:
            self.confirmed.wrong.append(f"deal: {answer.status_code} {answer.text[:200]}")

    def _job(self, client: httpx.Client) -> None:
        question, wishes = self.draw.choice(QUESTIONS)
        if question == "memo":
            self._memo(client, wishes)
            return
        seeded = wishes | {"seed": self.draw.randrange(SEEDS)}
        of, text = self._of()
        if question == "data":
            answer = client.post(f"/api/v1/{question}", json={"of": of, "language": "en"} | seeded)
        else:
            asked = {"of": of, "question": question, "wishes": seeded, "language": "en", "wait": False}
            answer = client.post("/api/v1/runs", json=asked)
        if answer.status_code == 202:
            self.confirmed.jobs[answer.json()["id"]] = Asked(question, text)
        elif answer.status_code != 429:
            self.confirmed.wrong.append(f"{question}: {answer.status_code} {answer.text[:200]}")

    def _memo(self, client: httpx.Client, wishes: dict[str, Any]) -> None:
        """The page makes a job of it, however quick; the API would answer at once."""
        deal = self.draw.choice([deal for deal, _number in self.confirmed.revisions])
        text = client.get(f"/api/v1/deals/{deal}/revisions/latest").json()["text"]
        answer = client.post(f"/deals/{deal}/memo", data=wishes)
        if answer.status_code == 303:
            made = client.get(f"/api/v1/runs?deal={deal}&limit=1").json()["runs"][0]
            assert made["question"] == "memo"
            self.confirmed.jobs[made["id"]] = Asked("memo", text)  # whole: a memo holds its file
        elif answer.status_code != 429:
            self.confirmed.wrong.append(f"memo: {answer.status_code} {answer.text[:200]}")

    def _at_once(self, client: httpx.Client) -> None:
        of, text = self._of()
        asked = {"of": of, "question": AT_ONCE[0], "wishes": AT_ONCE[1], "language": "en", "wait": True}
        answer = client.post("/api/v1/runs", json=asked)
        if answer.status_code == 200:
            self.confirmed.at_once[answer.json()["run"]["id"]] = Asked(AT_ONCE[0], text)
        else:
            self.confirmed.wrong.append(f"at once: {answer.status_code} {answer.text[:200]}")

    def _of(self) -> tuple[dict[str, Any], str]:
        """A deal that is kept, at one of its revisions, or a text that is not."""
        if self.draw.random() < 0.5:
            (deal, number), text = self.draw.choice(list(self.confirmed.revisions.items()))
            return {"deal": deal, "revision": number}, text.partition("# round")[0]
        text = self.draw.choice(TEXTS)
        return {"text": text}, text


class Round(NamedTuple):
    """How a round went."""

    moment: Moment | None
    reached: bool
    killed_workers: int
    ended: int
    """Jobs that ended in it."""
    crowding: float
    """How much longer than alone somebody took before it. [1]"""


def _crowding() -> float:
    """How much longer than alone somebody takes now, because others use this machine."""
    began, used = time.perf_counter(), time.process_time()
    while time.process_time() - used < 0.05:
        pass
    return (time.perf_counter() - began) / (time.process_time() - used)


def too_little(rounds: Sequence[Round]) -> str:
    """What the rounds did too little of, in words; nothing where they did enough of it."""
    aimed = [one for one in rounds if one.moment is not None]
    reached, ended = sum(one.reached for one in aimed), sum(one.ended for one in rounds)
    said = []
    if ended < len(rounds) // 10:
        said.append(f"{ended} jobs ended between the kills of {len(rounds)} rounds, fewer than one in ten rounds")
    if 2 * reached < len(aimed):
        said.append(f"{reached} of {len(aimed)} moments were reached, fewer than half")
    return "; ".join(said)


def why_not_judged(rounds: Sequence[Round]) -> str:
    """Why it says nothing that the rounds did little, in words; nothing where it says something."""
    if len(rounds) < JUDGED:
        return f"{len(rounds)} rounds are too few to judge: it takes {JUDGED}"
    crowding = median(one.crowding for one in rounds)
    if crowding > QUIET:
        return f"others used this machine, on which all took {crowding:.1f} times as long as alone"
    return ""


def _round(number: int, folder: Path, log: Path, draw: random.Random, confirmed: Confirmed) -> Round:
    moment = _moment_of(number)
    order = log.with_name(f"order-{number}")
    if moment is not None:
        order.write_text(json.dumps(moment._asdict()))
    before, killed, load, crowding = _ended(folder), 0, None, _crowding()
    served = Served(folder, log, order if moment is not None else None)
    try:
        address = served.address()
        if address is not None:
            load = Load(address, number, draw.randrange(2**32), confirmed)
            if moment is not None:
                _wait_until(lambda: workers(folder) is None or not order.exists(), REACHED)
                time.sleep(draw.choice((0.0, draw.uniform(0.0, 1.0))))
            else:
                some_ended = draw.random() < 0.5
                _wait_until(lambda: _ended(folder) > before if some_ended else workers(folder), FIRST)
                first, last = sorted(draw.uniform(0.0, LONGEST) for _ in range(2))
                time.sleep(first)
                killed += kill_workers(folder)
                time.sleep(last - first)
            if draw.random() < 0.5:  # both at the same moment, or the worker sees its server die
                killed += kill_workers(folder)
    finally:
        served.kill()
    if load is not None:
        load.over.set()
        load.thread.join(60)
        assert not load.thread.is_alive()
    reached = moment is not None and not order.exists()
    killed += reached and moment is not None and moment.who == "worker"
    return Round(moment, reached, killed, _ended(folder) - before, crowding)


def _moment_of(number: int) -> Moment | None:
    if number < len(BEGINNING):
        return BEGINNING[number]
    turn, at_any = divmod(number - len(BEGINNING), 2)
    return None if at_any else MOMENTS[turn % len(MOMENTS)]


def _ended(folder: Path) -> int:
    return int(rows(folder, "SELECT count(*) FROM runs WHERE state IN ('done', 'failed') AND worker IS NOT NULL")[0][0])


def _old_store(folder: Path, confirmed: Confirmed) -> None:
    """A folder as the first program left it, with a deal."""
    database = Database(Settings(folder=folder))
    upkeep.migrate(database, "0001")
    upkeep.make_local(database)
    with database.writing() as session:
        from risksim.service.access.principal import EVERY_SCOPE, Principal

        made = deals.create(session, Principal("local", LOCAL, EVERY_SCOPE), "Old", TEXTS[0])
        confirmed.revisions[made.id, 1] = TEXTS[0]
    database.close()


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks processes up in /proc")
def test_nothing_is_lost_when_server_and_worker_are_killed(tmp_path, capsys):
    draw, folder, log = random.Random(SEED), tmp_path / "service", tmp_path / "log.txt"
    confirmed = Confirmed()
    _old_store(folder, confirmed)
    began = time.monotonic()
    rounds: list[Round] = []
    while len(rounds) < ROUNDS and time.monotonic() - began < SECONDS:
        rounds.append(_round(len(rounds), folder, log, draw, confirmed))
    took = time.monotonic() - began
    assert not confirmed.wrong
    (unfinished,) = rows(folder, "SELECT count(*) FROM runs WHERE state IN ('queued', 'running')")[0]
    given_up = _only_given_up(folder)
    orphans = _orphans(folder)
    _no_result_is_damaged(folder)

    served = Served(folder, log)
    try:
        address = served.address()
        assert address is not None
        with httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
            runs = _finished(client, folder, confirmed.jobs)
            for (deal, number), text in confirmed.revisions.items():
                assert client.get(f"/api/v1/deals/{deal}/revisions/{number}").json()["text"] == text, (deal, number)
            everything = confirmed.jobs | confirmed.at_once
            answers = {one: client.get(f"/api/v1/runs/{one}/result").content for one in everything}
            runs |= {one: client.get(f"/api/v1/runs/{one}").json() for one in confirmed.at_once}
    finally:
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(30) == 0
        served.kill()

    assert [run for run in runs.values() if run["state"] != "done"] == []
    different = _equal_to_undisturbed(everything, runs, answers)
    _nothing_is_left(folder)
    _no_result_is_damaged(folder)
    assert rows(folder, "PRAGMA integrity_check") == [("ok",)]
    assert rows(folder, "PRAGMA foreign_key_check") == []

    aimed = [one for one in rounds if one.moment is not None]
    missed = [one.moment.name for one in aimed if one.moment is not None and not one.reached]
    ended = sum(one.ended for one in rounds)
    with capsys.disabled():
        kinds = Counter(one.question for one in confirmed.jobs.values())
        print(
            f"\n{len(rounds)} rounds in {took:.0f} s; {sum(one.killed_workers for one in rounds)} workers killed; "
            f"{len(aimed) - len(missed)} of {len(aimed)} moments reached (missed: {', '.join(missed) or 'none'}); "
            f"{len(confirmed.revisions)} revisions of {len({deal for deal, _number in confirmed.revisions})} deals, "
            f"{len(confirmed.jobs)} jobs ({', '.join(f'{many} {kind}' for kind, many in sorted(kinds.items()))}) and "
            f"{len(confirmed.at_once)} answers at once confirmed; {ended} jobs ended between kills, "
            f"{given_up} were given up and resumed by hand, {unfinished} waited after the last kill; all done "
            f"{time.monotonic() - began - took:.0f} s later; {orphans} files that nobody named were there and were "
            f"cleaned away; {different} different questions equal to runs without kills"
        )
        not_judged = why_not_judged(rounds)
        if not_judged:
            print(f"Whether enough happened between the kills is not judged: {not_judged}.")
    assert not {one.name for one in BEGINNING} & set(missed)  # the others take a job at that moment, which may not come
    assert not_judged or not too_little(rounds), too_little(rounds)


def _of_rounds(ended: int, reached: int, rounds: int = 40, crowding: float = 1.0) -> list[Round]:
    """Rounds of which so many ended a job, and every second is aimed."""
    return [
        Round(None if number % 2 else MOMENTS[0], number // 2 < reached, 1, int(number < ended), crowding)
        for number in range(rounds)
    ]


@pytest.mark.parametrize(
    ("rounds", "said"),
    [
        (_of_rounds(4, 10), ""),
        (_of_rounds(3, 10), "3 jobs ended between the kills of 40 rounds"),
        (_of_rounds(4, 9), "9 of 20 moments were reached"),
    ],
)
def test_rounds_that_do_too_little_are_told(rounds, said):
    assert why_not_judged(rounds) == ""
    assert too_little(rounds).startswith(said)
    assert bool(too_little(rounds)) == bool(said)


def test_a_crowded_machine_and_few_rounds_are_not_judged():
    assert "1.4 times as long" in why_not_judged(_of_rounds(0, 0, crowding=1.4))
    assert "too few" in why_not_judged(_of_rounds(0, 0, rounds=JUDGED - 1))
    assert why_not_judged(_of_rounds(0, 0, rounds=JUDGED)) == ""


def _only_given_up(folder: Path) -> int:
    """Jobs that failed: only ones that were taken down three times in a row may have."""
    failed = rows(folder, "SELECT problem, deaths FROM runs WHERE state = 'failed'")
    assert {(json.loads(problem)["type"], deaths) for problem, deaths in failed} <= {("given-up", 3)}
    return len(failed)


def _finished(client: httpx.Client, folder: Path, jobs: dict[str, Asked]) -> dict[str, dict[str, Any]]:
    """Every job in the end; those that were given up go on by hand."""
    until = time.monotonic() + END
    found: dict[str, dict[str, Any]] = {}
    while time.monotonic() < until and len(found) < len(jobs):
        workers(folder)  # are hurried
        for run_id in jobs.keys() - found.keys():
            answer = client.get(f"/api/v1/runs/{run_id}")
            assert answer.status_code == 200, run_id
            run = answer.json()
            if run["state"] == "failed":  # 429 while many wait: again next time
                assert client.post(f"/api/v1/runs/{run_id}/resume").status_code in (200, 429)
            elif run["state"] not in ("queued", "running"):
                found[run_id] = run
        time.sleep(0.3)
    assert len(found) == len(jobs), f"{len(jobs) - len(found)} jobs did not end"
    return found


def _equal_to_undisturbed(asked: dict[str, Asked], runs: dict[str, dict[str, Any]], answers: dict[str, bytes]) -> int:
    """Hold every answer against one that nobody disturbed; how many different ones there were."""
    expected: dict[str, bytes] = {}
    for run_id, one in asked.items():
        wishes, language = runs[run_id]["wishes"], runs[run_id]["language"]
        key = json.dumps([one, wishes, language], sort_keys=True)
        if key not in expected:
            run = Run(question=one.question, text=one.text, wishes=wishes, language=language)
            expected[key] = making.make(None, run, lambda _done: None).content  # type: ignore[arg-type]
        assert answers[run_id] == expected[key], (one.question, wishes)
    return len(expected)


def _kept(folder: Path) -> list[Path]:
    return [place for place in (folder / "results").rglob("*") if place.is_file()]


def _named(folder: Path) -> set[str]:
    return {name for (name,) in rows(folder, "SELECT DISTINCT result FROM runs WHERE result IS NOT NULL")}


def _orphans(folder: Path) -> int:
    named = _named(folder)
    return sum(place.name not in named for place in _kept(folder))


def _no_result_is_damaged(folder: Path) -> None:
    whole = {place.name for place in _kept(folder) if not place.name.startswith(".")}
    assert {name for name in whole if hashlib.sha256((_place(folder, name)).read_bytes()).hexdigest() != name} == set()
    assert _named(folder) <= whole


def _place(folder: Path, name: str) -> Path:
    return folder / "results" / name[:2] / name


def _nothing_is_left(folder: Path) -> None:
    """What nobody needs goes when it is cleaned, and nothing else does."""
    settings = Settings(folder=folder)
    service = Service(settings, Database(settings), Files(folder / "results"))
    old = time.time() - 2 * cleaning.GRACE
    for half in folder.glob(".belongs-to.txt.*"):
        os.utime(half, (old, old))
    Keeper(service)._clean()
    cleaning.collect(service, grace=0.0)
    service.database.close()
    assert {place.name for place in _kept(folder)} == _named(folder)
    assert list((folder / "checkpoints").iterdir()) == []
    left = {place.name for place in folder.iterdir()} - {"risksim.sqlite", "risksim.sqlite-wal", "risksim.sqlite-shm"}
    assert left == {"results", "checkpoints", "belongs-to.txt"}
