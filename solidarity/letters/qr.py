"""The square code printed on a letter, which opens the page that checks it."""

from io import BytesIO

import segno

# A fixed mask skips the search among eight; every reader copes, and it is five times quicker.
MASK = 3
QUIET_ZONE_MODULES = 2


def qr_png(url: str) -> bytes:
    """One pixel a module, black on white: the letter's style sheet enlarges it without smoothing."""
    picture = BytesIO()
    segno.make(url, error="m", mask=MASK, micro=False).save(picture, kind="png", border=QUIET_ZONE_MODULES)
    return picture.getvalue()
