"""The page on running the service names every setting with its default, and its examples set nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from risksim.service.serving import CannotServeError, check
from risksim.service.settings import Settings
from risksim.service.store.database import Database
from risksim.service.store.tables import Account
from risksim.service.store.upkeep import prepare

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "guides" / "run-the-service.md").read_text(encoding="utf-8")
EXAMPLES = sorted((DOCS / "examples" / "service").iterdir())
ROW = re.compile(r"^\| `RISKSIM_(\w+)` \| (.+?) \|", re.MULTILINE)
OTHERS = {"CACHE_DIR", "LANG"}
"""Variables of every command."""


def test_every_setting_stands_in_the_table_with_its_default():
    table = dict(ROW.findall(PAGE))
    assert list(table) == [name.upper() for name in Settings.model_fields]
    for name, field in Settings.model_fields.items():
        said = table[name.upper()]
        if field.default is None:
            assert said in ("none", "SQLite in the folder", "one for each core, at most 4"), name
        elif field.default_factory is None:
            assert said == f"`{field.default}`", name


@pytest.mark.parametrize("text", [PAGE, *(file.read_text(encoding="utf-8") for file in EXAMPLES)])
def test_only_settings_that_there_are_are_named(text):
    named = set(re.findall(r"RISKSIM_(\w+)", text))
    assert named <= {name.upper() for name in Settings.model_fields} | OTHERS


def test_every_example_stands_on_the_page():
    assert EXAMPLES
    for file in EXAMPLES:
        assert f"../examples/service/{file.name}" in PAGE


def test_example_settings_may_be_served(monkeypatch, tmp_path):
    """Behind a proxy on loopback; whatever is commented out stays out."""
    text = (DOCS / "examples" / "service" / "service.env").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            monkeypatch.setenv(*line.split("=", 1))
    settings = Settings(folder=tmp_path)
    with pytest.raises(CannotServeError, match="risksim people add"):
        check(settings)
    database = Database(settings)
    prepare(database)
    with database.writing() as session:
        session.add(Account(email="you@example.org", is_admin=True, password_hash="there is one"))
    database.close()
    assert settings.accounts
    assert settings.trusted_proxy == "127.0.0.1"
    check(settings)
