"""The Chinese is complete, says one thing for one word, and keeps its placeholders."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import texts

FOLDERS = texts.subsystem_folders()
PLACEHOLDER = re.compile(r"%\([a-z_]+\)[sd]|\{[a-z_]*\}|%[sd]")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_every_text_has_its_chinese(folder: Path) -> None:
    known = texts.translations()
    missing = sorted({one for one in texts.texts_of(folder) if not known.get(one.key)})
    assert [f"{one.where}: {one.context} {one.words!r}" for one in missing] == []


def test_titles_that_pages_translate_have_their_chinese() -> None:
    known = texts.translations()
    assert [one for one in texts.titles() if not known.get(one.key)] == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_placeholders_survive_translation(folder: Path) -> None:
    bad = []
    for entry in texts.entries(folder):
        for words in [entry.msgstr, *entry.msgstr_plural.values()]:
            wanted = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
            if words and set(PLACEHOLDER.findall(words)) - wanted:
                bad.append(entry.msgid)
            if words and "python-format" in entry.flags and not entry.msgid_plural:
                bad += [entry.msgid] if set(PLACEHOLDER.findall(words)) != wanted else []
    assert bad == []


def test_one_text_has_one_translation() -> None:
    """Catalogues are merged when they are loaded: a second translation would win by chance."""
    found: dict[tuple[str, str], set[str]] = {}
    for folder in FOLDERS:
        for entry in texts.entries(folder):
            found.setdefault((entry.msgctxt or "", entry.msgid), set()).add(entry.msgstr)
    assert {key: words for key, words in found.items() if len(words) > 1} == {}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_no_translation_is_left_over(folder: Path) -> None:
    used = {one.key for one in texts.texts_of(folder)} | {one.key for one in texts.titles()}
    everywhere = used | {one.key for other in FOLDERS for one in texts.texts_of(other)}
    entries = {(entry.msgctxt or "", entry.msgid) for entry in texts.entries(folder)}
    assert entries - everywhere - texts.names_of_subsystems() == set()
