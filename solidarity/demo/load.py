"""Loading the demo: a year that is closed, and the one in progress, played by the real commands."""

import heapq
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from solidarity.archive import Archive
from solidarity.budgets.commands import add_contribution, add_envelope
from solidarity.demo.asks import NEEDS_TWO_PEOPLE, wish
from solidarity.demo.fates import LAST_YEAR, THIS_YEAR, Fate, fates
from solidarity.demo.funding import (
    BUDGETS,
    FIRST_FOOD_FOR_A_REQUEST,
    FOOD,
    GIFTS,
    MORE_FOOD,
    contribution,
    envelope,
)
from solidarity.demo.network import Pupil, network, pupils
from solidarity.demo.pace import Years
from solidarity.demo.papers import papers
from solidarity.demo.people import Team, make_team
from solidarity.demo.scales import scales_for
from solidarity.demo.size import DemoSize
from solidarity.demo.stories import Acts, Cast, Story, play
from solidarity.letters.commands import put_letters_behind
from solidarity.requests.commands import NewDocument
from solidarity.requests.uploads import accept_upload
from solidarity.rules.access import Person
from solidarity.rules.calendar import age_on, paris_day, school_year_bounds
from solidarity.rulesets.commands import activate_ruleset, load_ruleset
from solidarity.schools.commands import NewSchool, load_schools, match_key
from solidarity.schools.loading import load_students
from solidarity.store.fund_settings import CLOCK, DEMO, keep_fund_setting
from solidarity.store.tables import SchoolYearRow, StudentRow
from solidarity.store.transaction import joined, writing
from solidarity.trail.commands import Subject, record

ACTS_A_TRANSACTION: Final = 25
LOADING, LOADED = "loading", "loaded"
_DAY: Final = timedelta(days=1)
LAST_YEAR_ENDS_AFTER: Final = 330 * _DAY
FOOD_COMES_AT: Final = 700
"""More money for meals arrives after so many thousandths of this year so far."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """Everything that is known before anything is written."""

    size: DemoSize
    years: Years
    schools: list[NewSchool]
    pupils: dict[str, list[Pupil]]

    @property
    def first_school(self) -> str:
        return self.schools[0].slug

    @property
    def everybody(self) -> list[Pupil]:
        return [pupil for of_school in self.pupils.values() for pupil in of_school]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """What the stories of a year need."""

    plan: Plan
    team: Team
    documents: dict[str, NewDocument]
    students: dict[str, UUID]


def plan_demo(size: DemoSize, *, now: datetime) -> Plan:
    """The network and its pupils, drawn from the seed."""
    years = Years(now=now)
    schools = network(size)
    first_year = school_year_bounds(years.this_year)[0].year
    return Plan(size=size, years=years, schools=schools, pupils=pupils(size, schools, first_year=first_year))


async def load_demo(
    size: DemoSize,
    *,
    now: datetime,
    frozen: bool,
    archive: Archive,
    password_for: Callable[[str], str],
    progress: Progress,
) -> None:
    """Fill an empty database. The mark of a complete demo is written last."""
    plan = plan_demo(size, now=now)
    await mark(LOADING, size, clock=now if frozen else None)
    before = plan.years.last_start - 20 * _DAY
    await load_schools(plan.schools, by=None, now=before)
    team = await make_team(size, plan.schools, password_for=password_for, now=before)
    stage = Stage(plan=plan, team=team, documents=await _documents(archive), students={})
    total = size.last_year_requests + size.requests
    await _play_last_year(stage, lambda done: progress(done, total))
    await _play_this_year(stage, lambda done: progress(size.last_year_requests + done, total))
    await put_letters_behind(issued_before=plan.years.this_start)
    await mark(LOADED, size, clock=now if frozen else None)


async def mark(state: str, size: DemoSize, *, clock: datetime | None) -> None:
    """Say in the database that it is a demo, and whether it is complete."""
    async with writing():
        await keep_fund_setting(DEMO, json.dumps({"state": state, **asdict(size)}))
        if clock is not None:
            await keep_fund_setting(CLOCK, clock.isoformat())


async def _play_last_year(stage: Stage, progress: Callable[[int], None]) -> None:
    plan, team, start = stage.plan, stage.team, stage.plan.years.last_start
    last_text, _this_text = _scales(plan)
    await _put_in_force(last_text, team, start - 10 * _DAY)
    seniors = [pupil for pupil in plan.everybody if pupil.is_senior] or plan.everybody
    await _admit(stage, seniors, start - 2 * _DAY)
    await _fund(stage, plan.years.last_year, at=start + timedelta(hours=9))
    await _open_year(plan.years.last_year, at=start + timedelta(hours=9))
    await add_envelope(
        envelope(FOOD, plan.years.last_year, first_school=plan.first_school),
        by=team.first,
        now=start + timedelta(hours=9),
    )
    end = min(start + LAST_YEAR_ENDS_AFTER, plan.years.this_start - 12 * _DAY)
    drawn = fates(LAST_YEAR, plan.size.last_year_requests)
    stories = [
        _story(
            stage,
            fate,
            number,
            _turn(seniors, number, plan.size),
            year=plan.years.last_year,
            span=(start, end),
        )
        for number, fate in enumerate(drawn)
    ]
    await _play_all([play(story) for story in stories], progress)


async def _play_this_year(stage: Stage, progress: Callable[[int], None]) -> None:
    plan, team, years = stage.plan, stage.team, stage.plan.years
    _last_text, this_text = _scales(plan)
    await _put_in_force(this_text, team, years.this_start - 8 * _DAY)
    await _admit(
        stage, [pupil for pupil in plan.everybody if not pupil.is_senior], years.this_start - 2 * _DAY
    )
    await _open_year(years.this_year, at=years.early(3))
    await _fund(stage, years.this_year, at=years.early(4))
    little = FIRST_FOOD_FOR_A_REQUEST * (plan.size.requests or DemoSize().requests)
    first_food = envelope(FOOD, years.this_year, first_school=plan.first_school, allocated_cents=little)
    await add_envelope(first_food, by=team.first, now=years.early(5))
    drawn = fates(THIS_YEAR, plan.size.requests)
    stories = [
        _story(
            stage,
            fate,
            number,
            _pupil_for(fate, number, plan),
            year=years.this_year,
            span=(years.early(10), years.now - timedelta(seconds=30)),
        )
        for number, fate in enumerate(drawn)
    ]
    acts = [_close_last_year(stage), _more_food(stage), *(play(story) for story in stories)]
    await _play_all(acts, progress)


def _scales(plan: Plan) -> tuple[str, str]:
    return scales_for(school_year_bounds(plan.years.this_year)[0].year)


async def _put_in_force(text: str, team: Team, now: datetime) -> None:
    ruleset = await load_ruleset(text, by=team.first, now=now)
    await activate_ruleset(ruleset, by=team.second, now=now + _DAY)


async def _admit(stage: Stage, arriving: Sequence[Pupil], now: datetime) -> None:
    placed = await load_students([pupil.new for pupil in arriving], by=None, now=now)
    assert all(one.fate == "added" for one in placed), "the demo draws nobody twice"
    rows = await StudentRow.select(StudentRow.id, StudentRow.match_key)
    stage.students.update({row["match_key"]: row["id"] for row in rows})


async def _fund(stage: Stage, school_year: str, *, at: datetime) -> None:
    first_school, by = stage.plan.first_school, stage.team.first
    for gift in GIFTS:
        await add_contribution(contribution(gift, school_year, first_school=first_school), by=by, now=at)
    for budget in BUDGETS:
        await add_envelope(envelope(budget, school_year, first_school=first_school), by=by, now=at)


async def _open_year(school_year: str, *, at: datetime) -> None:
    async with writing():
        await SchoolYearRow.insert(SchoolYearRow(label=school_year, state="open", changed_at=at))
        await record("school_year.opened", about=Subject(kind="school_year", id=school_year), by=None, at=at)


async def _close_last_year(stage: Stage) -> Acts:
    at, label = stage.plan.years.early(60), stage.plan.years.last_year
    yield at
    async with writing():
        await SchoolYearRow.update({SchoolYearRow.state: "closed", SchoolYearRow.changed_at: at}).where(
            SchoolYearRow.label == label
        )
        about = Subject(kind="school_year", id=label)
        await record("school_year.closed", about=about, by=stage.team.second, at=at)


async def _more_food(stage: Stage) -> Acts:
    at = stage.plan.years.early(FOOD_COMES_AT)
    yield at
    new = envelope(MORE_FOOD, stage.plan.years.this_year, first_school=stage.plan.first_school)
    await add_envelope(new, by=stage.team.second, now=at)


async def _documents(archive: Archive) -> dict[str, NewDocument]:
    """One paper of each kind, through the gate that every upload passes."""
    return {
        kind: await accept_upload(
            archive,
            kind=kind,
            file_name=paper.file_name,
            declared_type=paper.media_type,
            content=paper.content,
            allowed_kinds=frozenset({kind}),
        )
        for kind, paper in papers().items()
    }


def _turn(among: Sequence[Pupil], number: int, size: DemoSize) -> Pupil:
    """Everybody once before anybody twice, in an order of its own."""
    order = list(range(len(among)))
    size.dice("order", number // len(among)).shuffle(order)
    return among[order[number % len(among)]]


def _pupil_for(fate: Fate, number: int, plan: Plan) -> Pupil:
    """A pupil for this story: somebody the rules help, where two people have to decide."""
    dice = plan.size.dice("pupil", number)
    if fate not in {Fate.AWAITING, Fate.RETURNED}:
        return dice.choice(plan.everybody)
    today = paris_day(plan.years.now)
    helped = [
        pupil
        for pupil in plan.everybody
        if (pupil.new.quotient_familial_cents or 10**9) < 450_00
        and 15 <= age_on(pupil.new.birth_date, today) < 18
    ]
    return dice.choice(helped or plan.everybody)


_RECENT: Final = {
    Fate.DRAFT,
    Fate.SUBMITTED,
    Fate.QUESTION,
    Fate.AWAITING,
    Fate.RETURNED,
    Fate.EMERGENCY,
    Fate.ANSWERED,
}


def _story(
    stage: Stage, fate: Fate, number: int, pupil: Pupil, *, year: str, span: tuple[datetime, datetime]
) -> Story:
    plan = stage.plan
    dice = plan.size.dice("story", year, number)
    start, end = span
    share = dice.uniform(0.75, 0.96) if fate in _RECENT else dice.betavariate(1.1, 2.2) * 0.85
    starts_at = start + (end - start) * share
    only = NEEDS_TWO_PEOPLE if fate in {Fate.AWAITING, Fate.RETURNED} else ()
    team = stage.team
    administrators: list[Person] = [team.first, team.second]
    dice.shuffle(administrators)
    return Story(
        fate=fate,
        student=stage.students[match_key(pupil.new.given_name, pupil.new.family_name, pupil.new.birth_date)],
        wish=wish(pupil, dice, on=paris_day(starts_at), school_year=year, only=only),
        cast=Cast(
            director=team.directors[pupil.new.school], first=administrators[0], second=administrators[1]
        ),
        documents=stage.documents,
        starts_at=starts_at,
        ends_by=end,
        dice=dice,
    )


async def _play_all(stories: Iterable[Acts], progress: Callable[[int], None]) -> None:
    """Play the earliest act of all stories, then the next: the numbers and the log follow the days.

    Several acts share a transaction, which spares the disk; one that fails ends the loading.
    """
    waiting = [(await anext(acts), place, acts) for place, acts in enumerate(stories)]
    heapq.heapify(waiting)
    ended = 0
    while waiting:
        async with joined():
            for _ in range(min(ACTS_A_TRANSACTION, len(waiting))):
                _at, place, acts = heapq.heappop(waiting)
                following = await anext(acts, None)
                if following is not None:
                    heapq.heappush(waiting, (following, place, acts))
                else:
                    ended += 1
        progress(ended)
