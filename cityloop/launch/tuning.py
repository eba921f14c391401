"""The server's settings for a small machine."""

from __future__ import annotations

import os
from pathlib import Path

_MB = 1024 * 1024
_SMALL_SHM = 512 * _MB


def usable_memory() -> int:
    """Bytes this machine, or the container we are in, may use."""
    whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    for limit in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            whole = min(whole, int(Path(limit).read_text()))
        except (OSError, ValueError):  # no such file, or the word "max"
            continue
    return whole


def _between(low: int, value: int, high: int) -> str:
    return f"{max(low, min(value, high)) // _MB}MB"


def _shared_memory() -> str:
    """Containers often have a /dev/shm too small for parallel queries."""
    try:
        room = os.statvfs("/dev/shm")  # noqa: S108 (asked for its size only)
    except OSError:
        return "mmap"
    return "posix" if room.f_frsize * room.f_blocks >= _SMALL_SHM else "mmap"


def server_settings(*, sockets: Path, memory: int, durable: bool, lz4: bool) -> dict[str, str]:
    """Settings for cityloop.conf. ``durable=False`` is for data that may be lost: tests.

    ``lz4``: the server has it; its own compression took a tenth of all that it did.
    """
    settings = {
        "listen_addresses": "",  # never TCP
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
        "max_connections": "80",
        "shared_buffers": _between(64 * _MB, memory // 8, 2048 * _MB),
        "effective_cache_size": _between(256 * _MB, memory // 2, 16384 * _MB),
        "maintenance_work_mem": _between(64 * _MB, memory // 32, 512 * _MB),
        "work_mem": _between(4 * _MB, memory // 1024, 32 * _MB),
        "dynamic_shared_memory_type": _shared_memory(),
        "max_wal_size": "2GB",
        "checkpoint_timeout": "5min",
        "wal_compression": "lz4" if lz4 else "on",
        "random_page_cost": "1.1",
        "jit": "off",  # brings nothing here and needs LLVM
        "synchronous_commit": "on",
        "password_encryption": "scram-sha-256",
        "log_destination": "stderr",
        "logging_collector": "off",
        "log_line_prefix": "%m [%p] ",
        "log_checkpoints": "off",
        # What is refused is logged in a line; its statement would bring pages, and people's words.
        "log_min_error_statement": "panic",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    if not durable:
        settings |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
    return settings


def as_file(settings: dict[str, str]) -> str:
    """The settings in PostgreSQL's syntax."""
    lines = (
        f"{name} = '{value.replace(chr(39), chr(39) * 2)}'" for name, value in settings.items()
    )
    return (
        "# Written at every start: change the program, not this file.\n" + "\n".join(lines) + "\n"
    )
