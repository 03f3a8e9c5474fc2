"""Which single fact would change what the rules say of a stored request, in words."""

import json
from datetime import datetime

from solidarity.requests.case import assess_request
from solidarity.requests.holding import request_in_scope
from solidarity.rules.access import Person
from solidarity.rules.errors import Conflict
from solidarity.rules.ruleset import assessment_from_json, explain_turning_points, turning_points
from solidarity.rules.ruleset.case_record import case_from_record
from solidarity.rulesets.queries import ruleset_by_id
from solidarity.store.tables import DecisionRow
from solidarity.store.transaction import reading
from solidarity.web.visit import Language


async def what_would_change(
    reference: str, person: Person, language: Language, *, now: datetime
) -> tuple[str, ...]:
    """One sentence a fact, the best result first; of a decided request, from what was decided on.

    Empty while no rules are in force. Raises `Unknown` outside the person's scope.
    """
    async with reading():
        row = await request_in_scope(reference, person)
        frozen = await (
            DecisionRow.select(DecisionRow.ruleset, DecisionRow.facts, DecisionRow.assessment)
            .where(DecisionRow.request == row["id"])
            .order_by(DecisionRow.number, ascending=False)
            .first()
        )
        if frozen is None:
            try:
                live = await assess_request(row, now=now)
            except Conflict:
                return ()
            ruleset, case, assessment = live.rules.ruleset, live.case, live.assessment
        else:
            ruleset = (await ruleset_by_id(frozen["ruleset"])).ruleset
            case = case_from_record(json.loads(frozen["facts"]))
            assessment = assessment_from_json(json.loads(frozen["assessment"]))
    return explain_turning_points(turning_points(ruleset, case, assessment), language)
