"""Memo, data and scenario file over HTTP: those of the command line."""

import io

import pytest
import xarray as xr
from sqlalchemy import select

from risksim import api
from risksim.language import spoken
from risksim.service.store import runs
from risksim.service.store.tables import Event
from risksim.service.work import making
from tests.service.conftest import SIMPLE

FEW = {"paths": 256}


@pytest.mark.slow
def test_a_quick_memo_is_the_answer_itself_and_that_of_the_command_line(client, deal, printed, tmp_path):
    said = client.post("/api/v1/memo", json={"of": {"deal": deal}, "form": "html", "quick": True, **FEW})
    assert said.status_code == 200
    file = tmp_path / "memo.html"
    printed("memo", "--out", str(file), "--quick", "--paths", "256", "-q")
    assert said.content == file.read_bytes()


def test_a_quick_memo_is_the_answer_itself(client, deal, monkeypatch):
    def memo(of, wishes, _progress, _means):
        said = f"{of.plan.name} {wishes.form} {wishes.paths} {wishes.quick} {spoken()}"
        return making.Answer(said.encode(), making.MEDIA_TYPES[wishes.form])

    monkeypatch.setattr(making, "memo", memo)
    asked = {"of": {"deal": deal}, "form": "html", "quick": True, "language": "da", **FEW}
    said = client.post("/api/v1/memo", json=asked)
    assert said.text == "Simple reference deal html 256 True da"
    assert said.headers["content-type"] == "text/html; charset=utf-8"
    assert said.headers["content-language"] == "da"
    assert said.headers["content-disposition"].startswith('attachment; filename="memo-')


def test_another_memo_becomes_a_job(client, deal):
    said = client.post("/api/v1/memo", json={"of": {"deal": deal}, "form": "pdf", "language": "da"})
    assert said.status_code == 202
    job = client.get(said.headers["location"]).json()
    assert (job["question"], job["language"], job["state"]) == ("memo", "da", "queued")
    assert job["wishes"]["form"] == "pdf"


def test_paths_are_those_of_the_command_line(client, deal, printed, tmp_path):
    said = client.post("/api/v1/data", json={"of": {"deal": deal}, "form": "csv", **FEW})
    file = tmp_path / "paths.csv"
    printed("run", "--out", str(file), "--paths", "256", "-q")
    assert said.content == file.read_bytes()
    assert said.headers["content-type"] == "text/csv; charset=utf-8"


def test_the_paths_of_a_run_are_labelled(client, deal):
    run = client.post("/api/v1/runs", json={"of": {"deal": deal}, "wishes": {**FEW, "seed": 3}}).json()["run"]
    said = client.post(f"{run['address']}/data", json={"form": "nc"})
    assert said.headers["content-type"] == "application/x-netcdf"
    with xr.open_dataset(io.BytesIO(said.content), engine="h5netcdf") as found:
        assert found.sizes["path"] == 256
        assert found.attrs["seed"] in (3, "3")
    other = client.post("/api/v1/runs", json={"of": {"deal": deal}, "question": "check"}).json()["run"]
    assert client.post(f"{other['address']}/data", json={}).json()["type"] == "no-paths"


def test_the_paths_of_a_run_with_a_tolerance_are_as_many_as_it_took(client, deal, service, monkeypatch):
    seen = []

    def data(_of, wishes, _progress, _means):
        seen.append(wishes.paths)
        return making.Answer(b"", making.MEDIA_TYPES["csv"])

    monkeypatch.setattr(making, "data", data)
    of = {"of": {"deal": deal}, "wishes": {"tolerance": "p_loss=0.2", "paths": 20_000}, "wait": False}
    job = client.post("/api/v1/runs", json=of).json()
    assert client.post(f"{job['address']}/data", json={}).json()["type"] == "no-answer-yet"
    with service.database.writing() as session:
        run = runs.claim(session, "tester")
    answer = making.make(service, run, lambda _done: None)
    with service.database.writing() as session:
        runs.finish(session, run.id, "tester", service.files.keep(answer.content), answer.media_type)
    took = client.get(f"{job['address']}/result").json()["run"]["paths"]
    assert client.post(f"{job['address']}/data", json={}).status_code == 200
    assert seen == [took]
    assert took < 20_000


def test_the_table_of_an_answer_is_that_of_the_command_line(client, deal, printed, tmp_path):
    wishes = {"paths": 256, "standard": True}
    body = {"of": {"deal": deal}, "question": "stress", "wishes": wishes}
    run = client.post("/api/v1/runs", json=body).json()["run"]
    said = client.get(run["table"])
    file = tmp_path / "table.csv"
    printed("stress", "--standard", "--paths", "256", "-q", "--out", str(file))
    assert said.content == file.read_bytes()
    assert said.headers["content-type"] == "text/csv; charset=utf-8"
    assert said.headers["content-disposition"].startswith('attachment; filename="stress-')
    other = client.post("/api/v1/runs", json={"of": {"deal": deal}, "question": "check"}).json()["run"]
    assert other["table"] is None
    assert client.get(f"{other['address']}/table.csv").json()["type"] == "no-table"
    job = client.post("/api/v1/runs", json={**body, "wait": False}).json()
    assert client.get(f"{job['address']}/table.csv").json()["type"] == "no-answer-yet"


def test_many_paths_become_a_job(client, deal, service):
    many = service.settings.most_paths_at_once + 1
    said = client.post("/api/v1/data", json={"of": {"deal": deal}, "paths": many})
    assert (said.status_code, said.json()["total"]) == (202, many)
    again = {"Idempotency-Key": "k"}
    asked = {"of": {"deal": deal}, "paths": many}
    first, second = (client.post("/api/v1/data", json=asked, headers=again) for _ in range(2))
    assert first.json()["id"] == second.json()["id"] != said.json()["id"]


def test_a_scenario_keeps_its_comments_and_says_what_was_moved(client, deal):
    assert client.post("/api/v1/scenario", json={"of": {"deal": deal}}).text == SIMPLE
    inputs = client.post("/api/v1/live/inputs", json={"of": {"text": SIMPLE}}).json()["inputs"]
    moved = next(one for one in inputs if one["group"] == "price")
    said = client.post("/api/v1/scenario", json={"of": {"deal": deal}, "changes": {moved["id"]: 70_000}})
    assert said.headers["content-type"] == "application/yaml; charset=utf-8"
    assert SIMPLE.splitlines()[0] in said.text
    assert "moved on the page from" in said.text
    assert api.read_text(said.text).plan.digest != api.read_text(SIMPLE).plan.digest


@pytest.mark.parametrize(
    ("place", "body", "path"),
    [
        ("memo", {"form": "doc"}, "form"),
        ("memo", {"paths": 0}, "paths"),
        ("memo", {"date": "soon"}, "date"),
        ("memo", {"p_loss": 1.5}, "p_loss"),
        ("data", {"form": "json"}, "form"),
        ("data", {"seed": -1}, "seed"),
    ],
)
def test_what_cannot_be_made_is_refused_in_words(client, place, body, path):
    said = client.post(f"/api/v1/{place}", json={"of": {"shipped": "broendby-tuba"}, **body})
    assert said.status_code == 422
    assert said.json()["faults"][0]["path"] == path


def test_a_day_that_is_none_is_refused(client, deal):
    said = client.post("/api/v1/memo", json={"of": {"deal": deal}, "quick": True, "date": "2027-02-31", **FEW})
    assert said.status_code == 422


def test_what_is_taken_away_is_noted_without_any_value(client, deal, service):
    client.post("/api/v1/data", json={"of": {"deal": deal}, **FEW})
    client.post("/api/v1/scenario", json={"of": {"deal": deal}})
    with service.database.reading() as session:
        found = session.scalars(select(Event).where(Event.action == "export").order_by(Event.id)).all()
    assert [(one.deal_id, one.detail) for one in found] == [(deal, {"what": "data"}), (deal, {"what": "scenario"})]


def test_a_foreign_deal_is_not_taken_away(people):
    deal = people.deal().id
    for place in ("memo", "data", "scenario"):
        body = {"of": {"deal": deal}}
        foreign = people.stranger.client.post(f"/api/v1/{place}", json=body)
        absent = people.stranger.client.post(f"/api/v1/{place}", json={"of": {"deal": "0" * 24}})
        assert (foreign.status_code, foreign.content) == (404, absent.content)
        assert people.nobody.post(f"/api/v1/{place}", json=body).status_code in (401, 404)


def test_a_table_holds_no_formula(client):
    stresses = '\nstresses:\n  "=HYPERLINK(1)":\n    cohorts[*].participants: {times: 0.5}\n'
    body = {"of": {"text": SIMPLE + stresses}, "question": "stress", "wishes": {"paths": 256}}
    run = client.post("/api/v1/runs", json=body).json()["run"]
    cells = [line.split(",")[0] for line in client.get(run["table"]).text.splitlines()]
    assert cells == ["stress", "", "'=HYPERLINK(1)"]
