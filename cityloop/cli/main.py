"""The command line: one row per command."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click
import typer

from cityloop.cli import (
    check,
    components,
    database,
    demo,
    generated,
    import_cases,
    messages,
    output,
    regions,
    serve,
    simulate,
    standards,
    worker,
)

app = typer.Typer(
    name="cityloop",
    help="CityLoop: an open platform for digital city management.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

# A new command: one module with a function, one row here. Commands import the subsystem they call
# inside the function, so that --help is quick and one broken part does not stop the others.
COMMANDS: tuple[tuple[str, Callable[..., Any], str], ...] = (
    ("demo", demo.demo, "Run"),
    ("serve", serve.serve, "Run"),
    ("worker", worker.worker, "Run"),
    ("check", check.check, "Run"),
    ("migrate", database.migrate, "Data"),
    ("load-standards", standards.load_standards, "Data"),
    ("import-regions", regions.import_regions, "Data"),
    ("import-components", components.import_components, "Data"),
    ("import-cases", import_cases.import_cases, "Data"),
    ("simulate", simulate.simulate, "Data"),
    ("messages", messages.compile_messages, "Develop"),
    ("docs", generated.docs, "Develop"),
)
for name, function, panel in COMMANDS:
    app.command(name, rich_help_panel=panel)(function)


def main() -> None:
    """Entry point of the `cityloop` program: exit code 0, 1 (failed), 2 (wrong call), 130 (^C)."""
    try:
        code = app(standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        code = 2
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (KeyboardInterrupt, click.exceptions.Abort):
        code = output.interrupted()
    except click.exceptions.Exit as error:
        code = error.exit_code
    except Exception as error:  # noqa: BLE001 (the outermost place: everything becomes a sentence)
        code = output.fail(error)
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
