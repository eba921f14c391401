"""The command line: one row per command."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import typer

from cityloop.cli import (
    administrator,
    backup,
    check,
    components,
    database,
    demo,
    flows,
    generated,
    import_addresses,
    import_cases,
    import_orders,
    import_people,
    import_permits,
    messages,
    output,
    regions,
    responsibility_grids,
    serve,
    simulate,
    standards,
    train,
    worker,
)
from cityloop.launch import interrupts

app = typer.Typer(
    name="cityloop",
    help="CityLoop: an open platform for digital city management.",
    context_settings={"terminal_width": 96},
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

# A new command: one module with a function, one row here (name, function, line in the list).
# Commands import the subsystem they call inside the function, so that --help is quick and one
# broken part does not stop the others.
COMMANDS: tuple[tuple[str, Callable[..., Any], str], ...] = (
    ("demo", demo.demo, "Build the demo city and run everything."),
    ("serve", serve.serve, "Run web server, live stream and worker."),
    ("worker", worker.worker, "Run only the worker: deferred jobs and the clocks."),
    ("check", check.check, "Health; with --chain also proof of the history."),
    ("backup", backup.backup, "Save database, photos, notes and keys."),
    ("restore", backup.restore, "Bring a backup into an empty database."),
    ("migrate", database.migrate, "Bring the database to this version's tables."),
    ("load-standards", standards.load_standards, "Editions of classes and filing rules."),
    ("first-administrator", administrator.first_administrator, "The account that makes others."),
    ("reset-password", administrator.reset_password, "A new first password for an account."),
    ("import-regions", regions.import_regions, "Regions, unit grids or roads."),
    (
        "import-responsibility-grids",
        responsibility_grids.import_responsibility_grids,
        "Adjacent unit grids given to one inspector.",
    ),
    (
        "end-responsibility-grids",
        responsibility_grids.end_responsibility_grids,
        "Such ones end, and their unit grids are free.",
    ),
    ("share-out-grids", responsibility_grids.share_out_grids, "Unit grids put into such ones."),
    ("import-addresses", import_addresses.import_addresses, "Places to be searched by name."),
    ("import-organisations", import_people.import_organisations, "The units of the city."),
    ("import-responsibilities", import_people.import_responsibilities, "Who leads for what."),
    ("import-components", components.import_components, "The register of components."),
    ("import-permits", import_permits.import_permits, "The register of permits."),
    ("import-cases", import_cases.import_cases, "Cases of other systems."),
    ("import-orders", import_orders.import_orders, "Orders of the hotline 12345."),
    ("publish-flow", flows.publish_flow, "How the platforms of the city work together."),
    ("train-classifier", train.train_classifier, "The model that suggests classes."),
    ("simulate", simulate.simulate, "Let the demo city work."),
    ("messages", messages.compile_messages, "Compile translations."),
    ("docs", generated.docs, "Write the generated documentation."),
)
for name, function, line in COMMANDS:
    app.command(name, short_help=line)(function)


def main() -> None:
    """Entry point of the `cityloop` program: exit code 0, 1 (failed), 2 (wrong call), 130 (^C),
    143 (SIGTERM)."""
    try:
        code = app(standalone_mode=False)
        if code == output.INTERRUPTED:  # Typer has caught the Ctrl-C
            output.interrupted()
    except typer.Exit as error:
        code = output.interrupted() if error.exit_code == output.INTERRUPTED else error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        code = output.interrupted()
    except interrupts.Ended as ended:
        code = output.interrupted(ended.code)
    except typer.TyperException as error:
        code = output.misused(error)
    except Exception as error:
        code = output.fail(error)
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
