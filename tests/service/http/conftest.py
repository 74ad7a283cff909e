"""A client, a deal, and the command line to hold answers against."""

import pytest
from typer.testing import CliRunner

from risksim.cli.main import app as command_line
from tests.service.conftest import SIMPLE


@pytest.fixture
def deal(client) -> str:
    """Identifier of a small deal of the one person on loopback."""
    made = client.post("/api/v1/deals", json={"name": "Simple", "text": SIMPLE})
    assert made.status_code == 201
    return made.json()["id"]


@pytest.fixture
def printed(tmp_path, monkeypatch):
    """What the command line prints of the same deal, called as the service calls it."""
    folder = tmp_path / "line"
    folder.mkdir()
    (folder / "deal.yaml").write_text(SIMPLE, encoding="utf-8")
    monkeypatch.chdir(folder)

    def ask(command: str, *options: str) -> bytes:
        found = CliRunner().invoke(command_line, [command, "deal.yaml", *options])
        assert found.exit_code == 0, found.output
        return found.stdout_bytes

    return ask
