"""Passwords: how they are hashed, how they are checked, and which ones are too easy to guess."""

import asyncio
from weakref import WeakKeyDictionary

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from solidarity.rules.errors import Unreadable

LEAST, MOST = 12, 128
CONTEXT = ["solidarite", "solidarity", "ecole", "production", "fnep", "fonds", "bourse", "directeur"]
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_at_once: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()
NOBODY = _hasher.hash("nobody has this password; it is checked so that a wrong address takes as long")


def acceptable_password(password: str, *, known_words: list[str]) -> str:
    """The password as it was typed, or `Unreadable` with the reason: 12 to 128 characters, hard to guess."""
    if len(password) < LEAST:
        raise Unreadable("password-short")
    if len(password) > MOST:
        raise Unreadable("password-long")
    verdict = zxcvbn(password, user_inputs=[*CONTEXT, *known_words])
    if verdict["score"] < 3 or _is_mostly_context(password, known_words):
        raise Unreadable("password-easy")
    return password


def _is_mostly_context(password: str, known_words: list[str]) -> bool:
    rest = password.casefold().replace("é", "e")
    for word in sorted([*CONTEXT, *known_words], key=len, reverse=True):
        if len(word) >= 4:
            rest = rest.replace(word.casefold(), "")
    letters = "".join(mark for mark in rest if mark.isalpha())
    return len(letters) < 4 and rest != password.casefold()


async def hash_password(password: str) -> str:
    """The argon2id hash; in a thread, two at a time, so that the server keeps answering."""
    async with _turn():
        return await asyncio.to_thread(_hasher.hash, password)


async def matches(password: str, password_hash: str | None) -> bool:
    """Whether the password is right; takes as long when there is no hash to compare with."""
    async with _turn():
        return await asyncio.to_thread(_matches, password, password_hash)


def _matches(password: str, password_hash: str | None) -> bool:
    try:
        _hasher.verify(password_hash or NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def needs_rehash(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


def _turn() -> asyncio.Semaphore:
    return _at_once.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(2))
