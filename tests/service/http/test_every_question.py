"""Every question over HTTP is answered with the very bytes that the command of the same name prints."""

import json

import pytest

from risksim.replies import QUESTIONS
from risksim.service.store import runs
from risksim.service.work import making
from tests.cli.test_cli import risksim
from tests.replies.test_replies import BASILS, LONG, QUICK, QUIET, RISKS, ROOT, SIMPLE, TUBA, Case

RUNS = "/api/v1/runs"
CHEAP = ("check", "describe", "run", "explain", "decompose", "sensitivity", "pool", "reference")
"""Questions that are answered in tenths of a second."""
OBSERVED = f"{BASILS}-observed.csv"
SETTLED = Case(
    "settle",
    f"{BASILS}.yaml",
    {"observed": (ROOT / OBSERVED).read_text(encoding="utf-8"), "name": OBSERVED},
    ("--observed", OBSERVED),
)


def shipped(file: str) -> dict[str, str]:
    """How the service names a file that ships with the program."""
    return {"shipped": file.removeprefix("scenarios/").removesuffix(".yaml")}


def held_against_the_command(client, service, case: Case, *others: str) -> None:
    words = (*case.words, *QUIET.get(case.question, ("--quiet",)), "--json")
    done = risksim(case.question, case.file, *others, *words)
    assert done.returncode == 0, done.stderr
    against = {"against": [shipped(file) for file in others]} if others else {}
    body = {"of": shipped(case.file), "question": case.question, "wishes": case.wishes, **against}
    asked = client.post(RUNS, json=body)
    if asked.status_code == 202:  # nobody can tell beforehand how large it is
        with service.database.writing() as session:
            run = runs.claim(session, "tester")
        answer = making.make(service, run, lambda _done: None)
        with service.database.writing() as session:
            assert runs.finish(session, run.id, "tester", service.files.keep(answer.content), answer.media_type)
        address = asked.json()["address"]
    else:
        assert asked.status_code == 200, asked.text
        address = asked.json()["run"]["address"]
    said = client.get(f"{address}/result").json()
    printed = json.loads(done.stdout)
    assert without_file(said) == without_file(printed)


def without_file(said):
    """An answer but for what the file is called: a service knows no folders."""
    if isinstance(said, dict):
        return {key: without_file(value) for key, value in said.items() if key not in ("file", "observed")}
    return [without_file(one) for one in said] if isinstance(said, list) else said


@pytest.fixture(autouse=True)
def _at_home(monkeypatch):
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("case", [case for case in QUICK if case.question in CHEAP and case.file == SIMPLE], ids=str)
def test_cheap_questions_are_answered_as_by_the_command(client, service, case):
    held_against_the_command(client, service, case)


@pytest.mark.slow
@pytest.mark.parametrize("case", [*QUICK, *LONG, SETTLED], ids=str)
def test_every_question_is_answered_as_by_the_command(client, service, case):
    held_against_the_command(client, service, case)


@pytest.mark.slow
@pytest.mark.parametrize("question", ["compare", "batch"])
def test_several_deals_are_answered_as_by_the_command(client, service, question):
    case = Case(question, SIMPLE, {"paths": 256}, ("--paths", "256"))
    held_against_the_command(client, service, case, RISKS, TUBA)


def test_no_question_is_left_out():
    assert {case.question for case in (*QUICK, *LONG, SETTLED)} | {"batch"} == set(QUESTIONS)
