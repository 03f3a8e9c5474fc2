"""The command line: exit codes, one clear line when it refuses, and what scripts read."""

import json
import sqlite3
from pathlib import Path

import pytest

from solidarity.budgets.journal import COLUMNS
from tests.commands.programs import SECRET, one_line, program, solidarity

SCHOOLS = """slug,name,town,region_code,region,trades,status
lanne,École de Production – Lanne,Lanne,76,Occitanie,chaudronnerie,active
dijon,École de Production – Dijon,Dijon,27,Bourgogne-Franche-Comté,métallerie|bois,active
"""
STUDENTS = """school;given_name;family_name;birth_date;boarder;quotient_familial
lanne;Anh Tuấn;Nguyễn;01/03/2010;oui;412,50 €
dijon;Zoé;N’Diaye;2009-11-30;;
"""
PASSWORD = "hqzv-7krm-ptle-29xa"


@pytest.fixture(scope="module")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database made by `solidarity migrate`, in a folder that did not exist."""
    path = tmp_path_factory.mktemp("cli") / "new" / "data.sqlite"
    finished = solidarity("migrate", database_url=f"sqlite:///{path}")
    assert finished.returncode == 0, finished.stderr
    assert path.exists()
    return path


@pytest.fixture
def url(migrated_file: Path, tmp_path: Path) -> str:
    """The address of a fresh copy of it."""
    path = tmp_path / "solidarity.sqlite"
    path.write_bytes(migrated_file.read_bytes())
    return f"sqlite:///{path}"


def value(url: str, question: str) -> object:
    """One value of an SQLite database."""
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        return connection.execute(question).fetchone()[0]


def test_version_and_help_need_no_setting_and_no_database() -> None:
    assert program("version", database_url="nonsense").stdout == "solidarity 0.1.0\n"
    shown = program("--help", database_url="nonsense")
    assert shown.returncode == 0
    for name in (
        "serve",
        "migrate",
        "demo",
        "user",
        "token",
        "import",
        "rules",
        "letters",
        "ledger",
        "audit",
    ):
        assert f"  {name} " in shown.stdout


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("database_url", "mysql://somewhere"),
        ("secret_key", "short"),
        ("now", "yesterday"),
        ("now", "2026-11-02T09:00:00"),
        ("render_workers", "many"),
        ("databse_url", "sqlite:///x"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line_with_exit_code_2(setting: str, value: str) -> None:
    finished = solidarity("user", "list", **{setting: value})
    assert finished.returncode == 2
    assert f"SOLIDARITY_{setting.upper()}" in one_line(finished)


def test_the_program_itself_ends_with_the_same_codes() -> None:
    finished = program("user", "list", secret_key="short")
    assert finished.returncode == 2
    assert "SOLIDARITY_SECRET_KEY" in one_line(finished)
    assert program("user", "lis").returncode == 2


def test_a_command_on_no_database_says_which_command_makes_it(tmp_path: Path) -> None:
    path = tmp_path / "none.sqlite"
    finished = solidarity("user", "list", database_url=f"sqlite:///{path}")
    assert finished.returncode == 1
    assert "solidarity migrate" in one_line(finished)
    assert not path.exists()


def test_a_database_that_is_not_migrated_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.sqlite"
    path.touch()
    finished = solidarity("serve", "--port", "0", database_url=f"sqlite:///{path}", secret_key=SECRET)
    assert finished.returncode == 1
    assert "solidarity migrate" in one_line(finished)


def test_a_plan_lists_the_migrations_and_creates_nothing(tmp_path: Path, url: str) -> None:
    path = tmp_path / "none.sqlite"
    planned = solidarity("migrate", "--plan", database_url=f"sqlite:///{path}")
    assert planned.returncode == 0
    assert len(planned.stdout.splitlines()) >= 7
    assert not path.exists()
    assert "à jour" in solidarity("migrate", "--plan", database_url=url).stdout


def test_a_frozen_clock_is_refused_outside_a_demo(url: str) -> None:
    finished = solidarity("user", "list", database_url=url, now="2026-11-02T09:00:00Z")
    assert finished.returncode == 2
    assert "SOLIDARITY_NOW" in one_line(finished)


def test_an_unreachable_server_is_one_line() -> None:
    finished = solidarity("user", "list", database_url="postgresql://nobody@127.0.0.1:1/none")
    assert finished.returncode == 1
    assert one_line(finished)


def test_an_account_from_beginning_to_end(url: str) -> None:
    assert solidarity("import", "schools", "/dev/stdin", database_url=url).returncode == 2
    made = solidarity(
        "user",
        "create",
        "Tresoriere@Example.org",
        "--role",
        "administrator",
        "--password-stdin",
        typed=f"{PASSWORD}\n",
        database_url=url,
    )
    assert made.returncode == 0, made.stderr
    assert PASSWORD not in made.stdout + made.stderr
    listed = json.loads(solidarity("user", "list", "--json", database_url=url).stdout)
    assert listed == [
        {
            "email": "tresoriere@example.org",
            "name": "Tresoriere",
            "role": "administrator",
            "school": None,
            "disabled": False,
        }
    ]
    before = value(url, "SELECT password_hash FROM person")
    again = solidarity(
        "user",
        "reset-password",
        "tresoriere@example.org",
        "--password-stdin",
        typed="other-7krm-ptle-29xa",
        database_url=url,
    )
    assert again.returncode == 0, again.stderr
    assert value(url, "SELECT password_hash FROM person") != before
    assert solidarity("user", "disable", "tresoriere@example.org", database_url=url).returncode == 0
    assert solidarity("token", "create", "tresoriere@example.org", database_url=url).returncode == 1


@pytest.mark.parametrize(
    ("arguments", "typed", "code"),
    [
        (("nobody", "--role", "auditor"), "", 2),
        (("a@example.org", "--role", "boss"), "", 2),
        (("a@example.org", "--role", "director"), "", 2),
        (("a@example.org", "--role", "auditor", "--school", "lanne"), "", 2),
        (("a@example.org", "--role", "director", "--school", "nowhere"), "", 1),
        (("a@example.org", "--role", "auditor", "--password-stdin"), "", 2),
        (("a@example.org", "--role", "auditor", "--password-stdin"), "solidarite2026\n", 2),
    ],
)
def test_an_account_that_cannot_be(url: str, arguments: tuple[str, ...], typed: str, code: int) -> None:
    finished = solidarity("user", "create", *arguments, typed=typed, database_url=url)
    assert finished.returncode == code, finished.stderr
    assert "Traceback" not in finished.stderr
    assert value(url, "SELECT count(*) FROM person") == 0


def test_a_token_is_alone_on_standard_output(url: str) -> None:
    solidarity("user", "create", "a@example.org", "--role", "auditor", database_url=url)
    finished = solidarity(
        "token", "create", "a@example.org", "--scope", "read", "--expires", "30", database_url=url
    )
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.startswith("sol_")
    assert finished.stdout.split() == [finished.stdout.strip()]
    assert finished.stdout.strip() not in str(value(url, "SELECT token_sha256 FROM api_token"))
    assert value(url, "SELECT scope FROM api_token") == "read"


def test_importing_twice_changes_nothing_the_second_time(url: str, tmp_path: Path) -> None:
    schools, students = tmp_path / "schools.csv", tmp_path / "students.csv"
    schools.write_text(SCHOOLS, encoding="utf-8-sig")
    students.write_text(STUDENTS, encoding="utf-8")
    assert "2" in solidarity("import", "schools", schools, "--dry-run", database_url=url).stdout
    assert value(url, "SELECT count(*) FROM school") == 0
    for _ in range(2):
        assert solidarity("import", "schools", schools, database_url=url).returncode == 0
        finished = solidarity("import", "students", students, database_url=url)
        assert finished.returncode == 0, finished.stderr
    assert value(url, "SELECT count(*) FROM school") == 2
    assert value(url, "SELECT count(*) FROM student") == 2
    assert value(url, "SELECT quotient_familial_cents FROM student WHERE boarder") == 41250


def test_an_import_names_every_bad_row_and_writes_nothing(url: str, tmp_path: Path) -> None:
    schools, students = tmp_path / "schools.csv", tmp_path / "students.csv"
    schools.write_text(SCHOOLS, encoding="utf-8")
    assert solidarity("import", "schools", schools, database_url=url).returncode == 0
    bad = "lanne;Léa;L3on!;2010-01-01;;\nnowhere;Léa;Roux;2010-01-01;;\nlanne;Léa;Roux;31/11/2010;;1.234\n"
    students.write_text(STUDENTS + bad, encoding="utf-8")
    finished = solidarity("import", "students", students, database_url=url)
    assert finished.returncode == 1
    assert [line.split()[1].strip(",") for line in finished.stderr.splitlines()[:3]] == ["4", "5", "6"]
    assert value(url, "SELECT count(*) FROM student") == 0
    schools.write_text("name,town\nx,y\n", encoding="utf-8")
    wrong = solidarity("import", "schools", schools, database_url=url)
    assert wrong.returncode == 2
    assert "slug" in one_line(wrong)


def test_a_changed_event_and_a_changed_balance_are_found(url: str) -> None:
    solidarity("user", "create", "a@example.org", "--role", "auditor", database_url=url)
    assert solidarity("audit", "verify", database_url=url).returncode == 0
    assert solidarity("ledger", "check", database_url=url).returncode == 0
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        triggers = connection.execute(
            "SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='event'"
        )
        for (name,) in triggers.fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute("UPDATE event SET action = 'person.invented' WHERE sequence = 1")
        connection.execute(
            "INSERT INTO envelope VALUES ('00000000-0000-0000-0000-000000000001', 'x', '2026-2027', NULL,"
            " NULL, NULL, 100, 0, 0, 0, '2026-09-01 00:00:00+00:00')"
        )
    verified = solidarity("audit", "verify", "--json", database_url=url)
    assert verified.returncode == 1
    assert json.loads(verified.stdout)["first_fault"]["row"] == "1"
    checked = solidarity("ledger", "check", "--json", database_url=url)
    assert checked.returncode == 1
    assert json.loads(checked.stdout)["valid"] is False


def test_a_statement_is_csv_or_json_and_refuses_what_it_is_not(url: str) -> None:
    assert solidarity("ledger", "statement", database_url=url).stdout.startswith(
        "\ufeffLigne;Identifiant;Nom;"
    )
    as_json = solidarity(
        "ledger", "statement", "--format", "json", "--school-year", "2026-2027", database_url=url
    )
    assert json.loads(as_json.stdout) == {"school_year": "2026-2027", "as_of": None, "items": []}
    assert solidarity("ledger", "statement", "--format", "pdf", database_url=url).returncode == 2
    journal = solidarity("ledger", "journal", "--school-year", "2026-2027", database_url=url)
    assert journal.stdout.split() == list(COLUMNS)
    assert solidarity("ledger", "journal", "--siren", "12", database_url=url).returncode == 2
    assert solidarity("ledger", "statement", "--as-of", "soon", database_url=url).returncode == 2
    assert solidarity("ledger", "statement", "--school-year", "2026-2030", database_url=url).returncode == 2


def test_english_is_complete_beside_french(url: str) -> None:
    assert "Commands:" in program("--help", locale="en").stdout
    refused = program("token", "create", "nobody@example.org", database_url=url, locale="en")
    assert one_line(refused) == "No account has this address."
    assert one_line(solidarity("token", "create", "nobody@example.org", database_url=url)).startswith("Aucun")
