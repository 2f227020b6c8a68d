"""
Write the HAProxy configuration of a layout to standard output.

    python infra/haproxy/render.py cluster
    python infra/haproxy/render.py local --folder var/haproxy --certificate var/tls/server.pem
"""

import argparse
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

HERE = Path(__file__).resolve().parent
PLAN = HERE.parent / "addresses.toml"
INDENT = "    "

# Forward secrecy and authenticated encryption only, for the clients that still speak TLS 1.2.
CIPHERS = ":".join(
    f"ECDHE-{key}-{cipher}"
    for cipher in ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305")
    for key in ("ECDSA", "RSA")
)
# An error document can be given for these statuses; 431 is answered by a rule of its own.
STATUSES = (400, 403, 404, 405, 408, 413, 429, 500, 502, 503, 504)
EXTRA_HEADERS = {
    405: ' hdr Allow "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"',
    429: " hdr Retry-After 5",
    503: " hdr Retry-After 2",
}

CLEAR_FRONTEND = Template("""\
frontend clear
$binds
    # A redirect would teach clients to send their token in the clear first, call after call.
    http-request set-var(txn.request_id) unique-id
    http-request deny deny_status 403
    http-after-response set-header X-Request-ID %[var(txn.request_id)]
    http-after-response set-header Connection close""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What differs between one machine and the cluster."""

    name: str
    binds: tuple[str, ...]
    clear_binds: tuple[str, ...]
    servers: tuple[str, ...]
    errors_folder: str
    admin_socket: str
    log_target: str
    global_extra: tuple[str, ...]
    backend_extra: tuple[str, ...]
    connections_max: int
    connections_per_source_max: int
    connection_rate_max: int
    hsts_seconds: int


def local(plan: Mapping[str, Any], options: argparse.Namespace) -> Layout:
    """Describe one machine: the loopback address, one gateway, no other user."""
    address = "127.0.0.1"
    https = options.https_port or plan["local"]["https"]
    http = options.http_port or plan["local"]["http"]
    gateway = options.gateway_port or plan["services"]["gateway"]["blue"]
    return Layout(
        name="local",
        binds=(f"bind {address}:{https} {_tls(options.certificate)}",),
        clear_binds=(f"bind {address}:{http}",),
        servers=(f"server gateway {address}:{gateway}",),
        errors_folder=options.errors_folder or str(HERE / "errors"),
        admin_socket=f"{options.folder}/admin.sock",
        log_target="stdout",
        global_extra=(),
        backend_extra=(),
        # Twice as many files must be within the limit of a user.
        connections_max=1500,
        # Everything comes from one address here, benchmarks included.
        connections_per_source_max=1500,
        connection_rate_max=100_000,
        # A browser remembers this for every port of localhost, so hardly any time.
        hsts_seconds=60,
    )


def cluster(plan: Mapping[str, Any], options: argparse.Namespace) -> Layout:
    """Describe a HAProxy container of the DMZ: every gateway in both colours."""
    gateway = plan["services"]["gateway"]
    ports = plan["virtual"]["entrance"]["ports"]
    return Layout(
        name="cluster",
        binds=(f"bind :{ports['https']} {_tls('/etc/haproxy/certs/')}",),
        clear_binds=(f"bind :{ports['http']}",),
        servers=tuple(_coloured_servers(plan, gateway)),
        errors_folder=options.errors_folder or "/etc/haproxy/errors",
        admin_socket="/run/haproxy/admin.sock",
        log_target="/dev/log",
        global_extra=(
            "user haproxy",
            "group haproxy",
            # Whoever reloads writes the answer of `show servers state` here first.
            "server-state-file /var/lib/haproxy/server-state",
        ),
        backend_extra=(
            "# A reload must not forget which colour is drained.",
            "load-server-state-from-file global",
        ),
        connections_max=20_000,
        connections_per_source_max=200,
        connection_rate_max=500,
        hsts_seconds=31_536_000,
    )


LAYOUTS = {"local": local, "cluster": cluster}


def render(layout: Layout) -> str:
    """Fill the template."""
    template = Template((HERE / "haproxy.cfg.template").read_text())
    return template.substitute(
        layout=layout.name,
        ciphers=CIPHERS,
        errors=_lines(_error(layout.errors_folder, status) for status in STATUSES),
        errors_folder=layout.errors_folder,
        clear_frontend=CLEAR_FRONTEND.substitute(binds=_lines(layout.clear_binds)),
        api_binds=_lines(layout.binds),
        backend_extra=_lines(layout.backend_extra) + "\n" if layout.backend_extra else "",
        servers=_lines(layout.servers),
        health_host="gateway.internal",
        global_extra=_lines(layout.global_extra),
        admin_socket=layout.admin_socket,
        log_target=layout.log_target,
        connections_max=layout.connections_max,
        connections_per_source_max=layout.connections_per_source_max,
        connection_rate_max=layout.connection_rate_max,
        hsts_seconds=layout.hsts_seconds,
    )


def main(arguments: list[str] | None = None) -> int:
    """Render the layout that the command line names."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("layout", choices=LAYOUTS)
    parser.add_argument("--folder", default=".", help="local: where the admin socket goes")
    parser.add_argument("--certificate", default="server.pem", help="local: key and chain")
    parser.add_argument("--https-port", type=int)
    parser.add_argument("--http-port", type=int)
    parser.add_argument("--gateway-port", type=int)
    parser.add_argument("--errors-folder", help="where the error documents are")
    options = parser.parse_args(arguments)

    plan = tomllib.loads(PLAN.read_text())
    sys.stdout.write(render(LAYOUTS[options.layout](plan, options)))
    return 0


def _coloured_servers(plan: Mapping[str, Any], gateway: Mapping[str, Any]) -> list[str]:
    # Green starts drained: a deploy makes it ready, switches, and drains blue instead.
    lines: list[str] = []
    for number, container in enumerate(gateway["containers"], start=1):
        address = plan["containers"][container]["address"]
        lines.append(f"server gateway-{number}-blue {address}:{gateway['blue']}")
        lines.append(f"server gateway-{number}-green {address}:{gateway['green']} weight 0")
    return lines


def _tls(certificate: str) -> str:
    return f"ssl crt {certificate} alpn h2,http/1.1"


def _error(folder: str, status: int) -> str:
    document = f"http-error status {status} content-type application/json"
    extra = EXTRA_HEADERS.get(status, "")
    return f"{document} lf-file {folder}/{status}.json hdr Cache-Control no-store{extra}"


def _lines(lines: Any) -> str:
    return "\n".join(f"{INDENT}{line}" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
