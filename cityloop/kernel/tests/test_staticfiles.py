"""Scripts of ours that load each other: by the hashed names, so that no old one meets a new one."""

from __future__ import annotations

import re
from pathlib import Path

from cityloop.kernel.staticfiles import Storage

DESKS = Path(__file__).resolve().parents[2] / "desks/static/desks"


def test_our_scripts_name_each_other_as_the_pages_do(tmp_path: Path) -> None:
    storage = Storage(location=tmp_path, base_url="/static/")
    (tmp_path / "desks").mkdir()
    names = [f"desks/{path.name}" for path in DESKS.glob("*.js")]
    for name in names:
        (tmp_path / name).write_bytes((DESKS.parent / name).read_bytes())
    list(storage.post_process({name: (storage, name) for name in names}))
    loaded = 0
    for name in names:
        script = (tmp_path / storage.hashed_files[name]).read_text(encoding="utf-8")
        for other in re.findall(r'^import .* from "(.+)";$', script, re.MULTILINE):
            assert (tmp_path / "desks" / other) == tmp_path / storage.hashed_files[
                f"desks/{Path(other).name.split('.')[0]}.js"
            ]
            loaded += 1
    assert loaded > 5
