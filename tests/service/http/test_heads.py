"""A connection on which no head of a request arrives is closed."""

import asyncio

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from risksim.service import heads
from risksim.service.settings import Settings

WHOLE = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"
SLOW = 0.05


async def answered(_scope, _receive, send):
    """Take longer than a head may."""
    await asyncio.sleep(6 * SLOW)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


async def talk(*pieces):
    """Send pieces, each after what the one before brought; all that came until the connection was closed."""
    loop = asyncio.get_running_loop()
    config = Config(answered, lifespan="off", log_config=None, timeout_keep_alive=3_600)
    config.load()
    server = await loop.create_server(lambda: heads.Prompt(config, ServerState(), {}), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    said = b""
    for piece in pieces:
        writer.write(piece)
        if piece.endswith(b"\r\n\r\n"):
            said += await reader.readuntil(b"ok")
    said += await reader.read()
    writer.close()
    server.close()
    return said


@pytest.mark.parametrize(
    "pieces",
    [(), (b"GET / HTTP/1.1\r\nHost: he",), (WHOLE, b"G"), (WHOLE, WHOLE, WHOLE[:-2])],
    ids=["nothing", "half", "after an answer", "after two"],
)
def test_a_head_that_does_not_arrive_ends_its_connection(monkeypatch, pieces):
    monkeypatch.setattr(heads, "SECONDS", SLOW)
    said = asyncio.run(asyncio.wait_for(talk(*pieces), 30))
    assert said.count(b"HTTP/1.1 200 OK") == sum(piece == WHOLE for piece in pieces)


def test_the_service_waits_no_longer(tmp_path):
    from risksim.service.app import make
    from risksim.service.serving import _config

    settings = Settings(folder=tmp_path, workers=0)
    app = make(settings)
    config = _config(settings, app)
    config.load()
    assert config.http_protocol_class is heads.Prompt
    app.state.service.database.close()
