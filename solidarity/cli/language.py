"""The language in which the command line speaks: French, or English when SOLIDARITY_LOCALE is `en`."""

from typing import Final, Literal

from solidarity.settings import spoken_locale

LANGUAGE: Final[Literal["fr", "en"]] = "en" if spoken_locale() == "en" else "fr"


def told(french: str, english: str) -> str:
    """The sentence in the language of this process."""
    return english if LANGUAGE == "en" else french
