"""The ledger as the accountant's journal: the 18 columns of a "fichier des écritures comptables".

Form: article A47 A-1 of the Livre des procédures fiscales (arrêté du 29 juillet 2013): tabs between columns,
days as AAAAMMJJ, a decimal comma, entries in the order of their numbers, which have no gap in a fiscal year.

Accounts: plan comptable of associations (règlement ANC n° 2018-06). What moves the fund's wealth stands in
classes 4 to 7: a contribution received (512 to 755), a grant notified (657 to 467), its payment (467 to 512),
and what is taken back. Where money stands inside the budget is off balance sheet, in class 8, with last
digits of our own. Fonds dédiés (19) are the accountant's own entry at the end of the year.
"""

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from solidarity.budgets.queries import MovementView, ledger_page
from solidarity.rules.calendar import paris_day, school_year_bounds
from solidarity.rules.errors import Unreadable
from solidarity.rules.ledger import AccountKind, Entry
from solidarity.rules.money import Cents

COLUMNS: Final = (
    *("JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib"),
    *("CompAuxNum", "CompAuxLib", "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit"),
    *("EcritureLet", "DateLet", "ValidDate", "Montantdevise", "Idevise"),
)
UNKNOWN_SIREN: Final = "000000000"
_MOVEMENTS_AT_ONCE: Final = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Ledgered:
    """An account of the plan comptable; one with an auxiliary names the piece the amount is owed for."""

    number: str
    name: str
    has_auxiliary: bool = False


BANK: Final = Ledgered(number="512000", name="Banque")
GIFTS: Final = Ledgered(number="755100", name="Contributions financières d'autres organismes")
GRANTS: Final = Ledgered(number="657100", name="Aides financières octroyées")
OWED: Final = Ledgered(number="467100", name="Aides à verser", has_auxiliary=True)
TO_RECOVER: Final = Ledgered(number="467800", name="Aides à récupérer", has_auxiliary=True)
COUNTERPART: Final = Ledgered(number="809000", name="Contrepartie des engagements")

BUDGET: Final = {
    AccountKind.CONTRIBUTION: Ledgered(number="802100", name="Ressources à répartir"),
    AccountKind.ENVELOPE_FREE: Ledgered(number="802200", name="Enveloppes, disponible"),
    AccountKind.ENVELOPE_RESERVED: Ledgered(number="802300", name="Enveloppes, réservé"),
    AccountKind.ENVELOPE_COMMITTED: Ledgered(number="801100", name="Aides engagées, à payer"),
    AccountKind.ENVELOPE_PAID: Ledgered(number="801200", name="Aides engagées, payées"),
}
"""Off balance sheet: what money is for."""

MONEY: Final = {
    AccountKind.BANK: BANK,
    AccountKind.PAYEE: OWED,
    AccountKind.RECOVERY: TO_RECOVER,
}
"""Where money is."""

GRANTED: Final = frozenset({AccountKind.ENVELOPE_COMMITTED, AccountKind.ENVELOPE_PAID})
JOURNALS: Final = ((BANK, "BQ", "Banque"), (GRANTS, "AI", "Aides"))
OTHERS: Final = ("EN", "Engagements")
"""An entry stands in the journal of the first of these accounts it moves, otherwise among commitments."""

Line = tuple[Ledgered, Cents]
"""An account and what it is debited, or credited when the amount is negative."""


def lines_of(entries: Iterable[Entry]) -> list[Line]:
    """The lines of one movement, debits and credits equal within money and within the budget."""
    return [line for entry in entries for line in _lines(entry)]


def _lines(entry: Entry) -> Iterator[Line]:
    debit, credit, cents = entry.debit.kind, entry.credit.kind, entry.amount_cents
    yield (MONEY.get(debit) or BUDGET[debit], cents)
    if (debit in MONEY) != (credit in MONEY):
        # Money that comes in, or goes back to the funder, is also a resource of the budget.
        yield (GIFTS if debit in MONEY else COUNTERPART, -cents)
        yield (COUNTERPART if debit in MONEY else GIFTS, cents)
    yield (MONEY.get(credit) or BUDGET[credit], -cents)
    if debit in BUDGET and credit in BUDGET and (debit in GRANTED) != (credit in GRANTED):
        # A promise to a pupil is a debt of the fund from the day of its letter; taking it back ends the debt.
        sign = 1 if credit in GRANTED else -1
        yield (GRANTS, sign * cents)
        yield (OWED, -sign * cents)


async def journal(fiscal_year: str) -> AsyncIterator[bytes]:
    """The journal of a year, from its header line on, some entries at a time; raises Unreadable."""
    school_year_bounds(fiscal_year)
    yield _row(COLUMNS)
    last = 0
    while found := await ledger_page(fiscal_year, after=last, limit=_MOVEMENTS_AT_ONCE):
        for movement in found:
            yield b"".join(_rows(movement))
        last = found[-1].number


def file_name(fiscal_year: str, siren: str = UNKNOWN_SIREN) -> str:
    """The name the law gives the file: SIREN, FEC, last day of the year; raises siren-unreadable."""
    if len(siren) != 9 or not (siren.isascii() and siren.isdigit()):
        raise Unreadable("siren-unreadable")
    return f"{siren}FEC{_day(school_year_bounds(fiscal_year)[1])}.txt"


def _rows(movement: MovementView) -> Iterator[bytes]:
    lines = lines_of(movement.entries)
    moved = {account for account, _ in lines}
    code, name = next(((code, name) for account, code, name in JOURNALS if account in moved), OTHERS)
    day = _day(paris_day(movement.at))
    for account, cents in lines:
        piece = movement.about_id if account.has_auxiliary else ""
        yield _row(
            (
                *(code, name, str(movement.number), day, account.number, account.name, piece, piece),
                *(movement.about_id, day, movement.reason),
                *(_amount(max(cents, 0)), _amount(max(-cents, 0)), "", "", day, "", ""),
            )
        )


def _row(cells: Iterable[str]) -> bytes:
    return ("\t".join(" ".join(cell.split()) for cell in cells) + "\r\n").encode()


def _day(day: date) -> str:
    return f"{day.year:04}{day.month:02}{day.day:02}"


def _amount(cents: Cents) -> str:
    return f"{cents // 100},{cents % 100:02}"
