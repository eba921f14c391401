"""Set up what is missing: ``python3 -m cityloop.launch.bootstrap run|test``.

Runs with the system's Python before anything is installed. Every step leaves a stamp that holds a
digest of what it was made from, so that a second run does nothing.
"""

from __future__ import annotations

import argparse
import compileall
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from cityloop.launch import apt, browser
from cityloop.launch.ensure import say_on_stderr as say
from cityloop.launch.errors import LaunchError
from cityloop.launch.layout import Layout

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
BIN = VENV / "bin"
STAMPS = VENV / "stamps"
_OLDEST_PYTHON = (3, 11)


def _digest(*files: Path) -> str:
    """Changes whenever one of the files, or the Python they are installed for, changes."""
    total = hashlib.sha256(sys.version.encode())
    for file in files:
        total.update(file.read_bytes())
    return total.hexdigest()


def _stamped(name: str, digest: str) -> bool:
    stamp = STAMPS / name
    return stamp.is_file() and stamp.read_text() == digest


def _stamp(name: str, digest: str) -> None:
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / name).write_text(digest)


def _call(*command: str | Path, what: str, quiet: bool = False) -> str:
    """Run a command; LaunchError with its last words when it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode and not quiet:
        raise LaunchError(f"{what} failed: {' '.join(done.stdout.split()[-80:])}")
    return done.stdout if not done.returncode else ""


# --- Python -------------------------------------------------------------------------------------


def virtual_environment() -> None:
    """Make .venv with a working pip; needs neither python3-venv nor pip beforehand."""
    works = _call(BIN / "python", "-m", "pip", "--version", what="", quiet=True) if _made() else ""
    if works:
        return
    say(f"Making the virtual environment .venv with Python {sys.version.split()[0]} ...")
    shutil.rmtree(VENV, ignore_errors=True)
    _call(sys.executable, "-m", "venv", VENV, what="", quiet=True)
    if not _has_pip() and os.geteuid() == 0 and apt.available():
        apt.install([f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"])
        _call(sys.executable, "-m", "venv", "--clear", VENV, what="python -m venv")
    if not _has_pip():
        _call(sys.executable, "-m", "venv", "--clear", "--without-pip", VENV, what="python -m venv")
        _bring_pip()


def _made() -> bool:
    """True when .venv exists and belongs to the Python that runs us."""
    if not (BIN / "python").exists():
        return False
    version = _call(BIN / "python", "-c", "import sys; print(sys.version)", what="", quiet=True)
    return version.strip() == sys.version


def _has_pip() -> bool:
    found = BIN / "python"
    return found.exists() and bool(_call(found, "-m", "pip", "--version", what="", quiet=True))


def _bring_pip() -> None:
    """Install pip into .venv: by the system's pip, or from Debian's wheel, unpacked."""
    system_pip = (sys.executable, "-m", "pip", "--python", BIN / "python")
    _call(*system_pip, "install", "pip", what="", quiet=True)
    if _has_pip():
        return
    wheels = list(Path("/usr/share/python-wheels").glob("pip-*.whl"))
    if not wheels and apt.available():
        store = Layout(ROOT / "var").unpack_into()
        tree = apt.unpack(
            ["python3-pip-whl"],
            always=["python3-pip-whl"],
            leave_out=re.compile(r"^(?!python3-pip-whl$)"),
            into=store / "pip",
            cache=store / "apt",
        )
        wheels = list(tree.glob("usr/share/python-wheels/pip-*.whl"))
    if not wheels:
        raise LaunchError(
            "Python's venv module has no pip here. Install it, on Debian or Ubuntu with: "
            f"apt-get install python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        )
    _call(BIN / "python", wheels[0] / "pip", "install", "--no-index", wheels[0], what="pip")


def python_packages(lock: str) -> None:
    """Install exactly the locked packages, checked by their hashes, and the project itself."""
    file = ROOT / lock
    digest = _digest(file, ROOT / "pyproject.toml")
    if _stamped(lock, digest):
        return
    say(f"Installing the Python packages of {lock} ...")
    pip = (BIN / "python", "-m", "pip", "install", "-q", "--disable-pip-version-check")
    _call(*pip, "--require-hashes", "-r", file, what="pip install")
    project = ("--no-deps", "--no-build-isolation", "--no-index", "-e", ROOT)
    _call(*pip, *project, what="Installing the project")
    _stamp(lock, digest)


# --- Front end ----------------------------------------------------------------------------------


def front_end() -> None:
    """Install the locked npm packages; Node.js itself comes from PyPI where the system has none."""
    digest = _digest(ROOT / "package-lock.json")
    if _stamped("npm", digest) and (ROOT / "node_modules").is_dir():
        return
    npm = _npm()
    say("Installing the front-end files of package-lock.json ...")
    _call(*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", what="npm ci")
    _stamp("npm", digest)


def _npm() -> list[str | Path]:
    """The command that runs npm."""
    npm = shutil.which("npm")
    if npm and shutil.which("node") and _call(npm, "--version", what="", quiet=True):
        return [npm]
    if not (BIN / "npm").exists():
        say("Installing Node.js from PyPI, as this system has no npm ...")
        pip = (BIN / "python", "-m", "pip", "install", "-q", "--disable-pip-version-check")
        _call(*pip, "--require-hashes", "-r", ROOT / "requirements-node.lock", what="pip install")
    return [BIN / "npm"]


# --- Texts and browser --------------------------------------------------------------------------


def texts() -> None:
    """Compile the translations whose source changed."""
    sources = sorted((ROOT / "cityloop").glob("**/LC_MESSAGES/*.po"))
    stale = [s for s in sources if not _newer(s.with_suffix(".mo"), s)]
    if stale:
        _call(BIN / "python", "-m", "cityloop.cli.messages", *stale, what="Compiling texts")


def _newer(made: Path, source: Path) -> bool:
    return made.exists() and made.stat().st_mtime >= source.stat().st_mtime


# --- Bytecode -----------------------------------------------------------------------------------


def bytecode() -> None:
    """Compile what changed: five processes start at once, some on machines that keep no bytecode.

    The environment may forbid Python to write it while it imports (PYTHONDONTWRITEBYTECODE);
    reading it is always allowed. Where the folder cannot be written, starts are slower, no more.
    """
    for package in ("cityloop", "config"):
        compileall.compile_dir(ROOT / package, quiet=2)


STEPS: dict[str, tuple[Callable[[], object], ...]] = {
    "run": (
        lambda: python_packages("requirements.lock"),
        front_end,
        texts,
        bytecode,
    ),
    "test": (
        lambda: python_packages("requirements-dev.lock"),
        front_end,
        texts,
        bytecode,
        lambda: browser.provide(Layout(ROOT / "var").unpack_into(), say),
    ),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point; 1 and a paragraph on standard error when a step is impossible, 130 at Ctrl-C."""
    parser = argparse.ArgumentParser(prog="cityloop.launch.bootstrap", description=__doc__)
    parser.add_argument("purpose", choices=sorted(STEPS))
    purpose = parser.parse_args(arguments).purpose
    began = time.monotonic()
    try:
        if sys.version_info < _OLDEST_PYTHON:
            raise LaunchError(f"Python 3.11 or newer is needed, this is {sys.version}.")
        virtual_environment()
        for step in STEPS[purpose]:
            step()
    except LaunchError as error:
        say(f"\nSet-up stopped. {error}")
        return 1
    except KeyboardInterrupt:
        say("\nSet-up stopped; the next one goes on from here.")
        return 130
    if (seconds := time.monotonic() - began) > 1:
        say(f"Set-up took {seconds:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
