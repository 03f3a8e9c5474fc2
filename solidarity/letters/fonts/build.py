"""Makes the letters' two fonts from the files of the npm package named in VENDOR.toml: subset, then renamed.

Run by hand when the fonts change: ``python -m solidarity.letters.fonts.build FOLDER-OF-ADOBE-TTF-FILES``.
The licence reserves the name "Source" for unmodified files, so what comes out is called "Solidarity Sans".
"""

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

HERE = Path(__file__).parent
FAMILY = "Solidarity Sans"
STYLES = ("Regular", "Bold")
# Latin with every accent, Greek, Cyrillic, combining marks, spaces and dashes, currency, arrows, ticks.
KEPT_RANGES = (
    *((0x20, 0x7E), (0xA0, 0x24F), (0x2B0, 0x2FF), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x52F)),
    *((0x1E00, 0x1EFF), (0x2000, 0x206F), (0x2070, 0x209F), (0x20A0, 0x20BF), (0x2100, 0x214F)),
    *((0x2190, 0x2193), (0x2212, 0x2212), (0x2260, 0x2265), (0x2713, 0x2717), (0xFB00, 0xFB04)),
)
NAME_COPYRIGHT, NAME_FAMILY, NAME_STYLE, NAME_UNIQUE, NAME_FULL = 0, 1, 2, 3, 4
NAME_VERSION, NAME_POSTSCRIPT, NAME_DESCRIPTION, NAME_LICENCE, NAME_LICENCE_URL = 5, 6, 10, 13, 14
KEPT_NAMES = (NAME_COPYRIGHT, NAME_VERSION, NAME_LICENCE, NAME_LICENCE_URL)


def subset(font: TTFont) -> None:
    options = Options()
    # Optional ligatures and figure styles are never asked for: letters use no font feature.
    options.layout_features = ["ccmp", "kern", "locl", "mark", "mkmk"]
    options.hinting = False
    options.notdef_outline = True
    options.recalc_timestamp = False
    options.name_IDs = list(KEPT_NAMES)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[code for first, last in KEPT_RANGES for code in range(first, last + 1)])
    subsetter.subset(font)


def rename(font: TTFont, style: str) -> None:
    names = font["name"]
    postscript = f"{FAMILY.replace(' ', '')}-{style}"
    for number, text in (
        (NAME_FAMILY, FAMILY),
        (NAME_STYLE, style),
        (NAME_UNIQUE, f"{postscript}; subset of an OFL font by Adobe"),
        (NAME_FULL, f"{FAMILY} {style}"),
        (NAME_POSTSCRIPT, postscript),
        (NAME_DESCRIPTION, "A renamed subset of a typeface by Adobe, under the SIL Open Font License 1.1."),
    ):
        names.setName(text, number, 3, 1, 0x409)


def build(source: Path) -> None:
    for style in STYLES:
        font = TTFont(source / f"SourceSans3-{style}.ttf", recalcTimestamp=False)
        subset(font)
        rename(font, style)
        font.save(HERE / f"SolidaritySans-{style}.ttf")


if __name__ == "__main__":
    build(Path(sys.argv[1]))
