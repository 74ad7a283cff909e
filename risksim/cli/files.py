"""``risksim schema`` and ``risksim init``."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable
from pathlib import Path

from risksim import api
from risksim.cli.output import OutputError, show, talk, write
from risksim.language import _

SCHEMA_NAME = "risksim.schema.json"


def lists_deals(file: str) -> bool:
    """Whether a file is a portfolio."""
    return api.lists_deals(file)


def _schema_text() -> str:
    return json.dumps(api.json_schema(), indent=2, ensure_ascii=False) + "\n"


def schema(out: Path | None) -> None:
    """Print or write the JSON Schema of scenario files."""
    if out is None:
        show(_schema_text())
    else:
        write(out, _schema_text())
        talk(_("Wrote {file}.", file=out))


def init(file: Path, kind: str | None, force: bool) -> None:
    """Write a starter scenario or a standard model, and the schema it points its editor to."""
    if kind is not None and kind not in api.standard_models():
        raise OutputError(_no_such_kind(kind))
    if file.exists() and not force:
        raise OutputError(
            _(
                "{file}: is there already; nothing was changed.\n"
                "  Choose another name, or add --force to overwrite it.",
                file=file,
            )
        )
    write(file, api.starter_text(kind))
    write(file.parent / SCHEMA_NAME, _schema_text())
    talk(_("Wrote {file} and {schema}.", file=file, schema=file.parent / SCHEMA_NAME))
    talk(_("Next: change the numbers, then try  risksim check {file}  and  risksim run {file}", file=file))


def list_kinds() -> None:
    """Print the kinds of deal for which there is a standard model."""
    from risksim.report.said_below import in_words

    show(_kinds(translated=in_words))


def _kinds(indent: str = "", translated: Callable[[str], str] = str) -> str:
    models = api.standard_models()
    width = max(map(len, models))
    return "".join(f"{indent}{kind:{width}}  {translated(said)}\n" for kind, said in models.items())


def _no_such_kind(kind: str) -> str:
    from risksim.report.said_below import in_words

    close = difflib.get_close_matches(kind.replace("_", "-").replace(" ", "-"), api.standard_models(), n=1)
    perhaps = "  " + _("Did you mean {near}?", near=close[0]) + "\n" if close else ""
    found = _("--type {kind}: there is no such standard model; nothing was written. There is\n", kind=kind)
    return (found + _kinds("  ", in_words) + perhaps).rstrip()
