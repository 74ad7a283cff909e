"""Whether the service says that it is alive and ready, and what it counts."""

from __future__ import annotations

import logging

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine

from risksim.service.store import runs
from risksim.service.work.life import life_of
from tests.service.conftest import ADDRESS, SIMPLE, WHO

HERE = ("127.0.0.1", 40_000)


@pytest.fixture
def here(app):
    return TestClient(app, base_url=ADDRESS, client=HERE)


def test_alive_without_anything(here):
    answer = here.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"alive": True})


def test_ready_when_warm_and_not_when_stopping(here, app):
    cold = here.get("/readyz")
    assert cold.status_code == 503
    assert cold.json() == {"ready": False, "database": True, "tables": True, "warm": False}
    life_of(app).warm.set()
    assert here.get("/readyz").status_code == 200
    life_of(app).stopping.set()
    assert here.get("/readyz").status_code == 503


def test_not_ready_without_the_database_or_with_other_tables(here, app, service):
    life_of(app).warm.set()
    with service.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'other'")
    assert here.get("/readyz").json() == {"ready": False, "database": True, "tables": False, "warm": True}
    service.database.close()
    if service.database.is_embedded:
        service.database.engine = service.database.engine.execution_options()
        (service.settings.folder / "risksim.sqlite").write_bytes(b"no database")
        for left in service.settings.folder.glob("risksim.sqlite-*"):
            left.unlink()
    else:  # a port where nobody listens
        service.database.engine = create_engine(service.database.engine.url.set(port=1))
    answer = here.get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (503, False)


@pytest.mark.slow
def test_warm_up_asks_what_pages_ask():
    from risksim.service.work.life import warm_up

    warm_up()


def metric(client, name):
    lines = client.get("/metrics").text.splitlines()
    return next(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))


def test_counts_are_by_route_and_never_by_address(here, service, local):
    with service.database.writing() as session:
        runs.ask(session, local, question="run", wishes={}, digest="d", text=SIMPLE)
    here.get("/api/v1/deals/0123456789abcdef01234567?token=secret")
    here.get("/nothing/secret-of-a-link")
    said = here.get("/metrics").text
    assert 'route="/api/v1/deals/{deal_id}",status="404"} 1.0' in said
    assert 'route="none",status="404"} 1.0' in said
    assert "secret" not in said
    assert "0123456789abcdef" not in said
    assert metric(here, 'risksim_runs{state="queued"}') == 1.0


def test_durations_of_runs_are_counted_once(here, service, local):
    with service.database.writing() as session:
        run = runs.ask(session, local, question="run", wishes={}, digest="d", text=SIMPLE)
        runs.claim(session, "elsewhere:1:a")
        runs.finish(session, run.id, "elsewhere:1:a", "0" * 64, "application/json")
    for _ in range(2):
        assert metric(here, 'risksim_run_seconds_count{question="run"}') == 1.0


def test_attempts_in_vain_and_runs_given_up_are_counted(here, service, local):
    def told():
        return metric(here, "risksim_attempts_in_vain "), metric(here, "risksim_runs_given_up ")

    with service.database.writing() as session:
        runs.ask(session, local, question="run", wishes={}, digest="d", text=SIMPLE)
    assert told() == (0.0, 0.0)
    for attempt in range(1, 4):
        with service.database.writing() as session:
            runs.claim(session, "elsewhere:1:a")
            runs.requeue_of(session, ["elsewhere:1:a"], 3)
        assert told() == ((attempt, 0.0) if attempt < 3 else (0.0, 1.0))


def test_refused_sign_ins_are_counted(here, service):
    from risksim.service.access import audit
    from risksim.service.access.principal import NOBODY

    with service.database.writing() as session:
        audit.note(session, NOBODY, "sign-in-refused")
    assert metric(here, "risksim_sign_ins_refused_total") == 1.0


def test_counts_are_for_this_machine_and_administrators(people):
    app = people.app
    assert TestClient(app, base_url=ADDRESS, client=HERE).get("/metrics").status_code == 401
    here = TestClient(app, base_url=ADDRESS, client=HERE, headers={WHO: "owner"})
    assert here.get("/metrics").status_code == 200
    assert here.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404
    elsewhere = TestClient(app, base_url=ADDRESS, client=("192.0.2.1", 40_000))
    assert elsewhere.get("/metrics").status_code == 401
    assert people.owner.client.get("/metrics").status_code == 404
    assert here.get("/healthz").status_code == elsewhere.get("/healthz").status_code == 200


def test_log_has_no_address_as_it_was_asked(here, caplog):
    with caplog.at_level(logging.INFO, logger="risksim.service.requests"):
        here.get("/api/v1/runs/0123456789abcdef01234567?token=secret")
    assert "GET /api/v1/runs/{run_id} 404" in caplog.text
    assert "secret" not in caplog.text
