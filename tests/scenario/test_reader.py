"""Reading: what is accepted, where it stands, and that nothing but a scenario or its faults ever comes back."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import io
import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated, get_origin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from risksim.errors import Fault, ScenarioError
from risksim.scenario.base import Date, Duration, Reason, SourceKeys, spelled_out
from risksim.scenario.document import Document, path_text
from risksim.scenario.financing import NOBODY, Financing, Tranche, nobody
from risksim.scenario.reader import read_scenario, read_text
from risksim.scenario.scanner import QuickParser, QuickReader, QuickScanner
from risksim.scenario.scenario import Scenario
from risksim.scenario.starter import starter_text
from risksim.scenario.tree import plain_value, read_tree
from risksim.scenario.uncertainty import UncertainNumber
from tests.engine.deals import shipped_files
from tests.scenario.broken import DEAL, MISTAKES, answer_to

SHIPPED = shipped_files()
TEXTS = [file.read_text(encoding="utf-8") for file in SHIPPED] + [DEAL, starter_text()]


def faults_of(text: str) -> list[tuple[int | None, str]]:
    with pytest.raises(ScenarioError) as caught:
        read_text(text)
    return [(fault.line, fault.path) for fault in caught.value.faults]


# What is accepted


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.name)
def test_a_shipped_scenario_is_read_with_its_text(file: Path):
    scenario, document = read_scenario(str(file))
    assert isinstance(scenario, Scenario)
    assert document.file == str(file)
    assert document.text == file.read_text(encoding="utf-8")


def test_the_starter_is_read():
    scenario, _ = read_text(starter_text())
    assert len(scenario.outcomes) == 2
    assert len(scenario.payments) == 3


def test_a_path_object_is_a_file_name(tmp_path: Path):
    (tmp_path / "deal.yaml").write_text(DEAL, encoding="utf-8")
    assert read_scenario(tmp_path / "deal.yaml")[1].file == str(tmp_path / "deal.yaml")


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(DEAL.encode())))
    scenario, document = read_scenario("-")
    assert (scenario.name, document.file) == ("Two years of support", "-")


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: "---\n" + text + "...\n",
        lambda text: text.replace("start: 2025-01-01", 'start: "2025-01-01"'),
        lambda text: text.replace("total: 4500000", "total: 4.5e6"),
        lambda text: text.replace("unmeasured: 0.1", "unmeasured: .1"),
        lambda text: text.replace("one in five leaves", "'NO: *really* @ % !'"),
        lambda text: text.replace("{beta: [4, 16], assumption: one in five leaves}", "&left {beta: [4, 16]}").replace(
            "    participants: 40\n", "    participants: 40\n    dropout: *left\n"
        ),
    ],
    ids=["byte order mark", "Windows lines", "old Mac lines", "marks", "quoted date", "1e6", ".1", "odd text", "alias"],
)
def test_another_spelling_says_the_same(change, tmp_path: Path):
    file = tmp_path / "deal.yaml"
    file.write_bytes(change(DEAL).encode())
    scenario, _ = read_scenario(file)
    plain = read_text(DEAL)[0]
    assert scenario.start_date == plain.start_date
    assert scenario.payments == plain.payments
    assert [cohort.name for cohort in scenario.cohorts] == ["north", "south"]


def test_json_is_read_as_yaml():
    tree = read_tree("-", DEAL).root
    assert read_text(json.dumps(tree))[0] == read_text(DEAL)[0]
    assert read_text(json.dumps(tree, indent=2))[0] == read_text(DEAL)[0]


def test_letters_are_the_same_however_they_are_composed():
    composed, _ = read_text(DEAL.replace("name: south", "name: Århus"))
    apart, _ = read_text(DEAL.replace("name: south", "name: A\u030arhus"))
    paired, _ = read_text(DEAL.replace("name: south", 'name: "\\u00c5rhus"'))
    assert composed.cohorts[1].name == apart.cohorts[1].name == paired.cohorts[1].name


def test_a_letter_in_two_halves_is_joined():
    scenario, _ = read_text(DEAL.replace("name: Two years of support", 'name: "\\ud83c\\udf31 Two years"'))
    assert scenario.name == "🌱 Two years"


@pytest.mark.parametrize(
    ("text", "value"),
    {
        "NO": "NO",
        "yes": "yes",
        "on": "on",
        "12:30": "12:30",
        "010": 10,
        "0o17": 15,
        "0x1F": 31,
        "1_000": "1_000",
        "1e3": 1000.0,
        "+4": 4,
        "-.5": -0.5,
        "5.": 5.0,
        "~": None,
        "": None,
        "2021-08-01": "2021-08-01",
        "True": True,
        "-": "-",
        ".": ".",
        "1e": "1e",
        "٣": "٣",
    }.items(),
)
def test_a_plain_scalar_means_what_yaml_1_2_says(text: str, value: object):
    found = plain_value(text)
    assert found == value
    assert isinstance(found, type(value))


# Where things stand


def test_positions_are_those_of_keys_and_values():
    _, document = read_text(DEAL)
    lines = DEAL.splitlines()
    for path, start in [
        (("cohorts", 0, "dropout", "beta", 1), "16], assumption"),
        (("cohorts", 1, "name"), "south"),
        (("outcomes", "home", "measured", "at"), "completion}"),
        (("financing", "tranches", 0, "drawdown", "times"), "3}"),
    ]:
        line, column = document.positions[path]
        assert lines[line - 1][column - 1 :].startswith(start)
        line, column = document.keys[path] if isinstance(path[-1], str) else (line, column)
        assert lines[line - 1][column - 1 :].startswith(str(path[-1]) if isinstance(path[-1], str) else start)


def test_a_fault_without_a_place_of_its_own_stands_at_the_part_around_it():
    _, document = read_text(DEAL)
    fault = document.fault(("cohorts", 0, "dropout", "quantiles", "p10"), "got nothing.", "Write a number.")
    assert (fault.line, fault.column) == document.positions["cohorts", 0, "dropout"]
    assert str(fault).splitlines() == [
        "-:16:14: cohorts[0].dropout.quantiles.p10",
        "  got nothing.",
        "  Write a number.",
    ]


def test_a_document_without_positions_makes_faults_without_lines():
    fault = Document("deal.yaml", "").fault(("start",), "got nothing.", "Write a date.")
    assert str(fault) == "deal.yaml: start\n  got nothing.\n  Write a date."


def test_an_alias_stands_where_it_is_written():
    text = DEAL.replace("unmeasured: 0.1", "unmeasured: &some 1.4").replace(
        "    participants: 40\n", "    participants: 40\n    dropout: *some\n"
    )
    assert faults_of(text) == [(17, "cohorts[0].unmeasured"), (20, "cohorts[1].dropout")]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), ""),
        (("a", 0, "b"), "a[0].b"),
        (("outcomes", "in work", "of"), "outcomes[in work].of"),
        (("x\ny",), "[x\\ny]"),
        (("å",), "å"),
    ],
)
def test_a_path_is_shown_as_people_read_it(path: tuple[str | int, ...], text: str):
    assert path_text(path) == text


# All mistakes at once


def test_five_different_mistakes_are_reported_together():
    text = DEAL
    for name in ("chance above one", "unknown key at the top", "Danish date", "unknown rule", "duplicate key"):
        mistake = MISTAKES[name]
        text = text.replace(mistake.old, mistake.new)
    assert faults_of(text) == [
        (3, "curency"),
        (4, "start"),
        (17, "cohorts[0].unmeasured"),
        (20, "cohorts[1].participants"),
        (34, "payments[2]"),
    ]


def test_mistakes_between_parts_are_reported_beside_those_within_parts():
    text = DEAL.replace("unmeasured: 0.1", "unmeasured: 1.4").replace("name: south", "name: north")
    text = text.replace("source: pilot-2024", "source: pilot-2042").replace("outcome: home", "outcome: hom")
    assert faults_of(text) == [
        (12, "cohorts[0].participants.source"),
        (17, "cohorts[0].unmeasured"),
        (18, "cohorts[1].name"),
        (32, "payments[1].per_outcome.outcome"),
    ]


def test_a_mistake_that_follows_from_another_is_not_reported():
    text = DEAL.replace("end: 2027-12-31", "end: 2027-13-31").replace("every: 6 months}", "every: 20 years}", 1)
    assert faults_of(text) == [(5, "end")]
    text = DEAL.replace("  home:", "  house:").replace("success_rate: 0.4", "success_rate: 4 of 10")
    assert faults_of(text) == [(28, "outcomes.house.success_rate"), (32, "payments[1].per_outcome.outcome")]


def test_a_source_missing_in_many_places_is_one_mistake():
    text = DEAL.replace("  pilot-2024: Report on the pilot, 2024\n", "  other: Report\n").replace(
        "participants: 40", "participants: {value: 40, source: pilot-2024}"
    )
    with pytest.raises(ScenarioError) as caught:
        read_text(text)
    (fault,) = caught.value.faults
    assert "got 'pilot-2024' (here and in 1 more place)" in fault.found


def test_too_many_mistakes_are_counted():
    cohorts = "".join(f"  - {{name: c{n}, participants: none}}\n" for n in range(3_000))
    text = DEAL[: DEAL.index("  - name: north")] + cohorts + DEAL[DEAL.index("outcomes:") :]
    with pytest.raises(ScenarioError) as caught:
        read_text(text)
    *shown, last = caught.value.faults
    assert len(shown) == 200
    assert "got 2,800 more mistakes" in last.found


def test_the_message_is_that_of_the_style_guide():
    with pytest.raises(ScenarioError) as caught:
        read_text(DEAL.replace("unmeasured: 0.1", "unmeasured: 1.4"), "scenarios/employment.yaml")
    assert str(caught.value) == (
        "scenarios/employment.yaml:17:17: cohorts[0].unmeasured\n"
        "  got 1.4; unmeasured is the share of the enrolled whose outcomes cannot be measured (anonymous or lost), "
        "whatever happened, between 0 and 1.\n"
        "  If 1.4 means percent, write 0.014."
    )


# Speed


def big_deal(cohorts: int) -> str:
    """A deal of many cohorts with ten lines each."""
    cohort = """\
  - name: cohort {n}
    label: Town number {n}
    participants: {{value: 120, source: pilot-2024}}
    enrolment:
      window: 12 months
      ramp: 6 months
    duration: 9 months
    dropout:
      beta: [4, 16]
    unmeasured: 0.1
"""
    text = "".join(cohort.format(n=n) for n in range(cohorts))
    return DEAL[: DEAL.index("  - name: north")] + text + DEAL[DEAL.index("outcomes:") :]


def test_two_thousand_cohorts_are_read():
    text = big_deal(2_000)
    began = time.process_time()
    scenario, _ = read_text(text)
    assert time.process_time() - began < 20.0  # it takes about one, and hours where each looks at every other
    assert len(scenario.cohorts) == 2_000


def test_a_file_is_read_in_a_twentieth_of_a_second():
    read_scenario(SHIPPED[0])
    best = 1.0
    for _ in range(5):
        began = time.process_time()
        read_scenario(SHIPPED[0])
        best = min(best, time.process_time() - began)
    assert best < 0.05


def test_what_a_hundred_fields_share_is_made_once():
    """Where an uncertain number had no name of its own, each field had a copy of its nineteen laws."""
    Scenario.model_rebuild()
    names = [one.get("ref", "").split(":")[0] for one in Scenario.__pydantic_core_schema__["definitions"]]
    for shared in (UncertainNumber, SourceKeys, Reason, Duration, Date):
        assert names.count(f"{shared.__module__}.{shared.__name__}") == 1
        assert get_origin(spelled_out(shared)) is Annotated


def test_the_financing_of_nobody_is_what_a_file_would_say():
    read = Financing(tranches=[Tranche(name=NOBODY, commitment=0.0)])
    assert nobody() == read
    assert nobody().model_dump() == read.model_dump()


def test_reading_needs_no_heavy_package():
    code = (
        "import sys; from risksim.scenario import origins, reader, schema, starter; schema.json_schema();"
        "print([name for name in ('numpy', 'scipy', 'numba', 'xarray', 'pandas') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# The quick scanner is ruamel.yaml's


def events_of(text: str, quick: bool) -> list[tuple[object, ...]] | str:
    yaml = YAML(typ="safe", pure=True)
    if quick:
        yaml.Reader, yaml.Scanner, yaml.Parser = QuickReader, QuickScanner, QuickParser
    try:
        return [
            (
                type(event).__name__,
                getattr(event, "value", None),
                getattr(event, "anchor", None),
                getattr(event, "tag", None),
                getattr(event, "style", None),
                event.start_mark and (event.start_mark.line, event.start_mark.column),
            )
            for event in yaml.parse(text)
        ]
    except Exception as error:
        return type(error).__name__


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_the_quick_scanner_finds_what_the_plain_one_finds(text: str):
    assert events_of(text, quick=True) == events_of(text, quick=False)


LINES = ["\n", "\n  ", "\n    ", "a: 1\n", "- 1\n", "|\n", ">\n", "---\n", "...\n", "\u2028", "\x85"]
WORDS = ["a", "b c", ": ", "- ", ", ", " # c", "&x ", "*x", "!t ", "? ", "\t", "0.5", "''", "\\n"]
PIECES = st.sampled_from([*"[]{},#'\":|>?-~é", *LINES, *WORDS])


@settings(derandomize=True, max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=14).map("".join))
def test_the_quick_scanner_agrees_on_any_text(text: str):
    quick, plain = events_of(text, quick=True), events_of(text, quick=False)
    assert quick == plain or (quick == "DirectiveError")


# Nothing but a scenario or its faults


def survives(text: str) -> None:
    """Reading either succeeds or tells every fault in full."""
    try:
        read_text(text)
    except ScenarioError as error:
        is_told(error)


def is_told(error: ScenarioError) -> None:
    faults: tuple[Fault, ...] = error.faults or (None,)
    for fault in faults:
        assert re.match("(with this stress, [^ ]+: )?got ", fault.found)
        assert fault.remedy.strip()
        assert all(line.isprintable() for line in str(fault).split("\n"))
        assert len(str(fault)) < 900


@settings(derandomize=True, max_examples=150, deadline=None)
@given(
    text=st.sampled_from(TEXTS),
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 8), st.binary(max_size=6)), min_size=1, max_size=4),
)
def test_mutated_bytes_never_raise_anything_else(text: str, changes: list[tuple[float, int, bytes]]):
    data = text.encode()
    for where, length, new in changes:
        place = int(where * len(data))
        data = data[:place] + new + data[place + length :]
    with contextlib.suppress(UnicodeDecodeError):
        survives(data.decode())


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**400), 10**400)
    | st.floats()
    | st.text(max_size=12)
    | st.dates().map(str)
    | st.sampled_from(["9 months", "NO", "75 %", "0,75", "start", "completion", "1.000", "2021-13-01", "DKK", "beta"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=6)
            | st.sampled_from(
                ["value", "beta", "quantiles", "p10", "p90", "evidence", "mixture", "of", "source", "cap"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


def places_of(tree: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [path] * bool(path) + [place for key, value in inner for place in places_of(value, (*path, key))]


def with_change(tree: object, path: tuple[str | int, ...], value: object, delete: bool) -> object:
    tree = dict(tree) if isinstance(tree, dict) else list(tree)
    if len(path) > 1:
        tree[path[0]] = with_change(tree[path[0]], path[1:], value, delete)
    elif delete:
        del tree[path[0]]
    else:
        tree[path[0]] = value
    return tree


@functools.cache
def tree_of(text: str) -> object:
    return read_tree("-", text).root


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.sampled_from(TEXTS), st.data())
def test_changed_values_never_raise_anything_else(text: str, data: st.DataObject):
    tree = tree_of(text)
    for _ in range(data.draw(st.integers(1, 3))):
        places = places_of(tree)
        path = data.draw(st.sampled_from(places))
        tree = with_change(tree, path, data.draw(VALUES), data.draw(st.booleans()))
        if not places_of(tree):
            break
    survives(json.dumps(tree))


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from([*read_tree("-", DEAL).root, "x"]), VALUES, max_size=16) | VALUES)
def test_arbitrary_trees_never_raise_anything_else(tree: object):
    survives(json.dumps(tree))


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_arbitrary_text_never_raises_anything_else(text: str):
    survives(text.replace("\x00", ""))


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(sorted(MISTAKES)), min_size=2, max_size=4, unique=True))
def test_several_mistakes_never_raise_anything_else(names: list[str]):
    text = DEAL
    for name in names:
        text = text.replace(MISTAKES[name].old, MISTAKES[name].new)
    survives(text)


def test_every_broken_deal_is_answered():
    for name in MISTAKES:
        answer = answer_to(name)
        assert answer is not None, name
        is_told(answer)


def test_a_scenario_made_in_python_takes_dates_and_text():
    tree = read_tree("-", DEAL).root
    assert Scenario.model_validate(tree | {"start": dt.date(2025, 1, 1)}) == Scenario.model_validate(tree)
