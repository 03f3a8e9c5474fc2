"""Loading a ruleset and putting it in force."""

import hashlib
from datetime import datetime
from uuid import UUID, uuid4

from solidarity.rules.access import Person
from solidarity.rules.errors import Conflict, NotAllowed, Unknown
from solidarity.rules.ruleset import parse
from solidarity.store.tables import RulesetRow
from solidarity.store.transaction import hold, writing
from solidarity.trail.commands import Subject, held_chain_head, record


async def load_ruleset(source: str, *, by: Person | None, now: datetime) -> UUID:
    """Keep a ruleset as a draft; the same text twice is the same ruleset. Raises `RulesetFaults`."""
    ruleset = parse(source)
    async with writing():
        sha256 = hashlib.sha256(source.encode()).hexdigest()
        await held_chain_head()
        known = await RulesetRow.select(RulesetRow.id).where(RulesetRow.sha256 == sha256).first()
        if known is not None:
            same: UUID = known["id"]
            return same
        row = RulesetRow(
            id=uuid4(),
            slug=ruleset.id,
            sha256=sha256,
            title_fr=ruleset.title.fr,
            title_en=ruleset.title.en,
            school_year=ruleset.school_year,
            valid_from=ruleset.valid_from,
            valid_to=ruleset.valid_to,
            source=source,
            state="draft",
            created_by=by.id if by else None,
            created_at=now,
            activated_by=None,
            activated_at=None,
        )
        await RulesetRow.insert(row)
        about = Subject(kind="ruleset", id=str(row.id))
        await record(
            "ruleset.loaded", about=about, by=by, at=now, detail={"sha256": sha256, "id": ruleset.id}
        )
    return row.id


async def activate_ruleset(ruleset_id: UUID, *, by: Person, now: datetime) -> None:
    """Put a draft in force; whoever wrote it cannot. Retires the ones it replaces."""
    async with writing():
        row = await hold(RulesetRow, ruleset_id)
        if row is None:
            raise Unknown
        if row.state != "draft":
            raise Conflict("ruleset-not-draft")
        if row.created_by is not None and row.created_by == by.id:
            raise NotAllowed("same-person")
        await RulesetRow.update({RulesetRow.state: "retired"}).where(
            (RulesetRow.state == "in_force")
            & (RulesetRow.school_year == row.school_year)
            & (RulesetRow.valid_from >= row.valid_from)
        )
        await RulesetRow.update(
            {RulesetRow.state: "in_force", RulesetRow.activated_by: by.id, RulesetRow.activated_at: now}
        ).where(RulesetRow.id == ruleset_id)
        about = Subject(kind="ruleset", id=str(ruleset_id))
        await record("ruleset.activated", about=about, by=by, at=now, detail={"sha256": row.sha256})
