"""Papers and recordings by their content: what a file is, and whether it is what it begins like."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

# By their first bytes; what a name claims is never believed.
SIGNATURES = (
    (b"%PDF-", 0, "application/pdf"),
    (b"ftyp", 4, "video/mp4"),
    (b"ID3", 0, "audio/mpeg"),
    (b"\xff\xfb", 0, "audio/mpeg"),
    (b"OggS", 0, "audio/ogg"),
    (b"#!AMR", 0, "audio/amr"),
)
SYNCSAFE = (21, 14, 7, 0)  # an ID3 size: seven bits a byte
LOOKED_AT = 4096  # bytes behind a tag, at the end of a paper


def recording(path: Path) -> tuple[str, bool] | None:
    """(media type, whether it is whole) of a paper or recording; None for anything else."""
    with path.open("rb") as file:
        head = file.read(16)
    for mark, offset, media_type in SIGNATURES:
        if head[offset : offset + len(mark)] == mark:
            check = WHOLE.get(media_type)
            return media_type, check is None or check(path)
    return None


def _is_pdf(path: Path) -> bool:
    """Ends as every one does; one that was cut off does not."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - LOOKED_AT))
        tail = file.read()
    return b"%%EOF" in tail


def _is_mp3(path: Path) -> bool:
    """A frame begins where the tag before it ends."""
    with path.open("rb") as file:
        head = file.read(10)
        if head[:3] == b"ID3" and len(head) == 10:
            parts = zip(head[6:10], SYNCSAFE, strict=True)
            file.seek(10 + sum((byte & 0x7F) << shift for byte, shift in parts))
            head = file.read(LOOKED_AT).lstrip(b"\x00")
    return len(head) > 3 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0


def _is_mp4(path: Path) -> bool:
    """The first two boxes have sizes and names as boxes have."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8)[:4])
        if not 16 <= length < path.stat().st_size:
            return False
        file.seek(length)
        second = file.read(8)
    return len(second) == 8 and second[4:].isalnum()


WHOLE: dict[str, Callable[[Path], bool]] = {
    "application/pdf": _is_pdf, "audio/mpeg": _is_mp3, "video/mp4": _is_mp4,
}  # fmt: skip
