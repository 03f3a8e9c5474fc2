"""Files that were not written to be read get an answer: a reason, quickly, exit 1 or 2, never a traceback."""

import os
import resource
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner

from solidarity.cli.rules import rules_group
from solidarity.rules.ruleset import assess, case_from_json, check, parse
from tests.rules.ruleset.hostile import HOSTILE
from tests.rules.ruleset.test_broken import FEDERATION
from tests.rules.ruleset.written import case, rule, ruleset

MOST_SECONDS = 2
THROUGH_THE_COMMAND = (
    "10 MB of spaces",
    "an endless key",
    "every byte",
    "inline tables 2,000 deep",
    "UTF-32",
)


def children_seconds() -> float:
    """Of the processor, which a busy machine does not lengthen."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_there_are_enough_of_them():
    assert len(HOSTILE) >= 60


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_quickly_with_a_reason_and_a_remedy(name):
    content = HOSTILE[name]()
    began = time.process_time()
    faults = check(content)
    assert time.process_time() - began < MOST_SECONDS
    assert faults
    for fault in faults:
        assert fault.message.fr.strip()
        assert fault.message.en.strip()
        assert fault.remedy.fr.strip()
        assert fault.remedy.en.strip()
        assert len(fault.message.fr) < 1_000


@pytest.mark.parametrize("name", THROUGH_THE_COMMAND)
def test_the_command_answers_a_hostile_file_in_time(tmp_path, name):
    file = tmp_path / "hostile.toml"
    content = HOSTILE[name]()
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    before = children_seconds()
    answer = subprocess.run(
        [sys.executable, "-m", "solidarity", "rules", "check", str(file)], capture_output=True, check=False
    )
    assert children_seconds() - before < MOST_SECONDS
    assert answer.returncode == 1
    assert str(file).encode() in answer.stdout
    assert b"Traceback" not in answer.stderr


def test_what_is_no_readable_file_is_a_wrong_use(tmp_path):
    link, pipe, locked = tmp_path / "circle.toml", tmp_path / "pipe.toml", tmp_path / "locked.toml"
    link.symlink_to(link)
    os.mkfifo(pipe)
    locked.write_text("a = 1", "utf-8")
    locked.chmod(0)
    places = [tmp_path / "none.toml", tmp_path, link, pipe, tmp_path / ("n" * 300), "/dev/zero"]
    if os.geteuid() != 0:
        places.append(locked)
    for place in places:
        for command in (["check", str(place)], ["assess", str(FEDERATION), str(place)]):
            answer = CliRunner().invoke(rules_group, command)
            assert (answer.exit_code, answer.stdout) == (2, ""), place
            assert isinstance(answer.exception, SystemExit)


def test_a_pattern_cannot_be_made_to_explode():
    rules = ruleset(
        rule("eligibility", "require = \"student.trade.matches('(a+)+$')\"\nseverity = 'refuse'", rule_id="a")
    )
    read = case_from_json(case(student={"trade": "a" * 3_000 + "!"}), rules)
    began = time.process_time()
    assert assess(rules, read).outcome.value == "not_eligible"
    assert time.process_time() - began < MOST_SECONDS


def test_checking_rules_loads_neither_the_web_nor_the_letters():
    program = (
        "import sys; from solidarity.cli.rules import rules_group;"
        "print([name for name in ('litestar', 'weasyprint', 'piccolo', 'jinja2') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert answer.stdout.strip() == b"[]"


def test_a_good_file_with_a_byte_order_mark_and_windows_line_ends_is_read():
    text = "\ufeff" + FEDERATION.read_text("utf-8").replace("\n", "\r\n")
    assert parse(text).id == "federation-2026-2027"
