"""The story of one request, act by act, through the commands that people use."""

import random
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from solidarity.budgets.commands import record_payment
from solidarity.decisions.commands import Outcome, approve, decide, return_to_preparer
from solidarity.demo.asks import Wish
from solidarity.demo.fates import Fate
from solidarity.demo.pace import instants
from solidarity.requests.commands import (
    NewDocument,
    NewRequest,
    add_documents,
    create_draft,
    edit_request,
    submit,
    withdraw,
)
from solidarity.requests.queries import request_assessment
from solidarity.requests.review import close, put_on_hold, request_information, resume
from solidarity.rules.access import Person
from solidarity.rules.calendar import paris_day
from solidarity.rules.deciding import Choice, Verdict
from solidarity.rules.errors import Conflict, RuleError
from solidarity.store.tables import DecisionRow, RequestRow

NARRATIVES: Final = (
    "Les trajets prennent deux heures par jour et la famille ne peut pas avancer l’abonnement.",
    "L’élève loge seul en semaine. Sans aide il arrêterait la formation avant Noël.",
    "La cantine n’est plus payée depuis la rentrée ; l’élève apporte un sandwich ou rien.",
    "Le père vient de perdre son emploi, les démarches sont en cours.",
    "Famille monoparentale, trois enfants scolarisés.",
    None,
)
QUESTIONS: Final = (
    "Le justificatif de quotient familial date de l’an dernier. Pouvez-vous joindre celui de cette année ?",
    "Il manque la pièce qui montre le montant. Un devis suffit.",
)
OVERRIDE: Final = "Situation vue avec l’école : le quotient de la famille ne reflète pas ses charges."
CHANGED: Final = "Un plafond a été atteint entre-temps : à revoir."
GONE: Final = "L’élève a quitté l’école avant la décision."
CLOSED: Final = "Demande faite deux fois : l’autre est traitée."


@dataclass(frozen=True, kw_only=True, slots=True)
class Cast:
    """Who acts in a story: the school's director, and the two administrators in the order of their turn."""

    director: Person
    first: Person
    second: Person


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """One request to be played."""

    fate: Fate
    student: UUID
    wish: Wish
    cast: Cast
    documents: Mapping[str, NewDocument]
    starts_at: datetime
    ends_by: datetime
    dice: random.Random = field(repr=False)


Acts = AsyncIterator[datetime]
"""Each item is the instant of the next act; asking for the one after it plays the act."""

_DAY = timedelta(days=1)


async def play(story: Story) -> Acts:
    """Every act of the story at its instant; the caller plays the earliest act of all stories first."""
    dice, fate = story.dice, story.fate
    gaps = [_DAY * dice.uniform(*between) for between in ((0.01, 2), (1, 9), (0.5, 6), (2, 30))]
    drafted, sent, seen, settled, paid = instants(story.starts_at, gaps, end=story.ends_by, dice=dice)
    yield drafted
    reference = await create_draft(_request(story), by=story.cast.director, now=drafted)
    first = [story.documents[kind] for kind in _papers(story)]
    await add_documents(reference, first, by=story.cast.director, now=drafted)
    if fate is Fate.DRAFT:
        return
    yield sent
    enough = (await submit(reference, by=story.cast.director, now=sent)).enough
    if fate is Fate.SUBMITTED:
        return
    yield seen
    if not enough and fate is not Fate.WITHDRAWN:
        await put_on_hold(reference, "no_credit", due_date=None, by=story.cast.first, now=seen)
        return
    async for at in _reviewed(story, reference, seen, settled):
        yield at
    if fate is Fate.PAID and await _granted(reference):
        yield paid
        await record_payment(reference, by=story.cast.second, now=paid)


async def _reviewed(story: Story, reference: str, seen: datetime, settled: datetime) -> Acts:
    """From the first look of an administrator to where this story ends."""
    cast, fate = story.cast, story.fate
    if fate is Fate.WITHDRAWN:
        await withdraw(reference, by=cast.director, now=seen)
    elif fate is Fate.CLOSED:
        await close(reference, story.dice.choice((GONE, CLOSED)), by=cast.first, now=seen)
    elif fate in {Fate.ON_HOLD, Fate.IN_REVIEW}:
        reason = story.dice.choice(("other_aid", "commission"))
        due = paris_day(seen) + 21 * _DAY
        await put_on_hold(reference, reason, due_date=due, by=cast.first, now=seen)
        if fate is Fate.IN_REVIEW:
            yield settled
            await resume(reference, by=cast.first, now=settled)
    elif fate in {Fate.QUESTION, Fate.ANSWERED}:
        async for at in _questioned(story, reference, seen, settled):
            yield at
    else:
        async for at in _decided(story, reference, seen, settled):
            yield at


async def _questioned(story: Story, reference: str, seen: datetime, settled: datetime) -> Acts:
    cast = story.cast
    question = story.dice.choice(QUESTIONS)
    due = paris_day(seen) + 15 * _DAY
    await request_information(reference, question, due_date=due, by=cast.first, now=seen)
    if story.fate is Fate.QUESTION:
        return
    yield settled
    row = await _row(reference)
    await edit_request(
        reference,
        version=row["version"],
        answer="La pièce est jointe.",
        by=cast.director,
        now=settled,
    )
    missing = [story.documents[kind] for kind in story.wish.papers if kind not in _papers(story)]
    if missing:
        await add_documents(reference, missing, by=cast.director, now=settled)
    await submit(reference, by=cast.director, now=settled)


async def _decided(story: Story, reference: str, seen: datetime, settled: datetime) -> Acts:
    cast = story.cast
    outcome = await _decide(story, reference, by=cast.first, at=seen)
    if outcome.status != "awaiting_approval" or story.fate is Fate.AWAITING:
        return
    yield settled
    if story.fate is Fate.RETURNED:
        note = "Peut-on vérifier le montant avec l’école ?"
        await return_to_preparer(reference, note=note, by=cast.second, now=settled)
        return
    try:
        await approve(reference, note=None, by=cast.second, now=settled)
    except Conflict:
        # Another grant used up a ceiling in between: whoever confirms sends it back, and it is decided anew.
        await return_to_preparer(reference, note=CHANGED, by=cast.second, now=settled)
        again = await _decide(story, reference, by=cast.first, at=settled)
        if again.status == "awaiting_approval":
            await approve(reference, note=None, by=cast.second, now=settled)


async def _decide(story: Story, reference: str, *, by: Person, at: datetime) -> Outcome:
    # Another grant used up a ceiling in between: whoever confirms sends it back, it is decided anew.
    row = await _row(reference)
    try:
        choice = _choice(story.fate, row["outcome"], row["proposed_cents"])
        return await decide(reference, choice, by=by, now=at)
    except RuleError:
        found = await request_assessment(reference, by, now=at)
        choice = _choice(story.fate, found.outcome, found.proposed_cents)
        return await decide(reference, choice, by=by, now=at)


def _choice(fate: Fate, outcome: str, proposed_cents: int) -> Choice:
    """What an administrator would do: grant what the rules propose, refuse with a reason, seldom override."""
    if outcome == "not_eligible" or proposed_cents == 0:
        return _refusal("not_eligible")
    if outcome == "incomplete":
        return _refusal("papers_missing")
    if fate is Fate.REFUSED:
        return _refusal("judgement")
    if outcome == "needs_judgement":
        return Choice(verdict=Verdict.GRANT, granted_cents={}, override_reason=OVERRIDE)
    return Choice(verdict=Verdict.GRANT, granted_cents={})


def _refusal(code: str) -> Choice:
    return Choice(verdict=Verdict.REFUSE, granted_cents={}, reason_codes=(code,))


def _request(story: Story) -> NewRequest:
    return NewRequest(
        student=story.student,
        urgency="emergency" if story.fate is Fate.EMERGENCY else "normal",
        narrative=story.dice.choice(NARRATIVES),
        lines=story.wish.lines,
    )


def _papers(story: Story) -> Sequence[str]:
    """A question is asked because a paper is missing; most refusals come from one that never arrived."""
    if story.fate in {Fate.QUESTION, Fate.ANSWERED, Fate.REFUSED, Fate.DRAFT}:
        return story.wish.papers[:1]
    return story.wish.papers


async def _granted(reference: str) -> bool:
    row = await _row(reference)
    is_grant = (DecisionRow.request == row["id"]) & (DecisionRow.granted_cents > 0)
    return bool(await DecisionRow.exists().where(is_grant))


async def _row(reference: str) -> dict[str, Any]:
    row: dict[str, Any] | None = await RequestRow.select().where(RequestRow.reference == reference).first()
    assert row is not None, "the story wrote it"
    return row
