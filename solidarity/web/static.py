"""Our own files: read once at start, addressed by their content, cached for ever by browsers."""

import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from litestar import Request, Response, get
from litestar.params import FromPath

from solidarity.rules.errors import Unknown
from solidarity.web.access import PUBLIC

STATIC_DIRECTORY: Final = Path(__file__).parent / "static"
FOR_EVER: Final = "public, max-age=31536000, immutable"
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class StaticFile:
    """One file in memory, with its compressed form when that is smaller."""

    content: bytes
    compressed: bytes | None
    media_type: str
    address: str


def read_static(directory: Path = STATIC_DIRECTORY) -> dict[str, StaticFile]:
    """Every file that may be served, by its name relative to the directory."""
    found: dict[str, StaticFile] = {}
    paths = [path for path in sorted(directory.rglob("*")) if path.is_file() and path.suffix in _TYPES]
    for path in sorted(paths, key=lambda one: one.suffix == ".css"):
        content = path.read_bytes()
        if path.suffix == ".css":
            content = _with_addresses(content, found)
        name = path.relative_to(directory).as_posix()
        found[name] = _static_file(name, content, _TYPES[path.suffix])
    return found


def _with_addresses(sheet: bytes, files: dict[str, StaticFile]) -> bytes:
    """A style sheet names files as they lie beside it; browsers need the address of their content."""
    return re.sub(
        rb'url\("([^":]+)"\)',
        lambda match: b'url("' + files[match.group(1).decode()].address.encode() + b'")',
        sheet,
    )


def _static_file(name: str, content: bytes, media_type: str) -> StaticFile:
    digest = hashlib.sha256(content).hexdigest()[:12]
    compressed = None if media_type.startswith("font/") else gzip.compress(content, mtime=0)
    return StaticFile(
        content=content,
        compressed=compressed,
        media_type=media_type,
        address=f"/static/{digest}/{name}",
    )


@get("/static/{file_path:path}", opt=PUBLIC, include_in_schema=False)
async def static_file(request: Request[Any, Any, Any], file_path: FromPath[str]) -> Response[bytes]:
    """A file at the address of its content; another digest is not found, so nothing stale is ever kept."""
    _, _, name = file_path.lstrip("/").partition("/")
    file = request.app.state["web"].static_files.get(name)
    if file is None or request.scope["path"] != file.address:
        raise Unknown
    headers = {"cache-control": FOR_EVER, "vary": "Accept-Encoding"}
    if file.compressed and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(
            file.compressed, media_type=file.media_type, headers={**headers, "content-encoding": "gzip"}
        )
    return Response(file.content, media_type=file.media_type, headers=headers)


@get("/favicon.ico", opt=PUBLIC, include_in_schema=False)
async def favicon(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Browsers ask for it whatever the page says."""
    file = request.app.state["web"].static_files["favicon.svg"]
    return Response(
        file.content, media_type=file.media_type, headers={"cache-control": "public, max-age=86400"}
    )
