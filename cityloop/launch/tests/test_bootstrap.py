"""Set-up does what is missing, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from cityloop.launch import bootstrap
from cityloop.launch.errors import LaunchError


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commands that set-up runs, noted instead of run."""
    noted: list[str] = []

    def note(*command: str | Path, what: str, quiet: bool = False) -> str:
        noted.append(" ".join(map(str, command)))
        return "done"

    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "STAMPS", tmp_path / "stamps")
    monkeypatch.setattr(bootstrap, "_call", note)
    for name in ("pyproject.toml", "requirements.lock", "package-lock.json"):
        (tmp_path / name).write_text("{}")
    return noted


def test_packages_are_installed_by_hash_and_only_when_the_lock_changed(
    calls: list[str], tmp_path: Path
) -> None:
    bootstrap.python_packages("requirements.lock")
    assert "--require-hashes" in calls[0]
    assert "--no-deps --no-build-isolation --no-index -e" in calls[1]
    calls.clear()
    bootstrap.python_packages("requirements.lock")
    assert calls == []
    (tmp_path / "requirements.lock").write_text("changed")
    bootstrap.python_packages("requirements.lock")
    assert len(calls) == 2


def test_front_end_files_come_from_the_lock_and_run_no_scripts(
    calls: list[str], tmp_path: Path
) -> None:
    bootstrap.front_end()
    assert "ci --ignore-scripts" in calls[-1]
    (tmp_path / "node_modules").mkdir()
    calls.clear()
    bootstrap.front_end()
    assert calls == []


def test_a_failed_command_is_told_with_its_last_words() -> None:
    with pytest.raises(LaunchError, match=r"^npm ci failed: .*no such package"):
        bootstrap._call("sh", "-c", "echo no such package >&2; exit 3", what="npm ci")


def test_bytecode_is_made_also_where_python_may_not_write_it_while_importing(
    calls: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    source = tmp_path / "cityloop" / "part.py"
    source.parent.mkdir()
    source.write_text("x = 1\n")
    bootstrap.bytecode()
    assert [made.name.split(".")[0] for made in tmp_path.glob("cityloop/__pycache__/*")] == ["part"]
    assert not calls


def test_ctrl_c_ends_it_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def pressed() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(bootstrap, "virtual_environment", pressed)
    assert bootstrap.main(["run"]) == 130
    assert capsys.readouterr().err == "\nSet-up stopped; the next one goes on from here.\n"
