"""The gate for supporting documents: read from the request, checked in a process apart, kept by hash."""

import asyncio
import hashlib
import os
import sys
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

from litestar import Request

import solidarity
from solidarity.archive import Archive
from solidarity.requests import paper_check
from solidarity.requests.commands import NewDocument
from solidarity.requests.papers import JPEG, PDF, PNG, type_of
from solidarity.rules.calendar import paris_day
from solidarity.rules.errors import Conflict, Invalid, Problem, Unreadable
from solidarity.rules.text import clean, clean_file_name
from solidarity.rulesets.queries import ruleset_for
from solidarity.web.gate import Refused
from solidarity.web.typed import Typed, read_typed

DOCUMENT_KINDS: Final = (
    "invoice",
    "quote",
    "pass",
    "lease",
    "receipt",
    "identity",
    "income",
    "attendance",
    "other",
)
ACCEPTED_TYPES: Final = (PDF, JPEG, PNG)
PATIENCE_SECONDS: Final = 20.0
MOST_AT_ONCE: Final = 2
_TYPE_OF_ENDING: Final = {".pdf": PDF, ".jpg": JPEG, ".jpeg": JPEG, ".png": PNG}
_SAYS_NOTHING: Final = frozenset({"", "application/octet-stream"})
_ALIASES: Final = {"image/jpg": JPEG, "image/pjpeg": JPEG, "image/x-png": PNG, "application/x-pdf": PDF}
_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """One file as it was sent, nothing of it believed yet."""

    kind: str
    file_name: str
    declared_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


async def kinds_accepted(school_year: str, now: datetime) -> frozenset[str]:
    """The kinds of document a request of that school year may hold: the usual ones and those of its rules."""
    try:
        named = (await ruleset_for(school_year, paris_day(now))).ruleset.document_kinds
    except Conflict:
        named = ()
    return frozenset({*DOCUMENT_KINDS, *named})


async def read_upload(request: Request[Any, Any, Any]) -> Upload:
    """The parts `file` and `kind` of a multipart body, each once, and no other.

    Raises a 415 for any other body, `Invalid` with every part in fault.
    """
    if request.content_type[0] != "multipart/form-data":
        raise Refused(415, "multipart-expected")
    typed = await read_typed(request)
    problems = _problems_of_parts(typed)
    if problems:
        raise Invalid(tuple(problems))
    file = typed.files["file"][0]
    content = await file.read()
    await file.close()
    headers = {name.lower(): value for name, value in file.headers.items()}
    return Upload(
        kind=typed.first("kind"),
        file_name=file.filename,
        declared_type=headers.get("content-type", "").partition(";")[0].strip().lower(),
        content=content,
    )


def _problems_of_parts(typed: Typed) -> list[Problem]:
    found = [
        Problem(pointer=f"/{name[:60]}", code="unknown-field")
        for name in sorted({*typed.values, *typed.files} - {"file", "kind"})
    ]
    if len(typed.files.get("file", ())) != 1 or "file" in typed.values:
        code = "several-files" if len(typed.files.get("file", ())) > 1 else "file-required"
        found.append(Problem(pointer="/file", code=code))
    if len(typed.values.get("kind", ())) != 1 or "kind" in typed.files:
        found.append(Problem(pointer="/kind", code="given-twice" if "kind" in typed.values else "required"))
    return found


async def accept_upload(
    archive: Archive,
    *,
    kind: str,
    file_name: str,
    declared_type: str,
    content: bytes,
    allowed_kinds: Collection[str],
) -> NewDocument:
    """Check a file and keep it; what is kept of an image is the picture alone.

    Raises `Invalid` with the problems of `/kind` and `/file`, and a 503 when too many files are waiting.
    """
    problems: list[Problem] = []
    _check(problems, "/kind", lambda: _known_kind(kind, allowed_kinds))
    _check(problems, "/file", lambda: _agreeing_type(content, file_name, declared_type))
    if problems:
        raise Invalid(tuple(problems))
    try:
        kept = await _checked_apart(content)
    except Unreadable as fault:
        raise Invalid((_problem("/file", fault),)) from None
    return NewDocument(
        kind=kind,
        file_name=clean_file_name(file_name),
        media_type=type_of(content),
        size=len(kept),
        sha256=await asyncio.to_thread(archive.put, kept),
    )


def _check(problems: list[Problem], pointer: str, read: Any) -> None:
    try:
        read()
    except Unreadable as fault:
        problems.append(_problem(pointer, fault))


def _problem(pointer: str, fault: Unreadable) -> Problem:
    return Problem(pointer=pointer, code=fault.code, figures=fault.figures)


def _known_kind(kind: str, allowed: Collection[str]) -> None:
    if clean(kind, most=40) not in allowed:
        raise Unreadable("document-kind-unknown" if kind else "required")


def _agreeing_type(content: bytes, file_name: str, declared_type: str) -> None:
    """Its first bytes, the ending of its name and the type it was announced with say the same."""
    found = type_of(content)
    ending = Path(clean_file_name(file_name)).suffix.lower()
    declared = _ALIASES.get(declared_type, declared_type)
    if _TYPE_OF_ENDING.get(ending) != found or (declared not in _SAYS_NOTHING and declared != found):
        raise Unreadable("file-type-mismatch")


async def _checked_apart(content: bytes) -> bytes:
    """What `papers.checked` says, asked in a process that may run out of memory or time alone."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            async with _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(MOST_AT_ONCE)):
                answer = await _asked(content)
    except TimeoutError:
        raise Unreadable("file-too-complex") from None
    if answer.startswith(paper_check.KEPT):
        return answer.removeprefix(paper_check.KEPT)
    code, _, most = answer.removeprefix(paper_check.REFUSED).decode("ascii", "replace").partition(" ")
    # A process that ran into its limits answers nothing.
    raise Unreadable(code or "file-too-complex", **({"most": int(most)} if most.isdigit() else {}))


async def _asked(content: bytes) -> bytes:
    root = str(Path(solidarity.__file__).parent.parent)
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        paper_check.__name__,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PYTHONPATH": root, "PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    try:
        answer, _ = await child.communicate(content)
    except BaseException:
        child.kill()
        await child.wait()
        raise
    return answer
