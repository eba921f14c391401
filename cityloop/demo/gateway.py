"""A gateway for text messages of the demo city's own: what its past sends never leaves the machine.

It takes what any gateway takes, over HTTP, and does not know some numbers.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.conf import settings

UNKNOWN = "7"  # the last digit of the numbers that it does not reach


@contextmanager
def own_gateway(*, unknown: str = UNKNOWN) -> Iterator[None]:
    """Text messages go to this gateway, and to no other, while the past is made up.

    `unknown`: the last digit of the numbers to which it does not send.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Gateway, unknown))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    before = settings.SMS_URL, settings.SMS_TOKEN
    settings.SMS_URL = f"http://127.0.0.1:{server.server_address[1]}/"
    settings.SMS_TOKEN = ""
    try:
        yield
    finally:
        settings.SMS_URL, settings.SMS_TOKEN = before
        server.shutdown()
        server.server_close()
        thread.join()


class _Gateway(BaseHTTPRequestHandler):
    """POST {"to", "text", "key"}: the key is the gateway's number of the message, too."""

    def __init__(self, unknown: str, *given: Any) -> None:
        self.unknown = unknown
        super().__init__(*given)  # which answers at once

    def do_POST(self) -> None:
        """Take a message, or say that the number is unknown."""
        told = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        known = not str(told["to"]).endswith(self.unknown)
        answer = json.dumps({"id": told["key"]} if known else {"error": "unknown number"}).encode()
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: simulated days would fill the log."""
