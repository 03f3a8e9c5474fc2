"""The pages at the foot of every page: help, accessibility, legal and privacy information."""

from litestar import get

from solidarity.web.access import PUBLIC
from solidarity.web.respond import Page, page


@get("/aide", opt=PUBLIC)
async def help_page() -> Page:
    return page("about/help.html")


@get("/accessibilite", opt=PUBLIC)
async def accessibility_page() -> Page:
    return page("about/accessibility.html")


@get("/mentions-legales", opt=PUBLIC)
async def legal_page() -> Page:
    return page("about/legal.html")


HANDLERS = (help_page, accessibility_page, legal_page)
