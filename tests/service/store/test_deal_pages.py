"""Pages of deals without script: what they show to whom, and what they do."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from risksim.replies import QUESTIONS
from risksim.service.routes import deal_pages
from risksim.service.store import deals, runs
from risksim.service.store.tables import Account, Deal, Event, Link, Member, Revision, Run
from tests.service.conftest import SIMPLE

CHEAPER = SIMPLE.replace("value: 60000", "value: 55000")
FAULTY = SIMPLE.replace("currency: DKK", "currency: kroner").replace("value: 120", "value: -3")
SCRIPT = "<script>alert(1)</script>"
ENGLISH = {"accept-language": "en", "accept": "text/html"}


@pytest.fixture
def page(client):
    client.headers |= ENGLISH
    return client


@pytest.fixture
def read(people):
    for person in (people.owner, people.editor, people.viewer, people.stranger):
        person.client.headers |= ENGLISH
    people.nobody.headers |= ENGLISH
    return people


def made(client, **fields) -> str:
    answer = client.post("/deals", data={"text": SIMPLE} | fields, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return re.fullmatch(r"/deals/([0-9a-f]{24})\?done=made", answer.headers["location"])[1]


def test_the_list_begins_with_examples_and_grows(page):
    empty = page.get("/deals")
    assert empty.status_code == 200
    assert "You have no deals here yet" in empty.text
    assert "TUBA Brøndby" in empty.text
    assert "/workbench?shipped=danish/havnen" in empty.text
    assert "four-danish-deals" not in empty.text  # a portfolio cannot be asked as a deal
    deal = made(page, name="My deal")
    assert f'<a href="/deals/{deal}">My deal</a>' in page.get("/deals").text


def test_an_example_can_be_the_beginning_of_a_deal(page):
    shown = page.get("/deals/new", params={"of": "examples/simple-reference"})
    assert "name: Simple reference deal" in shown.text
    assert page.get("/deals/new", params={"of": "../../etc/passwd"}).status_code == 404


def test_a_deal_is_pasted_or_uploaded_with_any_line_ends(page, service):
    pasted = made(page, text=SIMPLE.replace("\n", "\r\n"))
    with service.database.reading() as session:
        assert session.get(Revision, (pasted, 1)).text == SIMPLE
        assert session.get(Deal, pasted).name == "Simple reference deal"
    sent = {"file": ("d.yaml", b"\xef\xbb\xbf" + CHEAPER.encode())}
    answer = page.post("/deals", data={"name": "Up", "text": "ignored"}, files=sent, follow_redirects=False)
    assert answer.status_code == 303
    with service.database.reading() as session:
        assert {one.text for one in session.scalars(select(Revision))} == {SIMPLE, CHEAPER}
    refused = page.post("/deals", data={"name": "x"}, files={"file": ("d.pdf", b"%PDF\xff\xfe")})
    assert refused.status_code == 422
    assert "not UTF-8 text" in refused.text


def test_mistakes_stand_beside_the_text_with_line_and_remedy(page, service):
    answer = page.post("/deals", data={"name": "Half done", "text": FAULTY})
    assert answer.status_code == 422
    assert "There are 2 mistakes" in answer.text
    assert "<strong>Line 7</strong> <code>currency</code>" in answer.text
    assert "currency: kroner</code></pre>" in answer.text
    assert 'value="Half done"' in answer.text
    assert "value: -3" in answer.text  # what was typed is still there
    draft = made(page, text=FAULTY, draft="true")
    assert "draft</span>" in page.get(f"/deals/{draft}").text


def test_a_text_is_changed_compared_and_restored(page, service, local):
    deal = made(page)
    answer = page.post(f"/deals/{deal}/edit", data={"text": CHEAPER, "based_on": 1, "note": "cheaper"})
    assert "saved as a new revision" in answer.text
    differs = page.get(f"/deals/{deal}/diff", params={"first": 1, "second": 2}).text
    assert "<ins>+   - per_outcome: {outcome: success, price: {value: 55000" in differs
    assert "<del>−   - per_outcome: {outcome: success, price: {value: 60000" in differs
    assert "55,000" in differs
    answer = page.post(f"/deals/{deal}/restore", data={"number": 1, "based_on": 2})
    assert "Nothing was overwritten" in answer.text
    with service.database.reading() as session:
        assert [one.text for one in deals.revisions(session, local, deal)] == [SIMPLE, CHEAPER, SIMPLE]
    file = page.get(f"/deals/{deal}/revisions/2.yaml")
    assert (file.text, file.headers["content-type"]) == (CHEAPER, "application/yaml; charset=utf-8")
    assert file.headers["content-disposition"] == 'attachment; filename="simple-reference-deal-2.yaml"'


def test_who_was_slower_sees_what_changed_and_keeps_their_text(read):
    deal = read.deal()
    read.owner.client.post(f"/deals/{deal.id}/edit", data={"text": CHEAPER, "based_on": 1})
    mine = SIMPLE.replace("value: 120", "value: 100")
    answer = read.editor.client.post(f"/deals/{deal.id}/edit", data={"text": mine, "based_on": 1})
    assert answer.status_code == 409
    assert "<ins>+   - per_outcome: {outcome: success, price: {value: 55000" in answer.text
    assert "value: 100" in answer.text
    assert 'name="based_on" value="2"' in answer.text
    again = read.editor.client.post(f"/deals/{deal.id}/edit", data={"text": mine, "based_on": 2})
    assert "saved as a new revision" in again.text


PAGES = ["", "/edit", "/diff?first=1&second=1", "/revisions/1.yaml", "/delete"]
FORMS = {
    "/edit": {"text": CHEAPER, "based_on": 1}, "/restore": {"number": 1, "based_on": 1}, "/name": {"name": "x"},
    "/members": {"email": "stranger@example.org", "role": "viewer"}, "/links": {"name": "x"}, "/delete": {},
    "/memo": {"form": "pdf"},
}  # fmt: skip


def test_a_deal_of_others_is_told_apart_from_none_by_nothing(read):
    deal = read.deal()
    for client, status in ((read.stranger.client, 404), (read.nobody, 401)):
        for path in PAGES:
            told = [client.get(f"/deals/{one}{path}", headers={"accept": "*/*"}) for one in (deal.id, "0" * 24)]
            assert [one.status_code for one in told] == [status] * 2, path
            assert told[0].content == told[1].content, path
        for path, data in FORMS.items():
            told = [client.post(f"/deals/{one}{path}", data=data) for one in (deal.id, "0" * 24)]
            assert [one.status_code for one in told] == [status] * 2, path
    with read.service.database.reading() as session:
        assert deals.find(session, read.owner.principal, deal.id, "view").latest == 1


def test_a_viewer_is_offered_and_allowed_what_viewers_may(read):
    deal = read.deal()
    shown = read.viewer.client.get(f"/deals/{deal.id}").text
    for button in ("Change the text", "Delete this deal", "Make a link", "Save the name"):
        assert button not in shown
        assert button in read.owner.client.get(f"/deals/{deal.id}").text
    for path, data in FORMS.items():
        if path != "/memo":
            assert read.viewer.client.post(f"/deals/{deal.id}{path}", data=data).status_code == 403, path


def test_a_deal_is_shared_and_left(read):
    deal, owner = read.deal(), read.owner.client
    answer = owner.post(f"/deals/{deal.id}/members", data={"email": "stranger@example.org", "role": "editor"})
    assert "shared as you asked" in answer.text
    assert "Shared with you" in read.stranger.client.get("/deals").text
    wrong = owner.post(f"/deals/{deal.id}/members", data={"email": "x@example.org", "role": "editor"})
    assert wrong.status_code == 422
    assert "Nobody has this address" in wrong.text
    last = owner.post(f"/deals/{deal.id}/members/{read.owner.id}/remove")
    assert last.status_code == 409
    assert "The last owner" in last.text
    left = read.stranger.client.post(f"/deals/{deal.id}/members/{read.stranger.id}/remove", follow_redirects=False)
    assert left.headers["location"] == "/deals"
    with read.service.database.reading() as session:
        assert session.get(Member, (deal.id, read.stranger.id)) is None


def test_a_link_is_shown_once_and_revoked(read):
    deal, owner = read.deal(), read.owner.client
    shown = owner.post(f"/deals/{deal.id}/links", data={"name": "the board", "days": 7}).text
    secret = re.search(r'<code class="secret">http://127.0.0.1:8000(/s/[^<]+)</code>', shown)[1]
    assert secret not in owner.get(f"/deals/{deal.id}").text
    with read.service.database.reading() as session:
        link = session.scalars(select(Link)).one()
    assert "The link opens nothing" in owner.post(f"/deals/{deal.id}/links/{link.id}/revoke").text


def test_a_memo_becomes_a_run_that_the_page_shows(read):
    deal = read.deal()
    answer = read.viewer.client.post(f"/deals/{deal.id}/memo", data={"form": "docx"})
    assert "The memo is being made" in answer.text
    with read.service.database.reading() as session:
        run = session.scalars(select(Run)).one()
    assert (run.question, run.state, run.wishes["form"]) == ("memo", "queued", "docx")
    assert "waits</span>" in answer.text


def test_a_run_that_breaks_off_is_told_and_goes_on_by_hand(read):
    deal, settings = read.deal(), read.service.settings
    with read.service.database.writing() as session:
        asked = runs.ask(
            session, read.editor.principal, question="run", wishes={}, digest="d", deal=deal.id, revision=1
        )
    for attempt in range(settings.most_attempts):
        page = read.viewer.client.get(f"/deals/{deal.id}").text
        assert ("broke off" in page) == (attempt > 0)
        assert "Go on with it" not in page
        with read.service.database.writing() as session:
            runs.claim(session, "elsewhere:1:a")
            runs.requeue_of(session, ["elsewhere:1:a"], settings.most_attempts)
    address = f"/deals/{deal.id}/runs/{asked.id}/resume"
    page = read.owner.client.get(f"/deals/{deal.id}").text
    assert "broke off 3 times before it got any further" in page
    assert f'action="{address}"' in page
    assert "Go on with it" not in read.viewer.client.get(f"/deals/{deal.id}").text  # neither theirs nor may they edit
    assert read.viewer.client.post(address).status_code == 403
    assert read.stranger.client.post(address).status_code == 404
    assert read.owner.client.post(f"/deals/{read.deal().id}/runs/{asked.id}/resume").status_code == 404
    assert "The run goes on" in read.editor.client.post(address).text
    with read.service.database.reading() as session:
        found = session.get(Run, asked.id)
        assert (found.state, found.deaths, found.problem) == ("queued", 0, None)
        assert session.scalars(select(Event).where(Event.run_id == asked.id)).all()[-1].detail == {"resumed": True}


def test_a_deal_is_deleted_after_it_was_asked_twice(read):
    deal, owner = read.deal(), read.owner.client
    asked = owner.get(f"/deals/{deal.id}/delete").text
    assert "These people lose it too" in asked
    answer = owner.post(f"/deals/{deal.id}/delete")
    assert "The deal is deleted" in answer.text
    assert owner.get(f"/deals/{deal.id}").status_code == 404
    with read.service.database.reading() as session:
        deeds = [event.action for event in session.scalars(select(Event))]
    assert deeds[-1] == "delete"


def test_nothing_that_was_typed_becomes_markup(read):
    text = SIMPLE.replace("name: Simple reference deal", f'name: "{SCRIPT}"') + f"\n# {SCRIPT}\n"
    deal = read.deal(text, SCRIPT)
    owner = read.owner.client
    with read.service.database.writing() as session:
        session.get(Account, read.owner.id).name = SCRIPT
        deals.revise(session, read.owner.principal, deal.id, text + f"# {SCRIPT}\n", 1, SCRIPT)
    owner.post(f"/deals/{deal.id}/links", data={"name": SCRIPT, "days": 7})
    pages = ("", "/edit", "/diff?first=1&second=2", "/delete")
    shown = [owner.get(f"/deals/{deal.id}{path}").text for path in pages] + [owner.get("/deals").text]
    shown.append(owner.post("/deals", data={"name": SCRIPT, "text": f"{SCRIPT}: [", "note": SCRIPT}).text)
    for page in shown:
        assert "alert(1)" in page
        assert SCRIPT not in page


def test_pages_are_danish_unless_another_language_is_wanted(people):
    assert "<h1>Aftaler</h1>" in people.owner.client.get("/deals").text


def test_a_refused_form_keeps_what_was_typed_and_says_so_at_its_part(read):
    deal, owner = read.deal(), read.owner.client
    shared = owner.post(f"/deals/{deal.id}/members", data={"email": "nobody@example.org", "role": "editor"})
    assert shared.status_code == 422
    members = shared.text.partition('id="members"')[2].partition('id="links"')[0]
    assert 'role="alert"' in members
    assert 'value="nobody@example.org"' in members
    assert '<option value="editor" selected>' in members
    assert shared.text.count('role="alert"') == 1
    linked = owner.post(f"/deals/{deal.id}/links", data={"name": "The bank", "days": "91"})
    links = linked.text.partition('id="links"')[2]
    assert linked.status_code == 422
    assert 'role="alert"' in links
    assert 'value="The bank"' in links
    done = owner.post(f"/deals/{deal.id}/name", data={"name": "Otherwise"})
    assert "The deal has a new name" in done.text.partition('id="name"')[2]


def test_what_belongs_to_no_part_that_is_shown_is_said_at_the_top(page):
    deal = made(page)
    answer = page.post(f"/deals/{deal}/members", data={"email": "nobody@example.org", "role": "viewer"})
    assert answer.status_code == 422
    assert "Nobody has this address" in answer.text.partition("<h2")[0]  # without accounts nothing is shared


def test_a_draft_says_that_it_is_mended_before_it_is_run(page):
    draft = page.get(f"/deals/{made(page, text=FAULTY, draft='true')}").text
    assert "cannot be run yet" in draft
    assert "Make a memo" not in draft
    whole = page.get(f"/deals/{made(page)}").text
    assert "cannot be run yet" not in whole
    assert "Make a memo" in whole


def test_every_collection_of_examples_and_every_question_is_called_by_words(page):
    assert {name for name, _deals in deal_pages._examples()} == set(deal_pages.FOLDERS)
    assert set(QUESTIONS) | {"memo", "data"} == set(deal_pages.QUESTIONS)
    assert "Ways of financing (16)" in page.get("/deals").text
