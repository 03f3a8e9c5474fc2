"""How a command says no: one clear line on standard error, and the exit code that scripts rely on."""

from typing import Final

import click

from solidarity.cli.language import LANGUAGE, told
from solidarity.rules.errors import Invalid, RuleError, Unreadable
from solidarity.settings import WrongSetting
from solidarity.store.failures import DatabaseUnavailable

FAILED: Final = 1
WRONG_USE: Final = 2


class Refusal(click.ClickException):
    """What was asked cannot be done now."""

    exit_code = FAILED

    def show(self, file: object = None) -> None:
        """Write the one line."""
        del file
        click.echo(f"solidarity: {self.format_message()}", err=True)


class Misuse(Refusal):
    """The way of asking is wrong, or a setting is."""

    exit_code = WRONG_USE


def refusal_of(error: Exception) -> Refusal | None:
    """The refusal that tells an expected failure; None for one of our own mistakes."""
    if isinstance(error, WrongSetting):
        return Misuse(str(error))
    if isinstance(error, Unreadable):
        return Misuse(worded(error.code, error.figures))
    if isinstance(error, Invalid):
        return Refusal("; ".join(f"{one.pointer}: {worded(one.code, one.figures)}" for one in error.problems))
    if isinstance(error, RuleError):
        return Refusal(worded(error.code, error.figures))
    if isinstance(error, DatabaseUnavailable):
        return Refusal(
            told(f"la base de données ne répond pas : {error}", f"the database does not answer: {error}")
        )
    return None


def worded(code: str, figures: object = None) -> str:
    """The sentence that screens show for a code; the code itself when nobody worded it."""
    from solidarity.app import SENTENCES as OF_SCREENS
    from solidarity.cli.sentences import SENTENCES
    from solidarity.web.wording import Speaker, all_sentences

    speaker = Speaker(LANGUAGE, all_sentences(*OF_SCREENS, SENTENCES))
    return speaker.say(code, figures if isinstance(figures, dict) else None) if speaker.knows(code) else code
