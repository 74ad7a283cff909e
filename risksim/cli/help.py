"""Help and complaints about usage in the language spoken.

Typer shows both in English. Here its commands look up what we say of them, and its own words, in the catalogue; in
English not a letter of it changes.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from inspect import cleandoc
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from risksim.cli.tongue import of_words
from risksim.language import N_, _, speaking, spoken

UsageError: Any = typer.BadParameter.__base__
"""Typer's own name of a command line that cannot be understood."""
EXAMPLES = (N_("Example: {command}"), N_("Then: {command}"))
"""How the lines of a help text begin that show a command."""
TYPERS_OWN = (
    N_("Show this message and exit."),
    N_("Install completion for the current shell."),
    N_("Show completion for the current shell, to copy it or customize the installation."),
)
"""What typer says of the options that it adds."""


class _Spoken:
    """What a command and a group of commands have in common: the frame of their help."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Write the line of usage."""
        pieces = " ".join(self.collect_usage_pieces(ctx))  # type: ignore[attr-defined]
        formatter.write_usage(ctx.command_path, pieces, prefix=_("Usage: "))

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write arguments, options and, of a group, its commands."""
        tables: dict[str, list[tuple[str, str]]] = {"argument": [], "option": []}
        for parameter in self.get_params(ctx):  # type: ignore[attr-defined]
            if (record := parameter.get_help_record(ctx)) is not None:
                tables[parameter.param_type_name].append((record[0], _told(parameter.help or "", record[1])))
        for title, rows in ((_("Arguments"), tables["argument"]), (_("Options"), tables["option"])):
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)
        self._list_commands(ctx, formatter)

    def _list_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands of a group; a command has none."""


class Command(_Spoken, TyperCommand):
    """A command whose help is in the language spoken."""


class Group(_Spoken, TyperGroup):
    """Commands whose help and complaints are in the language spoken."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **more: Any) -> Any:
        """Parse and run, in the language that the words ask for."""
        with speaking(of_words(sys.argv[1:] if args is None else args) or spoken()):
            if spoken() != "en":
                into_the_language_spoken(self)
            return super().main(args, *rest, **more)

    def make_context(self, *args: Any, **more: Any) -> Any:
        """Read the options before the command."""
        try:
            return super().make_context(*args, **more)
        except UsageError as error:
            if spoken() == "en" or type(error).__name__ in AS_THEY_ARE:
                raise
            raise ComplaintError(_said(error), error) from error

    def invoke(self, ctx: Any) -> Any:
        """Read the options of a command, and run it."""
        try:
            return super().invoke(ctx)
        except UsageError as error:
            if spoken() == "en" or type(error).__name__ in AS_THEY_ARE:
                raise
            raise ComplaintError(_said(error), error) from error

    def _list_commands(self, ctx: Any, formatter: Any) -> None:
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        shown = [(name, command) for name, command in commands if command is not None and not command.hidden]
        if shown:
            room = formatter.width - 6 - max(len(name) for name, _command in shown)
            with formatter.section(_("Commands")):
                formatter.write_dl([(name, command.get_short_help_str(room)) for name, command in shown])


def paragraphs(text: str) -> list[str]:
    r"""The paragraphs of a help text, each on one line; lines that show a command are left out.

    Examples
    --------
    >>> paragraphs("Read a file\nand say so.\n\nExample: risksim check FILE")
    ['Read a file and say so.']
    """
    blocks = [[line.strip() for line in block.splitlines()] for block in cleandoc(text).split("\n\n")]
    return [" ".join(block) for block in blocks if not any(_command_in(line) for line in block)]


def _command_in(line: str) -> tuple[str, str] | None:
    """How a line introduces a command, and the command; None for any other line."""
    for form in EXAMPLES:
        before = form.partition("{")[0]
        if line.startswith(before):
            return form, line.removeprefix(before)
    return None


def _page(text: str) -> str:
    """A help text in the language spoken."""
    blocks = []
    for block in cleandoc(text).split("\n\n"):
        lines = [line.strip() for line in block.splitlines()]
        shown = [_command_in(line) for line in lines]
        if all(shown):
            blocks.append("\n".join(_(each[0], command=each[1]) for each in shown if each is not None))
        else:
            whole = " ".join(lines)
            blocks.append(_(whole))
    return "\n\n".join(blocks)


def into_the_language_spoken(command: Any) -> None:
    """Put a command and all below it into the language spoken; typer makes them anew for every run."""
    command.help = _page(command.help or "")
    command.options_metavar = _("[OPTIONS]")
    for parameter in command.params:
        parameter.help = parameter.help and _(parameter.help)
        parameter.metavar = parameter.metavar and _(parameter.metavar)
        if isinstance(parameter.show_default, str):
            parameter.show_default = _(parameter.show_default)
    if isinstance(command, TyperGroup):
        command.subcommand_metavar = _("COMMAND [ARGS]...")
        for each in command.commands.values():
            into_the_language_spoken(each)


def _told(said: str, record: str) -> str:
    """What the help says of an option: our words, and what typer adds in square brackets."""
    added = record.removeprefix(said)
    default, required = _("default: {what}"), _("required")
    added = added.replace("[default: ", "[" + default.partition("{")[0]).replace("required]", f"{required}]")
    return _(said) + added


# Complaints


AS_THEY_ARE = ("NoArgsIsHelpError", "ComplaintError")
"""A whole page of help, and what is told already."""


class ComplaintError(UsageError):  # type: ignore[misc]
    """A command line that cannot be understood, told in the language spoken."""

    def __init__(self, said: str, error: Any) -> None:
        super().__init__(said, error.ctx)
        self.exit_code = error.exit_code

    def show(self, file: Any = None) -> None:
        """Print the line of usage, where help is, and what is wrong."""
        if self.ctx is not None:
            typer.echo(self.ctx.get_usage(), file=file, err=True)
            command = f"{self.ctx.command_path} {self.ctx.help_option_names[0]}"
            typer.echo(_("Try '{command}' for help.", command=command) + "\n", file=file, err=True)
        typer.echo(_("Error: {what}", what=self.format_message()), file=file, err=True)


def _said(error: Any) -> str:
    """What is wrong, in the language spoken."""
    kind = type(error).__name__
    if kind == "MissingParameter" and error.param is not None:
        name = error.param.get_error_hint()
        is_argument = error.param.param_type_name == "argument"
        return _("Missing argument {name}.", name=name) if is_argument else _("Missing option {name}.", name=name)
    if kind == "BadParameter" and error.param is not None:
        found = _of_value(error.__cause__) or _by_form(error.message)
        return _("Invalid value for {name}: {found}", name=error.param.get_error_hint(), found=found)
    if kind == "NoSuchOption":
        near = ", ".join(sorted(error.possibilities or ()))
        said = _("No such option: {name}", name=error.option_name)
        return said + " " + _("(Possible options: {names})", names=near) if near else said
    return _by_form(error.format_message())


VALUES = {
    "int_parsing": N_("a whole number is needed"),
    "int_from_float": N_("a whole number is needed"),
    "float_parsing": N_("a number is needed, with a full stop before decimals"),
    "finite_number": N_("a finite number is needed"),
    "literal_error": N_("one of {expected} is allowed"),
    "greater_than": N_("more than {gt} is allowed"),
    "greater_than_equal": N_("at least {ge} is allowed"),
    "less_than": N_("less than {lt} is allowed"),
    "less_than_equal": N_("at most {le} is allowed"),
}
"""What is allowed as a value, by pydantic's name of a mistake."""


def _of_value(cause: Any) -> str:
    """What pydantic found wrong with a value; empty where it was somebody else, or has no words here."""
    mistakes = cause.errors() if hasattr(cause, "errors") else []
    form = VALUES.get(mistakes[0]["type"]) if mistakes else None
    if form is None:
        return ""
    fill: Mapping[str, Any] = mistakes[0].get("ctx") or {}
    if "expected" in fill:
        fill = {**fill, "expected": str(fill["expected"]).replace(" or ", _(" or "))}
    return _("got {found}; {allowed}", found=repr(mistakes[0].get("input")), allowed=_(form).format(**fill))


FORMS = (
    N_("No such command {name}. Did you mean {near}?"),
    N_("No such command {name}."),
    N_("Missing command."),
    N_("Got unexpected extra argument(s) ({words})"),
    N_("Option {name} requires an argument."),
    N_("Option {name} requires {number} arguments."),
    N_("Option {name} does not take a value."),
    N_("Value error, {found} is not one of {names}."),
)
"""Other sentences of typer's."""


def _by_form(message: str) -> str:
    """A sentence of typer's in the language spoken; as it is where nobody knows its form."""
    import re

    for form in FORMS:
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(form))
        if found := re.fullmatch(pattern, message):
            return _(form, **found.groupdict()) if found.groupdict() else _(form)
    return message
