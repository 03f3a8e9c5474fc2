"""Promises, releases and transfers in any order: sources stay what their rows say, and no term is broken."""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from solidarity.budgets.commands import NewContribution, NewEnvelope, add_contribution, add_envelope
from solidarity.budgets.source_check import source_faults
from solidarity.budgets.sources import Line, move_sources, name_contributions, release_funding, restriction_of
from solidarity.rules.errors import Conflict
from solidarity.store.tables import ContributionRow, EnvelopeSourceRow, FundingRow
from solidarity.store.transaction import writing
from tests.build import NOW, SCHOOL_YEAR, a_line, a_request, a_ruleset
from tests.commands.books import request_row
from tests.databases import Database
from tests.people import the_cast

FIRST = NOW.date()


async def some_gifts(random: Random) -> None:
    for number in range(8):
        gift = NewContribution(
            funder=f"Fondation {number}",
            amount_cents=random.randint(5_000, 30_000),
            received_on=FIRST,
            school_year=SCHOOL_YEAR,
            category=random.choice([None, None, "transport"]),
            region_code=random.choice([None, None, "32"]),
            schools=random.choice([(), (), ("roubaix",)]),
            until=random.choice([None, FIRST + timedelta(days=random.randint(0, 90))]),
            max_share=random.choice([None, None, 2_500, 5_000]),
        )
        await add_contribution(gift, by=None, now=NOW)


async def some_envelopes(random: Random) -> list[UUID]:
    found = []
    for number in range(10):
        new = NewEnvelope(
            name=f"Enveloppe {number}",
            school_year=SCHOOL_YEAR,
            category=random.choice([None, "transport"]),
            school=random.choice([None, "roubaix"]),
            region_code=None,
            allocated_cents=random.randint(2_000, 25_000),
        )
        try:
            found.append(await add_envelope(new, by=None, now=NOW))
        except Conflict as refusal:
            if refusal.code != "envelope-not-covered":
                raise
    return found


@pytest.mark.parametrize(
    ("seed", "steps"),
    [(1, 40), (2, 40), *(pytest.param(seed, 400, marks=pytest.mark.slow) for seed in range(3, 9))],
)
async def test_sources_stay_true(database: Database, seed: int, steps: int) -> None:
    random = Random(seed)
    cast = await the_cast()
    await a_ruleset(activated_by=cast.second)
    request = (await request_row(await a_request(a_line(1_000), by=cast.director)))["id"]
    await some_gifts(random)
    envelopes = await some_envelopes(random)
    assert len(envelopes) >= 2
    promised: dict[tuple[int, UUID], int] = defaultdict(int)
    named: dict[int, int] = {}
    for step in range(steps):
        now = datetime.combine(FIRST + timedelta(days=step * 80 // steps), time(12), tzinfo=UTC)
        await _one_step(random, step, envelopes, request, promised, named, now=now)
    faults = [fault for fault in await source_faults() if fault.what != "envelope.funding"]
    assert faults == []
    await _terms_are_kept(request, promised, named)


async def _one_step(
    random: Random,
    step: int,
    envelopes: list[UUID],
    request: UUID,
    promised: dict[tuple[int, UUID], int],
    named: dict[int, int],
    *,
    now: datetime,
) -> None:
    envelope, other = random.sample(envelopes, 2)
    amount = random.randint(1, 4_000)
    act = random.choice(["promise", "promise", "promise", "give back", "move"])
    open_lines = [key for key, cents in promised.items() if cents]
    try:
        async with writing():
            if act == "promise":
                line = Line(position=step, envelope=envelope, category="transport", amount_cents=amount)
                await name_contributions(request, [line], school="roubaix", region_code="32", now=now)
                promised[step, envelope] += amount
                named[step] = amount
            elif act == "move":
                await move_sources(envelope, other, amount, now=now)
            elif open_lines:
                key = random.choice(open_lines)
                cents = random.randint(1, promised[key])
                line = Line(position=key[0], envelope=key[1], category="transport", amount_cents=cents)
                await release_funding(request, [line], now=now)
                promised[key] -= cents
    except Conflict as refusal:
        if refusal.code not in {"contributions-short", "envelope-not-covered"}:
            raise


async def _terms_are_kept(
    request: UUID, promised: dict[tuple[int, UUID], int], named: dict[int, int]
) -> None:
    gifts: dict[UUID, Any] = {row["id"]: restriction_of(row) for row in await ContributionRow.select()}
    left: dict[tuple[int, UUID], int] = defaultdict(int)
    for row in await FundingRow.select().where(FundingRow.request == request):
        left[row["position"], row["envelope"]] += row["amount_cents"]
        if row["kind"] == "committed":
            terms = gifts[row["contribution"]]
            assert row["day"] <= (terms.until or date.max)
            assert row["amount_cents"] * 10_000 <= named[row["position"]] * (terms.max_share or 10_000)
    assert left == promised
    given: dict[UUID, int] = defaultdict(int)
    for row in await EnvelopeSourceRow.select():
        assert 0 <= row["used_cents"] <= row["amount_cents"]
        given[row["contribution"]] += row["amount_cents"]
    for row in await ContributionRow.select():
        assert given[row["id"]] == row["allocated_cents"] <= row["amount_cents"]
