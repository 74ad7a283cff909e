"""``risksim people``: accounts made on the machine itself."""

from typer.testing import CliRunner

from risksim.cli.main import app
from risksim.service.access import accounts, passwords
from risksim.service.settings import Settings
from risksim.service.store.database import Database
from tests.service.access.conftest import PASSWORD


def said(folder, *words, typed=""):
    return CliRunner().invoke(app, ["people", *words, "--folder", str(folder), "--lang", "en"], input=typed)


def test_the_first_admin_is_made_listed_and_gets_a_new_password(tmp_path, monkeypatch):
    monkeypatch.setattr(passwords, "hashed", lambda password: f"hash of {len(password)} letters")
    assert "Make the first one" in said(tmp_path, "list").output
    made = said(tmp_path, "add", "Anna@Example.org", "--admin", "--name", "Anna Holm", typed=f"{PASSWORD}\n")
    assert (made.exit_code, "anna@example.org may sign in." in made.output) == (0, True)
    assert PASSWORD not in made.output
    assert "admin     Anna Holm" in said(tmp_path, "list").output
    assert said(tmp_path, "new-password", "anna@example.org", typed="another good password\n").exit_code == 0
    database = Database(Settings(folder=tmp_path))
    with database.reading() as session:
        found = accounts.of_email(session, "anna@example.org")
    database.close()
    assert (found.password_hash, found.is_admin) == ("hash of 21 letters", True)
    assert said(tmp_path, "close", "anna@example.org").exit_code != 0, "the last admin"
    assert said(tmp_path, "add", "bo@example.org", "--no-password").exit_code == 0
    assert said(tmp_path, "close", "bo@example.org").exit_code == 0
    assert "closed" in said(tmp_path, "list").output


def test_what_makes_no_sense_is_refused(tmp_path):
    assert said(tmp_path, "add", "anna@example.org", typed="kort\n").exit_code != 0
    assert said(tmp_path, "add", "anna@example.org").exit_code != 0
    assert said(tmp_path, "add", "no address", "--no-password").exit_code != 0
    assert said(tmp_path, "close", "nobody@example.org").exit_code != 0
