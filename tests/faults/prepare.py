"""Tables and town for the platform of the fault tests; prints keys, places and ids as JSON."""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from cityloop.cli.project import load_django

PLACES = 130


def main() -> None:
    """Builds it in the database of DATABASE_URL."""
    load_django()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    sys.stdout.write(json.dumps(_build()) + "\n")


def _build() -> dict[str, Any]:
    from cityloop.kernel import clock
    from cityloop.people import operations as people
    from tests import town as towns

    with tempfile.TemporaryDirectory() as folder:
        town = towns.build(Path(folder), now=clock.now() - timedelta(minutes=1))
    keys = {}
    for name, member in town.members.items():
        _row, keys[name] = people.issue_token(
            member=member, name="faults", actor=towns.SYSTEM, now=town.now
        )
    points = [town.grid(n).geom.point_on_surface for n in range(PLACES)]
    return {
        "keys": keys,
        "rule": town.rule().pk,
        "unit": town.units["WATER"].pk,
        "inspector": town.members["inspector2"].pk,
        "places": [[point.x, point.y] for point in points],
    }


if __name__ == "__main__":
    sys.exit(main())
