"""The upload gate: what is refused and why, what is kept of what is accepted, and how it comes back."""

import hashlib
import io
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.api.callers import Caller, Callers
from tests.api.papers import HOSTILE, a_pdf, a_photo_with_a_place, a_picture


async def _send(
    caller: Caller, reference: str, name: str, content: bytes, *, kind: str = "income", **options: Any
) -> httpx.Response:
    declared = options.pop("declared", None)
    file = (name, content) if declared is None else (name, content, declared)
    return await caller.send(
        "POST", f"/requests/{reference}/documents", files={"file": file}, data={"kind": kind}, **options
    )


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_a_pdf_is_kept_as_it_came_and_comes_back_as_an_attachment(callers: Callers) -> None:
    reference = (await callers.director.a_draft())["reference"]
    content = a_pdf(pages=2)
    answer = await _send(callers.director, reference, "Avis d’imposition.pdf", content)
    assert answer.status_code == 201, answer.text
    found = answer.json()
    assert set(found) >= {"id", "kind", "sha256", "size", "media_type"}
    assert (found["sha256"], found["size"]) == (hashlib.sha256(content).hexdigest(), len(content))
    for reader in (callers.director, callers.administrator, callers.auditor):
        back = await reader.get(f"/requests/{reference}/documents/{found['id']}")
        assert (back.status_code, back.content) == (200, content)
        assert back.headers["content-type"] == "application/pdf"
        assert back.headers["content-disposition"].startswith("attachment; filename*=utf-8''Avis%20d")
        assert "sandbox" in back.headers["content-security-policy"]
    assert (await callers.stranger.get(f"/requests/{reference}/documents/{found['id']}")).status_code == 404
    assert (await _send(callers.stranger, reference, "a.pdf", content)).status_code == 404
    assert (await _send(callers.auditor, reference, "a.pdf", content)).status_code == 403
    assert [
        one["id"] for one in (await callers.director.get(f"/requests/{reference}")).json()["documents"]
    ] == [found["id"]]


async def test_of_a_photo_only_the_picture_is_kept(callers_on_sqlite: Callers) -> None:
    director = callers_on_sqlite.director
    reference = (await director.a_draft())["reference"]
    for name, content in (
        ("photo.jpg", a_photo_with_a_place() + b"PK\x03\x04<?php system($_GET[0]); ?>"),
        ("photo.JPEG", a_picture()),
        ("scan.png", a_picture("PNG")),
    ):
        answer = await _send(director, reference, name, content)
        assert answer.status_code == 201, answer.text
        back = (await director.get(f"/requests/{reference}/documents/{answer.json()['id']}")).content
        assert b"php" not in back
        with Image.open(io.BytesIO(back)) as image:
            assert dict(image.getexif()) == {}
            assert image.size == (60, 40)


async def test_the_same_file_twice_is_kept_once(callers_on_sqlite: Callers, tmp_path: Path) -> None:
    director = callers_on_sqlite.director
    reference = (await director.a_draft())["reference"]
    content = a_pdf()
    first = await _send(director, reference, "a.pdf", content)
    second = await _send(director, reference, "b.pdf", content)
    assert first.json()["id"] != second.json()["id"]
    assert len(_files(tmp_path / "files")) == 1
    headers = {"idempotency-key": "paper"}
    third = await _send(director, reference, "c.pdf", content, headers=headers)
    again = await _send(director, reference, "c.pdf", content, headers=headers)
    assert third.content == again.content
    other = await _send(director, reference, "d.pdf", content, headers=headers)
    assert other.status_code == 422


async def test_hostile_files_are_refused_at_once_and_leave_nothing(
    callers_on_sqlite: Callers, tmp_path: Path
) -> None:
    director = callers_on_sqlite.director
    reference = (await director.a_draft())["reference"]
    wrong = []
    for name, (file_name, content, code) in HOSTILE.items():
        start = time.monotonic()
        answer = await _send(director, reference, file_name, content)
        seconds = time.monotonic() - start
        codes = [error["code"] for error in answer.json().get("errors", [])]
        if answer.status_code != 422 or codes != [code] or seconds > 10:
            wrong.append((name, answer.status_code, codes, seconds))
    assert wrong == []
    assert _files(tmp_path / "files") == []
    assert (await director.get(f"/requests/{reference}")).json()["documents"] == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\temp\\x.pdf", "x.pdf"),
        ("CON.pdf", "_CON.pdf"),
        (".htaccess.pdf", "htaccess.pdf"),
        ("a" * 400 + ".pdf", "a" * 96 + ".pdf"),
        ("reçu <1>.pdf", "reçu _1_.pdf"),
    ],
)
async def test_a_name_is_only_shown(callers_on_sqlite: Callers, name: str, shown: str) -> None:
    director = callers_on_sqlite.director
    reference = (await director.a_draft())["reference"]
    answer = await _send(director, reference, name, a_pdf())
    assert (answer.status_code, answer.json().get("file_name")) == (201, shown), answer.text


async def test_the_parts_of_the_body_are_named(callers_on_sqlite: Callers) -> None:
    director = callers_on_sqlite.director
    reference = (await director.a_draft())["reference"]
    path = f"/requests/{reference}/documents"
    good = ("a.pdf", a_pdf())
    cases: list[tuple[dict[str, Any], int, list[str]]] = [
        ({"files": {"document": good}, "data": {"kind": "income"}}, 422, ["/document", "/file"]),
        ({"files": {"file": good}}, 422, ["/kind"]),
        ({"files": {"file": good}, "data": {"kind": ""}}, 422, ["/kind"]),
        ({"files": {"file": good}, "data": {"kind": "selfie"}}, 422, ["/kind"]),
        ({"files": {"file": good}, "data": {"kind": "income", "status": "x"}}, 422, ["/status"]),
        ({"files": [("file", good), ("file", good)], "data": {"kind": "income"}}, 422, ["/file"]),
        ({"files": {"kind": (None, "income")}}, 422, ["/file"]),
        ({"json": {"kind": "income"}}, 415, []),
        ({"content": b"", "headers": {"content-type": "multipart/form-data"}}, 400, []),
        (
            {"content": b"--x\r\nbroken", "headers": {"content-type": "multipart/form-data; boundary=x"}},
            400,
            [],
        ),
    ]
    for options, status, pointers in cases:
        answer = await director.send("POST", path, **options)
        assert answer.status_code == status, (options, answer.text)
        assert [error["pointer"] for error in answer.json().get("errors", [])] == pointers


async def test_declared_type_and_size(callers_on_sqlite: Callers) -> None:
    director = callers_on_sqlite.director
    reference = (await director.a_draft())["reference"]
    assert (await _send(director, reference, "a.pdf", a_pdf(), declared="image/png")).status_code == 422
    assert (
        await _send(director, reference, "a.pdf", a_pdf(), declared="application/octet-stream")
    ).status_code == 201
    assert (await _send(director, reference, "a.pdf", a_pdf() + b"\n" * 8_388_608)).status_code == 422
    assert (await _send(director, reference, "a.pdf", b"%PDF" + b"0" * 9_000_000)).status_code == 413


async def test_ten_documents_and_no_more(callers_on_sqlite: Callers) -> None:
    director = callers_on_sqlite.director
    reference = (await director.a_draft())["reference"]
    content = a_picture("PNG")
    for number in range(10):
        assert (await _send(director, reference, f"{number}.png", content)).status_code == 201
    eleventh = await _send(director, reference, "10.png", content)
    assert (eleventh.status_code, eleventh.json()["type"]) == (409, "documents-too-many")
    await callers_on_sqlite.director.post(f"/requests/{reference}/submit")
    await callers_on_sqlite.administrator.post(f"/requests/{reference}/close", {"reason": "x"})
    late = await _send(director, reference, "late.png", content)
    assert (late.status_code, late.json()["type"]) == (409, "state")
