"""What whoever runs the service may set: environment variables ``RISKSIM_...`` or options of ``risksim serve``."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import platformdirs
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

if TYPE_CHECKING:
    from sqlalchemy import URL

LOOPBACK_NAMES = ("localhost",)


class Settings(BaseSettings):
    """Settings of the service.

    Every field may be set by an environment variable: ``RISKSIM_`` and its name in capitals.
    """

    model_config = SettingsConfigDict(env_prefix="RISKSIM_", frozen=True, extra="ignore", use_attribute_docstrings=True)

    folder: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir("risksim")) / "service")
    """Where the embedded database, the results and the checkpoints lie."""
    database: SecretStr | None = None
    """Address of the database, as ``postgresql+psycopg://...``; left out, SQLite in `folder`. It may hold a password,
    so it is never printed."""
    host: str = "127.0.0.1"
    """Address to listen on."""
    port: int = Field(default=8000, ge=0, le=65535)
    """Port to listen on; 0 takes a free one."""
    address: str | None = None
    """The address that people type, as ``https://risksim.example.org``: whose requests may change anything."""
    accounts: bool = False
    """Whether people sign in. Without, whoever reaches the page on loopback is the one person who works here."""
    trusted_proxy: str | None = None
    """Address of the proxy that ends HTTPS, whose ``X-Forwarded-...`` headers are believed."""
    certificate: Path | None = None
    """Certificate chain for HTTPS without a proxy."""
    certificate_key: Path | None = None
    """Key of the certificate."""
    dask: str | None = None
    """Address of a Dask scheduler, ``tcp://HOST:PORT``, for large jobs."""
    workers: int = Field(default=1, ge=0, le=64)
    """Worker processes that the server starts and watches; 0 where they run elsewhere (``risksim serve --worker``)."""
    live_processes: int | None = Field(default=None, ge=0, le=64)
    """Processes that reckon what moves with sliders; left out, one for each core, at most four; 0 reckons in the
    server itself."""
    log: Literal["text", "json", "quiet"] = "text"
    """How the log is written to standard error: for people, for programs, or nothing but warnings."""
    most_paths: int = Field(default=10_000_000, ge=1)
    """Paths at most of one job. [paths]"""
    most_paths_at_once: int = Field(default=100_000, ge=1)
    """Paths at most of a run that is answered at once; more become a job. [paths]"""
    most_bytes: int = Field(default=2_000_000, ge=1_000)
    """Bytes at most of the body of one request. [bytes]"""
    most_jobs: int = Field(default=20, ge=1)
    """Jobs at most of one person that wait or run."""
    most_attempts: int = Field(default=3, ge=1)
    """How often a job may break off without having got further before it is given up."""
    per_minute: int = Field(default=1200, ge=1)
    """Requests a minute of one person that are answered."""
    keep_runs: int = Field(default=365, ge=0)
    """Days after which a finished run and its result are deleted; 0 keeps them. [days]"""
    oidc_issuer: str | None = None
    """Issuer of an OpenID Connect sign-in, as ``https://login.example.org/realms/fund``."""
    oidc_client: str | None = None
    """Client id there."""
    oidc_secret: SecretStr | None = None
    """Client secret there."""

    @property
    def database_address(self) -> URL:
        """The address that SQLAlchemy opens."""
        from sqlalchemy import URL, make_url

        if self.database is not None:
            return make_url(self.database.get_secret_value())
        return URL.create("sqlite", database=str(self.folder / "risksim.sqlite"))  # a folder may be called `a?b`

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the service."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether a name or an address is that of this machine alone."""
    if host in LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
