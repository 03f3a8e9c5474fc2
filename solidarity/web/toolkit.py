"""The parts of the toolkit that one application is built with, found again in `app.state["web"]`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from solidarity.clock import Clock
from solidarity.web.gate import Hosts
from solidarity.web.session import Authenticator
from solidarity.web.static import StaticFile, read_static
from solidarity.web.templating import TEMPLATE_DIRECTORY, NavigationEntry, Renderer
from solidarity.web.visit import LANGUAGES, Language
from solidarity.web.wording import Sentences, Speaker, all_sentences


@dataclass(frozen=True, kw_only=True, slots=True)
class Web:
    """What the shell, the guards, the pages and the refusals need."""

    authenticator: Authenticator
    clock: Clock
    real_now: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]
    secret_key: str
    locale: Language
    hosts: Hosts
    is_https: bool
    busy: tuple[type[Exception], ...]
    static_files: Mapping[str, StaticFile]
    speakers: Mapping[Language, Speaker]
    renderer: Renderer


def make_web(
    *,
    authenticator: Authenticator,
    clock: Clock,
    real_now: Callable[[], datetime],
    random_bytes: Callable[[int], bytes],
    secret_key: str,
    locale: Language = "fr",
    base_url: str | None = None,
    allowed_hosts: tuple[str, ...] = (),
    navigation: tuple[NavigationEntry, ...] = (),
    sentences: tuple[Sentences, ...] = (),
    busy: tuple[type[Exception], ...] = (),
    template_directories: tuple[Path, ...] = (TEMPLATE_DIRECTORY,),
) -> Web:
    """Read templates, translations and static files, once.

    `sentences` are those of the capabilities, by code; `busy` are the exceptions of the store that mean
    "try again": they become a 503.
    """
    static_files = read_static()
    worded = all_sentences(*sentences)
    return Web(
        authenticator=authenticator,
        clock=clock,
        real_now=real_now,
        random_bytes=random_bytes,
        secret_key=secret_key,
        locale=locale,
        hosts=Hosts.of(allowed_hosts, base_url=base_url),
        is_https=bool(base_url and base_url.startswith("https:")),
        busy=busy,
        static_files=static_files,
        speakers={language: Speaker(language, worded) for language in LANGUAGES},
        renderer=Renderer(
            static_files=static_files,
            sentences=worded,
            navigation=navigation,
            random_bytes=random_bytes,
            secret_key=secret_key,
            directories=template_directories,
        ),
    )
