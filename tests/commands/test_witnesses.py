"""Whoever rewrites the whole event log, head included, is contradicted by the letters."""

from solidarity.decisions.commands import decide
from solidarity.letters.witnesses import contradicted_letter
from solidarity.rules.chain import GENESIS, ChainedEvent, Frontier, canonical, event_hash
from solidarity.store.engine import current_engine
from solidarity.store.tables import ChainHeadRow, EventRow, LetterRow
from solidarity.trail.commands import instant_text
from solidarity.trail.queries import verify_log
from tests.build import GRANT, NOW, a_line, a_request, a_ruleset, an_envelope
from tests.databases import Database
from tests.people import the_cast


async def _a_decision() -> str:
    """Two events before the letter are enough; answers the number of the letter."""
    cast = await the_cast()
    await a_ruleset(activated_by=cast.second)
    await an_envelope(100_000)
    await decide(await a_request(a_line(10_000), by=cast.director), GRANT, by=cast.administrator, now=NOW)
    row = await LetterRow.select(LetterRow.number).first()
    assert row is not None
    return str(row["number"])


async def _without_guards() -> None:
    if current_engine().engine_type == "sqlite":
        for row in await EventRow.raw("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            await EventRow.raw(f"DROP TRIGGER {row['name']}")
    else:
        await EventRow.raw("ALTER TABLE event DISABLE TRIGGER USER")
        await EventRow.raw("ALTER TABLE chain_head DISABLE TRIGGER USER")


async def _rewritten(forged: int, action: str) -> None:
    """The log as if event `forged` had been another act, every hash and the head made to fit."""
    previous, frontier = GENESIS, Frontier()
    for row in await EventRow.select().order_by(EventRow.sequence):
        told = action if row["sequence"] == forged else row["action"]
        written = canonical(
            ChainedEvent(
                sequence=row["sequence"],
                at=instant_text(row["at"]),
                actor=row["actor"],
                action=told,
                subject_kind=row["about_kind"],
                subject_id=row["about_id"],
                commitment=bytes.fromhex(row["commitment"]),
            )
        )
        found = event_hash(previous, written)
        await EventRow.update(
            {
                EventRow.action: told,
                EventRow.canonical: written,
                EventRow.previous_hash: previous.hex(),
                EventRow.hash: found.hex(),
            }
        ).where(EventRow.sequence == row["sequence"])
        previous, frontier = found, frontier.append(written)
    await ChainHeadRow.update(
        {ChainHeadRow.hash: previous.hex(), ChainHeadRow.frontier: frontier.to_text()}, force=True
    )


async def test_letters_agree_with_an_honest_log(database: Database) -> None:
    await _a_decision()
    assert await contradicted_letter() is None


async def test_a_history_rewritten_whole_contradicts_the_letters(database: Database) -> None:
    number = await _a_decision()
    await _without_guards()
    await _rewritten(2, "person.erased")
    assert (await verify_log()).valid, "the forged chain fits together"
    fault = await contradicted_letter()
    assert fault is not None
    assert (fault.table, fault.row) == ("letter", number)


async def test_what_comes_after_the_letter_is_not_its_business(database: Database) -> None:
    await _a_decision()
    last = await EventRow.count()
    await _without_guards()
    await _rewritten(last, "person.erased")
    assert await contradicted_letter() is None
