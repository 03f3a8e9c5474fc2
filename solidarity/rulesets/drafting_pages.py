"""Making a ruleset from an example or another version, by form or as text, and putting it in force."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from solidarity.rules.access import Action, Person
from solidarity.rules.calendar import paris_day
from solidarity.rules.errors import Conflict, NotAllowed, Unknown
from solidarity.rules.ruleset import RulesetFaults
from solidarity.rules.ruleset.fresh_examples import with_fresh_examples
from solidarity.rulesets.commands import activate_ruleset, save_draft, set_aside
from solidarity.rulesets.editing import MOST_FIELDS, FieldGroup, field_groups, typed, with_values
from solidarity.rulesets.forms import read_source, read_values
from solidarity.rulesets.queries import RulesetView, ruleset_source, shipped_examples, version_to_compare
from solidarity.rulesets.showing import shown_differences, shown_doubts, shown_faults, shown_view, words
from solidarity.web.access import needs
from solidarity.web.forms import Form, form_with, read_form
from solidarity.web.respond import Page, SeeOther, page, see_other

Incoming = Request[Any, Any, Any]
NEW_TEMPLATE: Final = "rulesets/new.html"
VALUES_TEMPLATE: Final = "rulesets/edit_values.html"
TEXT_TEMPLATE: Final = "rulesets/edit_text.html"
ACTIVATE_TEMPLATE: Final = "rulesets/activate.html"
DIFFERS: Final = "example-differs"
NO_FAULTS: Final[dict[str, Any]] = {"faults": (), "is_of_examples": False}


@get("/baremes/nouveau", opt=needs(Action.EDIT_RULESETS))
async def new_page(request: Incoming) -> Page:
    """An empty text, that of an example, or that of a version which is no longer a draft."""
    examples = shipped_examples()
    wanted, version = (request.query_params.get(name, "") for name in ("exemple", "de"))
    chosen = next((one for one in examples if one.name == wanted), None)
    if wanted and chosen is None:
        raise Unknown
    source = await _text_of(version) if version else chosen.source if chosen else ""
    form = form_with(request, {"source": source})
    return page(NEW_TEMPLATE, {**words(), "form": form, "examples": examples, "chosen": chosen, **NO_FAULTS})


async def _text_of(version: str) -> str:
    try:
        return (await ruleset_source(UUID(version)))[1]
    except ValueError:
        raise Unknown from None


@post("/baremes/nouveau", opt=needs(Action.EDIT_RULESETS), status_code=303)
async def new_submit(
    request: Incoming, person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Page | SeeOther:
    form = await read_form(request)
    context = {**words(), "form": form, "examples": shipped_examples(), "chosen": None, **NO_FAULTS}
    source = read_source(form)
    if source is None:
        return page(NEW_TEMPLATE, context, status=422)
    return await _saved(form, source, None, NEW_TEMPLATE, context, by=person, now=now)


@get("/baremes/{ruleset_id:uuid}/modifier", opt=needs(Action.EDIT_RULESETS))
async def values_page(
    request: Incoming, ruleset_id: FromPath[UUID], now: NamedDependency[datetime]
) -> Page | SeeOther:
    view, source = await ruleset_source(ruleset_id)
    groups = _groups(source)
    if groups is None:
        return see_other(f"/baremes/{ruleset_id}/modifier/texte")
    form = form_with(request, {one.name: typed(one) for group in groups for one in group.every_field})
    return page(VALUES_TEMPLATE, _values_context(form, view, groups, now))


@post("/baremes/{ruleset_id:uuid}/modifier", opt=needs(Action.EDIT_RULESETS), status_code=303)
async def values_submit(
    request: Incoming,
    ruleset_id: FromPath[UUID],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page | SeeOther:
    view, source = await ruleset_source(ruleset_id)
    form, groups = await read_form(request), _groups(source) or ()
    context = _values_context(form, view, groups, now)
    values = read_values(form, (one for group in groups for one in group.every_field))
    if form.errors:
        return page(VALUES_TEMPLATE, context, status=422)
    try:
        changed = with_values(source, values)
    except Conflict as refusal:
        form.refuse("", refusal.code)
        return page(VALUES_TEMPLATE, context, status=409)
    if form.value("then") == "text":
        return page(TEXT_TEMPLATE, _text_context(form_with(request, {"source": changed}), view, source, now))
    if changed == source.removeprefix("\ufeff"):
        return see_other(f"/baremes/{ruleset_id}", done="ruleset-unchanged")
    return await _saved(form, changed, ruleset_id, VALUES_TEMPLATE, context, by=person, now=now)


@get("/baremes/{ruleset_id:uuid}/modifier/texte", opt=needs(Action.EDIT_RULESETS))
async def text_page(request: Incoming, ruleset_id: FromPath[UUID], now: NamedDependency[datetime]) -> Page:
    view, source = await ruleset_source(ruleset_id)
    return page(TEXT_TEMPLATE, _text_context(form_with(request, {"source": source}), view, source, now))


@post("/baremes/{ruleset_id:uuid}/modifier/texte", opt=needs(Action.EDIT_RULESETS), status_code=303)
async def text_submit(
    request: Incoming,
    ruleset_id: FromPath[UUID],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page | SeeOther:
    view, stored = await ruleset_source(ruleset_id)
    form = await read_form(request)
    context = _text_context(form, view, stored, now)
    source = read_source(form)
    if source is None:
        return page(TEXT_TEMPLATE, context, status=422)
    if source == stored.replace("\r\n", "\n").removeprefix("\ufeff"):
        return see_other(f"/baremes/{ruleset_id}", done="ruleset-unchanged")
    return await _saved(form, source, ruleset_id, TEXT_TEMPLATE, context, by=person, now=now)


@post("/baremes/{ruleset_id:uuid}/ecarter", opt=needs(Action.EDIT_RULESETS), status_code=303)
async def set_aside_submit(
    ruleset_id: FromPath[UUID], person: NamedDependency[Person], now: NamedDependency[datetime]
) -> SeeOther:
    await set_aside(ruleset_id, by=person, now=now)
    return see_other("/baremes", done="ruleset-set-aside")


@get("/baremes/{ruleset_id:uuid}/mettre-en-vigueur", opt=needs(Action.ACTIVATE_RULESET))
async def activate_page(
    request: Incoming,
    ruleset_id: FromPath[UUID],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    context = await _activate_context(form_with(request, {}), ruleset_id, person, now)
    return page(ACTIVATE_TEMPLATE, context)


@post("/baremes/{ruleset_id:uuid}/mettre-en-vigueur", opt=needs(Action.ACTIVATE_RULESET), status_code=303)
async def activate_submit(
    request: Incoming,
    ruleset_id: FromPath[UUID],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page | SeeOther:
    try:
        await activate_ruleset(ruleset_id, by=person, now=now)
    except NotAllowed:
        # The page says who wrote the draft; the general sentence on two people speaks of decisions.
        context = await _activate_context(await read_form(request), ruleset_id, person, now)
        return page(ACTIVATE_TEMPLATE, context, status=403)
    return see_other(f"/baremes/{ruleset_id}", done="ruleset-activated")


async def _saved(
    form: Form,
    source: str,
    made_from: UUID | None,
    template: str,
    context: dict[str, Any],
    *,
    by: Person,
    now: datetime,
) -> Page | SeeOther:
    """Saved, or the same page with every fault and with what was typed."""
    try:
        text = with_fresh_examples(source) if form.flag("fresh_examples") else source
        saved = await save_draft(text, made_from=made_from, by=by, now=now)
    except RulesetFaults as found:
        form.refuse("faults", "ruleset-faults", count=len(found.faults))
        shown = {
            "faults": shown_faults(found.faults, source),
            "is_of_examples": all(fault.code == DIFFERS for fault in found.faults),
        }
        return page(template, {**context, **shown}, status=422)
    except Conflict as refusal:
        form.refuse("", refusal.code)
        return page(template, context, status=409)
    return see_other(f"/baremes/{saved}", done="ruleset-saved")


def _groups(source: str) -> tuple[FieldGroup, ...] | None:
    """None for a text with more values than a form can hold."""
    groups = field_groups(source)
    return groups if sum(1 for group in groups for _ in group.every_field) <= MOST_FIELDS else None


def _values_context(
    form: Form, view: RulesetView, groups: tuple[FieldGroup, ...], now: datetime
) -> dict[str, Any]:
    return {**shown_view(view, paris_day(now)), "form": form, "groups": groups, **NO_FAULTS}


def _text_context(form: Form, view: RulesetView, stored: str, now: datetime) -> dict[str, Any]:
    return {
        **shown_view(view, paris_day(now)),
        **NO_FAULTS,
        "form": form,
        "has_form": _groups(stored) is not None,
    }


async def _activate_context(form: Form, ruleset_id: UUID, person: Person, now: datetime) -> dict[str, Any]:
    view, source = await ruleset_source(ruleset_id)
    if view.state != "draft":
        raise Conflict("ruleset-not-draft")
    other = await version_to_compare(view)
    context = {
        **shown_view(view, paris_day(now)),
        "form": form,
        "is_author": view.created_by == person.id,
        "doubts": shown_doubts(view, source),
        "compared": None,
        "differences": [],
    }
    if other is not None:
        context["compared"], other_source = await ruleset_source(other)
        context["differences"] = shown_differences(other_source, source)
    return context


HANDLERS: list[Any] = [
    new_page,
    new_submit,
    values_page,
    values_submit,
    text_page,
    text_submit,
    set_aside_submit,
    activate_page,
    activate_submit,
]
