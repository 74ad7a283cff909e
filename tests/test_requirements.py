"""The locked requirements hold what the project names: a clone must install from them alone."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
GROUPS = PROJECT["dependency-groups"]
WITHOUT_ALL = [wanted for extra, wanted in EXTRAS.items() if extra != "all"]


def names(wanted: list[object]) -> set[str]:
    """Names of packages, without versions, extras and other groups."""
    return {plain(re.split(r"[\[<>=;~ ]", one)[0]) for one in wanted if isinstance(one, str)}


def plain(name: str) -> str:
    """A name as installers compare it: ruamel.yaml is ruamel-yaml."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(file: str) -> set[str]:
    text = (ROOT / "requirements" / file).read_text(encoding="utf-8")
    return {plain(name) for name in re.findall(r"^([A-Za-z0-9_.-]+)==", text, re.MULTILINE)}


@pytest.mark.parametrize(
    ("file", "wanted"),
    [
        ("core.txt", [PROJECT["project"]["dependencies"], GROUPS["build"]]),
        (
            "test.txt",
            [
                PROJECT["project"]["dependencies"],
                *(EXTRAS[extra] for extra in EXTRAS if extra != "all"),
                *GROUPS.values(),
            ],
        ),
        ("service.txt", [PROJECT["project"]["dependencies"], EXTRAS["service"], EXTRAS["report"], GROUPS["build"]]),
    ],
)
def test_everything_named_is_locked(file, wanted):
    assert set().union(*map(names, wanted)) <= locked(file)


def test_the_core_stays_light():
    assert not names(EXTRAS["report"] + EXTRAS["service"]) & locked("core.txt")
