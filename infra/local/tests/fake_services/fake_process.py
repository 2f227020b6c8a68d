"""What every fake service does: answer /health/ready, and misbehave when a test asks for it."""

import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Answers(BaseHTTPRequestHandler):
    """Ready, whatever is asked."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer."""
        body = b"{}"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    """Do what the first argument says, unless FAKE_FAULT names this service and word."""
    service = Path(sys.argv[0]).parent.name.removeprefix("psa_")
    word = sys.argv[1]
    if os.environ.get("FAKE_FAULT") == f"{service} {word}":
        sys.exit(f"{service} cannot {word}: the fault that the test asked for")
    if word in ("app", "worker"):
        variable = "PSA_HTTP_PORT" if word == "app" else "PSA_WORKER_PORT"
        address = (os.environ["PSA_HTTP_HOST"], int(os.environ[variable]))
        ThreadingHTTPServer(address, Answers).serve_forever()
    if word == "migrate":
        assert os.environ["PSA_DATABASE_OWNER_DSN"]
