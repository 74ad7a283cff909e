"""``risksim people``: who may sign in to the service on this machine."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from risksim.cli.help import Command, Group
from risksim.cli.output import OutputError, show, talk
from risksim.cli.tongue import asked
from risksim.language import _, spoken

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from risksim.service.access.principal import Principal
    from risksim.service.store.tables import Account

people = typer.Typer(
    name="people",
    cls=Group,
    help="Make, close and list the accounts of the service.\n\nExample: risksim people add anna@example.org --admin",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Email = Annotated[
    str, typer.Argument(metavar="EMAIL", help="Address by which the person signs in.", show_default=False)
]
Folder = Annotated[
    Path | None,
    typer.Option("--folder", help="Folder of the service.", show_default="RISKSIM_FOLDER, else your data folder"),
]
Lang = Annotated[
    str | None,
    typer.Option(
        "--lang",
        metavar="da|en",
        callback=asked,
        help="Language of what is to be read: da or en.",
        show_default="RISKSIM_LANG, else the locale",
    ),
]


@people.callback()
def _options(
    _lang: Annotated[str | None, typer.Option("--lang", metavar="da|en", callback=asked, hidden=True)] = None,
) -> None:
    pass


@people.command(cls=Command)
def add(
    email: Email,
    admin: Annotated[bool, typer.Option("--admin", help="May make and close accounts.")] = False,
    name: Annotated[str, typer.Option("--name", help="As others read it.", show_default=False)] = "",
    elsewhere: Annotated[
        bool, typer.Option("--no-password", help="Signs in with the organisation's OpenID Connect provider alone.")
    ] = False,
    folder: Folder = None,
    _lang: Lang = None,
) -> None:
    """Make an account; the password is asked for, or read as one line of standard input.

    Example: risksim people add anna@example.org --admin --name "Anna Holm"
    """
    from risksim.service.access import accounts
    from risksim.service.access.audit import note

    password = None if elsewhere else _password()
    with _writing(folder) as (session, who):
        made = accounts.add(session, email, password, name, is_admin=admin, language=spoken())
        note(session, who, "account", account=made.id, made=True, admin=admin)
    show(_("{email} may sign in.", email=made.email) + "\n")
    talk(_("People sign in where the service runs with RISKSIM_ACCOUNTS=true."))


@people.command(cls=Command)
def close(email: Email, folder: Folder = None, _lang: Lang = None) -> None:
    """Let somebody in no more: ends their sessions, revokes their tokens and the links they made.

    Example: risksim people close anna@example.org
    """
    from risksim.service.access import accounts
    from risksim.service.access.audit import note

    with _writing(folder) as (session, who):
        theirs = _account(session, email)
        accounts.close(session, theirs)
        note(session, who, "account", account=theirs.id, closed=True)
    show(_("{email} may no longer sign in. Their deals are kept.", email=theirs.email) + "\n")


@people.command("new-password", cls=Command)
def new_password(email: Email, folder: Folder = None, _lang: Lang = None) -> None:
    """Give somebody a new password, and end their sessions.

    Example: risksim people new-password anna@example.org
    """
    from risksim.service.access import accounts
    from risksim.service.access.audit import note

    password = _password()
    with _writing(folder) as (session, who):
        theirs = _account(session, email)
        accounts.give_password(session, theirs, password)
        accounts.open_again(theirs)
        note(session, who, "password", account=theirs.id)
    show(_("{email} has a new password, and signs in anew everywhere.", email=theirs.email) + "\n")


@people.command("list", cls=Command)
def listed(folder: Folder = None, _lang: Lang = None) -> None:
    """List every account.

    Example: risksim people list
    """
    from risksim.service.access import accounts

    with _writing(folder) as (session, _who):
        everybody = accounts.listed(session)
    if not everybody:
        talk(_("Nobody has an account. Make the first one: risksim people add EMAIL --admin"))
    for one in everybody:
        state = _("closed") if one.closed_at else _("admin") if one.is_admin else _("open")
        show(f"{one.email:<40}  {state:<8}  {one.name}".rstrip() + "\n")


def _password() -> str:
    """The new password: typed twice on a terminal, else one line."""
    if sys.stdin.isatty():
        return _typed_twice()
    typed = sys.stdin.readline().rstrip("\r\n")
    if not typed:
        raise OutputError(_("No password was given. Type it on a terminal, or write it as one line to standard input."))
    return typed


def _typed_twice() -> str:
    """What is typed twice alike; typer itself would ask for it in English."""
    while True:
        typed = str(typer.prompt(_("Password"), hide_input=True, err=True))
        if typed == typer.prompt(_("Repeat for confirmation"), hide_input=True, err=True):
            return typed
        typer.echo(_("Error: The two entered values do not match."), err=True)


def _account(session: Session, email: str) -> Account:
    from risksim.service.access import accounts

    found = accounts.of_email(session, email)
    if found is None:
        raise OutputError(_("Nobody has an account as {email}. `risksim people list` names them.", email=email[:80]))
    return found


@contextmanager
def _writing(folder: Path | None) -> Iterator[tuple[Session, Principal]]:
    """The database of the service, and how the log names whoever sits at the machine."""
    from risksim.cli.serve import Wishes, settings_of

    settings = settings_of(Wishes(folder=folder))
    from risksim.service.access.principal import Principal
    from risksim.service.store.database import Database
    from risksim.service.store.upkeep import prepare

    database = Database(settings)
    try:
        prepare(database)
        with database.writing() as session:
            yield session, Principal("local")
    finally:
        database.close()
