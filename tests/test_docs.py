"""Documentation is under test: its commands run, its examples parse, its promises hold."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main
from typer.testing import CliRunner

from risksim.cli.main import app
from tests.engine.deals import funded_files

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
CONSOLE = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)


SLOW = {"from-first-look-to-terms.md", "run-on-a-cluster.md", "dependence.md"}
"""Pages whose commands ask every question, or start workers, and take long."""


def console_pages():
    return [
        pytest.param(page, marks=pytest.mark.slow) if page.name in SLOW else page
        for page in PAGES
        if "generated" not in page.parts and "_build" not in page.parts and CONSOLE.search(page.read_text())
    ]


def said_alike(expected, found):
    """Line by line; a line of three dots stands for any lines, as in a doctest."""
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == "..." else re.escape(line) + r"\n"
        for line in expected.rstrip("\n").split("\n")
    )
    return re.fullmatch(pattern, found.rstrip("\n") + "\n") is not None


def run_command(words, folder):
    """Exit code, stdout and stderr of a command: in this process, but for those that start workers of their own."""
    if "--dask" in words:
        done = subprocess.run(
            [sys.executable, "-m", "risksim", *words],
            cwd=folder,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        return done.returncode, done.stdout, done.stderr
    done = CliRunner().invoke(app, words)
    return done.exit_code, done.stdout, f"{done.stderr}{done.exception or ''}"


@pytest.mark.parametrize("page", console_pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_on_a_page_runs_and_prints_what_the_page_shows(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    shutil.copytree(ROOT / "docs" / "examples", tmp_path / "docs" / "examples")
    for block in CONSOLE.findall(page.read_text()):
        command, _, shown = block.partition("\n")
        assert command.startswith("$ risksim "), f"{page.name}: a console block begins with one command: {command}"
        code, printed, talk = run_command(shlex.split(command[2:])[1:], tmp_path)
        assert code == 0, f"{page.name}: {command}\n{talk}"
        if shown.strip():
            assert said_alike(shown, printed), f"{page.name}: {command} printed\n{printed}"


def commands():
    return sorted(typer.main.get_command(app).commands)


@pytest.mark.parametrize("command", commands())
def test_every_command_is_documented(command):
    text = "\n".join(page.read_text() for page in PAGES)
    assert f"risksim {command}" in text


@pytest.mark.parametrize("command", commands())
def test_every_help_has_an_example(command):
    assert f"Example: risksim {command}" in typer.main.get_command(app).commands[command].help


def test_readme_test_command_is_what_continuous_integration_runs():
    readme, script = (ROOT / "README.md").read_text(), (ROOT / ".ci" / "run").read_text()
    line = next(line for line in readme.splitlines() if "-m pytest" in line)
    assert line in script


def test_every_link_of_the_readme_leads_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", (ROOT / "README.md").read_text()):
        assert (ROOT / target).exists(), target


def test_deal_of_the_readme_runs_and_states_the_origin_of_every_number(tmp_path):
    import risksim
    from risksim import api

    (block,) = re.findall(
        r"^```yaml\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    file = tmp_path / "northtown.yaml"
    file.write_text(block, encoding="utf-8")
    deal = risksim.read(file)
    assert api.review(deal).unstated == ()
    assert risksim.simulate(deal, paths=500).summary().paths.count == 500


INTERNAL = re.compile(  # written so that no pattern matches itself
    r"(?i:hand[b]ook|\b(?:design|deals)[.]md|issue\s+is\s+[r]esolved)"
    r"|\bG[0-9]{1,2}\b"
    r"|(?<![\w.])/(?:home|root|tmp|work|Users)/[A-Za-z]"
)
"""Papers, labels and places that only those who wrote risksim know."""
MADE_BY_TOOLS = ("risksim/service/static/workbench/", "risksim/service/workbench/package-lock.json")
"""Files full of hashes and shortened names."""


def tracked_texts():
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in sorted(set(listed.decode("utf-8").split("\0")) - {""}):
        if name.startswith(MADE_BY_TOOLS):
            continue
        try:
            yield name, (ROOT / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue


def test_no_text_names_what_only_its_authors_know():
    found = [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match.group()}"
        for name, text in tracked_texts()
        for match in INTERNAL.finditer(text)
    ]
    assert found == []


@pytest.mark.parametrize("file", funded_files(), ids=lambda file: file.stem)
def test_every_shipped_scenario_runs_and_states_the_origin_of_every_number(file):
    import risksim
    from risksim import api

    deal = risksim.read(file)
    assert api.review(deal).unstated == ()
    run = risksim.simulate(deal, paths=500)
    assert run.summary().paths.count == 500
