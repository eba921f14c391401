"""A free TCP port, and an honest word when the wanted one is busy."""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass

from cityloop.launch.errors import LaunchError

_TRIES = 200
LAST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Choice:
    """The port to use, and the one that was wanted."""

    port: int
    wanted: int

    @property
    def moved(self) -> bool:
        """True when the wanted port was busy."""
        return self.port != self.wanted

    def sentence(self, what: str) -> str:
        """For the person who starts us: where ``what`` listens and why not elsewhere."""
        return f"Port {self.wanted} is busy: {what} uses port {self.port} instead."


def is_free(host: str, port: int) -> bool:
    """True when a server could listen there now."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except socket.gaierror as error:
        raise LaunchError(f"HOST={host} is no address of this machine: {error}.") from error
    except OSError as error:
        return _explain(host, port, error)
    return True


def _explain(host: str, port: int, error: OSError) -> bool:
    """False for a busy port; every other reason is told."""
    if error.errno == errno.EADDRINUSE:
        return False
    if error.errno == errno.EACCES:
        raise LaunchError(
            f"Port {port} may only be used by root. Choose one above 1023, such as PORT=8000."
        ) from error
    raise LaunchError(f"Nothing can listen on {host}:{port}: {error.strerror}.") from error


# Held by this process until it ends: our servers share a port among their processes, so two
# platforms that start together could both listen on one, and neither would be told.
_reserved: dict[int, socket.socket] = {}


def _reserve(port: int) -> bool:
    """False when another platform on this machine means to use the port, though nobody listens."""
    if port in _reserved:
        return True
    name = socket.socket(socket.AF_UNIX)
    try:
        name.bind(f"\0cityloop.port.{port}")
    except OSError:
        name.close()
        return False
    _reserved[port] = name
    return True


def choose_port(host: str, wanted: int, *, taken: frozenset[int] = frozenset()) -> Choice:
    """The wanted port or the next free one above it; LaunchError when 200 in a row are busy."""
    if not 0 < wanted <= LAST_PORT:
        raise LaunchError(f"PORT={wanted} is no port number (1 to {LAST_PORT}).")
    for port in range(wanted, min(wanted + _TRIES, LAST_PORT + 1)):
        if port not in taken and _reserve(port):
            if is_free(host, port):
                return Choice(port, wanted)
            _reserved.pop(port).close()
    raise LaunchError(f"No free port from {wanted} on. Choose another with PORT=.")
