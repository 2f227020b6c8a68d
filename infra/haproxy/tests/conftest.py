"""A real HAProxy with the rendered local layout before a backend that writes down what it gets."""

import datetime
import importlib.util
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from local_haproxy import Entrance, backend_on_free_port, running
from psa_local import ports

HAPROXY_FOLDER = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def render() -> ModuleType:
    """Load the renderer, which is a script and no package."""
    spec = importlib.util.spec_from_file_location("psa_render", HAPROXY_FOLDER / "render.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    # Its dataclass looks its own module up by name.
    sys.modules["psa_render"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a key and a certificate for localhost in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        signed.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture(scope="session")
def rendered(certificate: Path) -> Callable[..., str]:
    """Return a function that renders a layout through the command line."""

    def run(layout: str, *options: str) -> str:
        words = [sys.executable, str(HAPROXY_FOLDER / "render.py"), layout, *options]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout

    return run


@pytest.fixture(scope="session")
def running_entrance(
    rendered: Callable[..., str], certificate: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Entrance]:
    """Run HAProxy before a recording backend for the whole session."""
    https_port, http_port = ports.free_ports(2)
    with backend_on_free_port() as backend:
        folder = tmp_path_factory.mktemp("haproxy")
        (folder / "haproxy.cfg").write_text(
            rendered(
                "local",
                f"--folder={folder}",
                f"--certificate={certificate}",
                f"--https-port={https_port}",
                f"--http-port={http_port}",
                f"--gateway-port={backend.port}",
            )
        )
        with running(folder, https_port):
            yield Entrance(https_port=https_port, http_port=http_port, backend=backend)


@pytest.fixture
def entrance(running_entrance: Entrance) -> Entrance:
    """Give a test the entrance with nothing received yet."""
    running_entrance.backend.heads.clear()
    running_entrance.backend.extra_answer_headers = ""
    return running_entrance
