"""The letterhead: what a fund says of itself in every letter, in its own words or the example's."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

from solidarity.letters import wording
from solidarity.rules.letter import Contact, DataNotice, Fund, Layout, OtherHelp, Review, Signatory

EXAMPLE: Final = Path(__file__).with_name("letterhead.toml")
LETTERHEAD_SETTING: Final = "letterhead"
BASE_URL_SETTING: Final = "base_url"
"""Settings of the fund: its own letterhead, and the address people use."""

Language = Literal["fr", "en"]


class WrongLetterhead(ValueError):  # noqa: N818 - read aloud: "raise WrongLetterhead"
    """The fund's letterhead lacks something or says it in another shape; the message names it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Letterhead:
    """What the fund says of itself, in the language of one letter."""

    verify_address: str
    claim_days: int
    proof_days: int
    layout: Layout
    fund: Fund
    body_name: str
    body_capacity: str
    body_delegation: str
    signatory: Signatory
    contact: Contact
    review: Review
    data_notice: DataNotice
    computing: str
    means: str
    if_unused: str
    conditions: tuple[str, ...]
    other_help: tuple[OtherHelp, ...]
    funder_mention: str | None


@lru_cache(maxsize=8)
def read_letterhead(text: str | None, language: Language, *, verify_address: str | None = None) -> Letterhead:
    """The letterhead in this TOML text, or the example's without one. Raises `WrongLetterhead`.

    `verify_address` is where the service answers, and wins over the address in the text.
    """
    try:
        written = tomllib.loads(text or EXAMPLE.read_text(encoding="utf-8"))
        address = verify_address or written["verify_address"]
        return _letterhead({**written, "verify_address": address}, language)
    except (KeyError, TypeError, ValueError) as fault:
        raise WrongLetterhead(f"letterhead: {fault}") from fault


def _letterhead(written: Mapping[str, Any], language: Language) -> Letterhead:
    fund, body, signatory = written["fund"], written["body"], written["signatory"]
    funder = written.get("funder_mention")
    return Letterhead(
        verify_address=written["verify_address"].rstrip("/"),
        claim_days=int(written["claim_days"]),
        proof_days=int(written["proof_days"]),
        layout=Layout(written.get("layout", Layout.STANDARD)),
        fund=Fund(
            name=fund["name"],
            address_lines=tuple(fund["address_lines"]),
            email=fund["email"],
            phone=fund["phone"],
            hours=_said(fund["hours"], language),
            place=fund["place"],
        ),
        body_name=_said(body["name"], language),
        body_capacity=_said(body["capacity"], language),
        body_delegation=_said(body["delegation"], language),
        signatory=Signatory(
            given_name=signatory["given_name"],
            family_name=signatory["family_name"],
            capacity=_said(signatory["capacity"], language),
            delegation=_said(signatory["delegation"], language),
        ),
        contact=_contact(written["contact"], fund, language),
        review=_review(written["review"], language),
        data_notice=_data_notice(written["data"], language),
        computing=_said(written.get("computing", wording.COMPUTING), language),
        means=_said(written["payment"]["means"], language),
        if_unused=_said(written.get("if_unused", wording.IF_UNUSED), language),
        conditions=tuple(written.get("conditions", wording.CONDITIONS)[language]),
        other_help=_other_help(written.get("other_help"), language),
        funder_mention=_said(funder, language) if funder else None,
    )


def _contact(contact: Mapping[str, Any], fund: Mapping[str, Any], language: Language) -> Contact:
    return Contact(
        name=_said(contact["name"], language),
        email=contact["email"],
        phone=contact["phone"],
        hours=_said(contact.get("hours", fund["hours"]), language),
    )


def _review(review: Mapping[str, Any], language: Language) -> Review:
    return Review(
        body=_said(review["body"], language),
        delay_days=int(review["delay_days"]),
        address_lines=tuple(review["address_lines"]),
        answer_days=int(review["answer_days"]),
        independence=_said(review.get("independence", wording.INDEPENDENCE), language),
        further=tuple(_said(sentence, language) for sentence in review.get("further", ())),
    )


def _data_notice(data: Mapping[str, Any], language: Language) -> DataNotice:
    usual = wording.data_notice(language, controller=data["controller"], contact=data["contact"])
    return DataNotice(
        controller=usual.controller,
        purpose=_said(data.get("purpose", usual.purpose), language),
        retention=_said(data.get("retention", usual.retention), language),
        rights=_said(data.get("rights", usual.rights), language),
        contact=usual.contact,
    )


def _other_help(listed: list[Mapping[str, Any]] | None, language: Language) -> tuple[OtherHelp, ...]:
    if listed is None:
        return wording.other_help(language)
    return tuple(
        OtherHelp(name=_said(one["name"], language), detail=_said(one["detail"], language)) for one in listed
    )


def _said(value: str | Mapping[str, str], language: Language) -> str:
    said = value if isinstance(value, str) else value[language]
    if not isinstance(said, str):
        raise TypeError(f"a text was expected, not {said!r}")
    return said
