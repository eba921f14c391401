"""Every rule has its place: the same few files in each subsystem, short, with forbidden names."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from cityloop.kernel.manifest import Subsystem, subsystems
from tests.shape import tree

FILES = tree.product_files()
PATHS = re.compile(r"`((?:cityloop|config|data|docs|tests|bench)/[^`\s*<>{}]+)`")
LINKS = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


def _own_files(folder: Path) -> list[Path]:
    return [p for p in sorted(folder.glob("*.py")) if p.stem not in tree.SAME]


@pytest.mark.parametrize("name", sorted(tree.OWN))
def test_a_subsystem_has_the_same_few_files_and_its_own(name: str) -> None:
    folder = tree.PACKAGE / name
    own = {path.stem for path in _own_files(folder)}
    assert own == set(tree.OWN[name]), "name new files in tests/shape/tree.py with their kind"
    holds_python = {path.parent.name for path in folder.glob("*/*.py")}
    mappings = {"mappings"} if name == "exchange" else set()
    assert holds_python <= tree.PARTS | mappings


def test_every_folder_is_a_subsystem_or_part_of_the_frame() -> None:
    folders = {path.parent.name for path in tree.PACKAGE.glob("*/__init__.py")}
    assert folders == set(tree.OWN) | tree.FRAME
    installed = {app.label for app in subsystems()}
    assert installed == set(tree.OWN) | {"kernel"}
    for app in apps.get_app_configs():
        if app.name.startswith("cityloop."):
            assert isinstance(app, Subsystem)


def test_the_import_contract_names_every_folder_in_the_order_of_installation() -> None:
    contracts = tomllib.loads((tree.ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = contracts["contracts"][0]
    assert layers["exhaustive"] is True
    height = {
        name.strip("() "): -place
        for place, layer in enumerate(layers["layers"])
        for name in layer.split("|")
    }
    assert set(height) == set(tree.OWN) | tree.FRAME
    named = [one.split(".") for one in settings.INSTALLED_APPS]
    installed = [one[1] for one in named if one[0] == "cityloop" and len(one) == 2]
    assert installed == sorted(installed, key=lambda name: height[name]), "lowest layer first"


def test_nothing_is_called_by_a_name_that_says_nothing() -> None:
    bad = [p for p in tree.PACKAGE.rglob("*") if p.stem in tree.FORBIDDEN and p.suffix != ".pyc"]
    assert not bad


@pytest.mark.parametrize(
    ("name", "kind"),
    [(f"{s}/{f}.py", kind) for s, own in tree.OWN.items() for f, kind in own.items()],
)
def test_an_own_file_is_what_it_says(name: str, kind: str) -> None:
    """Functions and tables hold no class with behaviour: values, problems and rows only."""
    parsed = ast.parse((tree.PACKAGE / name).read_text(encoding="utf-8"))
    classes = [node for node in parsed.body if isinstance(node, ast.ClassDef)]
    if kind in (tree.FUNCTIONS, tree.TABLE):
        assert [node.name for node in classes if not _is_value(node)] == []
    if kind == tree.FORMS:
        assert all(_bases(node) for node in classes)


def _is_value(node: ast.ClassDef) -> bool:
    """A dataclass, a row, a protocol, an enumeration or an exception."""
    marks = {_name(one.func if isinstance(one, ast.Call) else one) for one in node.decorator_list}
    return "dataclass" in marks or bool(_bases(node))


def _bases(node: ast.ClassDef) -> list[str]:
    return [_name(base.value if isinstance(base, ast.Subscript) else base) for base in node.bases]


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


@pytest.mark.parametrize("path", FILES, ids=tree.short)
def test_a_file_holds_one_idea(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    allowed = tree.LONG_FILES.get(tree.short(path), tree.FILE_LINES)
    assert lines <= allowed


def test_functions_are_taken_in_at_once() -> None:
    lengths: list[int] = []
    too_long = []
    for path in FILES:
        for name, count in _functions(path):
            lengths.append(count)
            if count > tree.LONG_FUNCTIONS.get(name, tree.FUNCTION_LINES):
                too_long.append(f"{name} has {count} lines")
    assert too_long == []
    assert sorted(lengths)[int(len(lengths) * 0.9)] <= tree.USUAL_LINES


def _functions(path: Path) -> list[tuple[str, int]]:
    return [
        (f"{tree.short(path)}:{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1)
        for node in tree.nodes(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def test_scripts_stay_small() -> None:
    sizes = {
        path.relative_to(tree.PACKAGE).as_posix(): path.stat().st_size
        for path in tree.PACKAGE.rglob("*.js")
    }
    assert set(sizes) == set(tree.SCRIPT_BYTES), "name new scripts in tests/shape/tree.py"
    assert {name: size for name, size in sizes.items() if size > tree.SCRIPT_BYTES[name]} == {}


def test_exceptions_that_are_needed_no_more_are_struck_out() -> None:
    functions = dict(one for path in FILES for one in _functions(path))
    lines = {tree.short(p): len(p.read_text(encoding="utf-8").splitlines()) for p in FILES}
    idle = [n for n in tree.LONG_FILES if lines.get(n, 0) <= tree.FILE_LINES]
    idle += [n for n in tree.LONG_FUNCTIONS if functions.get(n, 0) <= tree.FUNCTION_LINES]
    assert idle == []


def test_paths_that_documents_name_exist() -> None:
    missing = []
    for document in [*(tree.ROOT / "docs").glob("*.md"), *tree.ROOT.glob("README*.md")]:
        named = PATHS.findall(document.read_text(encoding="utf-8"))
        gone = [path for path in named if not (tree.ROOT / path.split(":")[0]).exists()]
        missing += [f"{document.name}: {path}" for path in gone]
    assert missing == []


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    places = [*(tree.ROOT / "docs").rglob("*.md"), *tree.ROOT.glob("*.md")]
    for document in places:
        links = LINKS.findall(document.read_text(encoding="utf-8"))
        gone = [link for link in links if not (document.parent / link).exists()]
        broken += [f"{tree.short(document)}: {link}" for link in gone]
    assert broken == []
