"""Which of the two languages a request is answered in."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final
from urllib.parse import parse_qsl

from solidarity.web.cookies import cookie_line, cookie_name, read_cookie
from solidarity.web.visit import LANGUAGES, Language, Visit

LANGUAGE_COOKIE: Final = "solidarity-language"
QUERY_NAME: Final = "langue"
_REMEMBERED: Final = timedelta(days=365)


def language_named(text: str | None) -> Language | None:
    return next((language for language in LANGUAGES if language == text), None)


def choose_language(scope: Any, visit: Visit, *, otherwise: Language) -> Language:
    """The address first, then the person's own choice, the browser's cookie, its preferences, the setting.

    A program says with each request what it wants: its account's language is not asked.
    """
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    asked = _asked(scope["query_string"])
    if visit.is_api:
        return asked or _preferred(headers) or otherwise
    if asked and visit.person is None:
        visit.set_cookies.append(
            cookie_line(LANGUAGE_COOKIE, asked, plain=visit.plain_cookies, age=_REMEMBERED)
        )
    chosen = visit.person.language if visit.person else None
    remembered = read_cookie(headers, cookie_name(LANGUAGE_COOKIE, plain=visit.plain_cookies))
    return asked or chosen or language_named(remembered) or _preferred(headers) or otherwise


def _asked(query: bytes) -> Language | None:
    if QUERY_NAME.encode() not in query:
        return None
    return language_named(dict(parse_qsl(query.decode("latin-1"))).get(QUERY_NAME))


def _preferred(headers: Iterable[tuple[bytes, bytes]]) -> Language | None:
    """The one of our languages that Accept-Language weighs most; the first named wins a tie."""
    line = b",".join(value for name, value in headers if name == b"accept-language").decode("latin-1")
    best: tuple[float, Language] | None = None
    for part in line[:500].split(","):
        tag, _, parameters = part.strip().partition(";")
        language = language_named(tag.strip().lower().partition("-")[0])
        weight = _weight(parameters)
        if language and weight > 0 and (best is None or weight > best[0]):
            best = (weight, language)
    return best[1] if best else None


def _weight(parameters: str) -> float:
    name, equals, value = parameters.strip().partition("=")
    if not equals or name.strip() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0
