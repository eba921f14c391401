"""Papers and recordings by their content: what a file is, and whether it is what it begins like."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

# By their first bytes; what a name claims is never believed.
SIGNATURES = (
    (b"%PDF-", 0, "application/pdf"),
    (b"ftyp", 4, "video/mp4"),
    (b"ID3", 0, "audio/mpeg"),
    (b"\xff\xfb", 0, "audio/mpeg"),
    (b"\xff\xfa", 0, "audio/mpeg"),
    (b"\xff\xf3", 0, "audio/mpeg"),
    (b"\xff\xf2", 0, "audio/mpeg"),
    (b"\xff\xe3", 0, "audio/mpeg"),
    (b"OggS", 0, "audio/ogg"),
    (b"#!AMR", 0, "audio/amr"),
)
SYNCSAFE = (21, 14, 7, 0)  # an ID3 size: seven bits a byte
LOOKED_AT = 4096  # bytes behind a tag, at both ends of a paper
MOST_BOXES = 1000
_PDF_OBJECT = re.compile(rb"\d+\s+\d+\s+obj\b")
_PDF_END = re.compile(rb"startxref\s+\d+\s+%%EOF")
# Thousand bits a second by the number in a frame's head, layer III.
MPEG1 = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
MPEG2 = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
# Bytes of a frame behind its head, by its kind.
AMR = {0: 12, 1: 13, 2: 15, 3: 17, 4: 19, 5: 20, 6: 26, 7: 31, 8: 5, 15: 0}
AMR_WIDE = {0: 17, 1: 23, 2: 32, 3: 36, 4: 40, 5: 46, 6: 50, 7: 58, 8: 60, 9: 5, 14: 0, 15: 0}


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
    """It has objects, and ends as every one does; one that was cut off does not."""
    with path.open("rb") as file:
        head = file.read(LOOKED_AT)
        file.seek(max(0, path.stat().st_size - LOOKED_AT))
        tail = file.read()
    return bool(_PDF_OBJECT.search(head)) and bool(_PDF_END.search(tail))


def _is_mp3(path: Path) -> bool:
    """Behind the tag frame follows on frame, each as long as its head says."""
    with path.open("rb") as file:
        head = file.read(10)
        start = 0
        if head[:3] == b"ID3" and len(head) == 10:
            parts = zip(head[6:10], SYNCSAFE, strict=True)
            start = 10 + sum((byte & 0x7F) << shift for byte, shift in parts)
        file.seek(start)
        sound = file.read(LOOKED_AT)
    sound = sound.lstrip(b"\x00")
    length = _mp3_frame(sound)
    return length > 0 and _mp3_frame(sound[length:]) > 0


def _mp3_frame(sound: bytes) -> int:
    """Bytes of the frame of MPEG 1 or 2, layer III, that begins here; 0 for none."""
    if len(sound) < 4 or sound[0] != 0xFF or sound[1] & 0xE6 != 0xE2:
        return 0
    first = sound[1] & 0x18 == 0x18
    rate, pitch = sound[2] >> 4, sound[2] >> 2 & 3
    if rate in (0, 15) or pitch == 3 or sound[1] & 0x18 == 0x08:
        return 0
    hertz = (44_100, 48_000, 32_000)[pitch] >> (0 if first else 1 if sound[1] & 0x18 else 2)
    bits = (MPEG1 if first else MPEG2)[rate - 1] * 1000
    return (144 if first else 72) * bits // hertz + (sound[2] >> 1 & 1)


def _is_mp4(path: Path) -> bool:
    """Box follows on box to the end, each as long as it says, and there is a film among them."""
    names: set[bytes] = set()
    at, size = 0, path.stat().st_size
    with path.open("rb") as file:
        while at + 8 <= size and len(names) < MOST_BOXES:
            file.seek(at)
            head = file.read(16)
            length = int.from_bytes(head[:4])
            if length == 1:
                length = int.from_bytes(head[8:])
            names.add(head[4:8])
            if length == 0:  # the last box goes to the end
                at = size
                break
            if length < 8:
                return False
            at += length
    return at == size and b"moov" in names


def _is_ogg(path: Path) -> bool:
    """The first page has the checksum that it states."""
    with path.open("rb") as file:
        head = bytearray(file.read(27))
        if len(head) < 27 or head[4] != 0:
            return False
        table = file.read(head[26])
        body = file.read(sum(table))
    stated, head[22:26] = int.from_bytes(head[22:26], "little"), bytes(4)
    return len(body) == sum(table) > 0 and _ogg_checksum(bytes(head) + table + body) == stated


def _ogg_checksum(page: bytes) -> int:
    """CRC-32 of RFC 3533: polynomial 04c11db7, nothing reflected."""
    found = 0
    for byte in page:
        found ^= byte << 24
        for _bit in range(8):
            found = (found << 1 ^ (0x04C11DB7 if found & 0x80000000 else 0)) & 0xFFFFFFFF
    return found


def _is_amr(path: Path) -> bool:
    """Frame follows on frame to the end (RFC 4867), each as long as its kind is."""
    sound = path.read_bytes()
    wide = sound.startswith(b"#!AMR-WB\n")
    if not wide and not sound.startswith(b"#!AMR\n"):
        return False
    at, sizes = (9, AMR_WIDE) if wide else (6, AMR)
    begin = at
    while at < len(sound):
        size = sizes.get(sound[at] >> 3 & 0x0F)
        if sound[at] & 0x83 or size is None:
            return False
        at += size + 1
    return begin < at == len(sound)


WHOLE: dict[str, Callable[[Path], bool]] = {
    "application/pdf": _is_pdf, "audio/mpeg": _is_mp3, "video/mp4": _is_mp4,
    "audio/ogg": _is_ogg, "audio/amr": _is_amr,
}  # fmt: skip
