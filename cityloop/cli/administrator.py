"""The account with which a city makes all others, and a way back for who forgot its password."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cityloop.cli.database import require_tables
from cityloop.cli.output import AsJson, CommandError, finish
from cityloop.cli.project import open_project

if TYPE_CHECKING:
    from cityloop.people.operations import Founded

Organisation = Annotated[
    str, typer.Option("--organisation", help="Code of the city's platform, as HZ-PLAT.")
]
Called = Annotated[
    str, typer.Option("--organisation-name", help="Its name; left out when it stands already.")
]
Region = Annotated[
    str, typer.Option(help="Code of the city (GB/T 2260), as 330100; left out when it stands.")
]
Username = Annotated[str, typer.Option(help="What the administrator signs in with.")]
Name = Annotated[str, typer.Option(help="The administrator's name; else the username.")]
Generate = Annotated[bool, typer.Option("--generate", help="Make a password and print it, once.")]
FromInput = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]


def first_administrator(
    organisation: Organisation,
    username: Username,
    organisation_name: Called = "",
    region: Region = "",
    name: Name = "",
    generate: Generate = False,
    password_stdin: FromInput = False,
    as_json: AsJson = False,
) -> None:
    """Make the city's first administrator, with the city's platform and a post in it.

    The password is asked for at a terminal; without one (a script, a container, CI) it is read by
    --password-stdin or made by --generate. Whoever signs in with it chooses another at once.
    Refused when somebody can administer the city already.
    """
    _one_way(generate, password_stdin)
    open_project()
    require_tables()
    from cityloop.kernel import clock
    from cityloop.kernel.actor import Actor
    from cityloop.people import operations

    password = made() if generate else given(typed=not password_stdin)
    founded = operations.create_first_administrator(
        organisation_code=organisation,
        organisation_name=organisation_name,
        region_code=region,
        username=username,
        name=name or username,
        password=password,
        actor=Actor.system("first-administrator"),
        now=clock.now(),
    )
    _tell(founded, password if generate else "", as_json)


def reset_password(
    username: Annotated[str, typer.Argument(help="What the person signs in with.")],
    generate: Generate = False,
    password_stdin: FromInput = False,
    as_json: AsJson = False,
) -> None:
    """Give an account a new first password, as the back office does: for an administrator who
    forgot the only one.

    Asked for, read or made as by first-administrator. Whoever signs in with it chooses another at
    once; a lock after too many wrong tries is lifted.
    Accounts and posts stay as they are, and the record of changes names this command.
    """
    _one_way(generate, password_stdin)
    open_project()
    require_tables()
    from axes.utils import reset

    from cityloop.kernel import clock
    from cityloop.kernel.actor import Actor
    from cityloop.people import operations, queries

    member = queries.member_called(username)
    password = made() if generate else given(typed=not password_stdin)
    operations.reset_password(
        member_id=member.pk, password=password, actor=Actor.system("reset-password"),
        now=clock.now(),
    )  # fmt: skip
    reset(username=member.username)
    result, sentence = {"username": member.username}, f"{member.username} has a new password."
    if generate:
        result["password"] = password
        sentence += f"\nThe first password, shown only now: {password}"
    finish(result, f"{sentence}\nIt must be changed at the next sign-in.", as_json=as_json)


def _one_way(generate: bool, password_stdin: bool) -> None:
    """Refuse two ways to a password, and none: before anything is started for it."""
    if generate and password_stdin:
        raise CommandError("Choose one of --generate and --password-stdin.")
    if not (generate or password_stdin or sys.stdin.isatty()):
        raise CommandError(
            "There is no terminal to ask for a password: add --generate, which makes one and "
            "prints it, or --password-stdin, which reads it from standard input."
        )


def _tell(founded: Founded, password: str, as_json: bool) -> None:
    unit, member = founded.organisation, founded.member
    result = {"username": member.username, "organisation": unit.code, "post": founded.post.code}
    sentence = f"{member.username} administers {unit.name_zh} ({unit.code})."
    if password:
        result["password"] = password
        sentence += f"\nThe first password, shown only now: {password}"
    finish(result, f"{sentence}\nIt must be changed at the first sign-in.", as_json=as_json)


def made() -> str:
    """A password of 80 bits, easy to type."""
    from cityloop.people import operations

    return operations.made_code()


def given(*, typed: bool) -> str:
    """The password: typed twice at a terminal, or the first line of standard input."""
    if not typed:
        word = sys.stdin.readline().rstrip("\r\n")
        if not word:
            raise CommandError("Standard input brought no password.")
        return word
    word = typer.prompt("First password", hide_input=True, confirmation_prompt=True, err=True)
    return str(word)
