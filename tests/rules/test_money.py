"""Amounts as people type them, as they are written, and exact division."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solidarity.rules.errors import Unreadable
from solidarity.rules.money import (
    MOST_CENTS,
    ceil_div,
    floor_div,
    format_euros,
    half_up_div,
    parse_euros,
    share_of,
)

READ = [
    ("1 234,56 €", 123456),
    ("1\u00a0234,56\u00a0€", 123456),
    ("1\u202f234,56\u202f€", 123456),
    ("1.234,56", 123456),
    ("1 234.56", 123456),
    ("12.345.678,90", 1234567890),
    ("1 234 567", 123456700),
    ("1234", 123400),
    ("1234,5", 123450),
    ("12,05", 1205),
    ("12.10", 1210),
    ("  12€ ", 1200),
    ("€12.50", 1250),
    ("€1 234.50", 123450),
    ("0", 0),
    ("0,01", 1),
    ("007", 700),
    ("100 000 000,00", MOST_CENTS),
]

REFUSED = [
    ("", "amount-required"),
    (" \u00a0\u202f", "amount-required"),
    ("-5", "amount-negative"),
    ("- 5 €", "amount-negative"),
    ("\u22125,00", "amount-negative"),
    ("1,234.56", "amount-ambiguous"),
    ("1.234", "amount-ambiguous"),
    ("1,234", "amount-ambiguous"),
    ("1.234.567", "amount-ambiguous"),
    ("0,001", "amount-decimals"),
    ("12,3456", "amount-decimals"),
    ("1 234,567", "amount-decimals"),
    ("1.234,567", "amount-ambiguous"),
    ("100 000 000,01", "amount-too-large"),
    ("9" * 40, "amount-too-large"),
    ("9" * 41, "amount-unreadable"),
    ("9" * 1_000_000, "amount-unreadable"),
    ("NaN", "amount-unreadable"),
    ("Infinity", "amount-unreadable"),
    ("∞", "amount-unreadable"),
    ("١٢", "amount-unreadable"),
    ("１２", "amount-unreadable"),
    ("Ⅻ", "amount-unreadable"),
    ("½", "amount-unreadable"),
    ("12€50", "amount-unreadable"),
    ("€12€", "amount-unreadable"),
    ("€", "amount-unreadable"),
    ("=1+1", "amount-unreadable"),
    ("12/2", "amount-unreadable"),
    ("+5", "amount-unreadable"),
    ("1e3", "amount-unreadable"),
    ("1_000", "amount-unreadable"),
    ("12 34", "amount-unreadable"),
    ("1  234", "amount-unreadable"),
    ("1234 567", "amount-unreadable"),
    ("12,", "amount-unreadable"),
    (",50", "amount-unreadable"),
    ("12,5,5", "amount-unreadable"),
    ("--5", "amount-unreadable"),
    ("0x10", "amount-unreadable"),
    ("12\n", "amount-unreadable"),
    ("\x0012", "amount-unreadable"),
]


@pytest.mark.parametrize(("typed", "cents"), READ)
def test_an_amount_is_read_as_french_people_write_it(typed, cents):
    assert parse_euros(typed) == cents


@pytest.mark.parametrize(("typed", "code"), REFUSED)
def test_an_amount_that_could_be_misread_is_refused(typed, code):
    with pytest.raises(Unreadable) as refusal:
        parse_euros(typed)
    assert refusal.value.code == code


@given(st.text(alphabet="0123456789., \u00a0\u202f€-+eE_x'", max_size=20))
def test_any_text_gives_an_amount_or_a_code(typed):
    try:
        cents = parse_euros(typed)
    except Unreadable:
        return
    assert 0 <= cents <= MOST_CENTS


@given(st.integers(min_value=0, max_value=MOST_CENTS))
def test_what_we_write_in_french_we_read_back(cents):
    assert parse_euros(format_euros(cents)) == cents


def test_amounts_are_written_for_both_languages():
    assert format_euros(123450) == "1\u202f234,50\u00a0€"
    assert format_euros(5) == "0,05\u00a0€"
    assert format_euros(99999) == "999,99\u00a0€"
    assert format_euros(123456789) == "1\u202f234\u202f567,89\u00a0€"
    assert format_euros(-123450) == "\u22121\u202f234,50\u00a0€"
    assert format_euros(123450, "en") == "€1,234.50"
    assert format_euros(-5, "en") == "\u2212€0.05"


@given(st.integers(), st.integers(min_value=1, max_value=10**6))
def test_divisions_are_exact_at_any_size(numerator, denominator):
    floor, ceiling = floor_div(numerator, denominator), ceil_div(numerator, denominator)
    nearest = half_up_div(numerator, denominator)
    assert floor * denominator <= numerator <= ceiling * denominator
    assert ceiling - floor == (numerator % denominator != 0)
    assert 2 * abs(nearest * denominator - numerator) <= denominator
    assert half_up_div(-numerator, denominator) == -nearest == half_up_div(numerator, -denominator)


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**6))
def test_half_up_agrees_with_the_decimal_library(numerator, denominator):
    exact = Decimal(numerator) / Decimal(denominator)
    assert half_up_div(numerator, denominator) == int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def test_a_half_goes_away_from_zero():
    assert [half_up_div(numerator, 2) for numerator in (-3, -1, 0, 1, 3)] == [-2, -1, 0, 1, 2]


def test_dividing_by_zero_is_not_hidden():
    for divide in (floor_div, ceil_div, half_up_div):
        with pytest.raises(ZeroDivisionError):
            divide(1, 0)


def test_a_share_is_rounded_once_half_up():
    assert share_of(12345, 8000) == 9876
    assert share_of(1, 5000) == 1
    assert share_of(1, 4999) == 0
    assert share_of(10**11, 10_000) == 10**11
