"""Whether a file is a PDF, JPEG or PNG we keep: by its content, within limits, with nothing active in it."""

import io
from collections.abc import Iterator
from typing import Any, Final

import pikepdf
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from solidarity.rules.errors import Unreadable

PDF: Final = "application/pdf"
JPEG: Final = "image/jpeg"
PNG: Final = "image/png"
MOST_BYTES: Final = 8 * 1024 * 1024
MOST_PAGES: Final = 50
MOST_OBJECTS: Final = 30_000
MOST_NESTING: Final = 40
MOST_UNPACKED_BYTES: Final = 50_000_000
MOST_PIXELS: Final = 40_000_000

_STARTS: Final = ((b"%PDF-", PDF), (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG))
_ACTIVE_KEYS: Final = frozenset(
    {"/JS", "/JavaScript", "/OpenAction", "/AA", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/XFA",
     "/RichMedia", "/RichMediaContent", "/EF", "/Collection"}
)  # fmt: skip
_ACTIVE_NAMES: Final = frozenset(
    {"/JavaScript", "/Launch", "/EmbeddedFile", "/RichMedia", "/RichMediaExecute", "/SubmitForm",
     "/ImportData", "/GoToE", "/Rendition", "/Movie", "/Sound", "/FileAttachment", "/Screen", "/3D"}
)  # fmt: skip
_NAMING_KEYS: Final = ("/S", "/Type", "/Subtype")


def type_of(content: bytes) -> str:
    """The type its first bytes show. Raises `Unreadable`: file-empty, file-too-large, file-type-refused."""
    if not content:
        raise Unreadable("file-empty")
    if len(content) > MOST_BYTES:
        raise Unreadable("file-too-large", most=MOST_BYTES // (1024 * 1024))
    for start, media_type in _STARTS:
        if content.startswith(start):
            return media_type
    raise Unreadable("file-type-refused")


def checked(content: bytes) -> bytes:
    """The bytes to keep: a PDF as it came, an image drawn again without anything that is not the picture.

    Raises `Unreadable`: those of `type_of`, file-damaged, file-encrypted, file-active, file-too-many-pages,
    file-too-complex, image-too-large.
    """
    media_type = type_of(content)
    if media_type == PDF:
        _check_pdf(content)
        return content
    return _redrawn(content, "JPEG" if media_type == JPEG else "PNG")


def limit_libraries() -> None:
    """Have the PDF library stop where a stream unpacks to more than we take, in the whole process."""
    pikepdf.settings.set_qpdf_limits(
        doc_max_warnings=200,
        max_stream_filters=3,
        flate_max_memory=MOST_UNPACKED_BYTES,
        run_length_max_memory=MOST_UNPACKED_BYTES,
        png_max_memory=MOST_UNPACKED_BYTES,
        tiff_max_memory=MOST_UNPACKED_BYTES,
    )


def _check_pdf(content: bytes) -> None:
    if b"%%EOF" not in content[-2048:]:
        raise Unreadable("file-damaged")
    try:
        with pikepdf.open(io.BytesIO(content), attempt_recovery=False, suppress_warnings=True) as document:
            _walk(document)
    except pikepdf.PasswordError:
        raise Unreadable("file-encrypted") from None
    except Unreadable:
        raise
    except (pikepdf.PdfError, pikepdf.DataDecodingError, RecursionError, ValueError, TypeError, RuntimeError):
        raise Unreadable("file-damaged") from None


def _walk(document: pikepdf.Pdf) -> None:
    if document.is_encrypted:
        raise Unreadable("file-encrypted")
    if len(document.pages) > MOST_PAGES:
        raise Unreadable("file-too-many-pages", most=MOST_PAGES)
    if len(document.pages) == 0:
        raise Unreadable("file-damaged")
    unpacked = 0
    for count, thing in enumerate(document.objects, start=1):
        if count > MOST_OBJECTS:
            raise Unreadable("file-too-complex")
        for part in _parts(thing):
            _check_active(part)
        if isinstance(thing, pikepdf.Stream):
            unpacked += _unpacked_bytes(thing)
        if unpacked > MOST_UNPACKED_BYTES:
            raise Unreadable("file-too-complex")
    _check_active(document.trailer)


def _parts(thing: Any) -> Iterator[Any]:
    """Every dictionary written directly inside an object, itself included."""
    waiting = [(thing, 0)]
    seen = 0
    while waiting:
        part, depth = waiting.pop()
        seen += 1
        if depth > MOST_NESTING or seen > MOST_OBJECTS:
            raise Unreadable("file-too-complex")
        inner: list[Any] = []
        if isinstance(part, pikepdf.Dictionary | pikepdf.Stream):
            yield part
            inner = [value for _, value in part.items()]
        elif isinstance(part, pikepdf.Array):
            inner = list(part)
        waiting.extend(
            (value, depth + 1)
            for value in inner
            if isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect
        )


def _check_active(part: Any) -> None:
    names = {str(key) for key in part.keys()}  # noqa: SIM118 - a PDF dictionary iterates over its pages
    if names & _ACTIVE_KEYS:
        raise Unreadable("file-active")
    for key in _NAMING_KEYS:
        value = part.get(key)
        if isinstance(value, pikepdf.Name) and str(value) in _ACTIVE_NAMES:
            raise Unreadable("file-active")


def _unpacked_bytes(stream: Any) -> int:
    """How large a stream becomes; an image is measured by its pixels and never decoded."""
    if str(stream.get("/Subtype", "")) == "/Image":
        pixels = int(stream.get("/Width", 0)) * int(stream.get("/Height", 0))
        if not 0 <= pixels <= MOST_PIXELS:
            raise Unreadable("image-too-large")
        return 0
    return len(stream.read_bytes())


def _redrawn(content: bytes, form: str) -> bytes:
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    Image.MAX_IMAGE_PIXELS = None  # measured here, before anything is decoded
    try:
        with Image.open(io.BytesIO(content), formats=[form]) as image:
            _measure(image)
            image.load()
            return _drawn(ImageOps.exif_transpose(image), form)
    except Unreadable:
        raise
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, IndexError):
        raise Unreadable("file-damaged") from None


def _measure(image: Image.Image) -> None:
    if image.width * image.height > MOST_PIXELS:
        raise Unreadable("image-too-large")


def _drawn(image: Image.Image, form: str) -> bytes:
    kept = {"JPEG": {"L", "RGB"}, "PNG": {"1", "L", "LA", "P", "RGB", "RGBA"}}[form]
    bare = image if image.mode in kept else image.convert("RGB")
    clean = Image.new(bare.mode, bare.size)
    if bare.mode == "P":
        clean.putpalette(bare.getpalette() or [])
    clean.paste(bare)
    written = io.BytesIO()
    if form == "JPEG":
        clean.save(written, form, quality=90)
    else:
        clean.save(written, form)
    return written.getvalue()
