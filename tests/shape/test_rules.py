"""Rules of the code that no linter knows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import signals

from cityloop.kernel.errors import Problem
from cityloop.kernel.manifest import subsystems
from tests.shape import tree

FILES = tree.product_files()
# Who may read the clock: the edges, the commands, and who is behind a request.
CLOCK_READERS = {"web.py", "api.py", "jobs.py"}
CLOCK_FOLDERS = {"views", "api", "cli", "launch"}
NEVER = ("timezone.now", "datetime.utcnow", "date.today", "datetime.today")
ELSEWHERE = ("clock.now", "datetime.now", "time.time")
# What they are given is a local moment.
LOCAL_MOMENTS = {"cityloop/duty/hours.py"}
CLOCK_FILES = {
    "cityloop/kernel/clock.py",
    "cityloop/kernel/api.py",
    "cityloop/kernel/web.py",
    "cityloop/kernel/sent_once.py",
    "cityloop/kernel/jobs.py",
    "cityloop/people/identity.py",
    "cityloop/desks/counting.py",
    "cityloop/demo/living.py",
}


def _module(path: Path) -> ast.Module:
    module = tree.nodes(path)[0]
    assert isinstance(module, ast.Module)
    return module


@cache
def _calls(path: Path) -> tuple[tuple[str, int, ast.Call], ...]:
    """(dotted name, line, call) of every call in a file."""
    return tuple(
        (ast.unparse(node.func), node.lineno, node)
        for node in tree.nodes(path)
        if isinstance(node, ast.Call)
    )


def test_a_day_is_the_citys_day() -> None:
    """Moments are in UTC, whose day begins at eight in the morning here: `clock.local_day`."""
    found = [
        f"{tree.short(path)}:{line} {called}"
        for path in FILES
        for called, line, _node in _calls(path)
        if called in ("now.date", "change.now.date", "case.reported_at.date")
        or (re.search(r"(^|[._])(now|_at|at)(\(\))?\.date$", called)
        and "local" not in called and tree.short(path) not in LOCAL_MOMENTS)
    ]  # fmt: skip
    assert not found, "\n".join(found)


def test_only_the_edges_read_the_clock() -> None:
    found = []
    for path in FILES:
        readers = NEVER if _at_the_edge(path) else NEVER + ELSEWHERE
        found += [
            f"{tree.short(path)}:{line} {called}"
            for called, line, _node in _calls(path)
            if called.endswith(readers)
        ]
    assert found == []


def _at_the_edge(path: Path) -> bool:
    if path.name in CLOCK_READERS or tree.short(path) in CLOCK_FILES:
        return True
    return bool(CLOCK_FOLDERS & set(path.parts))


def test_there_are_no_signals() -> None:
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        assert "django.dispatch" not in text
        assert "django.db.models.signals" not in text
        assert "django.core.signals" not in text
    for name in ("pre_save", "post_save", "pre_delete", "post_delete", "m2m_changed"):
        for _key, receiver, *_rest in getattr(signals, name).receivers:
            assert not str(getattr(receiver(), "__module__", "")).startswith("cityloop")


def test_operations_get_actor_and_now_by_name() -> None:
    """Every public write takes `now` and `actor` by keyword only, or neither."""
    bad = []
    for path in FILES:
        if path.stem != "operations" and path.parent.name != "operations":
            continue
        for node in _module(path).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            positional = {one.arg for one in (*node.args.posonlyargs, *node.args.args)}
            if positional & {"now"}:
                bad.append(f"{tree.short(path)}:{node.name}")
    assert bad == []


def test_public_names_are_explained() -> None:
    missing = []
    for path in FILES:
        module = _module(path)
        if ast.get_docstring(module) is None and _holds_code(module, path):
            missing.append(tree.short(path))
        missing += [
            f"{tree.short(path)}:{node.name}"
            for node in _public(module)
            if ast.get_docstring(node) is None
        ]
    assert missing == []


def _holds_code(module: ast.Module, path: Path) -> bool:
    """Manifests speak for themselves; empty files say nothing."""
    return bool(module.body) and path.name not in ("apps.py", "__init__.py")


def _public(module: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Functions and classes that others may use, and the classes' own public methods."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    for node in module.body:
        if isinstance(node, kinds) and not node.name.startswith("_"):
            if isinstance(node, ast.ClassDef) and node.name.endswith("Config"):
                continue
            yield node
            if isinstance(node, ast.ClassDef):
                for one in node.body:
                    if isinstance(one, ast.FunctionDef) and not one.name.startswith("_"):
                        yield one


def test_nobody_overrides_save_to_hide_a_rule() -> None:
    """A model's save or delete may only refuse."""
    for path in FILES:
        if path.stem != "models":
            continue
        for node in tree.nodes(path):
            if isinstance(node, ast.FunctionDef) and node.name in ("save", "delete"):
                last = node.body[-1]
                assert isinstance(last, ast.Raise), f"{tree.short(path)}:{node.lineno}"


def test_what_manifests_declare_exists() -> None:
    for app in subsystems():
        for function in [*app.subscriptions.values(), *(one.function for one in app.schedules)]:
            jobs = (Path(app.path) / "jobs.py").read_text(encoding="utf-8")
            names = {n.name for n in ast.parse(jobs).body if isinstance(n, ast.FunctionDef)}
            assert function in names, f"{app.name}.jobs.{function}"


def test_every_permission_is_declared_in_a_manifest_and_held_by_a_role() -> None:
    from cityloop.people.roles import SEEDS

    declared = {one for app in subsystems() for one in app.permissions}
    held = {one for role in SEEDS for one in role.permissions} - {"*"}
    asked = {
        node.args[0].value
        for path in FILES
        for called, _line, node in _calls(path)
        if called.endswith((".require", ".may")) and node.args
        and isinstance(node.args[0], ast.Constant)
    }  # fmt: skip
    assert asked <= declared
    assert held == declared


@pytest.mark.requirement("O01")
def test_models_keep_rows_that_others_need() -> None:
    """No deletion reaches across: every foreign key between subsystems protects."""
    for model in apps.get_models():
        if not model.__module__.startswith("cityloop."):
            continue
        for field in model._meta.concrete_fields:
            target = field.related_model
            if target and target.__module__.startswith("cityloop."):
                same = target._meta.app_label == model._meta.app_label
                how = field.remote_field.on_delete.__name__
                assert same or how == "PROTECT", f"{model.__name__}.{field.name}"


def _problem_names() -> set[str]:
    found, left = set(), [Problem]
    while left:
        one = left.pop()
        found.add(one.__name__)
        left += one.__subclasses__()
    return found


def test_what_a_problem_says_can_be_translated() -> None:
    names, bare = _problem_names(), []
    for path in FILES:
        if tree.FRAME & {"cli", "launch"} & set(path.parts):
            continue
        for called, line, node in _calls(path):
            if called.rpartition(".")[2] in names and any(_is_sentence(a) for a in node.args):
                bare.append(f"{tree.short(path)}:{line}")
    assert bare == []


def _is_sentence(argument: ast.expr) -> bool:
    """A literal with words of its own; placeholders and punctuation alone need no translation."""
    if isinstance(argument, ast.Constant):
        parts = [argument.value]
    elif isinstance(argument, ast.JoinedStr):
        literal = [one.value for one in argument.values if isinstance(one, ast.Constant)]
        parts = [re.sub(r"^[a-z_]+: ", "", str(one)) for one in literal]  # a field's name
    else:
        return False
    return any(c.isalpha() for part in parts if isinstance(part, str) for c in part)
