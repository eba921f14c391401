"""Where the server comes from."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from cityloop.launch import apt, binaries, cluster
from cityloop.launch.account import database_account
from cityloop.launch.binaries import Binaries
from cityloop.launch.errors import LaunchError
from cityloop.launch.tests.conftest import quiet


def test_an_installed_server_is_used_and_its_variables_lead_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGHOST", "elsewhere")
    found = binaries.find_binaries(unpack_into=tmp_path, say=quiet)
    assert found.program("initdb").is_file()
    assert "PGHOST" not in found.environment()
    assert found.environment()["LC_ALL"] == "C.UTF-8"


def test_without_any_way_the_answer_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries, "_folders", lambda: iter(()))
    monkeypatch.setattr(apt, "available", lambda: False)
    with pytest.raises(LaunchError, match=r"apt-get install postgresql-15 .* DATABASE_URL"):
        binaries.find_binaries(unpack_into=tmp_path, say=quiet)


def test_a_server_without_postgis_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("initdb", "psql"):
        (tmp_path / name).write_text("")
    (tmp_path / "postgres").write_text("#!/bin/sh\necho postgres 15.1\n")
    (tmp_path / "postgres").chmod(0o755)
    monkeypatch.setattr(binaries, "_folders", lambda: iter([tmp_path]))
    monkeypatch.setattr(apt, "available", lambda: False)
    with pytest.raises(LaunchError):
        binaries.find_binaries(unpack_into=tmp_path / "none", say=quiet)


def test_data_that_the_system_has_are_not_looked_for_in_the_tree(tmp_path: Path) -> None:
    assert dict(binaries.variables_of(tmp_path)).keys() == {"LD_LIBRARY_PATH"}
    (tmp_path / "usr/share/proj").mkdir(parents=True)
    assert dict(binaries.variables_of(tmp_path))["PROJ_DATA"] == str(tmp_path / "usr/share/proj")
    assert "GDAL_DATA" not in dict(binaries.variables_of(tmp_path))


@pytest.fixture
def unpacked(empty_data_dir: Path) -> Binaries:
    """Server and PostGIS from Debian packages, fetched for this test."""
    if not apt.available():
        pytest.skip("needs apt")
    try:
        found = binaries.unpacked(None, empty_data_dir / "packages", quiet)
    except apt.AptError as error:
        pytest.skip(f"packages cannot be fetched: {error}")
    assert found is not None
    return found


@pytest.mark.slow
@pytest.mark.requirement("O01")
def test_unpacked_packages_run_a_cluster_with_postgis(
    unpacked: Binaries, empty_data_dir: Path
) -> None:
    made = cluster.Cluster(empty_data_dir / "own", unpacked, database_account(), durable=False)
    made.initialise()
    server = made.start(subprocess.DEVNULL)
    try:
        postmaster = made.wait_ready(server)
        made.prepare(postmaster)
        assert unpacked.source == "unpacked"
        assert "packages" in Path(f"/proc/{server.pid}/exe").readlink().parts
    finally:
        server.terminate()
        server.wait(20)
