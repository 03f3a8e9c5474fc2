"""Every past decision computed again from what was stored with it: on every core, a few at a time."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from solidarity.rules.ruleset.replay import Difference, Stored, replay_all
from solidarity.rulesets.many_cores import in_order
from solidarity.store.tables import DecisionRow, RulesetRow
from solidarity.store.transaction import reading

DECISIONS_AT_ONCE: Final = 400
MOST_REPORTED: Final = 1_000
"""Differences kept in memory; they are all counted."""

Progress = Callable[[int, int], Awaitable[None]]
_Piece = tuple[int, list[tuple[str, list[Stored]]]]
_Answer = tuple[int, list[Difference]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Replayed:
    """`differences` are the first ones, `different` counts all."""

    decisions: int
    different: int
    differences: tuple[Difference, ...]


async def replay_decisions(school_year: str | None, *, workers: int, progress: Progress) -> Replayed:
    """Replay every decision, or those of one school year. Nothing is written."""
    total = await _count(school_year)
    await progress(0, total)
    decisions, different = 0, 0
    found: list[Difference] = []
    async with aclosing(in_order(replay_piece, _pieces(school_year), workers=workers)) as answers:
        async for count, differences in answers:
            decisions += count
            different += len(differences)
            found += differences[: MOST_REPORTED - len(found)]
            await progress(decisions, max(decisions, total))
    return Replayed(decisions=decisions, different=different, differences=tuple(found))


def replay_piece(piece: _Piece) -> _Answer:
    """One piece of work: how many decisions it held, and those that differ."""
    count, by_source = piece
    return count, [found for source, stored in by_source for found in replay_all(source, stored)]


async def _count(school_year: str | None) -> int:
    query = DecisionRow.count()
    found: int = await (query if school_year is None else query.where(DecisionRow.school_year == school_year))
    return found


async def _pieces(school_year: str | None) -> AsyncIterator[_Piece]:
    """Decisions in the order of their ids: a page begins after the last id of the page before."""
    last: UUID | None = None
    sources: dict[UUID, str] = {}
    while True:
        async with reading():
            rows = await _page(school_year, last)
            await _add_sources(sources, {row["ruleset"] for row in rows})
        if not rows:
            return
        last = rows[-1]["id"]
        yield len(rows), _by_source(rows, sources)


async def _page(school_year: str | None, last: UUID | None) -> list[dict[str, Any]]:
    query = DecisionRow.select(
        DecisionRow.id,
        DecisionRow.number,
        DecisionRow.ruleset,
        DecisionRow.ruleset_sha256,
        DecisionRow.facts,
        DecisionRow.assessment,
        DecisionRow.request.reference.as_alias("reference"),
    )
    if school_year is not None:
        query = query.where(DecisionRow.school_year == school_year)
    if last is not None:
        query = query.where(DecisionRow.id > last)
    rows: list[dict[str, Any]] = await query.order_by(DecisionRow.id).limit(DECISIONS_AT_ONCE)
    return rows


async def _add_sources(sources: dict[UUID, str], wanted: set[UUID]) -> None:
    missing = sorted(wanted - sources.keys())
    if missing:
        rows = await RulesetRow.select(RulesetRow.id, RulesetRow.source).where(RulesetRow.id.is_in(missing))
        sources |= {row["id"]: row["source"] for row in rows}


def _by_source(rows: list[dict[str, Any]], sources: dict[UUID, str]) -> list[tuple[str, list[Stored]]]:
    groups: dict[UUID, list[Stored]] = {}
    for row in rows:
        groups.setdefault(row["ruleset"], []).append(
            Stored(
                reference=row["reference"],
                number=row["number"],
                ruleset_sha256=row["ruleset_sha256"],
                facts=row["facts"],
                assessment=row["assessment"],
            )
        )
    return [(sources[ruleset], stored) for ruleset, stored in groups.items()]
