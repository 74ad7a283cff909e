"""What may be wished for: the defaults of the command line, and a kind word for everything else."""

from __future__ import annotations

import json
import re

import pytest
import typer
from typer.main import get_command

from risksim import api, replies
from risksim.cli.main import app
from risksim.language import speaking
from risksim.replies.asking import MOST_WORK, checked
from risksim.replies.form import QuestionError
from tests.cli.test_cli import ROOT, SIMPLE

NEEDED = {"explain": {"path": 1}, "price": {"change": ["a"]}, "settle": {"observed": "a"}}
OF_THE_COMMAND = {
    "file", "files", "threads", "as_json", "out", "chart", "quiet", "_lang", "_language", "deal", "dask", "fail_if",
    "checkpoint", "resume", "template", "register", "reference", "usd", "memo", "forms", "p_loss", "quick",
    "keep_going",
}  # fmt: skip
"""Options that name files, workers or the language, which belong to whoever asks, or are questions of their own."""
CALLED = {"stress": "stresses", "terms": "stresses", "named_before": "stresses", "shown": "show", "ranking": "table"}


def refused(question, wishes):
    with pytest.raises(QuestionError) as error:
        checked(replies.QUESTIONS[question], NEEDED.get(question, {}) | wishes)
    return str(error.value)


@pytest.fixture
def simple(monkeypatch):
    monkeypatch.chdir(ROOT)
    return api.read(SIMPLE)


@pytest.mark.parametrize("question", replies.QUESTIONS)
def test_wishes_are_the_options_of_the_command_with_their_defaults(question):
    command = get_command(app).commands[question]
    model = replies.QUESTIONS[question].wishes
    options = {one.name: one for one in command.params if one.name not in OF_THE_COMMAND - set(model.model_fields)}
    names = {CALLED.get(name, name) if CALLED.get(name) in model.model_fields else name for name in options}
    own = set(model.model_fields) - {"stress", "changes"}
    assert own - names <= {"name"}  # of what was observed, which is no file here
    assert names - set(model.model_fields) == set()
    for name, option in options.items():
        field = model.model_fields.get(CALLED.get(name, name)) or model.model_fields[name]
        if name == "sites" or field.is_required():
            continue
        assert (option.default or None) == (field.default or None), name


@pytest.mark.parametrize("question", replies.QUESTIONS)
def test_every_wish_is_explained(question):
    schema = replies.QUESTIONS[question].wishes.model_json_schema()
    assert schema["description"]
    assert all(said.get("description") for said in schema["properties"].values())
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize(
    ("question", "wishes", "words"),
    [
        ("run", {"paths": False}, "`paths`: got false; this is a whole number"),
        ("run", {"paths": "5000"}, '`paths`: got "5000"; this is a whole number'),
        ("run", {"paths": 0}, "`paths`: got 0; this is at least 1"),
        ("run", {"paths": 10**9}, "`paths`: got 1000000000; this is at most 10,000,000"),
        ("run", {"seed": -1}, "`seed`: got -1; this is at least 0"),
        ("run", {"seed": 2**64}, "this is at most 18,446,744,073,709,551,615"),
        ("run", {"exact": 1}, "`exact`: got 1; this is true or false"),
        ("run", {"engine": "best"}, "`engine`: got \"best\"; there is 'auto'"),
        ("run", {"tolerance": "p" * 501}, "a text has at most 500 letters"),
        ("run", {"path": 5}, "`path`: there is no such wish; there is stress, .*Did you mean `paths`"),
        ("run", {"threads": 4}, "`threads`: there is no such wish"),
        ("run", {"checkpoint": "/tmp"}, "`checkpoint`: there is no such wish"),
        ("run", {"changes": []}, "`changes`: got .*places and what becomes of them"),
        ("tail", {"level": True}, "`level`: got true; this is a number"),
        ("tail", {"level": float("nan")}, "`level`: got NaN; this is a finite number"),
        ("tail", {"level": 1.0}, "`level`: got 1.0; this is less than 1"),
        ("compare", {"stresses": "a"}, '`stresses`: got "a"; this is a list'),
        ("compare", {"stresses": ["a", 5]}, r"`stresses\[1\]`: got 5; this is a text"),
        ("compare", {"stresses": ["a"] * 4}, "`stresses`: got .*; there are at most 3"),
        ("pool", {"sites": [1, 0]}, r"`sites\[1\]`: got 0; this is at least 1"),
        ("pool", {"sites": []}, r"`sites`: got \[\]; there are at least 1"),
        ("pool", {"sites": [200]}, "got 100,000 for 200 sites.*at most 20,000"),
        ("price", {"change": []}, "`change`: got .*at least 1"),
        ("price", {"margin": -1}, "`margin`: got -1; this is at least 0"),
        ("explain", {"path": None}, "`path`: got null; this is a whole number"),
        ("reverse", {"paths": 10}, "`paths`: got 10; this is at least 256"),
        ("robust", {"between": [0.6, 0.7]}, "`between` and `people` go together"),
        ("robust", {"between": [0.6], "people": 4}, r"`between\[1\]`: is missing"),
        ("robust", {"between": [0.6, 0.7], "people": 4, "eta": 0.1}, "got both"),
        ("stress", {"standard": True, "tipping": True}, "`standard` and `tipping`: each is a question of its own"),
        ("stress", {"own": True}, "`own`: stands beside `standard`"),
        ("stress", {"grid": ["a=1", "b=2", "c=3"]}, "`grid`: got .*at most 2"),
        ("value", {"cost": 5.0}, "`cost` and `outcome` are of a pilot"),
        ("value", {"hurdle": float("inf")}, "`hurdle`: got Infinity; this is a finite number"),
        ("settle", {"observed": "a" * 1_000_001}, "`observed`: got .*at most 1,000,000 letters"),
        ("reference", {"usd": 0}, "`usd`: got 0; this is more than 0"),
    ],
)
def test_wishes_that_make_no_sense_are_refused_in_words(question, wishes, words):
    said = refused(question, wishes)
    assert re.search(words, said), said
    assert len(said) < 500


def test_what_is_missing_is_named():
    with pytest.raises(QuestionError, match="`path`: is missing; this question needs it"):
        replies.ask("explain", [], {})


def test_every_mistake_is_told_at_once():
    assert len(refused("run", {"paths": 0, "seed": -1, "exact": 3}).splitlines()) == 3


def test_refusals_speak_danish():
    with speaking("da"):
        assert refused("run", {"paths": 0}) == "`paths`: her står 0; det skal være mindst 1."


def test_wishes_read_from_json_are_as_good_as_those_of_python():
    asked = json.loads('{"sites": [1, 2], "paths": 500}')
    assert checked(replies.QUESTIONS["pool"], asked).sites == (1, 2)


def test_wishes_never_change(simple):
    wishes = checked(replies.QUESTIONS["run"], {})
    with pytest.raises(ValueError, match="frozen"):
        wishes.paths = 5


def test_an_unknown_question_is_refused_with_those_that_there_are(simple):
    with pytest.raises(QuestionError, match="no question 'runs'; there is check, describe, run"):
        replies.ask("runs", [simple], {})


def test_too_few_and_too_many_deals_are_refused(simple):
    with pytest.raises(QuestionError, match="run: got 2 deals; it is asked of 1"):
        replies.ask("run", [simple, simple], {})
    with pytest.raises(QuestionError, match="compare: got 0 deals; it is asked of 1-4"):
        replies.ask("compare", [], {})


def test_more_work_than_a_machine_can_bear_is_refused_before_it_begins(simple):
    wishes = {"paths": 1_000_000, "grid": ["payments[0].price=15000:25000:300"]}
    with pytest.raises(QuestionError, match=f"simulates 301,000,000 paths in all; at most {MOST_WORK:,}"):
        replies.ask("stress", [simple], wishes, typer.echo)
    with pytest.raises(QuestionError, match="301,000,000"):
        replies.work("stress", [simple], wishes)


def test_messages_name_wishes_and_not_options(simple):
    with pytest.raises(QuestionError, match=r"`stress` 'none': .* has no such stress") as error:
        replies.ask("run", [simple], {"stress": "none"})
    assert "--" not in str(error.value)
    with pytest.raises(Exception, match=r"^`grid`: got 'price'; a grid is a place"):
        replies.ask("stress", [simple], {"grid": ["price"]})
    with pytest.raises(Exception, match="`until`: got '2027-31'; this is a date"):
        replies.ask("settle", [simple], {"observed": "a", "until": "2027-31"})
    with pytest.raises(Exception, match="`stresses` 'none'"):
        replies.ask("compare", [simple], {"stresses": ["none"]})


def test_changes_that_make_no_sense_are_told_with_their_place(simple):
    with pytest.raises(api.ScenarioError, match=r"payments\[9\]"):
        replies.ask("check", [simple], {"changes": {"payments[9].price": 5}})


def test_asking_for_questions_loads_nothing_heavy():
    from tests.test_architecture import modules_after

    loaded = modules_after("import risksim.replies; risksim.replies.QUESTIONS['run']")
    assert not {"numpy", "pydantic", "numba", "scipy", "xarray", "ruamel"} & loaded
