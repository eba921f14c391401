"""`cityloop publish-flow`: another way of working for the city or for one of its districts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cityloop.cli.database import require_tables
from cityloop.cli.output import AsJson, RejectedError, finish
from cityloop.cli.project import open_project

if TYPE_CHECKING:
    from cityloop.cases.modes import Mode

File = Annotated[Path, typer.Argument(help="A file of data/modes.", show_default=False)]
Area = Annotated[str, typer.Option(help="Only for this district or street (its code).")]
Posts = Annotated[bool, typer.Option("--posts", help="Also make the posts that the mode needs.")]
Dry = Annotated[bool, typer.Option("--dry-run", help="Only say what is wrong with it.")]


def publish_flow(
    file: File,
    area: Area = "",
    posts: Posts = False,
    dry_run: Dry = False,
    as_json: AsJson = False,
) -> None:
    """Publish a mode as the flow of new cases; running cases keep theirs.

    A mode says how the platforms work together; limits and shares that the city has set stay. What
    changes is told. Refused when it is unsound; a control that it does without is named. A mode
    asks that its desks are staffed: make the posts first, then give them to people.
    """
    open_project()
    require_tables()
    from django.utils import timezone

    from cityloop.cases import flow_office, modes, operations, queries, workflow
    from cityloop.kernel import clock
    from cityloop.kernel.actor import Actor

    mode, now, actor = modes.read_mode(file), clock.now(), Actor.system("publish-flow")
    before = queries.current_flow().parameters
    wanted = modes.applied(before, mode.parameters, area)
    made = make_posts(mode, area) if posts and not dry_run else []
    today = timezone.localdate(now)
    found = workflow.faults_on(wanted, today)
    result: dict[str, Any] = {"mode": mode.code, "area": area, "posts": made, "faults": found,
                              "changes": [] if found else flow_office.differences(before, wanted),
                              "warnings": [] if found else workflow.warnings(wanted)}  # fmt: skip
    if not found and not dry_run:
        flow = operations.publish_flow(
            code=mode.code, parameters=wanted, reason=file.name, actor=actor, now=now
        )
        result["flow"] = flow.code
    sentence = "\n".join(found) or f"{result.get('flow', mode.code)}: sound"
    told = [sentence, *result["changes"], *result["warnings"]]
    finish(result, "\n".join(told), as_json=as_json)
    if found:
        raise RejectedError("not published")


def make_posts(mode: Mode, area: str) -> list[str]:
    """The posts of a mode at the platforms of their level; those that exist stay as they are."""
    from django.db import transaction

    from cityloop.kernel import clock
    from cityloop.kernel.actor import Actor
    from cityloop.people import operations, queries
    from cityloop.people.models import Organisation, Post

    actor, now, made = Actor.system("publish-flow"), clock.now(), []
    platforms = list(Organisation.objects.filter(region_code__startswith=area, active=True))
    wanted = [
        (platform, one, f"{platform.code}-{mode.code}-{number}"[:60])
        for number, one in enumerate(mode.posts)
        for platform in platforms
        if queries.level_of_kind(platform.kind) == one.level
    ]
    with transaction.atomic():
        for platform, one, code in wanted:
            if Post.objects.filter(code=code).exists():
                continue
            operations.create_post(
                code=code, organisation=platform, name_zh=one.name_zh, name_en=one.name_en,
                roles=one.roles, actor=actor, now=now,
            )  # fmt: skip
            made.append(code)
    return made
