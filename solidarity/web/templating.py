"""Jinja for screens: one environment a language, everything escaped, a missing variable is an error."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Request
from markupsafe import Markup

from solidarity.rules.access import Action, Person, may
from solidarity.web.catalogues import read_catalogue
from solidarity.web.cookies import cookie_line, cookie_name, read_cookie
from solidarity.web.csrf import FORM_FIELD, ensure_seed, form_token
from solidarity.web.formats import formats_in
from solidarity.web.languages import QUERY_NAME
from solidarity.web.static import StaticFile
from solidarity.web.visit import LANGUAGES, Language, Visit, visit_of
from solidarity.web.wording import Sentences, Speaker, Wording

TEMPLATE_DIRECTORY: Final = Path(__file__).parents[2] / "templates" / "web"
FLASH_COOKIE: Final = "solidarity-done"
_FLASH_AGE: Final = timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True, slots=True)
class NavigationEntry:
    """One entry of the main navigation, shown to those who may do `action`."""

    label: Wording
    path: str
    action: Action | None = None

    def is_for(self, person: Person) -> bool:
        return self.action is None or may(person, self.action)


def environment(
    language: Language,
    static_files: Mapping[str, StaticFile],
    speaker: Speaker,
    directories: tuple[Path, ...] = (TEMPLATE_DIRECTORY,),
) -> Environment:
    """The Jinja environment of one language."""
    made = Environment(
        loader=FileSystemLoader(directories),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    catalogue = read_catalogue(language)
    made.install_gettext_callables(  # type: ignore[attr-defined]
        catalogue.gettext, catalogue.ngettext, newstyle=True
    )
    made.filters.update(formats_in(language))
    made.filters["say"] = speaker.say
    made.filters["word"] = lambda wording: wording.in_language(language)
    made.globals["static_url"] = lambda name: static_files[name].address
    made.globals["language"] = language
    return made


class Renderer:
    """Renders pages with what every page shows: who is signed in, the navigation, what was just done."""

    def __init__(
        self,
        *,
        static_files: Mapping[str, StaticFile],
        sentences: Sentences,
        navigation: tuple[NavigationEntry, ...],
        random_bytes: Callable[[int], bytes],
        secret_key: str,
        directories: tuple[Path, ...] = (TEMPLATE_DIRECTORY,),
    ) -> None:
        self._speakers = {language: Speaker(language, sentences) for language in LANGUAGES}
        self._environments = {
            language: environment(language, static_files, self._speakers[language], directories)
            for language in LANGUAGES
        }
        self._navigation = navigation
        self._random_bytes = random_bytes
        self._secret_key = secret_key

    def page(self, request: Request[Any, Any, Any], template: str, context: Mapping[str, Any]) -> bytes:
        visit = visit_of(request.scope)
        shown = {**self._shell_context(request, visit), **context}
        return (
            self._environments[visit.language].get_template(template).render(shown).encode("utf-8", "replace")
        )

    def _shell_context(self, request: Request[Any, Any, Any], visit: Visit) -> dict[str, Any]:
        path = request.scope["path"]
        person = visit.person
        return {
            "person": person,
            "request_id": visit.request_id,
            "path": path,
            "this_address": _address(path, request.scope["query_string"]),
            "address_in": lambda language: _address(path, request.scope["query_string"], language),
            "navigation": [entry for entry in self._navigation if person and entry.is_for(person)],
            "is_current": lambda target: path == target or (target != "/" and path.startswith(f"{target}/")),
            "csrf_token": lambda: self._token(visit),
            "csrf_field": lambda: _hidden(FORM_FIELD, self._token(visit)),
            "flash": self._take_flash(request, visit),
            "form": None,
        }

    def _token(self, visit: Visit) -> str:
        ensure_seed(visit, self._random_bytes)
        return form_token(visit, secret_key=self._secret_key)

    def leave_flash(self, visit: Visit, code: str) -> None:
        """The next page will say this sentence, once."""
        visit.set_cookies.append(cookie_line(FLASH_COOKIE, code, plain=visit.plain_cookies, age=_FLASH_AGE))

    def _take_flash(self, request: Request[Any, Any, Any], visit: Visit) -> str | None:
        name = cookie_name(FLASH_COOKIE, plain=visit.plain_cookies)
        code = read_cookie(request.scope["headers"], name)
        if code is None or not self._speakers[visit.language].knows(code):
            return None
        visit.set_cookies.append(cookie_line(FLASH_COOKIE, "", plain=visit.plain_cookies, age=timedelta(0)))
        return self._speakers[visit.language].say(code)


def _hidden(name: str, value: str) -> Markup:
    return Markup('<input type="hidden" name="{}" value="{}">').format(name, value)


def _address(path: str, query: bytes, language: Language | None = None) -> str:
    pairs = [
        pair for pair in parse_qsl(query.decode("latin-1"), keep_blank_values=True) if pair[0] != QUERY_NAME
    ]
    if language is not None:
        pairs.append((QUERY_NAME, language))
    return f"{path}?{urlencode(pairs)}" if pairs else path
