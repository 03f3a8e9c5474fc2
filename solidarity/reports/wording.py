"""What people read about funders: why a contribution pays, the terms of a gift, headings of exports."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from solidarity.budgets.labels import CATEGORIES
from solidarity.reports.queries import Places
from solidarity.rules.calendar import format_day
from solidarity.rules.funding import Objection, Reason, Restriction
from solidarity.web.formats import percent, plural
from solidarity.web.visit import Language
from solidarity.web.wording import Wording

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "contribution-added": ("La contribution est enregistrée.", "The contribution is recorded."),
    "envelope-opened": ("L’enveloppe est ouverte.", "The envelope is opened."),
    "report-not-rendered": (
        "Le PDF n’a pas pu être fabriqué. Réessayez dans un instant.",
        "The PDF could not be made. Try again in a moment.",
    ),
    "funder-required": ("Écrivez le nom du financeur.", "Write the funder’s name."),
    "envelope-name-required": ("Donnez un nom à l’enveloppe.", "Give the envelope a name."),
    "day-in-the-future": ("Cette date est dans le futur.", "This date is in the future."),
    "amount-not-positive": ("Écrivez un montant supérieur à zéro.", "Write an amount above zero."),
}

REASONS: Final[dict[Reason, Wording]] = {
    Reason.LAPSES_FIRST: Wording(
        fr="C’est elle qui expire la première parmi celles qui peuvent payer cette aide.",
        en="Of those that may pay this grant, it lapses first.",
    ),
    Reason.IN_STEP: Wording(
        fr="Elle ne paie qu’une part de chaque aide : sans payer celle-ci, il en resterait trop à la fin.",
        en="It pays only a share of each grant: without paying this one, too much of it would remain.",
    ),
    Reason.RESTRICTED: Wording(
        fr="Son usage est réservé : elle servirait plus difficilement ailleurs.",
        en="Its use is restricted: it would be harder to use elsewhere.",
    ),
    Reason.ONLY: Wording(
        fr="C’est la seule de l’enveloppe qui puisse payer cette aide.",
        en="It is the only one of the envelope that may pay this grant.",
    ),
    Reason.FREE: Wording(
        fr="Rien n’est plus pressé : elle est libre d’usage et sert en dernier.",
        en="Nothing is more urgent: it is free to use and serves last.",
    ),
    Reason.AFTERWARDS: Wording(
        fr="Attribuée après coup : quand cette aide a été décidée, les contributions n’étaient pas nommées.",
        en="Attributed afterwards: when this grant was decided, contributions were not named.",
    ),
}
GIVEN_BACK: Final = Wording(
    fr="Rendu : l’aide a été arrêtée ou réduite.", en="Given back: the grant was ended or reduced."
)

OBJECTIONS: Final[dict[Objection, Wording]] = {
    Objection.OTHER_CATEGORY: Wording(fr="réservée à une autre aide", en="restricted to another kind of aid"),
    Objection.OTHER_REGION: Wording(fr="réservée à une autre région", en="restricted to another region"),
    Objection.OTHER_SCHOOL: Wording(fr="réservée à d’autres écoles", en="restricted to other schools"),
    Objection.NOT_YET: Wording(fr="pas encore utilisable ce jour-là", en="not usable yet on that day"),
    Objection.LAPSED: Wording(fr="expirée ce jour-là", en="lapsed on that day"),
    Objection.USED_UP: Wording(fr="déjà tout employée", en="used up"),
    Objection.SHARE_TOO_SMALL: Wording(
        fr="sa part maximale ne fait pas un centime", en="its largest share is less than a cent"
    ),
    Objection.NOT_NEEDED: Wording(
        fr="pas nécessaire, son tour vient après", en="not needed, its turn comes later"
    ),
}

FEW_SCHOOLS: Final = 2
OPEN: Final = Wording(fr="Libre d’usage", en="Free to use")
_FROM: Final = Wording(fr="à partir du {day}", en="from {day}")
_UNTIL: Final = Wording(fr="jusqu’au {day}", en="until {day}")
_SHARE: Final = Wording(fr="au plus {share} de chaque aide", en="at most {share} of each grant")

HEADINGS: Final[dict[str, Wording]] = {
    "report": Wording(fr="Rapport d’emploi", en="Report of use"),
    "helped": Wording(fr="Élèves aidés", en="Pupils helped"),
    "dedicated": Wording(fr="Fonds dédiés", en="Dedicated funds"),
    "what": Wording(fr="Poste", en="Item"),
    "amount": Wording(fr="Montant", en="Amount"),
    "funder": Wording(fr="Financeur", en="Funder"),
    "terms": Wording(fr="Conditions", en="Terms"),
    "region": Wording(fr="Région", en="Region"),
    "category": Wording(fr="Aide", en="Aid"),
    "pupils": Wording(fr="Élèves", en="Pupils"),
    "total": Wording(fr="Total", en="Total"),
    "opening": Wording(fr="Report de l’année précédente", en="Brought over from the year before"),
    "received": Wording(fr="Reçu dans l’année", en="Received in the year"),
    "used": Wording(fr="Employé", en="Used"),
    "returned": Wording(fr="Rendu au financeur", en="Returned to the funder"),
    "to_carry": Wording(fr="À reporter", en="To carry over"),
    "dormant": Wording(fr="Dont dormant", en="Of which dormant"),
    "settled": Wording(fr="Reporté ou rendu", en="Carried over or returned"),
    "left": Wording(fr="Restant", en="Left"),
    "people": Wording(fr="Élèves différents", en="Different pupils"),
    "nobody": Wording(fr="Aucun élève", en="No pupil"),
    "fewer": Wording(fr="Moins de 11", en="Fewer than 11"),
    "unpublished": Wording(fr="non publié", en="not published"),
}


def terms(restriction: Restriction, places: Places, language: Language) -> str:
    """What the funder asked for, in words; a few schools by name, more of them by number."""
    parts = []
    if restriction.category is not None:
        parts.append(CATEGORIES[restriction.category].in_language(language))
    if restriction.region_code is not None:
        parts.append(places.regions.get(restriction.region_code, restriction.region_code))
    if 0 < len(restriction.schools) <= FEW_SCHOOLS:
        parts += sorted(places.schools.get(slug, slug) for slug in restriction.schools)
    elif restriction.schools:
        many = ("école", "écoles") if language == "fr" else ("school", "schools")
        parts.append(plural(len(restriction.schools), *many, language=language))
    if restriction.usable_from is not None:
        parts.append(_dated(_FROM, restriction.usable_from, language))
    if restriction.until is not None:
        parts.append(_dated(_UNTIL, restriction.until, language))
    if restriction.max_share is not None:
        parts.append(_SHARE.in_language(language).format(share=percent(restriction.max_share, language)))
    return ", ".join(parts) if parts else OPEN.in_language(language)


def names(codes: tuple[str, ...], known: Mapping[str, str]) -> str:
    """Several codes that stand together in a table, in words."""
    return ", ".join(known.get(code, code) for code in codes)


def _dated(words: Wording, day: date, language: Language) -> str:
    written = format_day(day, language).replace(" ", "\N{NO-BREAK SPACE}")
    return words.in_language(language).format(day=written)
