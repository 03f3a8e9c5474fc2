"""Which contributions pay: named when money is promised, freed when it comes back, moved with a transfer."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from solidarity.rules.calendar import paris_day
from solidarity.rules.errors import Conflict
from solidarity.rules.funding import (
    Contribution,
    Need,
    Payers,
    Restriction,
    Share,
    choose,
    order_of_use,
    payers,
)
from solidarity.rules.money import Cents
from solidarity.store.statements import Statement, insert
from solidarity.store.tables import EnvelopeRow, EnvelopeSourceRow, FundingRow, SchoolRow, SourceMoveRow

COMMITTED: Final = "committed"
RELEASED: Final = "released"
_TERMS: Final = ("category", "region_code", "schools", "usable_from", "until", "max_share")

_SOURCES_OF: Final = Statement(
    "SELECT source.id, source.contribution, source.amount_cents, source.used_cents, envelope.school_year,"
    " gift.category, gift.region_code, gift.schools, gift.usable_from, gift.until, gift.max_share"
    " FROM envelope_source source JOIN contribution gift ON gift.id = source.contribution"
    " JOIN envelope ON envelope.id = source.envelope WHERE source.envelope = {}"
)
# The CHECK of the table is the net below the rule: it refuses more than the contribution gave.
_USE: Final = Statement("UPDATE envelope_source SET used_cents = used_cents + {} WHERE id = {}")
_GIVE_BACK: Final = Statement(
    "UPDATE envelope_source SET used_cents = used_cents - {} WHERE envelope = {} AND contribution = {}"
)
_RESIZE: Final = Statement("UPDATE envelope_source SET amount_cents = amount_cents + {} WHERE id = {}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """An amount that an envelope promises for one line of a request, or takes back from it."""

    position: int
    envelope: UUID
    category: str
    amount_cents: Cents


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sources:
    """The contributions in one envelope, `left_cents` of each being what is not used of it there."""

    school_year: str
    rows: Mapping[str, UUID]
    contributions: tuple[Contribution, ...]

    def without(self, shares: Iterable[Share]) -> "_Sources":
        taken = {share.contribution: share.amount_cents for share in shares}
        left = (
            replace(each, left_cents=each.left_cents - taken.get(each.id, 0)) for each in self.contributions
        )
        return replace(self, contributions=tuple(left))


async def name_contributions(
    request: UUID, lines: Sequence[Line], *, school: str, region_code: str, now: datetime
) -> None:
    """Write down which contributions pay the lines; the caller holds the envelopes, or has just changed them.

    Raises `Conflict("contributions-short")` when what the funders allow does not suffice.
    """
    sources = {envelope: await _sources(envelope) for envelope in {line.envelope for line in lines}}
    rows: list[dict[str, Any]] = []
    used: dict[UUID, Cents] = {}
    for line in lines:
        own = sources[line.envelope]
        need = Need(
            category=line.category,
            region_code=region_code,
            school=school,
            day=paris_day(now),
            amount_cents=line.amount_cents,
        )
        found = payers(own.contributions, need)
        if found.missing_cents:
            raise Conflict("contributions-short", missing_cents=found.missing_cents)
        if len(lines) > 1:
            sources[line.envelope] = own.without(found.shares)
        rows += _named(request, line, own.school_year, found, now=now)
        for share in found.shares:
            source = own.rows[share.contribution]
            used[source] = used.get(source, 0) + share.amount_cents
    for source, cents in used.items():
        await _USE.write(cents, source)
    await insert(FundingRow, *rows)


async def release_funding(request: UUID, lines: Iterable[Line], *, now: datetime) -> None:
    """Give back to the contributions what a revocation or a lapse frees, what lapses last first.

    `lines` say how much of which envelope each position gives back. The caller holds the envelopes.
    """
    wanted = [line for line in lines if line.amount_cents > 0]
    if not wanted:
        return
    named = await _named_for(request)
    for line in wanted:
        rows = _freed(line, named, now=now)
        for row in rows:
            await _GIVE_BACK.write(-row["amount_cents"], row["envelope"], row["contribution"])
        await insert(FundingRow, *rows)


async def move_sources(
    source: UUID, target: UUID, amount_cents: Cents, *, now: datetime
) -> tuple[tuple[UUID, Cents], ...]:
    """Move unused money of contributions that may serve the target envelope; answers (contribution, cents).

    The caller holds both envelopes, changes their `allocated_cents` and posts the movement. Raises
    `Conflict("envelope-not-covered")` when what is unused and may serve the target does not suffice.
    """
    need = await _need_of(target, amount_cents, now=now)
    own = await _sources(source)
    shares = choose(own.contributions, need)
    if shares is None:
        raise Conflict("envelope-not-covered")
    there = (await _sources(target)).rows
    moved = tuple((UUID(contribution), cents) for contribution, cents in shares)
    for contribution, cents in moved:
        await _RESIZE.write(-cents, own.rows[str(contribution)])
        if str(contribution) in there:
            await _RESIZE.write(cents, there[str(contribution)])
        else:
            await EnvelopeSourceRow.insert(_source(target, contribution, cents))
    await SourceMoveRow.insert(
        *(
            SourceMoveRow(
                id=uuid4(),
                contribution=contribution,
                source=source,
                target=target,
                amount_cents=cents,
                at=now,
            )
            for contribution, cents in moved
        )
    )
    return moved


async def empty_envelope(envelope: UUID) -> tuple[tuple[UUID, Cents], ...]:
    """Take out of a held envelope's sources all that is not used, when its year ends; answers from whom.

    The caller lowers `allocated_cents` of the envelope and of each contribution, and posts the movements from
    the free account of the envelope back to the contributions.
    """
    own = await _sources(envelope)
    left = tuple((UUID(each.id), each.left_cents) for each in own.contributions if each.left_cents)
    for contribution, cents in left:
        await _RESIZE.write(-cents, own.rows[str(contribution)])
    return left


async def fill_envelope(envelope: UUID, shares: Iterable[tuple[str, Cents]]) -> None:
    """Write down what a new envelope is filled from; `shares` are (contribution, cents)."""
    await EnvelopeSourceRow.insert(
        *(_source(envelope, UUID(contribution), cents) for contribution, cents in shares)
    )


def restriction_of(row: Mapping[str, Any]) -> Restriction:
    """The restriction of a contribution's row, or of a row that has its columns."""
    return Restriction(
        category=row["category"],
        region_code=row["region_code"],
        schools=frozenset(json.loads(row["schools"]) if row["schools"] else ()),
        usable_from=row["usable_from"],
        until=row["until"],
        max_share=row["max_share"],
    )


def _source(envelope: UUID, contribution: UUID, cents: Cents) -> EnvelopeSourceRow:
    return EnvelopeSourceRow(
        id=uuid4(), envelope=envelope, contribution=contribution, amount_cents=cents, used_cents=0
    )


async def _sources(envelope: UUID) -> _Sources:
    rows = await _SOURCES_OF.rows(envelope)
    return _Sources(
        school_year=rows[0]["school_year"] if rows else "",
        rows={str(row["contribution"]): row["id"] for row in rows},
        contributions=tuple(
            Contribution(
                id=str(row["contribution"]),
                restriction=restriction_of(row),
                left_cents=row["amount_cents"] - row["used_cents"],
            )
            for row in rows
        ),
    )


def _named(
    request: UUID, line: Line, school_year: str, found: Payers, *, now: datetime
) -> list[dict[str, Any]]:
    others = {name: [each.value for each in why] for name, why in sorted(found.passed_over.items())}
    return [
        {
            "id": uuid4(),
            "request": request,
            "position": line.position,
            "envelope": line.envelope,
            "contribution": UUID(share.contribution),
            "amount_cents": share.amount_cents,
            "kind": COMMITTED,
            "reason": share.reason.value,
            "passed_over": json.dumps(others, separators=(",", ":")) if others else None,
            "school_year": school_year,
            "day": paris_day(now),
            "at": now,
        }
        for share in found.shares
    ]


async def _named_for(request: UUID) -> list[dict[str, Any]]:
    """What each contribution pays of a request now, what lapses last first."""
    gift = FundingRow.contribution
    terms = [getattr(gift, name).as_alias(name) for name in _TERMS]
    rows = await FundingRow.select(*FundingRow.all_columns(), *terms).where(FundingRow.request == request)
    found: dict[tuple[int, UUID, UUID], dict[str, Any]] = {}
    for row in rows:
        restriction = restriction_of(row)
        order = order_of_use(Contribution(id=str(row["contribution"]), restriction=restriction, left_cents=0))
        named = {name: value for name, value in row.items() if name not in _TERMS}
        key = (row["position"], row["envelope"], row["contribution"])
        kept = found.setdefault(key, {**named, "amount_cents": 0, "order": (order, str(row["contribution"]))})
        kept["amount_cents"] += row["amount_cents"]
    return sorted(found.values(), key=lambda one: one.pop("order"), reverse=True)


def _freed(line: Line, named: Sequence[dict[str, Any]], *, now: datetime) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    missing = line.amount_cents
    for one in named:
        cents = min(missing, one["amount_cents"])
        if (one["position"], one["envelope"]) != (line.position, line.envelope) or cents == 0:
            continue
        one["amount_cents"] -= cents
        missing -= cents
        given_back = {
            "id": uuid4(),
            "amount_cents": -cents,
            "kind": RELEASED,
            "passed_over": None,
            "day": paris_day(now),
            "at": now,
        }
        rows.append({**one, **given_back})
    assert missing == 0, "no more is given back than contributions were named for"
    return rows


async def _need_of(envelope: UUID, amount_cents: Cents, *, now: datetime) -> Need:
    row = await EnvelopeRow.select().where(EnvelopeRow.id == envelope).first()
    assert row is not None, "the caller holds the envelope"
    school = None
    if row["school"] is not None:
        school = (
            await SchoolRow.select(SchoolRow.slug, SchoolRow.region_code)
            .where(SchoolRow.id == row["school"])
            .first()
        )
    return Need(
        category=row["category"],
        region_code=school["region_code"] if school else row["region_code"],
        school=school["slug"] if school else None,
        day=paris_day(now),
        amount_cents=amount_cents,
    )
