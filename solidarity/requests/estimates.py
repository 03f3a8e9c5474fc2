"""What the rules would say of lines that are not stored yet, and which rules apply."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from solidarity.budgets.movements import active_reservations, open_envelopes, place_of, with_own
from solidarity.requests.case import Assessed, assess_lines
from solidarity.requests.holding import request_in_scope
from solidarity.requests.lines import NewLine
from solidarity.rules.access import Person
from solidarity.rules.calendar import paris_day, school_year_of
from solidarity.rules.ruleset import Ruleset
from solidarity.rulesets.queries import ruleset_for
from solidarity.schools.queries import student
from solidarity.store.tables import DocumentRow, RulesetRow
from solidarity.store.transaction import reading
from solidarity.web.wording import Wording


@dataclass(frozen=True, kw_only=True, slots=True)
class RulesTitle:
    """How a ruleset is called, and the hash that tells its versions apart."""

    title: Wording
    sha256: str


async def estimate(
    student_id: UUID,
    *,
    urgency: str,
    lines: Sequence[NewLine],
    reference: str | None,
    person: Person,
    now: datetime,
) -> Assessed:
    """Assess lines as typed. `reference` is the request they would change, with its documents.

    Raises `Unknown` outside the person's scope and `Conflict("no-ruleset")`.
    """
    async with reading():
        asked_for = await student(student_id, person)
        place = await place_of(asked_for.school_id)
        stored = await request_in_scope(reference, person) if reference else None
        envelopes = await open_envelopes(school_year_of(lines[0].period_from), place)
        if stored is not None:
            envelopes = with_own(envelopes, await active_reservations(stored["id"]))
        return await assess_lines(
            student_id=student_id,
            place=place,
            urgency=urgency,
            lines=lines,
            documents=await _documents(stored),
            submitted_at=stored["submitted_at"] if stored else None,
            except_request=stored["id"] if stored else None,
            envelopes=envelopes,
            now=now,
        )


async def rules_now(now: datetime, school_year: str | None = None) -> Ruleset:
    """The ruleset a new request is typed under. Raises `Conflict("no-ruleset")`."""
    today = paris_day(now)
    return (await ruleset_for(school_year or school_year_of(today), today)).ruleset


async def rules_title(sha256: str) -> RulesTitle | None:
    """The name of the version of a ruleset that an assessment was made with."""
    row = await (
        RulesetRow.select(RulesetRow.title_fr, RulesetRow.title_en).where(RulesetRow.sha256 == sha256).first()
    )
    if row is None:
        return None
    return RulesTitle(title=Wording(fr=row["title_fr"], en=row["title_en"]), sha256=sha256)


async def _documents(stored: dict[str, Any] | None) -> list[str]:
    if stored is None:
        return []
    rows = await DocumentRow.select(DocumentRow.kind).where(DocumentRow.request == stored["id"])
    return [row["kind"] for row in rows]
