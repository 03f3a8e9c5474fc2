"""What the radar draws and writes out: the year as a line with its band, and its tables as spreadsheets."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from solidarity.budgets.labels import CATEGORIES
from solidarity.reports.radar_queries import Line, Part, Radar
from solidarity.rules.claims import ClaimStage
from solidarity.rules.forecast import Basis
from solidarity.rules.money import format_euros
from solidarity.spreadsheets import Column, Kind, Sheet, Value
from solidarity.web.charts import Band, Chart, Series, Tone, Words, line_chart
from solidarity.web.visit import Language
from solidarity.web.wording import Wording

PARTS: Final[Mapping[Part, Wording]] = {
    Part.CATEGORY: Wording(fr="Par nature d’aide", en="By category"),
    Part.ENVELOPE: Wording(fr="Par enveloppe", en="By envelope"),
    Part.REGION: Wording(fr="Par région", en="By region"),
    Part.SCHOOL: Wording(fr="Par école", en="By school"),
    Part.FUNDER: Wording(fr="Par financeur", en="By funder"),
}
BASES: Final[Mapping[Basis, Wording]] = {
    Basis.OWN: Wording(fr="son rythme des années passées", en="its own pace of past years"),
    Basis.NETWORK: Wording(fr="le rythme de tout le fonds", en="the pace of the whole fund"),
    Basis.LINEAR: Wording(
        fr="un rythme égal, faute d’année passée", en="an even pace, for want of a past year"
    ),
    Basis.OVER: Wording(fr="l’année est finie", en="the year is over"),
}
STAGES: Final[Mapping[ClaimStage, Wording]] = {
    ClaimStage.OPEN: Wording(fr="Dans le délai, plus de trente jours", en="In time, more than thirty days"),
    ClaimStage.TO_REMIND: Wording(
        fr="Trente jours ou moins, rappel à faire", en="Thirty days or less, to remind"
    ),
    ClaimStage.REMINDED: Wording(
        fr="Trente jours ou moins, école prévenue", en="Thirty days or less, reminded"
    ),
    ClaimStage.LAPSED: Wording(fr="Délai passé, à libérer", en="Too late, to be released"),
}
_ALL_CATEGORIES: Final = Wording(fr="Toutes natures d’aide", en="Any category")
_WHOLE: Final = Wording(fr="Tout le fonds", en="The whole fund")
_TITLE: Final = Wording(fr="Accordé depuis la rentrée, et prévu", en="Granted since September, and forecast")
_SAYS: Final = Wording(
    fr="{granted} sont accordés à ce jour. Prévu au 31 août : {expected}, quatre fois sur cinq entre {least} "
    "et {most}.",
    en="{granted} is granted to date. Forecast on 31 August: {expected}, four times in five between {least} "
    "and {most}.",
)
_OVER_SAYS: Final = Wording(
    fr="{granted} ont été accordés dans l’année.", en="{granted} was granted in the year."
)
_DAY: Final = Wording(fr="Au soir du", en="In the evening of")
_AMOUNT: Final = Wording(fr="Montant", en="Amount")
_GRANTED: Final = Wording(fr="Accordé", en="Granted")
_EXPECTED: Final = Wording(fr="Prévu", en="Forecast")
_BAND: Final = Wording(fr="Fourchette", en="Range")
_HEADINGS: Final[tuple[tuple[Wording, Kind], ...]] = (
    (Wording(fr="Ligne", en="Line"), Kind.TEXT),
    (Wording(fr="Ouvert", en="Allocated"), Kind.EUROS),
    (Wording(fr="Accordé à ce jour", en="Granted to date"), Kind.EUROS),
    (Wording(fr="Accordé l’an dernier", en="Granted last year"), Kind.EUROS),
    (Wording(fr="Prévu au 31 août", en="Forecast on 31 August"), Kind.EUROS),
    (Wording(fr="Au moins", en="At least"), Kind.EUROS),
    (Wording(fr="Au plus", en="At most"), Kind.EUROS),
    (Wording(fr="Restera", en="Will be left"), Kind.EUROS),
    (Wording(fr="Épuisé le", en="Used up on"), Kind.DATE),
    (Wording(fr="Épuisé au plus tôt le", en="Used up at the earliest on"), Kind.DATE),
    (Wording(fr="La prévision suit", en="The forecast follows"), Kind.TEXT),
)


def decimal(tenths: int, language: Language) -> str:
    """Tenths as a number with one decimal."""
    return f"{tenths // 10}{'.' if language == 'en' else ','}{tenths % 10}"


def name_of(line: Line, part: Part, language: Language) -> str:
    """What a line is called; a category by its word."""
    if part is Part.CATEGORY:
        return CATEGORIES.get(line.key, _ALL_CATEGORIES).in_language(language)
    return line.name


def forecast_chart(radar: Radar, language: Language, *, address: str) -> Chart:
    """The whole fund over the year; `address` leads to the months that each figure adds up."""
    write = partial(format_euros, language=language)
    found = radar.whole.forecast
    path = found.path
    last = max((place for place, point in enumerate(path) if point.granted_cents is not None), default=-1)
    ahead = [place >= max(last, 0) and found.basis is not Basis.OVER for place in range(len(path))]
    words = Words(
        id="forecast",
        title=_TITLE.in_language(language),
        description=(_OVER_SAYS if found.basis is Basis.OVER else _SAYS)
        .in_language(language)
        .format(
            granted=write(found.granted_cents),
            expected=write(found.expected_cents),
            least=write(found.least_cents),
            most=write(found.most_cents),
        ),
        across=_DAY.in_language(language),
        upwards=_AMOUNT.in_language(language),
    )
    series = [
        Series(
            name=_GRANTED.in_language(language),
            values=tuple(point.granted_cents for point in path),
            tone=Tone.PAID,
            addresses=tuple(address if point.granted_cents is not None else None for point in path),
        )
    ]
    if not any(ahead):
        return line_chart(words, labels=_labels(radar), series=series, write=write)
    expected = tuple(
        point.expected_cents if there else None for point, there in zip(path, ahead, strict=True)
    )
    series.append(Series(name=_EXPECTED.in_language(language), values=expected, tone=Tone.SECOND))
    band = Band(
        name=_BAND.in_language(language),
        least=tuple(point.least_cents if there else None for point, there in zip(path, ahead, strict=True)),
        most=tuple(point.most_cents if there else None for point, there in zip(path, ahead, strict=True)),
    )
    return line_chart(words, labels=_labels(radar), series=series, write=write, band=band)


def _labels(radar: Radar) -> list[str]:
    return [f"{point.day:%d/%m}" for point in radar.whole.forecast.path]


def sheet_of(radar: Radar, part: Part, language: Language) -> Sheet:
    """The lines of the radar, and the whole fund under them."""
    columns = [Column(heading=words.in_language(language), kind=kind) for words, kind in _HEADINGS]
    rows = [_row(line, name_of(line, part, language), language) for line in radar.lines]
    rows.append(_row(radar.whole, _WHOLE.in_language(language), language))
    return Sheet(title=PARTS[part].in_language(language), columns=columns, rows=rows)


def _row(line: Line, name: str, language: Language) -> tuple[Value, ...]:
    found = line.forecast
    return (
        name,
        line.allocated_cents,
        found.granted_cents,
        line.last_year_cents,
        found.expected_cents,
        found.least_cents,
        found.most_cents,
        line.left_cents,
        line.exhausted_on,
        line.exhausted_early,
        BASES[found.basis].in_language(language),
    )
