"""Memory that work took is given back, where the C library keeps it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from risksim.service import memory
from risksim.service.store import runs
from risksim.service.work import worker as working
from risksim.service.work.worker import Worker
from tests.service.conftest import SIMPLE

GIVES_BACK = """
import os, threading
from pathlib import Path
from risksim.service.memory import give_back, keep_little

def held():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

def work():
    blocks = [bytes(bytearray(os.urandom(50_000))) for _ in range(1000)]
    kept.append(blocks[-1])  # behind all others, so that their room does not go by itself

keep_little()
kept, before = [], held()
one = threading.Thread(target=work)
one.start()
one.join()
after = held()
give_back()
print(before, after, held())
"""


@pytest.mark.skipif(memory._glibc() is None, reason="other C libraries give back by themselves")
def test_memory_is_given_back():
    said = subprocess.run([sys.executable, "-c", GIVES_BACK], check=True, capture_output=True, text=True)
    before, after, given_back = map(float, said.stdout.split())
    assert after - before > 40  # 50 MB were taken and are free
    assert given_back - before < 15


def test_without_glibc_nothing_happens(monkeypatch):
    monkeypatch.setattr(memory, "_glibc", lambda: None)
    memory.keep_little()
    memory.give_back()


def test_worker_gives_back_after_each_job(service, local, monkeypatch):
    given = []
    monkeypatch.setattr(working, "give_back", lambda: given.append(1))
    worker = Worker(service, "here:1:a")
    assert not worker.work_once()
    assert not given
    with service.database.writing() as session:
        runs.ask(session, local, question="run", wishes={"paths": 0}, digest="d", text=SIMPLE)  # fails at once
    assert worker.work_once()
    assert given == [1]
