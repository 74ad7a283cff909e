"""A service in this process, of one person or of several, on SQLite or on the database that the environment names."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text

from risksim.service.access.principal import EVERY_SCOPE, NOBODY, Principal
from risksim.service.access.who import asking, sign_in_first, visiting
from risksim.service.app import make
from risksim.service.context import Service
from risksim.service.settings import Settings
from risksim.service.store import deals
from risksim.service.store.database import Database
from risksim.service.store.tables import LOCAL, Account, Deal, Member
from risksim.service.store.upkeep import prepare

SIMPLE = (Path(__file__).parents[2] / "scenarios" / "examples" / "simple-reference.yaml").read_text()
"""A small deal that every test may use: it compiles in a hundredth of a second."""
ADDRESS = "http://127.0.0.1:8000"
TEST_DATABASE = os.environ.get("RISKSIM_TEST_DATABASE")
"""Address of a PostgreSQL database in which every test makes a schema of its own; left out, SQLite."""
WHO = "test-person"
"""Header by which a client of `people` says who it is."""


@pytest.fixture(scope="session")
def _prepared(tmp_path_factory) -> Path:
    """An embedded database without content, which is copied instead of being made again for every test."""
    folder = tmp_path_factory.mktemp("prepared")
    database = Database(Settings(folder=folder))
    prepare(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return folder / "risksim.sqlite"


@pytest.fixture
def database_address(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str | None]:
    """The address of an empty database; None for the embedded one."""
    if TEST_DATABASE is None:
        (tmp_path / "service").mkdir()
        shutil.copy(request.getfixturevalue("_prepared"), tmp_path / "service" / "risksim.sqlite")
        yield None
        return
    schema = f"test_{secrets.token_hex(6)}"
    engine = create_engine(TEST_DATABASE, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    joint = "&" if "?" in TEST_DATABASE else "?"
    yield f"{TEST_DATABASE}{joint}options=-csearch_path%3D{schema}"
    with engine.connect() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


@pytest.fixture
def settings(tmp_path: Path, database_address: str | None) -> Settings:
    """Settings of one person on loopback; no worker runs beside it."""
    return Settings(folder=tmp_path / "service", database=database_address, workers=0)  # type: ignore[arg-type]


@pytest.fixture
def app(settings: Settings) -> Iterator[FastAPI]:
    """The application of one person on loopback."""
    made = make(settings)
    yield made
    made.state.service.database.close()


@pytest.fixture
def service(app: FastAPI) -> Service:
    """The service behind `app`."""
    return app.state.service


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """A client on loopback."""
    with TestClient(app, base_url=ADDRESS) as made:
        yield made


@pytest.fixture
def local() -> Principal:
    """The one person who works on loopback."""
    return Principal("local", LOCAL, EVERY_SCOPE, is_admin=True)


class Person(NamedTuple):
    """Somebody with an account."""

    id: str
    email: str
    principal: Principal
    client: TestClient


class People(NamedTuple):
    """A service with accounts: four people, and one who says nothing of who they are."""

    app: FastAPI
    service: Service
    owner: Person
    editor: Person
    viewer: Person
    stranger: Person
    nobody: TestClient

    def deal(self, text: str = SIMPLE, name: str = "Simple") -> Deal:
        """A deal that `owner` made and shared with `editor` and `viewer`, and not with `stranger`."""
        with self.service.database.writing() as session:
            made = deals.create(session, self.owner.principal, name, text)
            session.add(Member(deal_id=made.id, account_id=self.editor.id, role="editor"))
            session.add(Member(deal_id=made.id, account_id=self.viewer.id, role="viewer"))
        return made


@pytest.fixture
def people(settings: Settings) -> Iterator[People]:
    """A service where people sign in; each client says who it is by a header, in place of signing in."""
    app = make(settings.model_copy(update={"accounts": True}))
    service: Service = app.state.service
    principals: dict[str, Principal] = {}

    def told(request: Request) -> Principal:
        return principals.get(request.headers.get(WHO, ""), NOBODY)

    def somebody(request: Request) -> Principal:
        found = told(request)
        if found is NOBODY:
            raise sign_in_first()
        return found

    app.dependency_overrides |= {visiting: told, asking: somebody}

    def person(name: str) -> Person:
        email = f"{name}@example.org"
        with service.database.writing() as session:
            account = Account(email=email, name=name.title(), language="en")
            session.add(account)
        principals[name] = Principal("session", account.id, EVERY_SCOPE, via=f"session-of-{name}")
        client = TestClient(app, base_url=ADDRESS, headers={WHO: name})
        return Person(account.id, email, principals[name], client)

    names = ("owner", "editor", "viewer", "stranger")
    yield People(app, service, *(person(name) for name in names), TestClient(app, base_url=ADDRESS))
    service.database.close()
