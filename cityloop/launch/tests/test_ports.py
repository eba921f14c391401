"""A busy port is told, and another one is taken."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from cityloop.launch.errors import LaunchError
from cityloop.launch.ports import choose_port, is_free


def listener() -> socket.socket:
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen()
    return server


def test_a_free_port_is_taken_as_wanted() -> None:
    with listener() as server:
        port = server.getsockname()[1]
    choice = choose_port("127.0.0.1", port)
    assert (choice.port, choice.moved) == (port, False)


@pytest.mark.requirement("O01")
def test_a_busy_port_is_named_and_the_next_one_taken() -> None:
    with listener() as server:
        port = server.getsockname()[1]
        assert not is_free("127.0.0.1", port)
        choice = choose_port("127.0.0.1", port)
    assert choice.moved
    assert port < choice.port < port + 200
    assert f"Port {port} is busy" in choice.sentence("the web server")
    assert str(choice.port) in choice.sentence("the web server")


def test_a_port_promised_to_another_process_is_passed_over() -> None:
    with listener() as server:
        port = server.getsockname()[1]
    assert choose_port("127.0.0.1", port, taken=frozenset({port})).port > port


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_number_that_is_no_port_is_refused(port: int) -> None:
    with pytest.raises(LaunchError, match="no port number"):
        choose_port("127.0.0.1", port)


def test_a_host_that_is_not_this_machine_is_explained() -> None:
    with pytest.raises(LaunchError, match=r"192\.0\.2\.1"):
        choose_port("192.0.2.1", 8000)


@pytest.mark.requirement("O01")
def test_two_platforms_that_start_together_do_not_choose_one_port() -> None:
    with listener() as server:
        port = server.getsockname()[1]
    script = (
        "import sys\nfrom cityloop.launch.ports import choose_port\n"
        f"print(choose_port('127.0.0.1', {port}).port, flush=True)\nsys.stdin.read()"
    )
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None and int(other.stdout.readline()) == port
        mine = choose_port("127.0.0.1", port)
        assert mine.moved and "is busy" in mine.sentence("the web server")
        other.communicate()
    assert choose_port("127.0.0.1", port).port == port
