"""A Chromium for the browser tests, with a font that has Chinese."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from cityloop.launch import apt
from cityloop.launch.binaries import Say, library_folders
from cityloop.launch.errors import LaunchError

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_PACKAGES = ("chromium", "fonts-wqy-microhei")
_LEAVE_OUT = re.compile(
    r"^(libc6|libc-bin|libgcc-s1|libstdc\+\+6|gcc-\d+-base|systemd|libpam|udev|dbus-user)"
)
_WRAPPER = """#!/bin/sh
# Written by cityloop/launch/browser.py: Chromium from unpacked Debian packages.
export LD_LIBRARY_PATH="{libraries}"
export FONTCONFIG_FILE="{fonts}"
export XDG_DATA_DIRS="{tree}/usr/share:/usr/share"
export GIO_MODULE_DIR=/nonexistent
exec "{tree}/usr/lib/chromium/chromium" "$@"
"""
_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{tree}/usr/share/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""


def find(unpacked_in: Path) -> Path | None:
    """The Chromium to test with: the system's, or the one unpacked below a folder."""
    for name in _NAMES:
        if found := shutil.which(name):
            return Path(found)
    wrapper = unpacked_in / "chromium" / "run"
    return wrapper if wrapper.is_file() else None


def provide(unpack_into: Path, say: Say) -> Path | None:
    """Get a Chromium when there is none; None, with the reason told, when that is impossible."""
    if found := find(unpack_into):
        return found
    if not apt.available():
        say("No Chromium was found, so the browser tests will be skipped. Install chromium.")
        return None
    try:
        if os.geteuid() == 0:
            say("Installing chromium for the browser tests with apt-get ...")
            apt.install(_PACKAGES)
            return find(unpack_into)
        say(f"Unpacking chromium for the browser tests below {unpack_into} ...")
        return _unpack(unpack_into)
    except LaunchError as error:
        say(f"No Chromium can be had, so the browser tests will be skipped: {error}")
        return None


def _unpack(into: Path) -> Path:
    tree = apt.unpack(
        _PACKAGES,
        always=_PACKAGES,
        leave_out=_LEAVE_OUT,
        into=into / "chromium",
        cache=into / "apt",
    )
    fonts, wrapper = tree / "fonts.conf", tree / "run"
    fonts.write_text(_FONTS.format(tree=tree))
    folders = ":".join(map(str, library_folders(tree)))
    wrapper.write_text(_WRAPPER.format(libraries=folders, fonts=fonts, tree=tree))
    wrapper.chmod(0o755)
    tried = subprocess.run([wrapper, "--version"], capture_output=True, text=True, check=False)
    if tried.returncode:
        wrapper.unlink()
        raise LaunchError(f"The unpacked Chromium does not start: {tried.stderr.strip()}")
    return wrapper
