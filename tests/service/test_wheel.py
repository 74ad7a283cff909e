"""Whoever installs risksim gets the built page, and needs no Node."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = "risksim/service/static/workbench/"


def built_files() -> set[str]:
    """What the page asks for, by the manifest of its build."""
    manifest = json.loads((ROOT / PAGE / "manifest.json").read_text(encoding="utf-8"))
    parts = manifest.values()
    return {name for part in parts for name in (part["file"], *part.get("css", ()), *part.get("assets", ()))}


def build(source: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "-q",
        "-w",
        str(folder),
        str(source),
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)


def test_every_file_that_the_page_asks_for_is_there_and_no_other():
    there = {str(file.relative_to(ROOT / PAGE)) for file in (ROOT / PAGE / "assets").rglob("*") if file.is_file()}
    assert there == built_files()


@pytest.mark.slow
def test_wheel_carries_the_page_and_not_its_source(tmp_path):
    done = build(ROOT, tmp_path)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {PAGE + name for name in (*built_files(), "manifest.json")} <= names
    assert "risksim/shipped/broendby-tuba.yaml" in names
    assert "risksim/service/pages/templates/base.html" in names
    assert not [name for name in names if "service/workbench" in name or "node_modules" in name]


@pytest.mark.slow
def test_wheel_without_the_page_is_not_made(tmp_path):
    source = tmp_path / "source"
    ignored = shutil.ignore_patterns("node_modules", ".git", ".venv", "*.pyc", "tests", "_build")
    shutil.copytree(ROOT, source, ignore=ignored)
    (source / PAGE / "manifest.json").unlink()
    done = build(source, tmp_path)
    assert done.returncode != 0
    assert "manifest.json" in done.stderr + done.stdout
