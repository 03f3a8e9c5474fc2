"""A simulation for programs: a ruleset tried on a past school year, answered at once."""

import asyncio
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta, Struct

from solidarity.rules.access import Action
from solidarity.rules.errors import Conflict, Invalid, Problem, Unreadable
from solidarity.rules.ruleset import RulesetFaults
from solidarity.rules.ruleset.simulated_totals import Summary
from solidarity.rulesets.api import ONE, TitleJson, in_scope, ruleset_id_of
from solidarity.rulesets.many_cores import cores
from solidarity.rulesets.past_requests import count_past
from solidarity.rulesets.queries import ruleset_source
from solidarity.rulesets.simulating import simulate_year
from solidarity.trail.acting import carry_out
from solidarity.web.access import needs
from solidarity.web.body import Typed, read_body
from solidarity.web.describing import SCHOOL_YEAR_PATTERN, describes

MOST_REQUESTS: Final = 20_000
"""A larger year is simulated on the site, in a worker; nobody waits so long for an answer."""
_TURN: Final = "simulating"

Incoming = Request[Any, Any, Any]


class SimulateBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The past school year whose decided requests are simulated."""

    school_year: Annotated[str, Typed(9), Meta(pattern=SCHOOL_YEAR_PATTERN)]


class SimulatedFiguresJson(Struct, frozen=True, kw_only=True):
    """Then, and under the simulated rules; `count` requests, lines by category, `key` names the group."""

    key: str
    count: int
    proposed_cents: int
    granted_cents: int
    new_proposed_cents: int
    new_granted_cents: int


class SimulatedPupilsJson(Struct, frozen=True, kw_only=True):
    """Pupils by what changes for them."""

    count: int
    gain: int
    lose: int
    become_eligible: int
    stop_being_eligible: int


class LackingJson(Struct, frozen=True, kw_only=True):
    """What the simulated rules ask for and the past requests do not say."""

    kind: Literal["fact", "paper", "kind"]
    what: TitleJson
    requests: int


class SimulatedChangeJson(Struct, frozen=True, kw_only=True):
    """What changes for one pupil, known by the references of the requests."""

    references: tuple[str, ...]
    school: str
    granted_cents: int
    new_granted_cents: int


class EnvelopeSpendingJson(Struct, frozen=True, kw_only=True):
    """One envelope after the decisions of the year, and the day on which it no longer sufficed."""

    id: str
    name: str
    allocated_cents: int
    spent_cents: int
    exhausted_on: date | None


class EnvelopeChangeJson(Struct, frozen=True, kw_only=True):
    """One envelope, then and under the simulated rules."""

    then: EnvelopeSpendingJson
    new: EnvelopeSpendingJson


class SummaryJson(Struct, frozen=True, kw_only=True):
    """What a simulation adds up to."""

    total: SimulatedFiguresJson
    new_most_cents: int
    uncertain_cents: int
    incomplete_requests: int
    outcomes_then: dict[str, int]
    new_outcomes: dict[str, int]
    pupils: SimulatedPupilsJson
    by_category: tuple[SimulatedFiguresJson, ...]
    by_school: tuple[SimulatedFiguresJson, ...]
    by_region: tuple[SimulatedFiguresJson, ...]
    by_month: tuple[SimulatedFiguresJson, ...]
    lacking: tuple[LackingJson, ...]
    changes: tuple[SimulatedChangeJson, ...]
    envelopes: tuple[EnvelopeChangeJson, ...]
    unpaid_cents: int
    unpaid_from: date | None
    new_unpaid_cents: int
    new_unpaid_from: date | None


class SimulatedRulesetJson(Struct, frozen=True, kw_only=True):
    """Which text was simulated."""

    id: str
    sha256: str


class SimulationJson(SummaryJson, frozen=True, kw_only=True):
    """A ruleset tried on the decided requests of a past school year; days are those of that year."""

    ruleset: SimulatedRulesetJson
    school_year: str


@post(
    f"{ONE}/simulate",
    status_code=200,
    opt={
        **needs(Action.SIMULATE_RULESET, within=in_scope),
        **describes(
            "What a ruleset would have granted in a past school year",
            body=SimulateBody,
            answer=SimulationJson,
            is_repeatable=True,
        ),
    },
)
async def simulate(
    request: Incoming, ruleset_id: FromPath[str], now: NamedDependency[datetime]
) -> Response[bytes]:
    view, source = await ruleset_source(ruleset_id_of(ruleset_id))
    body = await read_body(request, SimulateBody)
    # Computed before the transaction that keeps the answer: nobody who writes waits for it.
    summary = await _summary(request, source, body.school_year)
    answer = _answer(summary, SimulatedRulesetJson(id=view.slug, sha256=view.sha256), body.school_year)

    async def act() -> SimulationJson:
        return answer

    return await carry_out(request, act, now=now)


async def _summary(request: Incoming, source: str, school_year: str) -> Summary:
    # One at a time in a web process: the others wait their turn, and pages keep a core.
    turn = request.app.state.setdefault(_TURN, asyncio.Semaphore(1))
    async with turn:
        try:
            requests = await count_past(school_year)
            if requests > MOST_REQUESTS:
                raise Conflict("simulation-too-large", requests=requests, most=MOST_REQUESTS)
            return await simulate_year(source, school_year, workers=cores())
        except Unreadable as fault:
            raise Invalid((Problem(pointer="/school_year", code=fault.code),)) from fault
        except RulesetFaults as faults:
            raise Conflict("ruleset-unreadable") from faults


def _answer(summary: Summary, ruleset: SimulatedRulesetJson, school_year: str) -> SimulationJson:
    values: dict[str, Any] = msgspec.to_builtins(summary)
    values |= {"ruleset": msgspec.to_builtins(ruleset), "school_year": school_year}
    return msgspec.convert(values, SimulationJson)


HANDLERS: list[Any] = [simulate]
