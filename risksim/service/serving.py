"""Listening: whether the service may be reached from where it was asked to listen, and a server that stops in order.

Without accounts the service is for the one person at this machine. Anywhere else people sign in, and what they type is
encrypted on its way; where that is not set up, the service says how and does not start.
"""

from __future__ import annotations

import errno
import ipaddress
import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from typing import Any, Literal
from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI
from sqlalchemy import func, select
from uvicorn.server import HANDLED_SIGNALS

from risksim.errors import RisksimError
from risksim.language import _
from risksim.service.app import make
from risksim.service.heads import Prompt
from risksim.service.settings import Settings, is_loopback
from risksim.service.store.database import Database
from risksim.service.store.tables import LOCAL, Account
from risksim.service.store.upkeep import prepare
from risksim.service.work.life import life_of

log = logging.getLogger(__name__)

GRACE = 10
"""How long requests that are being answered may take to end. [s]"""
BACKLOG = 512
"""Connections that may wait to be accepted."""
MANIFEST = "static/workbench/manifest.json"


class CannotServeError(RisksimError):
    """The service cannot be started as it is set up."""


# Before it listens


def check(settings: Settings) -> None:
    """Refuse what must not be served, or cannot be.

    Raises
    ------
    CannotServeError
        With everything that is missing, and how to set it.
    """
    check_pages()
    lacks = [*_broken(settings), *(_lacking(settings) if is_reached(settings) else [])]
    if lacks and settings.on_loopback and is_reached(settings):
        head = _("Other machines reach the service through a proxy. Before that this is to be set up:")
        tail = _("On this machine alone leave out RISKSIM_ADDRESS and RISKSIM_TRUSTED_PROXY:  risksim serve")
        raise CannotServeError("\n".join([head, *(f"  - {lack}" for lack in lacks), tail]))
    if lacks and not settings.on_loopback:
        head = _(
            "The service does not listen on {host}, where other machines reach it, before this is set up:",
            host=settings.host,
        )
        tail = _("On this machine alone it needs none of that:  risksim serve --host 127.0.0.1")
        raise CannotServeError("\n".join([head, *(f"  - {lack}" for lack in lacks), tail]))
    if lacks:
        raise CannotServeError("\n".join(lacks))


def is_reached(settings: Settings) -> bool:
    """Whether other machines reach the service: it listens for them, or a proxy on this machine does."""
    address = urlsplit(settings.address or "").hostname
    elsewhere = settings.address is not None and not (address is not None and is_loopback(address))
    return not settings.on_loopback or settings.trusted_proxy is not None or elsewhere


def check_pages() -> None:
    """Refuse to start without the page that is built in advance."""
    if not resources.files("risksim.service").joinpath(MANIFEST).is_file():
        raise CannotServeError(
            _(
                "The page is missing from this installation: {file} is not there.\n"
                'Install the program again:  pip install --force-reinstall "risksim-dsi[service]"\n'
                "In a clone build it:  npm ci && npm run build  in risksim/service/workbench",
                file=f"risksim/service/{MANIFEST}",
            )
        )


def _broken(settings: Settings) -> Iterator[str]:
    """Settings that contradict each other wherever the service listens."""
    pair = (settings.certificate, settings.certificate_key)
    if (pair[0] is None) != (pair[1] is None):
        yield _(
            "A certificate and its key belong together: set both RISKSIM_CERTIFICATE and RISKSIM_CERTIFICATE_KEY, or "
            "neither."
        )
    for file in pair:
        if file is not None and not file.is_file():
            yield _("{file}: there is no such file; name the certificate and its key in PEM form.", file=file)
    if settings.trusted_proxy is not None and not _names_one(settings.trusted_proxy):
        yield _("RISKSIM_TRUSTED_PROXY names one proxy by its address, as 127.0.0.1; everybody cannot be trusted.")


def _names_one(proxy: str) -> bool:
    """Whether a setting names a proxy by its address, or a network in which it is: not everybody, and no name."""
    try:
        return ipaddress.ip_network(proxy.strip(), strict=False).prefixlen > 0
    except ValueError:
        return False


def _lacking(settings: Settings) -> Iterator[str]:
    """What is missing before others may reach it."""
    if not settings.accounts:
        yield _("People sign in: set RISKSIM_ACCOUNTS=true.")
    if settings.address is None or not settings.address.startswith("https://"):
        yield _("The address that people type begins with https: set RISKSIM_ADDRESS=https://risksim.example.org.")
    encrypts = settings.certificate is not None and settings.certificate_key is not None
    if not encrypts and settings.trusted_proxy is None:
        yield _(
            "What is typed is encrypted: set RISKSIM_CERTIFICATE and RISKSIM_CERTIFICATE_KEY to files in PEM form, or "
            "RISKSIM_TRUSTED_PROXY to the address of the proxy that does it."
        )
    if not _has_admin(settings):
        yield _("Somebody administers it: make the first account with  risksim people add you@example.org --admin")


def _has_admin(settings: Settings) -> bool:
    """Whether somebody can sign in and make further accounts."""
    database = Database(settings)
    try:
        prepare(database)
        with database.reading() as session:
            wanted = select(func.count()).where(Account.is_admin, Account.closed_at.is_(None), Account.id != LOCAL)
            if settings.oidc_issuer is None:
                wanted = wanted.where(Account.password_hash.is_not(None))
            return bool(session.scalar(wanted))
    finally:
        database.close()


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Raises
    ------
    CannotServeError
        If the port is taken, or the address is not this machine's.
    """
    try:
        family, kind, protocol, _name, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror:
        raise CannotServeError(_("{host}: there is no such address. Try --host 127.0.0.1.", host=host)) from None
    made = socket.socket(family, kind, protocol)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(where)
        made.listen(BACKLOG)
    except OSError as error:
        made.close()
        raise CannotServeError(_why_not(error, host, port)) from None
    made.set_inheritable(False)
    return made


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return _(
            "Port {port} is taken, perhaps by risksim already: open http://{host}:{port}/ and see.\n"
            "Else take another one, as --port {other}, or --port 0 for any that is free.",
            port=port,
            host=shown_host(host),
            other=port + 1 if port < 65_535 else 8000,
        )
    if error.errno == errno.EACCES:
        return _("Port {port} is for administrators of the machine. Try --port 8000.", port=port)
    return _("{host}:{port}: cannot listen there ({reason}). Try --host 127.0.0.1.", host=host, port=port,
             reason=error.strerror)  # fmt: skip


def shown_host(host: str) -> str:
    """A host as it stands in an address."""
    return f"[{host}]" if ":" in host else host


def address_of(settings: Settings, port: int) -> str:
    """The address that the service is at."""
    if settings.address is not None:
        return settings.address.rstrip("/") + "/"
    scheme = "http" if settings.certificate is None else "https"
    return f"{scheme}://{shown_host(settings.host)}:{port}/"


# Serving


class Server(uvicorn.Server):
    """A server that says when it listens, and tells its streams and workers at once when it is to stop."""

    def __init__(self, config: uvicorn.Config, app: FastAPI, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._application, self._ready = app, ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        if self.started:
            self._ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop in order on the signals that ask for it, and do not die of them afterwards."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in HANDLED_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Stop, or, told so twice, stop at once."""
        life_of(self._application).tell_to_stop()
        super().handle_exit(sig, frame)


def serve(settings: Settings, ready: Callable[[str], None]) -> int:
    """Serve until told to stop.

    Parameters
    ----------
    settings : Settings
        Which were checked.
    ready : callable
        Told the address as soon as somebody may ask.

    Returns
    -------
    int
        Exit code.
    """
    listener = listening(settings.host, settings.port)
    port = listener.getsockname()[1]
    settings = settings.model_copy(update={"port": port})
    app = make(settings)
    life_of(app).tends = True
    server = Server(_config(settings, app), app, lambda: ready(address_of(settings, port)))
    try:
        server.run([listener])
    finally:
        listener.close()
        life_of(app).end()
        app.state.service.database.close()
    return 0 if server.started else 2


def _config(settings: Settings, app: FastAPI) -> uvicorn.Config:
    encrypts = settings.certificate is not None
    lifespan: Literal["on"] = "on"
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,  # it would hold what stands behind the question mark; `Measured` logs routes
        server_header=False,
        http=Prompt,
        lifespan=lifespan,
        proxy_headers=settings.trusted_proxy is not None,
        forwarded_allow_ips=settings.trusted_proxy or "",
        ssl_certfile=settings.certificate if encrypts else None,
        ssl_keyfile=settings.certificate_key if encrypts else None,
        timeout_graceful_shutdown=GRACE,
        backlog=BACKLOG,
    )
