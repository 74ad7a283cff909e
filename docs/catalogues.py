"""Bring the Danish catalogues up to date with the program: ``python docs/catalogues.py``.

Finds every phrase said with ``_``, ``plural``, ``pgettext`` or ``N_`` in the program and on the pages of the service,
what every field of a scenario means, which stands under the fields themselves, and what the commands say in their help;
puts it in ``risksim/locale/da/AREA.po`` of its area, keeps the translations that are there, drops phrases that nobody
says any more, and compiles all areas into the one file that the program reads, the same bytes for the same phrases.
``--check`` changes nothing and fails on whatever is missing, stale, or different between the two languages.
"""

from __future__ import annotations

import argparse
import ast
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import NamedTuple

from babel.messages.extract import extract_from_file
from babel.messages.pofile import normalize, read_po

import risksim.exchange.mapping
import risksim.scenario.portfolio_reader  # noqa: F401 - mappings and portfolios have fields, too
from risksim.cli.help import paragraphs
from risksim.scenario.places import meanings
from risksim.scenario.schema import descriptions

PACKAGE = Path(__file__).parent.parent / "risksim"
KEYWORDS = {"_": None, "plural": (1, 2), "pgettext": ((1, "c"), 2), "N_": None}
TEMPLATES = "service/pages/templates"
"""Where pages are that say phrases themselves."""
HELP = {"help", "metavar", "show_default"}
"""Arguments of typer's whose texts are shown by ``--help``, beside what commands say of themselves."""
WIDTH = 120
AREAS = {
    "report/memo": "memo",
    "report/forms": "memo",
    "report/document": "memo",
    "report/figures": "figures",
    "report/purse": "purse",
    "report/story": "story",
    "results/story": "story",
    **dict.fromkeys(
        [
            *(
                f"{room}/{page}"
                for room in ("report", "analysis", "cli")
                for page in ("price", "value", "robust", "pool")
            ),
            *(f"{room}/{page}" for room in ("report", "analysis", "cli") for page in ("batch", "ranking", "reference")),
            "report/charts_pool",
            "report/said_of_terms",
            "cli/exchange",
        ],
        "terms",
    ),
    **dict.fromkeys(
        [
            *(f"{room}/{page}" for room in ("report", "analysis", "cli") for page in ("compare", "standard", "grid")),
            *(f"{room}/{page}" for room in ("report", "analysis", "cli") for page in ("decompose", "sensitivity")),
            *(f"{room}/reverse" for room in ("report", "analysis", "cli")),
            "cli/questions_output",
            "replies",
            "cli/stress",
            "report/said_of_stresses",
        ],
        "questions",
    ),
    "scenario": "scenario",
    "cli/help": "help",
    "cli/tongue": "help",
    "service": "service",
    "cli/people": "service",
    "replies": "questions",
    "report/numbers": "common",
    "report/table": "common",
    "report/input_titles": "common",
    "report/limits": "common",
    "report/forms/word": "errors",
    "report": "run",
    **dict.fromkeys(["plan", "engine", "jobs", "exchange", "metrics", "results"], "errors"),
}
"""Which area a file belongs to, by how its path begins; the first that fits. Every other file is `common`."""


class Phrase(NamedTuple):
    """A phrase as the program says it."""

    one: str
    many: str | None
    """Of any number but one; None for a phrase without a plural."""
    context: str | None = None
    """What is spoken of, where the phrase means something else than elsewhere."""

    @property
    def key(self) -> bytes:
        """What ``gettext`` looks for."""
        about = "" if self.context is None else f"{self.context}\4"
        return (about + (self.one if self.many is None else f"{self.one}\0{self.many}")).encode()


class Said(NamedTuple):
    """Where a phrase is said, and in Danish."""

    files: tuple[str, ...]
    danish: tuple[str, ...]
    """One sentence, or singular and plural; empty where nobody translated it."""
    fuzzy: bool = False


Catalogues = dict[str, dict[Phrase, Said]]
"""Phrases and their Danish, by area."""


def area_of(file: str) -> str:
    """The area of a file, as ``report/answer.py``."""
    return next((area for begins, area in AREAS.items() if file.startswith(begins)), "common")


def extracted(package: Path) -> dict[str, dict[Phrase, list[str]]]:
    """The files that say each phrase, by area, in the order in which they are said."""
    found: dict[str, dict[Phrase, list[str]]] = {}
    for path in sorted([*package.rglob("*.py"), *package.glob(f"{TEMPLATES}/*.html")]):
        file = path.relative_to(package).as_posix()
        how = "python" if path.suffix == ".py" else "jinja2.ext:babel_extract"
        for _line, said, _comments, context in extract_from_file(how, path, keywords=KEYWORDS):
            one, many = said if isinstance(said, tuple) else (said, None)
            if not one:
                continue
            files = found.setdefault(area_of(file), {}).setdefault(Phrase(one, many, context), [])
            if file not in files:
                files.append(file)
        if file.startswith("cli/"):
            for text in helped(ast.parse(path.read_text(encoding="utf-8"))):
                files = found.setdefault("help", {}).setdefault(Phrase(text, None), [])
                if file not in files:
                    files.append(file)
    return found


def of_fields() -> dict[str, dict[Phrase, list[str]]]:
    """What every field of a scenario or portfolio means, as messages and the schema say it, with where it stands."""
    found: dict[Phrase, list[str]] = {}
    for module, meaning in sorted(meanings()):
        file = f"{module.removeprefix('risksim.').replace('.', '/')}.py"
        files = found.setdefault(Phrase(meaning, None), [])
        if file not in files:
            files.append(file)
    for description in descriptions():
        found.setdefault(Phrase(description, None), ["scenario/schema.py"])
    return {"fields": found}


def helped(module: ast.Module) -> Iterator[str]:
    """What ``--help`` shows of the commands of a module."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("typer.Typer", "typer.Option", "typer.Argument"):
            texts = [each.value for each in node.keywords if each.arg in HELP]
            for text in texts:
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    yield from paragraphs(text.value)
        elif isinstance(node, ast.FunctionDef) and any(
            ".command(" in ast.unparse(each) for each in node.decorator_list
        ):
            yield from paragraphs(ast.get_docstring(node) or "")


def translated(folder: Path) -> Catalogues:
    """What the catalogues hold, by area."""
    held: Catalogues = {}
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as stream:
            catalogue = read_po(stream, locale="da")
        held[path.stem] = {}
        for message in catalogue:
            if not message.id:
                continue
            one, many = message.id if isinstance(message.id, tuple) else (str(message.id), None)
            phrase = Phrase(one, many, message.context)
            text = message.string if isinstance(message.string, tuple | list) else (message.string,)
            files = tuple(dict.fromkeys(name for name, _line in message.locations))
            held[path.stem][phrase] = Said(files, tuple(map(str, text)) if all(text) else (), message.fuzzy)
    return held


def merged(said: dict[str, dict[Phrase, list[str]]], held: Catalogues) -> Catalogues:
    """The catalogues as they should be: every phrase said, with the Danish that its area or any other has for it."""
    anywhere = {phrase: each for area in held.values() for phrase, each in area.items() if each.danish}

    def known(area: str, phrase: Phrase) -> Said:
        own = held.get(area, {}).get(phrase)
        return own if own is not None and own.danish else anywhere.get(phrase, Said((), ()))

    return {
        area: {
            phrase: known(area, phrase)._replace(files=tuple(f"risksim/{file}" for file in files))
            for phrase, files in phrases.items()
        }
        for area, phrases in said.items()
    }


def written(phrases: dict[Phrase, Said]) -> str:
    """A catalogue as text."""
    lines = [
        'msgid ""',
        'msgstr ""',
        '"Language: da\\n"',
        '"MIME-Version: 1.0\\n"',
        '"Content-Type: text/plain; charset=UTF-8\\n"',
        '"Content-Transfer-Encoding: 8bit\\n"',
        '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"',
    ]
    for phrase, each in phrases.items():
        lines += ["", *(f"#: {file}" for file in each.files), *(["#, fuzzy"] if each.fuzzy else [])]
        lines += [] if phrase.context is None else [f"msgctxt {normalize(phrase.context, width=WIDTH)}"]
        lines.append(f"msgid {normalize(phrase.one, width=WIDTH)}")
        if phrase.many is None:
            lines.append(f"msgstr {normalize((*each.danish, '')[0], width=WIDTH)}")
        else:
            lines.append(f"msgid_plural {normalize(phrase.many, width=WIDTH)}")
            lines += [
                f"msgstr[{k}] {normalize(text, width=WIDTH)}" for k, text in enumerate((*each.danish, "", "")[:2])
            ]
    return "\n".join(lines) + "\n"


def compiled(catalogues: Catalogues) -> bytes:
    """All phrases as one file for ``gettext``, in the order of their bytes."""
    entries = {
        b"": (b"Content-Type: text/plain; charset=UTF-8\nLanguage: da\nPlural-Forms: nplurals=2; plural=(n != 1);\n")
    }
    for phrases in catalogues.values():
        for phrase, each in phrases.items():
            if each.danish and not each.fuzzy:
                entries[phrase.key] = "\0".join(each.danish).encode()
    keys = sorted(entries)
    begin = 28 + 16 * len(keys)
    texts, places = b"", []
    for text in (*keys, *(entries[key] for key in keys)):
        places += [len(text), begin + len(texts)]
        texts += text + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(keys), 28, 28 + 8 * len(keys), 0, 0)
    return head + struct.pack(f"<{len(places)}I", *places) + texts


def faults(catalogues: Catalogues) -> list[str]:
    """What is missing or wrong in what the catalogues should hold."""
    found: list[str] = []
    known: dict[tuple[str | None, str], tuple[str, ...]] = {}
    for area, phrases in catalogues.items():
        for phrase, each in phrases.items():
            if not each.danish:
                found.append(f"{area}.po: not translated: {phrase.one!r}")
                continue
            if each.fuzzy:
                found.append(f"{area}.po: marked fuzzy: {phrase.one!r}")
            wanted = [names_in(text) for text in (phrase.one, phrase.many) if text is not None]
            if [names_in(text) for text in each.danish] != wanted:
                found.append(f"{area}.po: other brackets than in English: {phrase.one!r}")
            if known.setdefault((phrase.context, phrase.one), each.danish)[0] != each.danish[0]:
                found.append(f"{area}.po: translated otherwise in another area: {phrase.one!r}")
    return found


def names_in(text: str) -> set[str]:
    """What stands in curly brackets, format included."""
    return {f"{name}:{form}" for _text, name, form, _how in Formatter().parse(text) if name is not None}


def main() -> int:
    """Update the catalogues, or check them; 1 where something is missing."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--check", action="store_true", help="change nothing, fail on what is missing or stale")
    check = options.parse_args().check
    folder = PACKAGE / "locale" / "da"
    held = translated(folder)
    catalogues = merged(extracted(PACKAGE) | of_fields(), held)
    found = faults(catalogues)
    dropped = [
        f"{area}.po: nobody says any more: {phrase.one!r}"
        for area, phrases in held.items()
        for phrase in phrases
        if phrase not in catalogues.get(area, {})
    ]
    files = {folder / f"{area}.po": written(phrases).encode() for area, phrases in catalogues.items()}
    files[folder / "LC_MESSAGES" / "risksim.mo"] = compiled(catalogues)
    if check:
        found += dropped
        found += [
            f"{path.name}: not as the program has it"
            for path, text in files.items()
            if not path.exists() or path.read_bytes() != text
        ]
    else:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text)
        for path in folder.glob("*.po"):
            if path not in files:
                path.unlink()
    print("\n".join([*found, *([] if check else dropped)]) or "Every phrase has its Danish.", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
