"""The outbox: mails that say a letter is ready, written with the letter's file and sent afterwards."""

from dataclasses import dataclass
from datetime import date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit
from uuid import UUID, uuid4

import aiosmtplib
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from solidarity.letters.letterhead import BASE_URL_SETTING, read_letterhead
from solidarity.letters.queue import SOON, enqueue
from solidarity.rules.calendar import format_day
from solidarity.store.fund_settings import fund_setting
from solidarity.store.tables import MailRow, PersonRow, RequestRow

TEMPLATES: Final = Path(__file__).resolve().parents[2] / "templates" / "email"
SECONDS: Final = 30.0


class MailRefused(Exception):  # noqa: N818 - what happened
    """The mail server did not take the mail; the message says why, without the address of anybody."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mailer:
    """The way to the mail server: `smtp://user:password@host:port` or `smtps://…`."""

    url: str
    sender: str

    async def send(self, mail: dict[str, Any], *, at: datetime) -> None:
        """Hand over one mail. Sent twice it has the same Message-ID. Raises `MailRefused`."""
        server = urlsplit(self.url)
        is_tls = server.scheme == "smtps"
        try:
            await aiosmtplib.send(
                self._message(mail, at),
                hostname=server.hostname,
                port=server.port or (465 if is_tls else 25),
                username=unquote(server.username) if server.username else None,
                password=unquote(server.password) if server.password else None,
                use_tls=is_tls,
                timeout=SECONDS,
            )
        except (aiosmtplib.SMTPException, OSError) as fault:
            code = getattr(fault, "code", "")
            raise MailRefused(f"{type(fault).__name__} {code}".strip()) from fault

    def _message(self, mail: dict[str, Any], at: datetime) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["From"] = self.sender
        message["To"] = mail["recipient"]
        message["Subject"] = mail["subject"]
        message["Date"] = format_datetime(at)
        message["Message-ID"] = message_id(mail["id"], self.sender)
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail["body"])
        return message


def message_id(mail: UUID, sender: str) -> str:
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    return f"<{mail}@{domain}>"


async def queue_mails(letter: dict[str, Any], *, now: datetime) -> None:
    """Write one mail for each director of the school, in the transaction that keeps the letter's file."""
    request = await RequestRow.select(RequestRow.reference).where(RequestRow.id == letter["request"]).first()
    assert request is not None, "a foreign key points to the request"
    base_url = await fund_setting(BASE_URL_SETTING) or read_letterhead(None, "fr").verify_address
    figures = {
        "number": letter["number"],
        "reference": request["reference"],
        "link": f"{base_url}/lettres/{letter['number']}",
    }
    for person in await _directors(letter["school"]):
        subject, body = _written("letter_ready", person["language"], figures)
        await _queue(person["email"], subject, body, letter=letter["id"], now=now)


async def queue_notice(name: str, school: UUID, reference: str, *, day: date, now: datetime) -> None:
    """Write the mail of this name about a request to each director of the school; no name of a pupil."""
    base_url = await fund_setting(BASE_URL_SETTING) or read_letterhead(None, "fr").verify_address
    for person in await _directors(school):
        language = "en" if person["language"] == "en" else "fr"
        figures = {
            "reference": reference,
            "day": format_day(day, language),
            "link": f"{base_url}/demandes/{reference}",
        }
        subject, body = _written(name, language, figures)
        await _queue(person["email"], subject, body, letter=None, now=now)


async def _queue(recipient: str, subject: str, body: str, *, letter: UUID | None, now: datetime) -> None:
    mail = MailRow(
        id=uuid4(),
        recipient=recipient,
        subject=subject,
        body=body,
        letter=letter,
        created_at=now,
        sent_at=None,
        attempts=0,
        problem=None,
    )
    await MailRow.insert(mail)
    await enqueue("mail", mail.id, priority=SOON, now=now)


async def _directors(school: UUID) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (
        await PersonRow.select(PersonRow.email, PersonRow.language)
        .where((PersonRow.school == school) & PersonRow.disabled_at.is_null())
        .order_by(PersonRow.email)
    )
    return rows


def _written(name: str, language: str, figures: dict[str, str]) -> tuple[str, str]:
    """Subject and body: the first line of the template and the rest."""
    template = _environment().get_template(f"{name}.{'en' if language == 'en' else 'fr'}.txt")
    subject, _, body = template.render(figures).partition("\n")
    return subject, body


@cache
def _environment() -> Environment:
    # These are plain texts of numbers and one address of our own; escaping would spoil them.
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=False,  # noqa: S701
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
