"""A gateway for text messages and a mail server, as real servers on this machine."""

from __future__ import annotations

import json
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Gateway:
    """What it got, and how it answers: a status each, the last one for ever; 0: not at all."""

    url: str = ""
    token: str = "token-of-the-tests"
    answers: list[int] = field(default_factory=lambda: [202])
    got: list[dict[str, str]] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)

    def take(self, body: dict[str, str], token: str) -> tuple[int, dict[str, Any]]:
        """One message; the same key again gets the same number."""
        status = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if token != f"Bearer {self.token}":
            return 401, {}
        if status // 100 == 2:
            if body["key"] not in self.keys:
                self.got.append(body)
            number = self.keys.setdefault(body["key"], f"gw-{len(self.keys) + 1}")
            return status, {"id": number}
        return status, {}


@contextmanager
def running(gateway: Gateway, *, patience: float) -> Iterator[Gateway]:
    """The gateway as a server; one that does not answer is silent longer than `patience`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = json.loads(self.rfile.read(length))
            status, answer = gateway.take(body, self.headers.get("Authorization", ""))
            if status == 0:
                time.sleep(patience * 3)
                return
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *given: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    gateway.url = f"http://127.0.0.1:{server.server_port}/send?from=city"
    with _served(server):
        yield gateway


@dataclass
class Post:
    """A mail server: letters that it took; addresses that it refuses."""

    port: int = 0
    letters: list[str] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)


class Clerk(socketserver.StreamRequestHandler):
    """Speaks as much SMTP as a client needs."""

    post: Post

    def handle(self) -> None:
        """One conversation."""
        self._say("220 tests")
        while line := self.rfile.readline().decode().strip():
            self._answer(line)
            if line.upper() == "QUIT":
                return

    def _answer(self, line: str) -> None:
        if line.upper() == "DATA":
            self._say("354 go on")
            self.post.letters.append(self._letter())
            self._say("250 taken")
        elif line.upper().startswith("RCPT") and any(one in line for one in self.post.unknown):
            self._say("550 nobody of this name")
        else:
            self._say("250 well")

    def _letter(self) -> str:
        lines = []
        while (line := self.rfile.readline().decode()) not in (".\r\n", ""):
            lines.append(line)
        return "".join(lines)

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@contextmanager
def mail_server(post: Post) -> Iterator[Post]:
    """The mail server at work."""
    clerk = type("ClerkOfPost", (Clerk,), {"post": post})
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), clerk)
    server.daemon_threads = True
    post.port = server.server_address[1]
    with _served(server):
        yield post


@contextmanager
def _served(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
