"""The real file of Los Angeles through `import_cases`, beside the machine's own yardstick."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from bench.frame import Figure, note
from config import env

FILE = "data/los_angeles_311/requests.csv.gz"


def measure(yard: float) -> None:
    """All rows, a process for each core; skipped with a word where the real data are not there."""
    from cityloop.exchange import operations as exchange
    from cityloop.kernel.actor import Actor

    file = env.path("CITYLOOP_SHARED") / FILE
    if not file.exists():
        print(f"import left out: no real data at {file}")
        return
    report = exchange.import_cases(
        file, format="la311", actor=Actor.system("bench"), now=datetime.now(UTC),
        workers=os.cpu_count() or 1,
    )  # fmt: skip
    rate = report.imported / report.seconds
    note(Figure("import of the Los Angeles file, cases of nine lines", rate, "cases/s",
                "the yardstick", yard))  # fmt: skip
