"""Names that only programs need stay out of what families read."""

import pytest

from solidarity.rules.ruleset.explain import for_people


@pytest.mark.parametrize(
    ("sentence", "read"),
    [
        ("Il manque : quotient familial (quotient_familial_cents).", "Il manque : quotient familial."),
        ("Plafond (mensuel) de 60,00 €.", "Plafond (mensuel) de 60,00 €."),
        ("jours de présence (days_present), distance", "jours de présence, distance"),
    ],
)
def test_a_sentence_for_people_has_no_program_names(sentence: str, read: str) -> None:
    assert for_people(sentence) == read
