"""A whole year at once: which contributions would best have paid what was promised, by minimum-cost flow.

Day by day each grant takes what lapses first among the contributions of its envelope. Seen from the end of
the year another split may use more of the money that lapses. The re-run keeps every restriction, line by
line, and looks at contributions alone: through which envelope the money went is no restriction of a funder.
It is exact: integers, and the network simplex of networkx.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from solidarity.rules.funding import WHOLE, Contribution, Need, Objection, last_day, objections, order_of_use
from solidarity.rules.money import Cents, floor_div

_FROM: Final = "from"
_TO: Final = "to"
_NOBODY: Final = "nobody"


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Lines of one category that the same contributions may pay, and how much each may pay of them."""

    category: str | None
    most_cents: Mapping[str, Cents]
    count: int
    amount_cents: Cents


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """What one contribution pays of one group of lines."""

    contribution: str
    group: Group
    amount_cents: Cents


@dataclass(frozen=True, kw_only=True, slots=True)
class Allocation:
    """Who pays what; `unpaid_cents` is what no contribution may pay."""

    flows: tuple[Flow, ...]
    unpaid_cents: Cents

    def used(self) -> dict[str, Cents]:
        """What each contribution pays in all; one that pays nothing is not named."""
        found: dict[str, Cents] = {}
        for flow in self.flows:
            found[flow.contribution] = found.get(flow.contribution, 0) + flow.amount_cents
        return found


def allocate(contributions: Iterable[Contribution], needs: Iterable[Need]) -> Allocation:
    """The best split of the needs over the contributions, whose `left_cents` is all they gave.

    First as much as possible is paid; then as little as possible is left of money that lapses; then what
    lapses earlier, or is harder to use elsewhere, is used before the rest. The same question always has the
    same answer.
    """
    known = sorted(contributions, key=lambda each: (*order_of_use(each), each.id))
    groups = grouped(known, needs)
    if not groups:
        return Allocation(flows=(), unpaid_cents=0)
    return _read(_solved(known, groups), known, groups)


def left_to_lapse(contributions: Iterable[Contribution], used: Mapping[str, Cents]) -> Cents:
    """What lapses unused if nothing more is promised: the rest of every contribution that has a last day."""
    return sum(each.left_cents - used.get(each.id, 0) for each in contributions if last_day(each) is not None)


def grouped(contributions: Sequence[Contribution], needs: Iterable[Need]) -> tuple[Group, ...]:
    """The needs, those together that can be split afterwards, whatever is decided of their sum.

    Limited shares that add up to more than the whole could contradict each other on a single line: there only
    lines of one amount stand together.
    """
    known = {each.id: each for each in contributions}
    payers_of: dict[tuple[str | None, str | None, str | None, date], tuple[str, ...]] = {}
    amounts: dict[tuple[str, tuple[str, ...], Cents], list[Cents]] = {}
    for need in needs:
        place = (need.category, need.region_code, need.school, need.day)
        if place not in payers_of:
            payers_of[place] = tuple(each.id for each in contributions if _may_pay(each, need))
        may_pay = payers_of[place]
        is_contradictory = sum(known[name].restriction.max_share or 0 for name in may_pay) > WHOLE
        key = (need.category or "", may_pay, need.amount_cents if is_contradictory else 0)
        amounts.setdefault(key, []).append(need.amount_cents)
    return tuple(
        Group(
            category=category or None,
            most_cents={name: sum(_share(known[name], cents) for cents in found) for name in may_pay},
            count=len(found),
            amount_cents=sum(found),
        )
        for (category, may_pay, _amount), found in sorted(amounts.items())
    )


def _may_pay(contribution: Contribution, need: Need) -> bool:
    return not set(objections(contribution, need)) - {Objection.USED_UP}


def _share(contribution: Contribution, amount: Cents) -> Cents:
    share = contribution.restriction.max_share
    return amount if share is None else floor_div(amount * share, WHOLE)


def _solved(known: Sequence[Contribution], groups: Sequence[Group]) -> dict[str, dict[str, int]]:
    """The flow: money of each contribution over the lines that it may pay, the rest over `_NOBODY`."""
    # It takes half a second to load, and one page needs it.
    import networkx as nx

    total = sum(group.amount_cents for group in groups)
    # A cent of a later class always costs more than all cents of an earlier one can save.
    dear = (len(known) + 1) * (total + 1)
    graph = nx.DiGraph()
    graph.add_node(_FROM, demand=-total)
    graph.add_node(_TO, demand=total)
    graph.add_edge(_FROM, _NOBODY, capacity=total, weight=dear * (total + 1))
    for rank, each in enumerate(known):
        cost = rank + (dear if last_day(each) is None else 0)
        graph.add_edge(_FROM, _given(each.id), capacity=max(0, each.left_cents), weight=cost)
    for place, group in enumerate(groups):
        graph.add_edge(_lines(place), _TO, capacity=group.amount_cents, weight=0)
        graph.add_edge(_NOBODY, _lines(place), capacity=group.amount_cents, weight=0)
        for name, most in group.most_cents.items():
            graph.add_edge(_given(name), _lines(place), capacity=most, weight=0)
    _cost, flow = nx.network_simplex(graph)
    found: dict[str, dict[str, int]] = flow
    return found


def _read(
    flow: dict[str, dict[str, int]], known: Sequence[Contribution], groups: Sequence[Group]
) -> Allocation:
    flows = [
        Flow(contribution=each.id, group=group, amount_cents=cents)
        for each in known
        for place, group in enumerate(groups)
        if (cents := flow[_given(each.id)].get(_lines(place), 0)) > 0
    ]
    unpaid = sum(group.amount_cents for group in groups) - sum(one.amount_cents for one in flows)
    return Allocation(flows=tuple(flows), unpaid_cents=unpaid)


def _given(contribution: str) -> str:
    return f"contribution {contribution}"


def _lines(place: int) -> str:
    return f"lines {place}"
