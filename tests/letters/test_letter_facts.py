"""The facts of a letter: complete or refused, consistent, and the same bytes for the same facts."""

from dataclasses import fields, is_dataclass, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solidarity.letters.compose import facts_as_stored
from solidarity.letters.samples import sample_letter, samples
from solidarity.rules.letter import (
    CHECKLIST,
    DECIDING,
    DatedPayment,
    IncompleteLetter,
    LetterFacts,
    LetterKind,
    assert_complete,
    content_sha256,
    contradictions,
    facts_from_json,
    facts_to_json,
    missing,
)

EVERY_ITEM = [(kind, path) for path, kinds in CHECKLIST for kind in sorted(kinds)]


def without(value: Any, path: list[str]) -> Any:
    """The same facts with one thing blanked, as somebody who forgot it would have left it."""
    if path[0] == "*":
        return (without(value[0], path[1:]), *value[1:])
    current = getattr(value, path[0])
    if len(path) > 1:
        return replace(value, **{path[0]: without(current, path[1:])})
    empty = {str: " ", tuple: (), int: 0}.get(type(current))
    return replace(value, **{path[0]: empty})


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", LetterKind)
def test_every_kind_can_be_complete(kind: LetterKind, language: str) -> None:
    facts = sample_letter(kind, language)
    assert missing(facts) == []
    assert contradictions(facts) == []


@pytest.mark.parametrize(("kind", "path"), EVERY_ITEM)
def test_a_letter_with_one_item_missing_is_refused(kind: LetterKind, path: str) -> None:
    blank = without(sample_letter(kind), path.split("."))
    assert path in missing(blank)
    with pytest.raises(IncompleteLetter) as refusal:
        assert_complete(blank)
    assert path in refusal.value.items
    assert path in str(refusal.value)


@pytest.mark.parametrize("kind", sorted(DECIDING))
def test_less_than_asked_needs_its_reason_on_the_line(kind: LetterKind) -> None:
    facts = sample_letter(kind)
    line = replace(facts.lines[0], granted_cents=facts.lines[0].asked_cents - 1, reason="")
    assert "lines.*.reason" in missing(replace(facts, lines=(line, *facts.lines[1:])))


def changed(**changes: Any) -> LetterFacts:
    return replace(sample_letter(), **changes)


def with_line(**changes: Any) -> LetterFacts:
    facts = sample_letter()
    return replace(facts, lines=(replace(facts.lines[0], **changes), *facts.lines[1:]))


def with_instalment(amount_cents: int) -> LetterFacts:
    facts = sample_letter()
    assert facts.payment
    instalments = (DatedPayment(due_on=date(2026, 12, 1), amount_cents=amount_cents),)
    return replace(facts, payment=replace(facts.payment, instalments=instalments))


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (changed(total_granted_cents=1), "total-granted"),
        (with_instalment(1), "instalments"),
        (changed(lines=(), total_granted_cents=0), "nothing-granted"),
        (replace(sample_letter(), kind=LetterKind.REFUSAL), "refusal-grants"),
        (with_line(asked_cents=-1), "negative-amount"),
        (with_line(proposed_cents=1), "steps-do-not-chain"),
        (with_line(steps=sample_letter().lines[0].steps[::-1], asked_cents=1), "steps-do-not-chain"),
    ],
)
def test_figures_that_disagree_are_refused(facts: LetterFacts, code: str) -> None:
    assert code in contradictions(facts)
    with pytest.raises(IncompleteLetter, match=code):
        assert_complete(facts)


@pytest.mark.parametrize("kind", LetterKind)
def test_facts_survive_their_json_and_keep_their_hash(kind: LetterKind) -> None:
    facts = sample_letter(kind, "en", step_count=12)
    data = facts_to_json(facts)
    assert facts_from_json(data) == facts
    assert content_sha256(facts_from_json(data)) == content_sha256(facts)
    assert b'": ' not in data


@pytest.mark.parametrize("field", [field.name for field in fields(LetterFacts)])
def test_every_fact_counts_in_the_content_hash(field: str) -> None:
    facts = sample_letter()
    value = getattr(facts, field)
    other = "autre" if isinstance(value, str) or value is None else None
    assert content_sha256(replace(facts, **{field: other})) != content_sha256(facts)
    assert is_dataclass(facts)


GOOD = facts_to_json(sample_letter())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        b"\xff",
        b"[" * 100_000,
        GOOD[:-1],
        GOOD.replace(b"solidarity-letter-1", b"solidarity-letter-9"),
        GOOD.replace(b'"kind":"grant"', b'"kind":"present"'),
        GOOD.replace(b'"language":"fr"', b'"language":"xx"'),
        GOOD.replace(b'"issued_on":"2026-11-03"', b'"issued_on":"yesterday"'),
        GOOD.replace(b'"total_granted_cents":63000', b'"total_granted_cents":630.0'),
        GOOD.replace(b'"total_granted_cents":63000', b'"total_granted_cents":true'),
        GOOD.replace(b'"number":"', b'"nummer":"'),
    ],
)
def test_anything_else_is_not_the_facts_of_a_letter(data: bytes) -> None:
    assert data != GOOD
    with pytest.raises(ValueError):
        facts_from_json(data)


@given(st.sampled_from([facts for _, facts in samples()]), st.text(st.characters(exclude_categories=["Cs"])))
def test_the_quick_bytes_are_the_canonical_ones(facts: LetterFacts, subject: str) -> None:
    said = replace(facts, subject=subject, proofs=(subject, 'é\u2028\x00\x1f\x7f"\\/'))
    assert facts_as_stored(said) == facts_to_json(said)
