"""Signing in with a provider of OpenID Connect: a small one on loopback, honest or not."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from risksim.service.access import accounts
from risksim.service.access.pace import AtOnce
from risksim.service.app import make
from risksim.service.routes import sign_in
from risksim.service.settings import Settings
from risksim.service.store.tables import Account, Event, now
from tests.service.conftest import ADDRESS

pytest.importorskip("authlib")
from joserfc import jwt
from joserfc.jwk import ECKey

CLIENT = "risksim"
EMAIL = "anna@example.org"


class Provider:
    """Says who somebody is; what it says can be bent."""

    def __init__(self):
        self.key, self.other = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
        self.bent, self.signed_by, self.algorithm, self.described = {}, self.key, "ES256", {}
        self.codes, self.asked = {}, []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.answer(provider.known(self.path))

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                self.answer(provider.token(parse_qs(body), self.headers.get("authorization", "")))

            def answer(self, said):
                content = json.dumps(said).encode()
                self.send_response(200 if "error" not in said else 400)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def known(self, path):
        if path == "/keys":
            return {"keys": [self.key.as_dict(private=False)]}
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        } | self.described

    def authorize(self, address):
        """What the provider's page does when the person agrees: the query to come back with."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        self.asked.append(asked)
        self.codes["code"] = asked
        return {"code": "code", "state": asked["state"]}

    def token(self, body, authorization):
        asked = self.codes.pop(body["code"][0], None)
        if asked is None:
            return {"error": "invalid_grant"}
        challenge = base64.urlsafe_b64encode(hashlib.sha256(body["code_verifier"][0].encode()).digest()).rstrip(b"=")
        if challenge.decode() != asked["code_challenge"] or not authorization.startswith("Basic "):
            return {"error": "invalid_grant"}
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "42",
            "exp": int(time.time()) + 300,
            "iat": int(time.time()),
            "nonce": asked["nonce"],
            "email": EMAIL,
            "email_verified": True,
        } | self.bent
        signed = jwt.encode({"alg": self.algorithm}, claims, self.signed_by, algorithms=[self.algorithm])
        return {"access_token": "a", "token_type": "Bearer", "id_token": signed}

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    made = Provider()
    settings = Settings(
        folder=tmp_path_factory.mktemp("oidc"),
        accounts=True,
        workers=0,
        oidc_issuer=made.issuer,
        oidc_client=CLIENT,
        oidc_secret="client secret",  # type: ignore[arg-type]
    )
    app = make(settings)
    yield made, app
    app.state.service.database.close()
    made.close()


@pytest.fixture
def provider(running):
    made, app = running
    made.bent, made.described, made.signed_by, made.algorithm = {}, {}, made.key, "ES256"
    with app.state.service.database.writing() as session:
        session.query(Account).filter(Account.email == EMAIL).delete()
        accounts.add(session, EMAIL, None, "Anna")
    return made


@pytest.fixture
def client(running):
    return TestClient(running[1], base_url=ADDRESS, follow_redirects=False)


def through(client, provider, **changed):
    """Go to the provider and come back."""
    there = client.get("/sign-in/elsewhere", params={"next": "/audit"})
    assert there.status_code == 303, there.text
    return client.get("/sign-in/back", params=provider.authorize(there.headers["location"]) | changed)


def test_a_person_with_an_account_is_let_in(client, provider, running):
    assert "/sign-in/elsewhere" in client.get("/sign-in").text
    answer = through(client, provider)
    assert (answer.status_code, answer.headers["location"]) == (303, "/audit")
    assert client.get("/api/v1/me").json()["email"] == EMAIL
    asked = provider.asked[-1]
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{ADDRESS}/sign-in/back"
    assert len(asked["state"]) >= 20
    assert len(asked["nonce"]) >= 20
    assert "risksim-errand" not in client.cookies
    with running[1].state.service.database.reading() as session:
        assert session.scalar(select(Account.oidc_subject).where(Account.email == EMAIL)) == f"{provider.issuer} 42"


def test_the_person_is_known_by_subject_from_then_on(client, provider):
    through(client, provider)
    provider.bent = {"email": "married@example.org"}
    assert through(client, provider).status_code == 303
    provider.bent = {"sub": "43"}
    assert through(client, provider).status_code == 403, "another person with the address"


def test_two_people_with_long_subjects_are_two(client, provider):
    provider.bent = {"sub": "x" * 300 + "a"}
    assert through(client, provider).status_code == 303
    provider.bent = {"sub": "x" * 300 + "b"}
    assert through(client, provider).status_code == 403
    provider.bent = {"sub": "x" * 300 + "a", "email": "married@example.org"}
    assert through(client, provider).status_code == 303


def test_those_who_wait_for_the_provider_leave_threads_to_others(client, provider, monkeypatch):
    monkeypatch.setattr(sign_in, "ELSEWHERE", AtOnce(1, 2))
    query = provider.authorize(client.get("/sign-in/elsewhere").headers["location"])
    with sign_in.ELSEWHERE.one("testclient"):
        assert client.get("/sign-in/elsewhere").status_code == 429
        assert client.get("/sign-in/back", params=query).status_code == 429
    assert client.get("/sign-in/back", params=query).status_code == 303


@pytest.mark.parametrize(
    "bent",
    [
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"aud": [CLIENT, "another"]},
        {"nonce": "another"},
        {"exp": 1},
        {"sub": None},
    ],
    ids=lambda bent: next(iter(bent)),
)
def test_what_the_provider_says_must_fit(client, provider, bent):
    provider.bent = bent
    assert through(client, provider).status_code == 400
    assert client.get("/api/v1/me").status_code == 401


def test_only_its_own_signature_is_believed(client, provider):
    provider.signed_by = provider.other
    assert through(client, provider).status_code == 400


def test_state_must_be_that_of_this_browser(client, provider, running):
    assert through(client, provider, state="another").status_code == 400
    stranger = TestClient(running[1], base_url=ADDRESS, follow_redirects=False)
    query = provider.authorize(client.get("/sign-in/elsewhere").headers["location"])
    assert stranger.get("/sign-in/back", params=query).status_code == 400, "no errand in this browser"
    assert client.get("/sign-in/back", params={"error": "access_denied"}).status_code == 400
    for broken in ("no hexadecimal digits", b"42".hex(), b"[1]".hex(), "ff"):
        client.cookies.clear()
        client.cookies.set("risksim-errand", broken)
        assert client.get("/sign-in/back", params=query).status_code == 400


@pytest.mark.parametrize("bent", [{"email": "unknown@example.org"}, {"email_verified": False}, {"email": ""}])
def test_nobody_without_an_account_is_let_in(client, provider, running, bent):
    provider.bent = bent
    assert through(client, provider).status_code == 403
    assert client.get("/api/v1/me").status_code == 401
    with running[1].state.service.database.reading() as session:
        last = session.scalars(select(Event).order_by(Event.id.desc())).first()
        assert (last.action, last.detail["elsewhere"]) == ("sign-in-refused", True)


def test_a_closed_account_stays_closed(client, provider, running):
    through(client, provider)
    with running[1].state.service.database.writing() as session:
        session.scalars(select(Account).where(Account.email == EMAIL)).one().closed_at = now()
    assert through(client, provider).status_code == 403


@pytest.mark.parametrize(
    "described",
    [{"issuer": "https://evil.example"}, {"token_endpoint": "http://login.example.org/token"}, {"jwks_uri": 1}],
)
def test_a_provider_that_is_not_the_one_is_not_asked(client, provider, described):
    provider.described = described
    assert client.get("/sign-in/elsewhere").status_code == 502
