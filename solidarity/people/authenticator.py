"""Finds who is behind a session or a token, for the web toolkit."""

from datetime import datetime

from solidarity.people.commands import touch_session
from solidarity.people.queries import SignedIn, person_for_token, session_for


class AccountAuthenticator:
    """Rights are read from the database at every request, so that a leaver loses them at once."""

    async def person_for_session(self, token_sha256: str, *, at: datetime) -> SignedIn | None:
        session = await session_for(token_sha256, at=at)
        if session is None:
            return None
        if session.is_quiet:
            await touch_session(session.id, real_now=at)
        return session.signed_in

    async def person_for_token(self, token_sha256: str, *, at: datetime) -> SignedIn | None:
        return await person_for_token(token_sha256, at=at)
