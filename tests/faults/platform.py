"""The platform of one DATA_DIR, as `cityloop serve` runs it: `python -m tests.faults.platform`.

Told by the environment: DATA_DIR, PORT, LIVE_PORT. Pages need no style here, so that no static
files are collected.
"""

from __future__ import annotations

import sys

from cityloop.cli import serve
from cityloop.cli.programs import Where
from cityloop.cli.project import load_django
from config import env


def main() -> int:
    """Runs until a signal; says `ready` when the web server answers."""
    hold = serve.take_database()
    try:
        load_django()
        where = Where("127.0.0.1", env.number("PORT"), env.number("LIVE_PORT"))
        return serve.run(where, hold, living=False, verbose=False, ready="ready")
    finally:
        if hold is not None:
            hold.release()


if __name__ == "__main__":
    sys.exit(main())
