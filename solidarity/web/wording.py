"""What people read for a code: French first, English beside it, with the figures filled in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from solidarity.rules.calendar import format_day
from solidarity.rules.money import format_euros
from solidarity.web.formats import number
from solidarity.web.sentences import SENTENCES
from solidarity.web.typography import typeset
from solidarity.web.visit import Language

Sentences = Mapping[str, tuple[str, str]]
"""By code, the French and the English sentence; `{name}` stands for a figure."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    """A label that code gives to templates, in both languages."""

    fr: str
    en: str

    def in_language(self, language: Language) -> str:
        return self.en if language == "en" else self.fr


class Speaker:
    """Turns codes into sentences of one language."""

    def __init__(self, language: Language, sentences: Sentences) -> None:
        self.language: Language = language
        self._sentences = sentences

    def knows(self, code: str) -> bool:
        return code in self._sentences

    def say(self, code: str, figures: Mapping[str, object] | None = None) -> str:
        """The sentence for a code; a code nobody worded gives the general one, never an error."""
        pair = self._sentences.get(code) or self._sentences["refused"]
        written = {name: _written(name, value, self.language) for name, value in (figures or {}).items()}
        sentence = pair[1 if self.language == "en" else 0].format_map(_Figures(written))
        return sentence if self.language == "en" else typeset(sentence)


class _Figures(dict[str, str]):
    """A figure that the refusal did not bring is left out of the sentence."""

    def __missing__(self, name: str) -> str:
        return "…"


def _written(name: str, value: object, language: Language) -> str:
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, int):
        if name.endswith("_cents"):
            return format_euros(value, language)
        return str(value) if name.endswith("year") else number(value, language)
    if isinstance(value, date):
        return format_day(value, language)
    return str(value)


def all_sentences(*more: Sentences) -> Sentences:
    """The toolkit's sentences and those of the capabilities."""
    merged = dict(SENTENCES)
    for sentences in more:
        merged.update(sentences)
    return merged


TITLES: Final[Mapping[int, tuple[str, str]]] = {
    400: ("Demande illisible", "Unreadable request"),
    401: ("Connexion nécessaire", "Sign-in needed"),
    403: ("Accès refusé", "Access refused"),
    404: ("Page introuvable", "Page not found"),
    405: ("Action impossible ici", "Action not possible here"),
    409: ("La situation a changé", "The situation has changed"),
    410: ("Ce contenu n’existe plus", "This content no longer exists"),
    412: ("Quelqu’un a modifié ce contenu", "Somebody changed this content"),
    413: ("Envoi trop volumineux", "Too much was sent"),
    415: ("Format non accepté", "Format not accepted"),
    422: ("Il y a un problème", "There is a problem"),
    428: ("Version manquante", "Version missing"),
    429: ("Trop d’essais", "Too many attempts"),
    500: ("Une erreur s’est produite", "Something went wrong"),
    503: ("Service momentanément indisponible", "Service unavailable for a moment"),
}
"""By status: the title of the error page and of the API's problem."""

NEXT_STEPS: Final[Mapping[int, tuple[str, str]]] = {
    400: (
        "Revenez à la page précédente et recommencez. Si vous avez copié l’adresse, vérifiez-la.",
        "Go back to the previous page and try again. If you copied the address, check it.",
    ),
    403: (
        "Si vous devriez y avoir accès, demandez à un administrateur du fonds.",
        "If you should have access, ask an administrator of the fund.",
    ),
    404: (
        "Vérifiez l’adresse, ou repartez de l’accueil pour retrouver la page.",
        "Check the address, or start again from the home page.",
    ),
    405: (
        "Revenez à la page précédente et utilisez ses boutons.",
        "Go back to the previous page and use its buttons.",
    ),
    409: (
        "Rien n’a été modifié. Revenez à la page précédente et rechargez-la pour voir la situation actuelle.",
        "Nothing was changed. Go back to the previous page and reload it to see how things stand.",
    ),
    410: (
        "Si vous en avez besoin, demandez un nouveau lien.",
        "If you need it, ask for a new link.",
    ),
    413: (
        "Choisissez un fichier de 8 Mo au plus. Une photo peut être réduite, un PDF peut être coupé.",
        "Choose a file of at most 8 MB. A photo can be reduced, a PDF can be split.",
    ),
    422: (
        "Revenez à la page précédente, corrigez, puis envoyez de nouveau.",
        "Go back to the previous page, correct it, then send it again.",
    ),
    429: (
        "Patientez un peu avant de recommencer.",
        "Wait a little before you try again.",
    ),
    500: (
        "Ce qui était enregistré l’est toujours. Réessayez ; si l’erreur revient, donnez-nous ce numéro.",
        "What was saved is still saved. Try again; if the error comes back, give us this number.",
    ),
    503: (
        "Rien n’a été enregistré. Réessayez dans quelques secondes.",
        "Nothing was saved. Try again in a few seconds.",
    ),
}
"""By status: what to do next."""


def of_status(table: Mapping[int, tuple[str, str]], status: int, language: Language) -> str:
    nearest = status if status in table else 500 if status >= 500 else 400
    return table[nearest][1 if language == "en" else 0]
