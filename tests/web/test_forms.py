"""Forms report every problem beside its field and keep what was typed."""

from datetime import date
from enum import StrEnum
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from solidarity.rules.errors import Problem
from solidarity.web.forms import Form
from solidarity.web.typed import typed_from_text
from solidarity.web.visit import Language
from solidarity.web.wording import Speaker, all_sentences
from tests.web.test_csrf import token_in


class Colour(StrEnum):
    RED = "red"


def a_form(body: str, language: Language = "fr") -> Form:
    return Form(typed_from_text(body.encode()), Speaker(language, all_sentences()))


@pytest.mark.parametrize(
    ("reader", "typed", "value"),
    [
        ("text", "+L%C3%A9a+", "Léa"),
        ("person_name", "A%C3%AFcha+N%E2%80%99Diaye", "Aïcha N’Diaye"),
        ("email", "Nom@Exemple.FR", "nom@exemple.fr"),
        ("amount", "1+234%2C50+%E2%82%AC", 123450),
        ("amount", "1%E2%80%AF234%2C50%C2%A0%E2%82%AC", 123450),
        ("day", "1%2F11%2F2026", date(2026, 11, 1)),
        ("whole", "3", 3),
        ("identifier", str(UUID(int=7)), UUID(int=7)),
    ],
)
def test_a_value_is_read(reader: str, typed: str, value: object) -> None:
    form = a_form(f"field={typed}")
    assert getattr(form, reader)("field") == value
    assert form.errors == ()


@pytest.mark.parametrize(
    ("reader", "typed", "code"),
    [
        ("text", "", "required"),
        ("text", "%20%C2%A0", "required"),
        ("text", "%00", "text-broken"),
        ("text", "a%E2%80%AEb", "text-direction"),
        ("text", "a" * 201, "text-too-long"),
        ("text", "a%0Ab", "text-control"),
        ("amount", "", "amount-required"),
        ("amount", "-5", "amount-negative"),
        ("amount", "1.234", "amount-ambiguous"),
        ("amount", "%D9%A1%D9%A2", "amount-unreadable"),
        ("day", "31/11/2026", "day-impossible"),
        ("day", "1/1/26", "day-short-year"),
        ("whole", "1e3", "number-unreadable"),
        ("whole", "1000", "number-too-large"),
        ("identifier", "../1", "choice-unknown"),
        ("email", "a@b.fr, c@d.fr", "email-several"),
        ("file", "name.pdf", "file-required"),
    ],
)
def test_a_value_that_cannot_be_read_is_a_problem_of_its_field(reader: str, typed: str, code: str) -> None:
    form = a_form(f"field={typed}")
    assert getattr(form, reader)("field") is None
    assert [(error.name, error.code) for error in form.errors] == [("field", code)]
    assert form.error("field") == form.errors[0].message


def test_an_optional_field_may_be_empty() -> None:
    form = a_form("note=&amount=")
    assert form.text("note", required=False) is None
    assert form.amount("amount", required=False) is None
    assert form.day("absent", required=False) is None
    assert form.errors == ()


def test_a_field_sent_twice_is_refused_not_guessed() -> None:
    form = a_form("amount=5&amount=500")
    assert form.amount("amount") is None
    assert form.errors[0].code == "given-twice"


def test_choices_are_only_those_offered() -> None:
    form = a_form("colour=red&other=blue&role=admin&several=a&several=b&several=a&wrong=z")
    assert form.choice("colour", Colour) is Colour.RED
    assert form.choice("other", Colour) is None
    assert form.one_of("role", ["director"]) is None
    assert form.several_of("several", ["a", "b"]) == ("a", "b")
    assert form.several_of("wrong", ["a"]) == ()
    assert [error.name for error in form.errors] == ["other", "role", "wrong"]


def test_repeating_groups_are_forms_of_their_own_in_the_order_of_their_numbers() -> None:
    form = a_form("lines-10-amount=5&lines-2-amount=abc&lines-2-day=1%2F11%2F2026&lines-x-amount=9")
    second, tenth = form.group("lines")
    assert second.amount("amount") is None
    assert second.day("day") == date(2026, 11, 1)
    assert tenth.amount("amount") == 500
    assert second.name("amount") == "lines-2-amount"
    assert second.value("amount") == "abc"
    assert [error.name for error in form.errors] == ["lines-2-amount"]


def test_too_many_groups_are_refused() -> None:
    form = a_form("&".join(f"lines-{number}-amount=1" for number in range(60)))
    assert len(form.group("lines")) == 50
    assert form.errors[0].code == "too-many-lines"


def test_the_problems_of_a_command_find_their_fields() -> None:
    form = a_form("")
    form.refuse_all(
        [Problem(pointer="/lines/0/amount_cents", code="amount-too-large"), Problem(pointer="", code="x")]
    )
    assert [error.name for error in form.errors] == ["lines-0-amount", ""]


@pytest.mark.parametrize(
    ("language", "message"),
    [("fr", "Pas plus de 200 caractères."), ("en", "No more than 200 characters.")],
)
def test_problems_are_in_the_language_of_the_reader(language: Language, message: str) -> None:
    form = a_form("name=" + "a" * 300, language)
    form.text("name")
    assert form.errors[0].message == message


def test_the_page_shows_every_problem_and_keeps_what_was_typed(director: TestClient[Litestar]) -> None:
    token = token_in(director.get("/gallery").text)
    typed = {
        "_csrf": token,
        "name": 'Zoé "<script>"',
        "amount": "1.234",
        "category": "housing",
        "from": "31/11/2026",
    }
    answer = director.post("/gallery", data=typed)
    assert answer.status_code == 422
    page = answer.text
    assert "<title>Erreur\u00a0: " in page
    assert 'value="Zoé &#34;&lt;script&gt;&#34;"' in page
    assert "<script>" not in page
    assert 'value="housing" checked' in page
    assert 'href="#amount"' in page
    assert 'id="amount-error"' in page
    assert 'aria-describedby="amount-error" aria-invalid="true"' in page
    assert page.count("Ce montant peut se lire de deux façons") == 2


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"email=%ff", "application/x-www-form-urlencoded"),
        (b"email=\xff", "application/x-www-form-urlencoded"),
        (b"&".join(b"a=1" for _ in range(3000)), "application/x-www-form-urlencoded"),
        (b"nonsense", "multipart/form-data; boundary=x"),
        (
            b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n\xff\r\n--x--\r\n",
            "multipart/form-data; boundary=x",
        ),
        (
            b"--x\r\nContent-Disposition: form-data; name=a\r\nContent-Type: text/plain; charset=nope\r\n\r\nb\r\n--x--\r\n",
            "multipart/form-data; boundary=x",
        ),
        (b"--x", "multipart/form-data"),
    ],
)
def test_an_unreadable_form_is_refused_cleanly(client: TestClient[Litestar], body: bytes, kind: str) -> None:
    answer = client.post("/form", content=body, headers={"content-type": kind})
    assert answer.status_code == 400
    assert "Demande illisible" in answer.text
