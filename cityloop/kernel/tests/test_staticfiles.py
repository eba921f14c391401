"""Scripts of ours that load each other: by the hashed names, so that no old one meets a new one."""

from __future__ import annotations

import re
from pathlib import Path

from cityloop.kernel.staticfiles import Storage

PACKAGE = Path(__file__).resolve().parents[2]
FOLDERS = {"desks": PACKAGE / "desks/static", "ui": PACKAGE / "kernel/static"}
IMPORT = re.compile(r'^import (?:.* from )?"(.+)";$', re.MULTILINE)


def test_our_scripts_name_each_other_as_the_pages_do(tmp_path: Path) -> None:
    storage = Storage(location=tmp_path, base_url="/static/")
    names = []
    for folder, below in FOLDERS.items():
        (tmp_path / folder).mkdir()
        for path in (below / folder).glob("*.js"):
            names.append(f"{folder}/{path.name}")
            (tmp_path / names[-1]).write_bytes(path.read_bytes())
    list(storage.post_process({name: (storage, name) for name in names}))
    loaded = dict.fromkeys(FOLDERS, 0)
    for name in names:
        folder, script = name.split("/")[0], tmp_path / storage.hashed_files[name]
        for other in IMPORT.findall(script.read_text(encoding="utf-8")):
            plain = f"{folder}/{Path(other).name.split('.')[0]}.js"
            assert tmp_path / folder / other == tmp_path / storage.hashed_files[plain]
            loaded[folder] += 1
    assert loaded["desks"] > 5
    assert loaded["ui"] >= 4
