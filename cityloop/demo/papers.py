"""Written papers of the demo: one page of a real PDF, text in the font that every reader knows."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

# A4 in points; PDF's own name for a Chinese font, which readers replace by one that they have.
_PAGE, _FONT, _LINE = "0 0 595 842", "STSong-Light", 34  # characters a line
_OBJECTS = (
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    f"<< /Type /Page /Parent 2 0 R /MediaBox [{_PAGE}] /Contents 7 0 R"
    " /Resources << /Font << /F 4 0 R >> >> >>",
    f"<< /Type /Font /Subtype /Type0 /BaseFont /{_FONT} /Encoding /UniGB-UTF16-H"
    " /DescendantFonts [5 0 R] >>",
    f"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /{_FONT} /FontDescriptor 6 0 R"
    " /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /DW 1000 >>",
    f"<< /Type /FontDescriptor /FontName /{_FONT} /Flags 4 /FontBBox [-25 -254 1000 880]"
    " /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
)


def paper(title: str, *paragraphs: str) -> bytes:
    """A page with a title and paragraphs; what does not fit on it is cut off."""
    content = _content(title, paragraphs)
    objects = [one.encode() for one in _OBJECTS]
    objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    body, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    return body + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\n"
        b"startxref\n%d\n%%%%EOF\n" % (count, table, count, len(body))
    )


def _content(title: str, paragraphs: Sequence[str]) -> bytes:
    lines = [line for one in paragraphs for line in (*wrap(one, _LINE), "")]
    shown = [f"BT /F 20 Tf 60 770 Td {_hex(title)} Tj ET BT /F 14 Tf 24 TL 60 720 Td"]
    shown += [f"{_hex(line)} Tj T*" for line in lines[:25]]
    return " ".join([*shown, "ET"]).encode()


def _hex(text: str) -> str:
    return f"<{text.encode('utf-16-be').hex()}>"
