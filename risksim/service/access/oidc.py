"""Signing in with the OpenID Connect provider of an organisation: authorization code with PKCE, state and nonce.

Needs the extra ``oidc``. The provider says who somebody is; only an admin here says whether they have an account.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from risksim.language import _
from risksim.service.access import accounts
from risksim.service.problems import Problem, not_found
from risksim.service.settings import Settings
from risksim.service.store.tables import Account

if TYPE_CHECKING:
    from authlib.integrations.httpx_client import OAuth2Client

LASTS = 600
"""How long somebody may take at the provider's page. [s]"""
ASKED = "openid email profile"
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
"""Signatures that are believed: never none, and never with the client's own secret."""
PATIENCE = 10.0
"""How long the provider may take to answer. [s]"""
LEEWAY = 60
"""How far clocks may differ. [s]"""
MOST_SUBJECT = 300
"""Letters that are kept of issuer and subject."""
LOCAL = ("127.0.0.1", "::1", "localhost")


class Errand(NamedTuple):
    """A sign-in on its way."""

    address: str
    """The provider's page."""
    kept: str
    """What the browser keeps until it comes back: state, nonce, PKCE verifier, and where to go then."""


class Vouched(NamedTuple):
    """Whom the provider vouches for."""

    subject: str
    """Issuer and subject: never given to another person."""
    email: str
    """In small letters; empty where the provider did not check it."""
    back: str


def errand(settings: Settings, here: str, back: str) -> Errand:
    """Send somebody to the provider.

    Parameters
    ----------
    settings : Settings
        Name the provider.
    here : str
        The address to come back to.
    back : str
        Path to go on with.

    Raises
    ------
    Problem
        404 where no provider is set, 501 without the extra, 502 if the provider does not answer.
    """
    with _client(settings, here) as client:
        verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
        address, state = client.create_authorization_url(
            _described(settings, client)["authorization_endpoint"], code_verifier=verifier, nonce=nonce
        )
    return Errand(address, json.dumps([state, nonce, verifier, back]).encode().hex())


def done(settings: Settings, here: str, kept: str, query: str) -> Vouched:
    """Whom the provider vouches for, after all was checked.

    Parameters
    ----------
    settings : Settings
        Name the provider.
    here : str
        The address that was come back to.
    kept : str
        What the browser kept of the errand.
    query : str
        What the provider added to the address.

    Raises
    ------
    Problem
        400 where anything does not fit.
    """
    said = parse_qs(query)
    try:
        state, nonce, verifier, back = json.loads(bytes.fromhex(kept))
        fits = hmac.compare_digest(said.get("state", [""])[0].encode(), str(state).encode())
    except (ValueError, TypeError, RecursionError):
        raise _broken() from None
    if "code" not in said or not fits:
        raise _broken()
    with _client(settings, here) as client:
        described = _described(settings, client)
        try:
            answer = client.fetch_token(described["token_endpoint"], code=said["code"][0], code_verifier=verifier)
            keys = client.request("GET", described["jwks_uri"], withhold_token=True).raise_for_status().json()
            claims = _claims(settings, str(answer["id_token"]), keys, str(nonce))
        except Exception as error:  # whatever the provider sends: nobody is let in, and its words are not shown
            raise _broken() from error
    checked = claims.get("email_verified", False) is True
    email = str(claims.get("email", "")).strip().lower() if checked else ""
    return Vouched(_subject(str(settings.oidc_issuer), str(claims["sub"])), email, str(back))


def _subject(issuer: str, subject: str) -> str:
    """Issuer and subject as they are kept: a hash where there is no room for them, never a part that two may share."""
    whole = f"{issuer} {subject}"
    return whole if len(whole) <= MOST_SUBJECT else f"sha256 {hashlib.sha256(whole.encode()).hexdigest()}"


def account(session: Session, vouched: Vouched) -> Account | None:
    """The account of whom the provider vouches for; None if there is none or it is closed.

    The first time it is found by its e-mail address, if the provider checked that; from then on by the subject.
    """
    found = session.scalar(select(Account).where(Account.oidc_subject == vouched.subject))
    if found is None and vouched.email:
        found = accounts.of_email(session, vouched.email)
        if found is not None and found.oidc_subject is not None:
            return None  # the address went over to another person
        if found is not None and found.closed_at is None:
            found.oidc_subject = vouched.subject
    return found if found is not None and found.closed_at is None else None


def _claims(settings: Settings, token: str, keys: Any, nonce: str) -> dict[str, Any]:
    from joserfc import jwt
    from joserfc.jwk import KeySet

    read = jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS)
    rules = jwt.JWTClaimsRegistry(
        leeway=LEEWAY,
        iss={"essential": True, "value": str(settings.oidc_issuer)},
        aud={"essential": True, "value": str(settings.oidc_client)},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    rules.validate(read.claims)
    audience = read.claims["aud"]
    several = isinstance(audience, list) and len(audience) > 1
    if several and read.claims.get("azp") != settings.oidc_client:
        raise ValueError("made for somebody else")
    return dict(read.claims)


def _described(settings: Settings, client: OAuth2Client) -> dict[str, Any]:
    """What the provider says of itself; it must be the one that was set."""
    issuer = str(settings.oidc_issuer)
    try:
        address = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        said: dict[str, Any] = client.request("GET", address, withhold_token=True).raise_for_status().json()
        if said["issuer"] != issuer:
            raise ValueError("another issuer")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            _check_address(str(said[name]))
    except Exception as error:
        raise Problem(
            "provider-away",
            502,
            _("The sign-in elsewhere does not answer"),
            _("Try again later, or sign in with a password."),
        ) from error
    return said


def _check_address(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme != "https" and parts.hostname not in LOCAL:
        raise ValueError("not over HTTPS")


def _client(settings: Settings, here: str) -> OAuth2Client:
    if settings.oidc_issuer is None or settings.oidc_client is None:
        raise not_found()
    try:
        from authlib.integrations.httpx_client import OAuth2Client
    except ImportError:
        raise Problem(
            "extra-missing",
            501,
            _("This service cannot sign in elsewhere yet"),
            _("Whoever runs it adds it with: pip install 'risksim-dsi[oidc]'. Until then, use a password."),
        ) from None
    shown = None if settings.oidc_secret is None else settings.oidc_secret.get_secret_value()
    return OAuth2Client(
        settings.oidc_client,
        shown,
        scope=ASKED,
        redirect_uri=here,
        code_challenge_method="S256",
        token_endpoint_auth_method="client_secret_basic" if shown else "none",
        timeout=PATIENCE,
    )


def _broken() -> Problem:
    return Problem(
        "sign-in-broken",
        400,
        _("The sign-in did not come back whole"),
        _("It took too long, or began in another window. Begin again on the page to sign in."),
    )
