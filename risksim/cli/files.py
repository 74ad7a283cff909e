"""``risksim schema`` and ``risksim init``."""

from __future__ import annotations

import json
from pathlib import Path

from risksim import api
from risksim.cli.output import OutputError, show, talk, write

SCHEMA_NAME = "risksim.schema.json"


def _schema_text() -> str:
    return json.dumps(api.json_schema(), indent=2, ensure_ascii=False) + "\n"


def schema(out: Path | None) -> None:
    """Print or write the JSON Schema of scenario files."""
    if out is None:
        show(_schema_text())
    else:
        write(out, _schema_text())
        talk(f"Wrote {out}.")


def init(file: Path, force: bool) -> None:
    """Write a starter scenario and the schema it points its editor to."""
    if file.exists() and not force:
        raise OutputError(
            f"{file}: is there already; nothing was changed.\n  Choose another name, or add --force to overwrite it."
        )
    write(file, api.starter_text())
    write(file.parent / SCHEMA_NAME, _schema_text())
    talk(f"Wrote {file} and {file.parent / SCHEMA_NAME}.")
    talk(f"Next: change the numbers, then try  risksim check {file}  and  risksim run {file}")
