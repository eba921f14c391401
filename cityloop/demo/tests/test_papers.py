"""The demo's papers are real PDF files, as far as a reader without a PDF library can see."""

from __future__ import annotations

import re

from django.utils import timezone

from cityloop.demo.papers import paper
from cityloop.kernel import files


def test_every_object_lies_where_the_table_says(db: None, settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path
    made = paper("案件处置情况报告", "已联系产权单位。" * 20, "2026-03-02")
    start = int(made.rsplit(b"startxref\n", 1)[1].split()[0])
    assert made[start:].startswith(b"xref\n0 8\n")
    places = [int(one) for one in re.findall(rb"(\d{10}) 00000 n", made[start:])]
    assert [made[place:].split(b" ", 1)[0] for place in places] == [b"%d" % n for n in range(1, 8)]
    length, stream = re.search(
        rb"/Length (\d+) >>\nstream\n(.*)\nendstream", made, re.DOTALL
    ).groups()
    assert int(length) == len(stream)
    assert stream.count(b"T*") == 8  # 160 signs in five lines of 34, a day, two empty ones
    assert "案件处置情况报告".encode("utf-16-be").hex().encode() in stream
    assert files.store(chunks=[made], filename="a.pdf", now=timezone.now()).media_type == (
        "application/pdf"
    )
