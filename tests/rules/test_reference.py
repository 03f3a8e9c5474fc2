"""References, codes and pseudonyms people read aloud and type back."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solidarity.rules import reference
from solidarity.rules.errors import Unreadable


def test_references_are_a_year_and_a_number():
    assert reference.request_reference(2026, 123) == "2026-000123"
    assert reference.letter_number(2026, 123) == "L2026-000123"
    assert reference.request_reference(2026, 1_234_567) == "2026-1234567"


@given(st.integers(1000, 9999), st.integers(1, 10**9))
def test_references_are_read_back(year, number):
    written = reference.request_reference(year, number)
    assert reference.parse_request_reference(written) == (year, number)
    letter = reference.letter_number(year, number)
    assert reference.parse_letter_number(f" {letter.lower()} ") == (year, number)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "-1",
        "1.0",
        "1e0",
        "2026-123",
        "2026-000000",
        "2026-0000123",
        "../1",
        "1;2",
        "L2026-000123",
        "２０２６-000123",
    ],
)
def test_what_is_not_a_request_reference_is_refused(text):
    with pytest.raises(Unreadable, match="reference-unreadable"):
        reference.parse_request_reference(text)


def test_a_request_reference_is_not_a_letter_number():
    with pytest.raises(Unreadable, match="reference-unreadable"):
        reference.parse_letter_number("2026-000123")


@given(st.binary(min_size=17, max_size=17))
def test_a_code_is_26_characters_and_survives_being_typed(random_bytes):
    code = reference.verification_code(random_bytes)
    assert len(code) == 26
    assert set(code) <= set(reference.CROCKFORD)
    typed = " - ".join(code[place : place + 5] for place in range(0, 26, 5)).lower()
    assert reference.normalise_code(typed.replace("0", "o").replace("1", "l")) == code
    assert reference.normalise_code(code.replace("1", "I")) == code


def test_a_code_keeps_all_130_bits():
    assert reference.verification_code(b"\xff" * 17) == "Z" * 26
    assert reference.verification_code(bytes(16) + b"\x40") == "0" * 25 + "1"
    assert reference.verification_code(b"\x80" + bytes(16)) == "G" + "0" * 25


@pytest.mark.parametrize(
    "typed", ["", "0" * 25, "0" * 27, "U" * 26, "é" * 26, "０" * 26, "0" * 26 + " " * 1_000_000]
)
def test_what_cannot_be_a_code_is_refused(typed):
    with pytest.raises(Unreadable, match="code-unreadable"):
        reference.normalise_code(typed)


def test_a_slug_is_plain_and_never_empty():
    assert reference.slug("École de Production – L'Œuvre d'Évreux") == "ecole-de-production-l-oeuvre-d-evreux"
    with pytest.raises(Unreadable, match="slug-empty"):
        reference.slug("李小龍")


def test_a_pseudonym_is_stable_and_says_nothing():
    pupil = UUID("11111111-1111-4111-8111-111111111111")
    french, english = reference.pseudonym(pupil), reference.pseudonym(pupil, "en")
    assert french.startswith("Élève ")
    assert english.startswith("Student ")
    assert french.split()[1] == english.split()[1]
    assert len(english.split()[1]) == 4
    assert reference.pseudonym(UUID(int=1)) != reference.pseudonym(UUID(int=2))
