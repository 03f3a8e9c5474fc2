"""What an administrator may type when deciding: amounts, reasons, messages."""

from dataclasses import dataclass
from datetime import date

from solidarity.decisions.wording import HOLD_REASONS, REASONS
from solidarity.rules.deciding import Choice, Verdict
from solidarity.rules.money import Cents
from solidarity.web.forms import Form


@dataclass(frozen=True, kw_only=True, slots=True)
class Pause:
    """A message to the school or the reason of a hold, perhaps with a date."""

    message: str
    due_date: date | None


def read_grant(form: Form, *, lines: int) -> Choice | None:
    """The amounts of a grant, one field `lines-0-granted` a line; an empty one keeps the proposal."""
    granted: dict[int, Cents] = {}
    for place, part in enumerate(form.group("lines"), start=1):
        cents = part.amount("granted", required=False)
        if cents is not None and place <= lines:
            granted[place] = cents
    note = form.text("note", most=1000, lines=True, required=False)
    override = form.text("override_reason", most=1000, lines=True, required=False)
    if form.errors:
        return None
    return Choice(verdict=Verdict.GRANT, granted_cents=granted, note=note, override_reason=override)


def read_refusal(form: Form) -> Choice | None:
    """The reasons of a refusal, as they will stand in the letter."""
    codes = form.several_of("reason_codes", REASONS)
    if not codes and not form.errors:
        form.refuse("reason_codes", "refusal-needs-reason")
    note = form.text("note", most=1000, lines=True, required=False)
    if form.errors:
        return None
    return Choice(verdict=Verdict.REFUSE, granted_cents={}, reason_codes=codes, note=note)


def read_question(form: Form) -> Pause | None:
    """A question to the school."""
    message = form.text("message", most=1000, lines=True)
    due_date = form.day("due_date", required=False)
    return None if form.errors or message is None else Pause(message=message, due_date=due_date)


def read_hold(form: Form) -> Pause | None:
    """Why a request waits, and until when."""
    reason = form.one_of("reason", HOLD_REASONS)
    due_date = form.day("hold_until", required=False)
    return None if form.errors or reason is None else Pause(message=reason, due_date=due_date)


def read_closing(form: Form) -> str | None:
    """Why a request ends without a decision."""
    reason = form.text("closing_reason", most=500, lines=True)
    return None if form.errors else reason


def read_note(form: Form) -> str | None:
    """A remark of the second person."""
    return form.text("note", most=1000, lines=True, required=False)
