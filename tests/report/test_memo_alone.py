"""A memo is made with nothing but what is installed: no network, no browser, no clock, no place and no chance."""

from __future__ import annotations

import hashlib
import io
import os
import re
import socket
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from risksim.language import speaking
from risksim.report import forms
from risksim.report.document import Document
from risksim.report.memo.write import memo
from tests.report.made_up import facts

for package in ("babel", "jinja2", "vl_convert", "weasyprint", "docx", "xlsxwriter", "pypdf"):
    pytest.importorskip(package)

ROOT = Path(__file__).parents[2]
BROWSERS = ("chromium", "chrome", "firefox", "node", "wkhtmltopdf", "soffice")


def document(language: Any) -> Document:
    with speaking(language):
        return memo(facts())


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whoever asks for the network or starts another program is refused."""
    connect = socket.socket.connect

    def refused(*_given: Any, **_named: Any) -> Any:
        raise AssertionError("a memo asked for what lies outside")

    def within(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX:
            refused()
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", within)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    monkeypatch.setattr(subprocess, "Popen", refused)
    monkeypatch.setattr(os, "posix_spawn", refused, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.parametrize("language", ["da", "en"])
def test_all_forms_are_made_without_network_or_browser(alone: None, language: str) -> None:
    given = document(language)
    begins = {"pdf": b"%PDF-", "docx": b"PK", "xlsx": b"PK", "html": b"<!DOCTYPE html>"}
    for form in forms.FORMS:
        assert forms.render(given, form).startswith(begins[form])


MAKE = """
import hashlib, logging, sys
from risksim.report import forms
from tests.report.test_memo_alone import document
for language in ("da", "en"):
    for form in forms.FORMS:
        print(form, language, hashlib.sha256(forms.render(document(language), form)).hexdigest())
"""


@pytest.mark.slow
def test_bytes_are_the_same_in_another_process_zone_and_locale() -> None:
    """Here first Danish, after other memos of this process; there in a zone and with words of its own."""
    here = [
        f"{form} {language} {hashlib.sha256(forms.render(document(language), form)).hexdigest()}"
        for language in ("da", "en")
        for form in forms.FORMS
    ]
    abroad = {"TZ": "Pacific/Kiritimati", "LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8", "PYTHONHASHSEED": "77"}
    time.sleep(1.1)  # so that a clock in the bytes would show
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", MAKE],
        capture_output=True,
        check=True,
        cwd=ROOT,
        env=os.environ | abroad | {"PYTHONPATH": str(ROOT)},
        text=True,
    )
    assert done.stdout.splitlines() == here


# PDF/UA, as far as it can be seen without a validator


def reader(content: bytes) -> Any:
    from pypdf import PdfReader

    return PdfReader(io.BytesIO(content))


def test_all_text_is_marked() -> None:
    """No text stands outside of what is marked; the foot is an artifact, all else is known to the structure."""
    from pypdf.generic import NullObject

    given = document("en")
    found = reader(forms.render(given, "pdf"))
    for sheet in found.pages:
        content = sheet.get_contents().get_data().decode("latin-1")
        inside: list[str] = []
        shown = artifacts = 0
        marks = [int(one) for one in re.findall(r"/MCID (\d+)", content)]
        parents = found.trailer["/Root"]["/StructTreeRoot"]["/ParentTree"]["/Nums"]
        of_page = parents[2 * sheet["/StructParents"] + 1]
        assert marks == [
            number for number, parent in enumerate(of_page) if not isinstance(parent.get_object(), NullObject)
        ]
        for one in re.finditer(r"/(\w+)\s*(?:<<[^>]*>>\s*)?B(?:DC|MC)\b|\bEMC\b|\bT[jJ]\b", content):
            if one[1]:
                inside.append(one[1])
            elif one[0] == "EMC":
                inside.pop()
            else:
                assert inside, "text outside of every mark"
                shown += 1
                artifacts += inside[-1] == "Artifact"
        assert inside == []
        assert shown > artifacts == 2  # what runs at the foot, and the number of the page


def test_structure_of_the_pdf() -> None:
    """Every page knows the parents of what it shows, headings skip no level, and figures have words."""
    found = reader(forms.render(document("da"), "pdf"))
    root = found.trailer["/Root"]
    assert root["/Lang"] == "da"
    assert root["/StructTreeRoot"]["/ParentTree"]
    assert all("/StructParents" in sheet and sheet["/Tabs"] == "/S" for sheet in found.pages)
    kinds: list[str] = []

    def walk(node: Any) -> None:
        node = node.get_object()
        if isinstance(node, list):
            for kid in node:
                walk(kid)
        elif isinstance(node, dict):
            if "/S" in node:
                kinds.append(str(node["/S"]))
                assert node["/S"] != "/Figure" or node["/Alt"]
            if "/K" in node:
                walk(node["/K"])

    walk(root["/StructTreeRoot"]["/K"])
    levels = [int(kind[2:]) for kind in kinds if re.fullmatch(r"/H\d", kind)]
    assert levels[0] == 1
    assert all(later - sooner <= 1 for sooner, later in pairwise(levels))
