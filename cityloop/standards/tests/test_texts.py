"""Every text that standards show has its Chinese."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import polib
import pytest

FOLDER = Path(__file__).resolve().parents[1]
CALLS = {"_", "lazy", "gettext", "ngettext"}
TAGS = re.compile(r"""\{% translate ["'](.+?)["']|title=_\("(.+?)"\)""")
BLOCKS = re.compile(r"\{% blocktranslate.*?%\}(.*?)\{% endblocktranslate %\}", re.DOTALL)


def texts() -> set[str]:
    """The msgids of code, templates, titles of problems and the menu."""
    found: set[str] = set()
    for file in FOLDER.rglob("*.py"):
        if {"tests", "migrations"} & set(file.parts):
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            found |= _texts_of(node)
    for file in FOLDER.rglob("*.html"):
        page = file.read_text()
        found |= {one or other for one, other in TAGS.findall(page)}
        found |= {re.sub(r"\{\{ (\w+) \}\}", r"%(\1)s", block) for block in BLOCKS.findall(page)}
    return found


def _texts_of(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        given = [one.value for one in node.args if isinstance(one, ast.Constant)]
        if node.func.id in CALLS:
            return {given[0]} if given else set()
        if node.func.id == "MenuItem":
            return {given[0]}
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple):
        names = node.targets[0].elts if isinstance(node.targets[0], ast.Tuple) else []
        if [getattr(name, "id", "") for name in names] == ["code", "title"]:
            return {node.value.elts[1].value}
    return set()


@pytest.mark.requirement("B06")
def test_every_text_has_its_chinese_and_none_is_left_over() -> None:
    known = polib.pofile(str(FOLDER / "locale/zh_Hans/LC_MESSAGES/django.po"))
    chinese = {e.msgid for e in known if e.msgstr or all((e.msgstr_plural or {"": ""}).values())}
    assert texts() - chinese == set()
    assert {entry.msgid for entry in known} - texts() == {"Standards"}
