"""What may be typed to sign in and to set one's preferences."""

from dataclasses import dataclass

from solidarity.web.forms import Form
from solidarity.web.visit import LANGUAGES, Language

MOST_PASSWORD_CHARACTERS = 128
MOST_EMAIL_CHARACTERS = 254


@dataclass(frozen=True, kw_only=True, slots=True)
class Credentials:
    """An address and a password as typed."""

    email: str
    password: str


def read_credentials(form: Form) -> Credentials | None:
    """None when something is missing; a password longer than any real one is refused before it is hashed."""
    email = form.text("email", most=MOST_EMAIL_CHARACTERS, missing="email-required")
    password = form.secret("password")
    if not password:
        form.refuse("password", "password-required")
    elif len(password) > MOST_PASSWORD_CHARACTERS:
        form.refuse("password", "text-too-long", most=MOST_PASSWORD_CHARACTERS)
    if form.errors or email is None:
        return None
    return Credentials(email=email, password=password)


def read_language(form: Form) -> Language | None:
    """One of the two languages; the problem is noted otherwise."""
    chosen = form.one_of("language", LANGUAGES)
    return next((language for language in LANGUAGES if language == chosen), None)
