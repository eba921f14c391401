"""`cityloop docs`: documentation that is made from the code, so that it cannot go stale."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from cityloop.cli import requirements
from cityloop.cli.output import AsJson, RejectedError, finish, say
from cityloop.cli.project import load_django
from config import env

Check = Annotated[bool, typer.Option("--check", help="Write nothing; fail when one is stale.")]


def settings_page() -> str:
    """docs/settings.md: every environment variable."""
    head = "# Settings\n\nEnvironment variables, all optional. Made by `make docs`.\n\n"
    table = ["| name | kind | default | meaning |", "|---|---|---|---|"]
    table += [
        f"| `{v.name}` | {v.kind} | {f'`{v.default}`' if v.default else ''} | {v.sentence} |"
        for v in env.VARIABLES
    ]
    return head + "\n".join(table) + "\n"


def commands_page() -> str:
    """docs/commands.md: every command with its options."""
    from cityloop.cli.main import COMMANDS, app

    parts = ["# Commands\n\n`cityloop COMMAND --help` shows the same. Made by `make docs`.\n"]
    for name, _function, _line in COMMANDS:
        shown = io.StringIO()
        with contextlib.redirect_stdout(shown), contextlib.suppress(typer.Exit):
            app([name, "--help"], prog_name="cityloop", standalone_mode=False)
        text = "\n".join(line.rstrip() for line in shown.getvalue().strip().splitlines())
        parts.append(f"## {name}\n\n```\n{text}\n```\n")
    return "\n".join(parts)


def openapi() -> str:
    """docs/openapi.json: the interface for machines."""
    from config.api import api

    return json.dumps(api.get_openapi_schema(), ensure_ascii=False, indent=1, default=str) + "\n"


def lifecycle_page() -> str:
    """docs/lifecycle.md: the life-cycle table, and its statuses as a diagram."""
    from cityloop.cases import lifecycle

    head = "# Life cycle of a case\n\nFrom `cityloop/cases/lifecycle.py`. Made by `make docs`.\n\n"
    arrows: dict[tuple[str, str], list[str]] = {}
    for step in lifecycle.STEPS:
        if step.target == lifecycle.SAME:
            continue
        for source in step.source:
            named = {lifecycle.BACK: "resumed", lifecycle.NAMED: "named"}
            target = named.get(step.target, str(step.target))
            arrows.setdefault((str(source) or "[*]", target), []).append(step.action)
    lines = [f"    {a} --> {b}: {', '.join(done)}" for (a, b), done in arrows.items()]
    diagram = "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```"])
    return f"{head}{lifecycle.as_markdown()}\n## Statuses\n\n{diagram}\n"


def requirements_page() -> str:
    """docs/requirements.md: what is asked, and the tests that prove it."""
    return requirements.page(env.ROOT)


# One row per generated file; a new one is a function and a row.
PAGES: tuple[tuple[str, Callable[[], str]], ...] = (
    ("docs/settings.md", settings_page),
    ("docs/commands.md", commands_page),
    ("docs/lifecycle.md", lifecycle_page),
    ("docs/requirements.md", requirements_page),
    ("docs/openapi.json", openapi),
)


def docs(
    check: Check = False,
    only: Annotated[str, typer.Option(help="One file, such as docs/openapi.json.")] = "",
    as_json: AsJson = False,
) -> None:
    """Write the generated documentation, or check that it is up to date."""
    load_django()
    stale = [path for path, make in PAGES if only in ("", path) and _differs(path, make, check)]
    verb = "stale" if check else "written"
    finish({verb: stale}, f"{len(stale)} generated files {verb}", as_json=as_json)
    if check and stale:
        say(f"Stale: {', '.join(stale)}. Run: make docs")
        raise RejectedError("stale")


def _differs(path: str, make: Callable[[], str], check: bool) -> bool:
    file = Path(env.ROOT, path)
    text = make()
    if file.is_file() and file.read_text(encoding="utf-8") == text:
        return False
    if not check:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return True
