"""Bodies that are too large or too slow are refused while they arrive."""

import asyncio
import json

import pytest

from risksim.service.bodies import Bodies
from tests.service.conftest import SIMPLE

VALIDATE = "/api/v1/validate"
PIECE = b" " * 65_536


def send(app, pieces, headers=(), path=VALIDATE, kind=b"application/json"):
    """Send a body piece by piece; the answer, and how many pieces were asked for."""
    read, told = 0, {}

    async def receive():
        nonlocal read
        for piece in pieces:
            read += 1
            if piece is None:
                await asyncio.sleep(60)
            return {"type": "http.request", "body": piece, "more_body": True}
        return {"type": "http.request", "body": b"", "more_body": False}

    async def answer(message):
        if message["type"] == "http.response.start":
            told["status"], told["headers"] = message["status"], dict(message["headers"])
        else:
            told["body"] = told.get("body", b"") + message.get("body", b"")

    head = [(b"host", b"127.0.0.1:8000"), (b"content-type", kind), *headers]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "headers": head, "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000), "root_path": "",
    }  # fmt: skip
    asyncio.run(app(scope, receive, answer))
    return told, read


def test_a_hundred_megabytes_without_a_length_are_refused_after_the_limit(app, service):
    endless = iter([PIECE] * 1_600)
    told, read = send(app, endless)
    assert told["status"] == 413
    assert json.loads(told["body"])["type"] == "too-large"
    assert read * len(PIECE) <= service.settings.most_bytes + len(PIECE)
    assert told["headers"][b"connection"] == b"close"


def test_a_stated_length_is_refused_before_anything_is_read(app):
    told, read = send(app, iter([PIECE]), [(b"content-length", b"100000000")])
    assert (told["status"], read) == (413, 0)


def test_a_length_that_lies_does_not_help(app):
    told, _read = send(app, iter([PIECE] * 100), [(b"content-length", b"10")])
    assert told["status"] == 413


def test_forms_of_pages_are_limited_as_well(app):
    told, read = send(app, iter([PIECE] * 100), path="/language", kind=b"application/x-www-form-urlencoded")
    assert told["status"] in (400, 413)  # 400 where the reader of forms gives up even earlier
    assert 1 < read <= 32


def test_a_slow_body_is_refused_when_its_time_is_up(app):
    # What stands inside: the same limits with less patience.
    limits = next(one for one in app.user_middleware if one.cls is Bodies)
    limits.kwargs["seconds"] = 0.05
    told, _read = send(app, iter([b'{"text": ', None]))
    assert told["status"] == 408
    assert json.loads(told["body"])["type"] == "too-slow"
    assert told["headers"][b"connection"] == b"close"


def test_drops_do_not_earn_more_time():
    """The time is for the whole body, not for each piece of it."""
    refused = []

    async def app(_scope, receive, _send):
        try:
            while (await receive())["more_body"]:
                pass
        except Exception as error:
            refused.append(error.status_code)

    async def drop():
        await asyncio.sleep(0.02)
        return {"type": "http.request", "body": b".", "more_body": True}

    asyncio.run(Bodies(app, 1_000, 0.1)({"type": "http", "headers": []}, drop, None))
    assert refused == [408]


@pytest.mark.parametrize("extra", [0, 1])
def test_the_limit_is_the_last_byte_that_is_read(app, service, extra):
    body = json.dumps({"text": SIMPLE}).encode()
    body += b" " * (service.settings.most_bytes - len(body) + extra)
    told, _read = send(app, iter([body]))
    assert told["status"] == (413 if extra else 200)


def test_a_text_that_is_too_long_is_refused_in_words(client):
    said = client.post(VALIDATE, json={"text": "x" * 1_000_001})
    assert said.status_code == 422
    assert "1000000" in said.json()["detail"]
    assert len(said.text) < 2_000


FORM = b"multipart/form-data; boundary=x"
HALF = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n\\ud800 +2AA-\r\n--x--\r\n'


@pytest.mark.parametrize(
    "charset",
    [
        b"charset=unicode_escape",
        b"charset=utf-7",
        b'CharSet="raw_unicode_escape"',
        b"charset=utf-8; charset=utf-7",
        b"charset*=utf-8''utf-7",
        b"charset*0=utf; charset*1=-7",
        b'charset="utf-7;charset=utf-8"',
    ],
)
@pytest.mark.parametrize("path", ["/deals", "/sign-in", "/account/name"])
def test_a_form_in_other_letters_than_utf8_is_refused(app, charset, path):
    told, _read = send(app, iter([HALF]), path=path, kind=FORM + b"; " + charset)
    assert told["status"] == 400, told


@pytest.mark.parametrize("charset", [b"", b"; charset=utf-8", b'; charset="UTF-8"', b" ;charset=utf-8; x=y"])
def test_a_form_in_utf8_is_read(app, charset):
    told, _read = send(app, iter([HALF]), path="/deals", kind=FORM + charset)
    assert told["status"] == 422
    assert b"ud800" in told["body"]
