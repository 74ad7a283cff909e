"""How long a memo takes once its numbers are found: each form cold and warm, beside a reference that machines share.

    python benchmarks/memo.py [--scenario FILE] [--repeats 3]

Cold is a new process that makes one memo, its imports left in; warm is the next memo of the same deal, in the other
language, in the same process. Times are of the processor, since drawing and setting type wait for nothing. Forms take
turns, so that a busy machine hurts all of them alike, and each is told beside what a fixed piece of Python takes there.
"""

from __future__ import annotations

import argparse
import pickle
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

SCENARIO = ROOT / "scenarios" / "broendby-tuba.yaml"
FORMS = ("html", "pdf", "docx", "xlsx")
ALL = ",".join(FORMS)
LANGUAGES = ("en", "da")
BUDGET = {"cold": 4.0, "warm": 1.0}
"""For all forms together. [s]"""
MAKE = """
import pickle, sys, time, warnings
warnings.simplefilter("ignore")
begin = time.process_time()
from risksim.report import forms
documents = pickle.loads(open(sys.argv[1], "rb").read())
wanted = sys.argv[2].split(",")
for document in documents:
    for form in wanted:
        forms.render(document, form)
    print(time.process_time() - begin)
    begin = time.process_time()
"""


def documents(scenario: Path, folder: Path) -> Path:
    """The memo of a deal in both languages, written to a file: what stands before any form."""
    from risksim import api
    from risksim.analysis.facts import How, facts
    from risksim.language import speaking
    from risksim.report.memo.write import memo

    found = facts(api.read(scenario), How(quick=True))
    written = []
    for language in LANGUAGES:
        with speaking(language):  # type: ignore[arg-type]
            written.append(memo(found))
    file = folder / "documents"
    file.write_bytes(pickle.dumps(written))
    return file


def reference() -> float:
    """Seconds of a fixed piece of Python: strings, dictionaries and sums, as pages are made of."""
    begin = time.process_time()
    words = {str(number): number for number in range(200_000)}
    total = sum(len(word) * words[word] for word in sorted(words))
    assert total > 0
    return time.process_time() - begin


def made(file: Path, forms: str) -> tuple[float, float]:
    """Seconds of the first memo of a process, and of the second."""
    done = subprocess.run(
        [sys.executable, "-c", MAKE, str(file), forms], capture_output=True, check=True, cwd=ROOT, text=True
    )
    cold, warm = map(float, done.stdout.split())
    return cold, warm


def told(taken: dict[str, list[tuple[float, float]]], base: float) -> Iterator[str]:
    """A line for each form."""
    yield f"{'':<24}{'cold, s':>10}{'warm, s':>10}{'cold, times':>14}{'warm, times':>14}"
    for form, pairs in taken.items():
        cold, warm = (statistics.median(side) for side in zip(*pairs, strict=True))
        name = "all forms" if form == ALL else form
        yield f"{name:<24}{cold:>10.2f}{warm:>10.2f}{cold / base:>14.1f}{warm / base:>14.1f}"
    yield f"times: of a fixed piece of Python, {base:.3f} s here"
    yield f"asked of all forms: {BUDGET['cold']:.0f} s cold, {BUDGET['warm']:.0f} s warm"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--scenario", type=Path, default=SCENARIO)
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        file = documents(asked.scenario, Path(folder))
        taken: dict[str, list[tuple[float, float]]] = {form: [] for form in (*FORMS, ALL)}
        base = []
        for _ in range(asked.repeats):
            base.append(reference())
            for form, pairs in taken.items():
                pairs.append(made(file, form))
    print("\n".join(told(taken, statistics.median(base))))


if __name__ == "__main__":
    main()
