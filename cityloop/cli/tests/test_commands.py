"""Every command: help, wrong calls, one JSON object, no tracebacks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.db import NotSupportedError

from cityloop.cli import messages, output
from cityloop.cli.main import COMMANDS
from cityloop.launch.errors import LaunchError
from cityloop.launch.layout import Layout
from config import env

pytestmark = pytest.mark.slow

NAMES = [name for name, _function, _line in COMMANDS]


def call(*arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cityloop.cli.main", *arguments],
        cwd=env.ROOT,
        env={**os.environ, **extra},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.requirement("O01")
def test_the_commands_that_were_promised_are_there() -> None:
    promised = {
        *("serve", "demo", "migrate", "load-standards", "import-regions", "import-components"),
        *("import-cases", "simulate", "check", "worker"),
    }
    assert promised <= set(NAMES)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_help(name: str) -> None:
    done = call(name, "--help")
    assert done.returncode == 0
    assert "Usage:" in done.stdout
    assert "--help" in done.stdout


def test_an_import_fails_only_when_it_took_nothing() -> None:
    """One rule for cases, components and orders, told in their help."""
    output.require_some(0, 0)
    output.require_some(1, 5)
    with pytest.raises(output.RejectedError, match="nothing was imported"):
        output.require_some(0, 6)
    told = (Path(__file__).parents[3] / "docs" / "commands.md").read_text()
    for name in ("import-cases", "import-components", "import-orders"):
        own = told.split(f"## {name}\n", 1)[1].split("\n## ", 1)[0]
        assert "Exit code 1 when nothing was imported" in " ".join(own.split())


@pytest.mark.parametrize(
    "arguments", [("no-such-command",), ("migrate", "--no-such-option"), ("import-cases",)]
)
def test_a_wrong_call_shows_the_right_one_and_exits_2(arguments: tuple[str, ...]) -> None:
    done = call(*arguments)
    assert done.returncode == 2
    assert "Usage:" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_failure_is_a_paragraph_and_one_json_object() -> None:
    done = call("import-cases", "--format", "unknown", "--json", str(env.ROOT / "manage.py"))
    assert done.returncode == 1
    assert "unknown" in json.loads(done.stdout.splitlines()[-1])["error"]
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


def test_a_folder_that_may_not_be_entered_is_said_plainly(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may enter any folder")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o000)
    with pytest.raises(LaunchError, match="may not enter"):
        Layout(closed / "data").create()


@pytest.mark.parametrize(
    "arguments",
    [
        ("import-cases", "--format", "la311", "no-such.csv"),
        ("import-components", "no-such.csv"),
        ("import-regions", "no-such.geojson"),
    ],
)
def test_a_missing_file_is_told_to_programs_too(arguments: tuple[str, ...]) -> None:
    done = call(*arguments, "--json")
    assert done.returncode == 2
    assert "no-such" in json.loads(done.stdout.splitlines()[-1])["error"]
    assert "Usage:" in done.stderr


@pytest.mark.slow
def test_a_database_that_does_not_answer_is_told_without_a_traceback() -> None:
    nowhere = "postgresql://nobody@127.0.0.1:9/nothing"
    done = call("migrate", DATABASE_URL=nowhere)
    assert done.returncode == 1
    assert "no connection to the database (is DATABASE_URL right" in done.stderr
    assert "port 9 failed" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Traceback" in call("migrate", DATABASE_URL=nowhere, CITYLOOP_DEBUG="1").stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [("LOG_LEVEL", "LOUD"), ("TIME_ZONE", "Mars/Base"), ("TIME_ZONE", "../x"), ("PORT", "http")],
)
def test_a_setting_that_cannot_be_is_named(name: str, value: str) -> None:
    done = call("migrate", **{name: value})
    assert done.returncode == 1
    assert done.stderr.startswith(f"cityloop: {name} ") and value in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_file_is_no_data_dir(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    done = call("check", DATA_DIR=str(file), DATABASE_URL="")
    assert done.returncode == 1
    assert done.stderr.startswith(f"cityloop: DATA_DIR={file} is a file")


@pytest.mark.parametrize(
    ("state", "said"),
    [("0A000", 'extension "postgis" is not available'),
     ("42501", 'permission denied to create extension "postgis"')],
)  # fmt: skip
def test_a_database_without_postgis_says_what_to_do(state: str, said: str) -> None:
    cause = psycopg.errors.lookup(state)(said)
    error = NotSupportedError(said)
    error.__cause__ = cause
    assert "CREATE EXTENSION postgis" in output.told(error) and said in output.told(error)
    other = NotSupportedError("something else")
    other.__cause__ = cause
    assert output.told(other).startswith("NotSupportedError: something else")


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    if not Path("/sys/kernel").is_dir():
        pytest.skip("needs a folder in which nobody may make files")
    with pytest.raises(LaunchError, match="DATA_DIR=/sys/kernel cannot be written to"):
        Layout(Path("/sys/kernel")).create()


@pytest.mark.slow
def test_reset_never_empties_a_database_given_by_its_address() -> None:
    done = call("demo", "--reset", DATABASE_URL="postgresql://somebody@somewhere/city")
    assert done.returncode == 1
    assert "DATABASE_URL names another database" in done.stderr


def test_what_others_put_in_the_folder_is_neither_used_nor_deleted(tmp_path: Path) -> None:
    for name in ("files", "postgres", "run"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "precious.txt").write_text("x")
    (tmp_path / "secret.key").write_text("x")
    for arguments in (("demo", "--reset"), ("migrate",)):
        done = call(*arguments, DATA_DIR=str(tmp_path), DATABASE_URL="")
        assert done.returncode == 1
        assert "holds other files in postgres, files, run: name an empty folder" in done.stderr
    assert len(list(tmp_path.glob("*/precious.txt"))) == 3
    assert (tmp_path / "secret.key").exists()


def test_what_a_command_writes_beside_a_database_elsewhere_is_ours_for_the_next(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "new"
    call("migrate", DATA_DIR=str(folder), DATABASE_URL="postgresql:///nothing?host=/nowhere")
    (folder / "models").mkdir()
    (folder / "models/class.bin").write_text("x")
    Layout(folder).create()


def test_messages_compile_as_gettext_reads_them(tmp_path: Path) -> None:
    import gettext

    source = tmp_path / "django.po"
    source.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n'
        'Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
        'msgid "case"\nmsgstr "案件"\n\n'
        'msgctxt "verb"\nmsgid "report"\nmsgstr "上报"\n\n'
        'msgid "%(n)s day"\nmsgid_plural "%(n)s days"\nmsgstr[0] "%(n)s 天"\n\n'
        '#, fuzzy\nmsgid "guess"\nmsgstr "猜"\n',
        encoding="utf-8",
    )
    assert messages.compile_files([source]) == 1
    with source.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert compiled.gettext("case") == "案件"
    assert compiled.pgettext("verb", "report") == "上报"
    assert compiled.ngettext("%(n)s day", "%(n)s days", 3) == "%(n)s 天"
    assert compiled.gettext("guess") == "guess"


@pytest.mark.parametrize(
    "arguments",
    [
        ("first-administrator", "--organisation", "PS-PLAT", "--username", "zhang"),
        ("reset-password", "zhang"),
    ],
)
def test_without_a_terminal_a_password_is_not_asked_for(arguments: tuple[str, ...]) -> None:
    """Said before a database is looked for; the README names the same two ways."""
    done = call(*arguments, "--json", DATABASE_URL="postgresql:///nothing?host=/nowhere")
    assert done.returncode == 1
    told = json.loads(done.stdout)["error"]
    assert told in done.stderr
    for way in ("--generate", "--password-stdin"):
        assert way in told
        for name in ("README.md", "README.zh-CN.md"):
            assert way in (env.ROOT / name).read_text(encoding="utf-8")
