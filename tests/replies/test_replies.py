"""Every question: the reply is what the command prints as JSON, and whoever watches may end it."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, NamedTuple

import pytest

from risksim import api, replies
from risksim.errors import ScenarioError
from risksim.replies.asking import with_stress
from risksim.replies.form import QuestionError, as_text
from tests.cli.test_cli import ROOT, SIMPLE, TUBA, risksim

FEW = 256
PILOT = "scenarios/questions/pilot.yaml"
TERMS = "scenarios/questions/terms.yaml"
RISKS = "scenarios/risks/development-cost.yaml"
PURSE = "scenarios/public/repays-before-it-saves.yaml"
BASILS = "scenarios/international/st-basils"
FUNDED = ("run", "stress", "sensitivity", "reverse", "tail", "price", "robust", "settle")


class Case(NamedTuple):
    """A question, and the words that ask it of the command line."""

    question: str
    file: str
    wishes: dict[str, Any]
    words: tuple[str, ...] = ()
    counts: bool = True
    """Whether it counts paths."""

    def __str__(self) -> str:
        return "-".join([self.question, *self.wishes])


PATHS, PATHS_WORDS = {"paths": FEW}, ("--paths", str(FEW))
QUICK = [
    Case("check", SIMPLE, {}, (), False),
    Case("describe", SIMPLE, {}, (), False),
    Case("run", SIMPLE, PATHS | {"ledger": True, "seed": 3}, (*PATHS_WORDS, "--ledger", "--seed", "3")),
    Case("explain", PURSE, {"path": 7}, ("--path", "7"), False),
    Case("stress", RISKS, PATHS, PATHS_WORDS),
    Case("stress", SIMPLE, PATHS | {"grid": ["payments[0].price=15000,25000"], "show": "p_loss"},
         (*PATHS_WORDS, "--grid", "payments[0].price=15000,25000", "--show", "p_loss")),
    Case("compare", RISKS, PATHS | {"stresses": ["no cost of development"]},
         (*PATHS_WORDS, "--stress", "no cost of development")),
    Case("decompose", SIMPLE, PATHS, PATHS_WORDS),
    Case("sensitivity", SIMPLE, PATHS | {"given_data": True}, (*PATHS_WORDS, "--given-data")),
    Case("tail", PILOT, {"paths": 1_024, "level": 0.9}, ("--paths", "1024", "--level", "0.9")),
    Case("value", TUBA, PATHS | {"decide": "investor"}, PATHS_WORDS),
    # Solved exactly, so that no path is simulated.
    Case("value", PILOT, PATHS | {"pilot": 25, "cost": 20_000.0},
         (*PATHS_WORDS, "--pilot", "25", "--cost", "20000"), False),
    Case("robust", PILOT, PATHS | {"between": [0.6, 0.7], "people": 40},
         (*PATHS_WORDS, "--between", "0.6", "0.7", "--people", "40")),
    Case("public", PURSE, {"path": 3}, ("--path", "3"), False),
    Case("pool", SIMPLE, PATHS | {"sites": [1, 2]}, (*PATHS_WORDS, "--sites", "1,2")),
    Case("reference", SIMPLE, PATHS | {"usd": 0.15}, (*PATHS_WORDS, "--usd", "0.15")),
    Case("run", PURSE, PATHS | {"engine": "individual"}, (*PATHS_WORDS, "--engine", "individual")),
    Case("stress", SIMPLE, PATHS | {"standard": True, "own": True}, (*PATHS_WORDS, "--standard", "--own")),
    Case("stress", TUBA, PATHS | {"tipping": True}, (*PATHS_WORDS, "--tipping")),
    Case("sensitivity", PILOT, PATHS | {"sobol": True}, (*PATHS_WORDS, "--sobol")),
    Case("public", PURSE, PATHS | {"stresses": ["all"], "tornado": True, "engine": "individual"},
         (*PATHS_WORDS, "--stress", "all", "--tornado", "--engine", "individual")),
]  # fmt: skip
LONG = [
    Case("run", SIMPLE, {"tolerance": "p_loss=0.02"}, ("--tolerance", "p_loss=0.02")),
    Case("reverse", PILOT, PATHS | {"limit": "p_loss>0.6"}, (*PATHS_WORDS, "--limit", "p_loss>0.6"), False),
    Case("price", TERMS, {"paths": 1_024, "change": ["payments[0].price"], "investor": ["p_loss<=0.10"]},
         ("--paths", "1024", "--change", "payments[0].price", "--investor", "p_loss<=0.10"), False),
]  # fmt: skip


@cache
def deal(file: str) -> api.Deal:
    return api.read(file)


@pytest.fixture(autouse=True)
def _at_home(monkeypatch):
    monkeypatch.chdir(ROOT)


def printed(case: Case) -> Any:
    done = risksim(case.question, case.file, *case.words, *QUIET.get(case.question, ("--quiet",)), "--json")
    assert done.returncode == 0, done.stderr
    return done.stdout


QUIET: dict[str, tuple[str, ...]] = dict.fromkeys(("check", "describe", "explain", "reference", "settle"), ())


def held_against_the_command(case: Case) -> None:
    seen: list[int] = []
    work = replies.work(case.question, [deal(case.file)], case.wishes)
    found = replies.ask(case.question, [deal(case.file)], case.wishes, seen.append)
    assert as_text(found) == printed(case)
    if case.counts:
        assert seen
        assert seen == sorted(seen)
        assert work is None or 0 < seen[-1] <= work
    assert replies.QUESTIONS[case.question].counts or not seen


@pytest.mark.parametrize("case", QUICK, ids=str)
def test_a_reply_is_what_the_command_prints(case):
    held_against_the_command(case)


@pytest.mark.slow
@pytest.mark.parametrize("case", LONG, ids=str)
def test_a_reply_is_what_the_command_prints_of_longer_questions(case):
    held_against_the_command(case)


def test_what_was_observed_is_settled_from_text_as_from_a_file():
    observed = (ROOT / f"{BASILS}-observed.csv").read_text(encoding="utf-8")
    wishes = {"observed": observed, "name": f"{BASILS}-observed.csv"}
    case = Case("settle", f"{BASILS}.yaml", wishes, ("--observed", f"{BASILS}-observed.csv"), False)
    held_against_the_command(case)
    found = replies.ask("settle", [deal(case.file)], {"observed": observed})
    assert found["observed"] == "observed"
    assert replies.as_csv(found).startswith("date,payer,rule,amount,reason,provisional\n")


def test_every_question_is_held_against_its_command():
    assert {case.question for case in (*QUICK, *LONG)} | {"settle", "batch"} == set(replies.QUESTIONS)


@pytest.mark.parametrize(
    "wishes", [{"stresses": True, "fail_if": "p_loss>0.1"}, {"by": "p_loss", "engine": "individual"}]
)
def test_a_batch_of_deals_is_that_of_their_files(wishes):
    files, words = [SIMPLE, RISKS, "scenarios/faxe/early-effort.yaml"], [*PATHS_WORDS, "--quiet", "--json"]
    for name, wish in wishes.items():
        words += [f"--{name.replace('_', '-')}"] + ([] if wish is True else [wish])
    seen: list[int] = []
    found = replies.ask("batch", [deal(file) for file in files], PATHS | wishes, seen.append)
    assert as_text(found) == risksim("batch", *files, *words).stdout
    assert seen == sorted(seen)
    assert seen[-1] <= replies.work("batch", [deal(file) for file in files], PATHS | wishes)
    assert replies.as_csv(found).count("\n") == 1 + len(found["rows"])
    with pytest.raises(Cancelled):
        replies.ask("batch", [deal(SIMPLE)], PATHS | wishes | {"engine": "individual"}, cancel)


# Tables


@pytest.mark.parametrize(
    "case",
    [case for case in QUICK if case.question in ("stress", "compare", "decompose", "sensitivity", "tail")],
    ids=str,
)
def test_a_table_is_made_of_the_json_that_was_kept(case, tmp_path):
    file = tmp_path / "table.csv"
    done = risksim(case.question, case.file, *case.words, "--quiet", "--json", "--out", str(file))
    assert replies.as_csv(json.loads(done.stdout)) == file.read_text(encoding="utf-8")


def test_an_answer_without_a_table_says_so():
    with pytest.raises(QuestionError, match=r"risksim\.check/1.*no table"):
        replies.as_csv(replies.ask("check", [deal(SIMPLE)], {}))


def test_a_table_is_promised_where_there_is_one():
    promised = {name for name, one in replies.QUESTIONS.items() if one.has_table}
    assert {schema.split(".")[1].split("/")[0].split("-")[0] for schema in replies.TABLES} - {"tipping"} == promised


# Watching


class Cancelled(Exception):  # noqa: N818 - what a worker raises
    """Somebody changed their mind."""


def cancel(_done: int) -> None:
    raise Cancelled


@pytest.mark.parametrize("case", [case for case in QUICK if case.counts], ids=str)
def test_whoever_watches_may_end_the_work(case):
    with pytest.raises(Cancelled):
        replies.ask(case.question, [deal(case.file)], case.wishes, cancel)


@pytest.mark.slow
@pytest.mark.parametrize("case", [case for case in LONG if replies.QUESTIONS[case.question].counts], ids=str)
def test_whoever_watches_may_end_longer_work(case):
    with pytest.raises(Cancelled):
        replies.ask(case.question, [deal(case.file)], case.wishes, cancel)


# Deals as they are asked


def test_a_stress_and_changes_are_made_before_the_question_and_told():
    name = "no cost of development"
    found = replies.ask("reference", [deal(RISKS)], PATHS | {"stress": name})
    assert found["scenario"]["stress"] == name
    assert found["scenario"]["digest"] == with_stress(deal(RISKS), name).plan.digest
    changes = {"payments[0].price": 17_000}
    found = replies.ask("reference", [deal(SIMPLE)], PATHS | {"changes": changes})
    assert found["scenario"]["digest"] == api.changed(deal(SIMPLE), "any", changes).plan.digest
    assert found["scenario"]["changes"] == list(api.words_of_changes(changes))


def test_stresses_of_the_file_may_be_asked_of_a_changed_deal():
    changes = {"cohorts[*].participants": {"times": 0.5}}
    found = replies.ask("stress", [deal(RISKS)], PATHS | {"changes": changes})
    assert found["base"] != replies.ask("stress", [deal(RISKS)], PATHS)["base"]
    assert [one["name"] for one in found["stresses"]] == list(deal(RISKS).scenario.stresses)


def test_a_comparison_names_the_stress_of_its_first_side():
    name = "no cost of development"
    found = replies.ask("compare", [deal(RISKS), deal(RISKS)], PATHS | {"stress": name})
    assert [side["stress"] for side in found["sides"]] == [name, None]


@pytest.mark.parametrize("question", FUNDED)
def test_a_deal_without_investors_is_refused_as_by_the_command(question):
    wishes = {"price": {"change": ["a"]}, "settle": {"observed": "a"}}.get(question, {})
    with pytest.raises(ScenarioError, match="financing"):
        replies.ask(question, [deal("scenarios/faxe/early-effort.yaml")], wishes)


def test_threads_and_a_checkpoint_never_change_an_answer(tmp_path):
    once = replies.ask("run", [deal(SIMPLE)], {"paths": 2_048, "engine": "individual"}, threads=1)
    kept = replies.ask("run", [deal(SIMPLE)], {"paths": 2_048, "engine": "individual"}, checkpoint=tmp_path)
    assert once == kept
    assert any(tmp_path.iterdir())
