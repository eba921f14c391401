"""A browser in the office's pages of editions: sends files, follows, reads."""

from __future__ import annotations

import html
import io
import re
import zipfile
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from cityloop.standards.tests.editions import Files

UPLOAD = "/office/editions/upload/"


class Keeper:
    """Who may manage the standards, in a browser; `name` is one of visitors."""

    def __init__(self, name: str = "clerk") -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {name}", "Accept-Language": "en"}

    def get(self, path: str, **query: Any) -> HttpResponse:
        return self.client.get(path, query, headers=self.headers)

    def post(self, path: str, **data: Any) -> HttpResponse:
        return self.client.post(path, data, headers=self.headers)

    def send(self, *files: tuple[str, bytes]) -> HttpResponse:
        """Upload files by name and content."""
        return self.post(UPLOAD, file=[SimpleUploadedFile(*one) for one in files])

    def preview(self, *files: tuple[str, bytes]) -> str:
        """Upload files that are good; the address of what they change."""
        answer = self.send(*files)
        assert answer.status_code == 302, said(answer)
        return str(answer["Location"])

    def keep(self, *files: tuple[str, bytes]) -> HttpResponse:
        """Upload, look, keep."""
        path = self.preview(*files)
        return self.post(f"{path}keep/", stamp=stamp(self.get(path)))


def said(answer: HttpResponse) -> str:
    """The words of a page, without marks and with single spaces."""
    body = answer.content.decode().partition("<main")[2] or answer.content.decode()
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def stamp(answer: HttpResponse) -> str:
    """The state of the editions that the page was about."""
    found = re.search(r'name="stamp" value="([0-9a-f]+|None)"', answer.content.decode())
    assert found, said(answer)
    return found[1]


def workbook(files: Files, folder: Path, name: str = "book.xlsx") -> tuple[str, bytes]:
    """The edition as a workbook, by name and content."""
    return name, files.workbook(folder / name).read_bytes()


def tables(files: Files, folder: Path) -> list[tuple[str, bytes]]:
    """The three files of the edition, by name and content."""
    written = files.write(folder / "tables")
    return [(one.name, one.read_bytes()) for one in sorted(written.iterdir())]


def zipped(
    files: list[tuple[str, bytes]], name: str = "set.zip", inside: str = ""
) -> tuple[str, bytes]:
    """Files as one ZIP."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in files:
            archive.writestr(inside + part, content)
    return name, out.getvalue()
