"""A backup that is taken while people work: what comes back is the original as it was at one moment.

Real processes on loopback. Deals are made and jobs are worked on while backups are taken; the last of them is restored
elsewhere, and what was unfinished goes on there to the same answers.
"""

from __future__ import annotations

import signal
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from risksim.service.settings import Settings
from risksim.service.store import backup
from risksim.service.store.database import Database
from risksim.service.store.tables import Table
from tests.service.work.test_killed import Confirmed, Load, Served, _finished, workers

JOBS = 10
ALWAYS = ("id", "account_id", "deal_id", "revision", "text", "question", "wishes", "language", "digest", "created_at")
"""What never changes of a run."""


def content(folder: Path) -> dict[str, dict[tuple, dict]]:
    """Every row of every table by its key."""
    database = Database(Settings(folder=folder))
    with database.engine.connect() as connection:
        found = {
            table.name: {
                tuple(row[column.name] for column in table.primary_key): dict(row)
                for row in connection.execute(select(table)).mappings()
            }
            for table in Table.metadata.sorted_tables
        }
    database.close()
    return found


@contextmanager
def serving(folder: Path, log: Path):
    served = Served(folder, log)
    try:
        with httpx.Client(base_url=served.address(), timeout=60, trust_env=False) as client:
            yield client
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(30) == 0
    finally:
        served.kill()


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks processes up in /proc")
def test_what_is_restored_of_a_backup_under_load_equals_the_original(tmp_path):
    folder, other, log = tmp_path / "service", tmp_path / "restored", tmp_path / "log.txt"
    with serving(folder, log) as client:
        load = Load(str(client.base_url), 0, 1, confirmed := Confirmed(), JOBS, adds_only=True)
        until = time.monotonic() + 60
        while (len(confirmed.jobs) < JOBS or not workers(folder)) and time.monotonic() < until:
            time.sleep(0.1)
        for number in range(3):
            deals_before, runs_before = dict(confirmed.revisions), dict(confirmed.jobs)
            saved = backup.save(Settings(folder=folder), tmp_path / f"{number}.tar.gz")
        assert workers(folder), "nothing was worked on any more: not much of a load"
        time.sleep(1.0)
        load.over.set()
        load.thread.join(60)
        assert not confirmed.wrong
        _finished(client, folder, confirmed.jobs)
        answers = {run_id: client.get(f"/api/v1/runs/{run_id}/result").content for run_id in confirmed.jobs}
    original = content(folder)

    assert backup.restore(Settings(folder=other), saved.file).rows == saved.rows
    found = content(other)
    assert {(deal_id,) for deal_id, _number in deals_before} <= found["deals"].keys()
    assert {(key,) for key in runs_before} == found["runs"].keys()
    assert len(found["deals"]) < len(original["deals"]), "nothing was made any more: not much of a load"
    for name in ("accounts", "deals", "members", "revisions", "events"):
        assert found[name] == {key: original[name][key] for key in found[name]}, name
    for key, run in found["runs"].items():
        assert {name: run[name] for name in ALWAYS} == {name: original["runs"][key][name] for name in ALWAYS}
        if run["state"] == "done":
            assert run == original["runs"][key]
    # one moment: whatever is in it came before whatever is not, in every table and between them
    last = max(deal["created_at"] for deal in found["deals"].values())
    assert found["deals"].keys() == {key for key, deal in original["deals"].items() if deal["created_at"] <= last}
    assert {key[0] for key in found["revisions"]} == {key[0] for key in found["deals"]}
    assert sorted(found["events"]) == sorted(original["events"])[: len(found["events"])]
    unfinished = [run for run in found["runs"].values() if run["state"] != "done"]
    assert any(run["state"] == "running" for run in unfinished)

    with serving(other, log) as client:
        assert {run["state"] for run in _finished(client, other, confirmed.jobs).values()} == {"done"}
        assert {run_id: client.get(f"/api/v1/runs/{run_id}/result").content for run_id in confirmed.jobs} == answers
        for (deal_id, _number), text in deals_before.items():
            assert client.get(f"/api/v1/deals/{deal_id}/revisions/1").json()["text"] == text
