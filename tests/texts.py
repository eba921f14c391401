"""The texts of the user interface as they stand in the source: what a translation must cover."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import polib
from django.utils.translation.template import templatize

from cityloop.kernel.errors import Problem
from cityloop.kernel.manifest import subsystems
from tests.shape import tree

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "cityloop"

# Function of django.utils.translation -> positions of (context, text, plural) in its arguments.
CALLS: dict[str, tuple[int | None, int, int | None]] = {
    "gettext": (None, 0, None),
    "ngettext": (None, 0, 1),
    "pgettext": (0, 1, None),
    "npgettext": (0, 1, 2),
}
_LITERAL = r"""u?(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_IN_TEMPLATE = re.compile(rf"\b(n?p?gettext|_)\(\s*({_LITERAL}(?:\s*,\s*{_LITERAL})*)", re.S)


@dataclass(frozen=True, slots=True, order=True)
class Text:
    """One text: its context ('' without), the English words, and where it stands."""

    context: str
    words: str
    where: str

    @property
    def key(self) -> tuple[str, str]:
        """What a translation is looked up by."""
        return self.context, self.words


def subsystem_folders() -> list[Path]:
    """The folders of all installed subsystems."""
    return [Path(app.path) for app in subsystems()]


@cache
def texts_of(folder: Path) -> tuple[Text, ...]:
    """Every text of a subsystem: Python, templates, titles of the manifest and of problems."""
    found: list[Text] = []
    for path in sorted(folder.rglob("*.py")):
        if "migrations" not in path.parts and "tests" not in path.parts:
            found += _of_python(path)
    for path in sorted(folder.rglob("templates/**/*.html")):
        found += _of_template(path)
    return tuple(found)


def _of_python(path: Path) -> Iterator[Text]:
    nodes = tree.nodes(path)
    names = _names(nodes)
    for node in nodes:
        if isinstance(node, ast.Call):
            call = names.get(_called(node.func))
            if call:
                yield from _of_call(node.args, call, _where(path, node.lineno))


def _names(nodes: Iterable[ast.AST]) -> dict[str, str]:
    """Local name -> kind of call, from the file's imports."""
    found = {}
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            for alias in node.names:
                kind = alias.name.removesuffix("_lazy").removesuffix("_noop")
                if kind in CALLS:
                    found[alias.asname or alias.name] = kind
    return found


def _called(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else ""


def _of_call(arguments: list[ast.expr], kind: str, where: str) -> Iterator[Text]:
    context_at, text_at, plural_at = CALLS[kind]
    values = [a.value if isinstance(a, ast.Constant) else None for a in arguments]
    context = str(values[context_at]) if context_at is not None else ""
    for position in (text_at, plural_at):
        if position is not None and isinstance(values[position], str):
            yield Text(context, str(values[position]), where)
            return  # gettext looks plurals up by the singular


def _of_template(path: Path) -> Iterator[Text]:
    source = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    for match in _IN_TEMPLATE.finditer(source):
        name = "gettext" if match[1] == "_" else match[1]
        arguments = ast.parse(f"f({match[2]})", mode="eval").body
        assert isinstance(arguments, ast.Call)
        yield from _of_call(arguments.args, name, _where(path, source[: match.start()].count("\n")))


def _where(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def titles() -> list[Text]:
    """Texts that are translated from a variable: menus, tabs, the titles of problems."""
    for folder in subsystem_folders():
        _import_all(folder)
    lines = [(line.title, app.label) for app in subsystems() for line in (*app.menu, *app.personal)]
    lines += [(tab.title, app.label) for app in subsystems() for tab in app.office]
    lines += [(tab.group, app.label) for app in subsystems() for tab in app.office if tab.group]
    found = [Text("", title, f"{label}/apps.py") for title, label in lines]
    return found + [Text("", one.title, one.__module__) for one in _problems(Problem)]


def names_of_subsystems() -> set[tuple[str, str]]:
    """Their titles: may be translated, though no page shows all of them."""
    return {("", app.title) for app in subsystems()}


def _import_all(folder: Path) -> None:
    """Classes are known once their modules are loaded."""
    for path in folder.rglob("*.py"):
        if not {"migrations", "tests"} & set(path.parts):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            import_module(name.removesuffix(".__init__"))


def _problems(parent: type[Problem]) -> Iterator[type[Problem]]:
    yield parent
    for child in parent.__subclasses__():
        yield from _problems(child)


@cache
def translations() -> dict[tuple[str, str], str]:
    """(context, words) -> Chinese, of all subsystems; '' where it is missing or doubtful."""
    found: dict[tuple[str, str], str] = {}
    for folder in subsystem_folders():
        for entry in entries(folder):
            words = entry.msgstr or "".join(entry.msgstr_plural.values())
            found[(entry.msgctxt or "", entry.msgid)] = "" if entry.fuzzy else words
    return found


@cache
def entries(folder: Path) -> tuple[polib.POEntry, ...]:
    """The living entries of a subsystem's Chinese file; empty without one."""
    path = folder / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    if not path.is_file():
        return ()
    return tuple(entry for entry in polib.pofile(str(path)) if not entry.obsolete)
