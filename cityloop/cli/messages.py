"""Compile translations without GNU gettext."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from cityloop.cli.output import AsJson, finish

PACKAGE = Path(__file__).resolve().parents[1]


def compile_files(sources: Sequence[Path]) -> int:
    """Write the .mo file beside each .po file; returns how many."""
    import polib

    for source in sources:
        fresh = source.with_suffix(".mo.new")
        polib.pofile(str(source)).save_as_mofile(str(fresh))
        fresh.replace(source.with_suffix(".mo"))
    return len(sources)


def stale_files() -> list[Path]:
    """Translation sources that are newer than their compiled form."""
    return [
        source
        for source in sorted(PACKAGE.glob("**/LC_MESSAGES/*.po"))
        if not (made := source.with_suffix(".mo")).exists()
        or made.stat().st_mtime < source.stat().st_mtime
    ]


def compile_messages(
    everything: Annotated[bool, typer.Option("--all", help="Also what is up to date.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compile the translations of the user interface."""
    files = sorted(PACKAGE.glob("**/LC_MESSAGES/*.po")) if everything else stale_files()
    count = compile_files(files)
    finish({"compiled": count}, f"{count} translation files compiled", as_json=as_json)


if __name__ == "__main__":
    compile_files([Path(argument) for argument in sys.argv[1:]])
