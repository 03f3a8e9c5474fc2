"""The translations of templates: French is the source, English is read from `locale/en/*.po` at start."""

from pathlib import Path
from typing import Final

from babel.messages.pofile import read_po

from solidarity.web.typography import typeset
from solidarity.web.visit import Language

LOCALE_DIRECTORY: Final = Path(__file__).parent / "locale"


class Catalogue:
    """The sentences of one language; a sentence that is not in it is shown in French, typeset."""

    def __init__(self, sentences: dict[str, tuple[str, ...]], language: Language) -> None:
        self._sentences = sentences
        self._language = language

    def __contains__(self, sentence: str) -> bool:
        return sentence in self._sentences

    def gettext(self, sentence: str) -> str:
        found = self._sentences.get(sentence)
        return found[0] if found else typeset(sentence)

    def ngettext(self, one: str, many: str, count: int) -> str:
        forms = self._sentences.get(one) or (typeset(one), typeset(many))
        is_singular = abs(count) < 2 if self._language == "fr" else count == 1
        return forms[0] if is_singular or len(forms) == 1 else forms[1]


def read_catalogue(language: Language, directory: Path = LOCALE_DIRECTORY) -> Catalogue:
    """Every file of a language, merged; French needs none. A fuzzy translation does not count."""
    sentences: dict[str, tuple[str, ...]] = {}
    for path in sorted((directory / language).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
                if message.id and not message.fuzzy and all(forms):
                    key = message.id if isinstance(message.id, str) else message.id[0]
                    sentences[key] = tuple(str(form) for form in forms)
    return Catalogue(sentences, language)
