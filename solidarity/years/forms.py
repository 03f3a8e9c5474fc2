"""What may be typed to close a year and to open one."""

from collections.abc import Iterable

from solidarity.budgets.commands import NewEnvelope
from solidarity.rules.year_end import Choices, Fate, Proposal, YearPlan, possible_fates
from solidarity.web.forms import Form
from solidarity.years.opening import envelope_again


def read_closing(form: Form, plan: YearPlan) -> Choices:
    """The choices of the form; what the year does not know any more is noted as a problem."""
    known = [one.reference for one in plan.facts.commitments]
    fates: dict[str, Fate] = {}
    for gift in plan.facts.gifts:
        among = [fate.value for fate in possible_fates(gift)]
        chosen = form.one_of(f"fate-{gift.id}", among, required=False)
        if chosen is not None:
            fates[gift.id] = Fate(chosen)
    return Choices(
        close_undecided=form.flag("close_undecided"),
        lapsing=frozenset(form.several_of("lapsing", known)),
        fates=fates,
    )


def read_envelopes(form: Form, found: Iterable[Proposal], school_year: str) -> list[NewEnvelope]:
    """The envelopes to open, with the amounts as typed; an empty one, or nothing, is left out."""
    wanted = []
    for place, proposal in enumerate(found):
        cents = form.amount(f"amount-{place}", required=False)
        # Two administrators may see different proposals: the name says which one was meant.
        if cents and form.value(f"name-{place}") == proposal.former.name:
            wanted.append(envelope_again(proposal, school_year, cents))
    return wanted
