"""Files that people send: good ones, broken ones and hostile ones, made here."""

import io
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf
from PIL import Image

ZIP = b"PK\x03\x04" + b"\x00" * 40


def a_pdf(change: Callable[[pikepdf.Pdf], Any] | None = None, *, pages: int = 1, **options: Any) -> bytes:
    """A small PDF, changed by `change` before it is written."""
    document = pikepdf.Pdf.new()
    for _ in range(pages):
        document.add_blank_page(page_size=(595, 842))
    if change is not None:
        change(document)
    written = io.BytesIO()
    document.save(written, **options)
    return written.getvalue()


def a_picture(form: str = "JPEG", *, size: tuple[int, int] = (60, 40), **options: Any) -> bytes:
    """A small picture."""
    written = io.BytesIO()
    Image.new("RGB", size, (30, 90, 160)).save(written, form, **options)
    return written.getvalue()


def a_photo_with_a_place() -> bytes:
    """A JPEG whose EXIF says where it was taken."""
    exif = Image.Exif()
    exif[0x010F] = "Telephone"
    exif.get_ifd(0x8825)[1] = "N"
    return a_picture(exif=exif)


def _script(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def _open_action(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = pikepdf.Array([document.pages[0].obj, pikepdf.Name.Fit])


def _script_in_names(document: pikepdf.Pdf) -> None:
    action = document.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="1"))
    names = pikepdf.Dictionary(Names=pikepdf.Array(["a", action]))
    document.Root.Names = pikepdf.Dictionary(JavaScript=names)


def _page_action(document: pikepdf.Pdf) -> None:
    document.pages[0].obj.AA = pikepdf.Dictionary(O=pikepdf.Dictionary(S=pikepdf.Name.Named))


def _annotation(subtype: str, **more: Any) -> Callable[[pikepdf.Pdf], None]:
    def change(document: pikepdf.Pdf) -> None:
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name(f"/{subtype}"), Rect=[0, 0, 9, 9], **more
        )
        document.pages[0].obj.Annots = pikepdf.Array([note])

    return change


def _embedded(document: pikepdf.Pdf) -> None:
    document.attachments["more.exe"] = b"MZ"


def _xfa(document: pikepdf.Pdf) -> None:
    document.Root.AcroForm = pikepdf.Dictionary(XFA=pikepdf.Array([]), Fields=pikepdf.Array([]))


def _bomb(document: pikepdf.Pdf) -> None:
    packed = zlib.compress(b"\x00" * 120_000_000, 6)
    stream = document.make_stream(b"")
    stream.write(packed, filter=pikepdf.Name.FlateDecode)
    document.pages[0].obj.Contents = stream


def _nested_bomb(document: pikepdf.Pdf) -> None:
    packed = zlib.compress(zlib.compress(b"\x00" * 120_000_000, 6), 6)
    stream = document.make_stream(b"")
    stream.write(packed, filter=pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.FlateDecode]))
    document.pages[0].obj.Contents = stream


def _huge_picture(document: pikepdf.Pdf) -> None:
    stream = document.make_stream(b"\x00", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image)
    stream.Width, stream.Height = 50_000, 50_000
    document.pages[0].obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=stream))


def _deep(document: pikepdf.Pdf) -> None:
    inner: Any = pikepdf.Array([])
    for _ in range(200):
        inner = pikepdf.Array([inner])
    document.Root.Deep = inner


def _placeholder(document: pikepdf.Pdf) -> None:
    document.Root.ZZZZZZZZZZZZ = pikepdf.Dictionary(S=pikepdf.Name.Named)


def _hidden_name() -> bytes:
    """A dangerous key written with an escaped letter, as long as what it replaces."""
    return a_pdf(_placeholder).replace(b"/ZZZZZZZZZZZZ", b"/Op#65nAction")


def a_huge_png() -> bytes:
    """The header of a picture of 50 000 by 50 000 pixels, and hardly anything behind it."""
    small = a_picture("PNG")
    size = (50_000).to_bytes(4, "big")
    header = b"IHDR" + size + size + small[24:29]
    return small[:12] + header + zlib.crc32(header).to_bytes(4, "big") + small[33:]


def encrypted_pdf() -> bytes:
    return a_pdf(encryption=pikepdf.Encryption(owner="a", user="b"))


HOSTILE: dict[str, tuple[str, bytes, str]] = {
    "script": ("a.pdf", a_pdf(_script), "file-active"),
    "script-escaped": ("a.pdf", _hidden_name(), "file-active"),
    "script-in-names": ("a.pdf", a_pdf(_script_in_names), "file-active"),
    "open-action": ("a.pdf", a_pdf(_open_action), "file-active"),
    "open-action-packed": (
        "a.pdf",
        a_pdf(_script_in_names, object_stream_mode=pikepdf.ObjectStreamMode.generate),
        "file-active",
    ),
    "page-action": ("a.pdf", a_pdf(_page_action), "file-active"),
    "launch": (
        "a.pdf",
        a_pdf(_annotation("Link", A=pikepdf.Dictionary(S=pikepdf.Name.Launch, F="calc.exe"))),
        "file-active",
    ),
    "rich-media": ("a.pdf", a_pdf(_annotation("RichMedia")), "file-active"),
    "attachment-note": ("a.pdf", a_pdf(_annotation("FileAttachment")), "file-active"),
    "embedded": ("a.pdf", a_pdf(_embedded), "file-active"),
    "xfa": ("a.pdf", a_pdf(_xfa), "file-active"),
    "encrypted": ("a.pdf", encrypted_pdf(), "file-encrypted"),
    "encrypted-for-owner": (
        "a.pdf",
        a_pdf(encryption=pikepdf.Encryption(owner="a", user="")),
        "file-encrypted",
    ),
    "51-pages": ("a.pdf", a_pdf(pages=51), "file-too-many-pages"),
    "truncated-pdf": ("a.pdf", a_pdf(pages=3)[:-200], "file-damaged"),
    "cut-in-two": ("a.pdf", a_pdf(pages=30)[:600] + b"\n%%EOF\n", "file-damaged"),
    "no-pdf": ("a.pdf", b"%PDF-1.7\nhello\n%%EOF\n", "file-damaged"),
    "bomb": ("a.pdf", a_pdf(_bomb), "file-damaged"),
    "nested-bomb": ("a.pdf", a_pdf(_nested_bomb), "file-damaged"),
    "huge-picture": ("a.pdf", a_pdf(_huge_picture), "image-too-large"),
    "deep": ("a.pdf", a_pdf(_deep), "file-too-complex"),
    "html-as-pdf": ("a.pdf", b"<html><script>alert(1)</script></html>", "file-type-refused"),
    "zip-as-pdf": ("a.pdf", ZIP, "file-type-refused"),
    "exe": ("a.pdf", b"MZ" + b"\x00" * 60, "file-type-refused"),
    "svg": ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "file-type-refused"),
    "docx": ("a.docx", ZIP, "file-type-refused"),
    "pdf-as-png": ("a.png", a_pdf(), "file-type-mismatch"),
    "jpeg-as-pdf": ("a.pdf", a_picture(), "file-type-mismatch"),
    "no-ending": ("invoice", a_pdf(), "file-type-mismatch"),
    "reversed-name": ("fdp\u202e.exe", a_pdf(), "file-type-mismatch"),
    "empty": ("a.pdf", b"", "file-empty"),
    "truncated-jpeg": ("a.jpg", a_picture(size=(600, 400))[:-500], "file-damaged"),
    "truncated-png": ("a.png", a_picture("PNG", size=(600, 400))[:-60], "file-damaged"),
    "huge-png": ("a.png", a_huge_png(), "image-too-large"),
    "no-jpeg": ("a.jpg", b"\xff\xd8\xff" + b"\x00" * 200, "file-damaged"),
}
"""By name: the file, its content, and the code it is refused with."""
