"""A service where people sign in for real: with cookies, tokens and links, each good, bad, expired and revoked."""

from __future__ import annotations

import datetime as dt
import secrets
import time
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text

from risksim.service.access import accounts, links, passwords, sign_ins, tokens
from risksim.service.access.principal import EVERY_SCOPE, Principal
from risksim.service.app import make
from risksim.service.context import Service
from risksim.service.settings import Settings
from risksim.service.store import deals
from risksim.service.store.tables import Account, Link, Member, SignIn, Token, Tries, now
from tests.service.conftest import ADDRESS, SIMPLE, TEST_DATABASE

PASSWORD = "fire ord paa stribe"
LONG_AGO = now() - dt.timedelta(days=100)


class Person(NamedTuple):
    """Somebody with an account who signed in."""

    id: str
    email: str
    principal: Principal
    cookie: str
    token: str


class House(NamedTuple):
    """A service with a deal of one owner, shared with an editor and a viewer."""

    app: FastAPI
    service: Service
    admin: Person
    owner: Person
    editor: Person
    viewer: Person
    stranger: Person
    deal: str
    others: str
    """A deal of the stranger."""

    def client(self, cookie: str | None = None, **headers: str) -> TestClient:
        """A client with a cookie of a session, and headers."""
        made = TestClient(self.app, base_url=ADDRESS, headers=headers, follow_redirects=False)
        if cookie is not None:
            made.cookies.set("risksim", cookie)
        return made

    def bearer(self, token: str) -> TestClient:
        """A program with a token."""
        return self.client(authorization=f"Bearer {token}")

    def token(self, person: Person, *scopes: str, days: int | None = 1) -> str:
        """A new token."""
        with self.service.database.writing() as session:
            return tokens.make(session, person.id, "test", scopes, days)[1]

    def link(self, deal: str | None = None, days: int = 1) -> str:
        """The secret of a new link to the owner's deal, or the stranger's own."""
        maker = self.stranger if deal == self.others else self.owner
        with self.service.database.writing() as session:
            return links.make(session, maker.principal, deal or self.deal, "board", days)[1].removeprefix(links.ADDRESS)

    def change(self, kind: type[SignIn | Token | Link], secret_hash: str, **values: object) -> None:
        """Change the row of a secret."""
        with self.service.database.writing() as session:
            row = session.query(kind).where(kind.secret_hash == secret_hash).one()
            for name, value in values.items():
                setattr(row, name, value)


@pytest.fixture(scope="package", autouse=True)
def _quick_hashes() -> Iterator[None]:
    """Hash with little work: what is tested here is who gets in, not how long a thief would take.

    The parameters of the product are those of `test_passwords_are_hashed_with_the_parameters_of_the_library`.
    """
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        passwords._nobodys.cache_clear()
        yield
    passwords._nobodys.cache_clear()


@pytest.fixture(scope="package")
def password_hash(_quick_hashes: None) -> str:
    """Of `PASSWORD`."""
    return passwords.hashed(PASSWORD)


@pytest.fixture(scope="package")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of a service where people sign in, on SQLite or on the database that the environment names."""
    folder = tmp_path_factory.mktemp("house")
    if TEST_DATABASE is None:
        yield Settings(folder=folder, accounts=True, workers=0, per_minute=1_000_000)
        return
    schema = f"test_{secrets.token_hex(6)}"
    engine = create_engine(TEST_DATABASE, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    joint = "&" if "?" in TEST_DATABASE else "?"
    address = f"{TEST_DATABASE}{joint}options=-csearch_path%3D{schema}"
    yield Settings(folder=folder, database=address, accounts=True, workers=0, per_minute=1_000_000)
    with engine.connect() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


@pytest.fixture(scope="package")
def house(place: Settings, password_hash: str) -> Iterator[House]:
    """The service; tests leave its people and its deals as they are."""
    app = make(place)
    service: Service = app.state.service
    people = {name: person(service, name, password_hash) for name in ("admin", "owner", "editor", "viewer", "stranger")}
    with service.database.writing() as session:
        deal = deals.create(session, people["owner"].principal, "Simple", SIMPLE).id
        others = deals.create(session, people["stranger"].principal, "Other", SIMPLE).id
        session.add(Member(deal_id=deal, account_id=people["editor"].id, role="editor"))
        session.add(Member(deal_id=deal, account_id=people["viewer"].id, role="viewer"))
    yield House(app, service, **people, deal=deal, others=others)
    service.database.close()


def person(service: Service, name: str, password_hash: str | None = None) -> Person:
    """Somebody new who is signed in and has a token for everything."""
    with service.database.writing() as session:
        account = accounts.add(session, f"{name}@example.org", None, name.title(), is_admin=name == "admin")
        account.password_hash, account.language = password_hash, "en"
        sign_in, cookie = sign_ins.begin(session, account, "test")
        token = tokens.make(session, account.id, "all", ("read", "run", "write"), 1)[1]
    who = Principal("session", account.id, EVERY_SCOPE, via=sign_in.id, is_admin=name == "admin")
    return Person(account.id, account.email, who, cookie, token)


@pytest.fixture(autouse=True)
def _nobody_waits(request: pytest.FixtureRequest) -> None:
    """Forget the sign-ins of other tests of the house, whichever came before: so many would make this one wait."""
    if "house" in request.fixturenames:
        with request.getfixturevalue("house").service.database.writing() as session:
            session.query(Tries).delete()


@pytest.fixture
def amid_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of the pace stands still: as soon as a minute is full, one request more may be answered than in it."""
    monkeypatch.setattr(time, "time", lambda: 1_800_000_030.0)


@pytest.fixture
def somebody(house: House, password_hash: str) -> Iterator[Person]:
    """Somebody new, to whom a test may do what it likes."""
    made = person(house.service, f"somebody-{secrets.token_hex(4)}", password_hash)
    yield made
    with house.service.database.writing() as session:
        gone = session.get(Account, made.id)
        if gone is not None:
            session.delete(gone)
