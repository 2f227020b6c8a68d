"""A certificate authority for this machine alone, and the certificate it signs."""

import ipaddress
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFETIME = timedelta(days=397)  # Browsers take no certificate that lives longer.
AUTHORITY_LIFETIME = timedelta(days=3650)
RENEW_BEFORE = timedelta(days=30)
CLOCK_TOLERANCE = timedelta(hours=1)

CA = "ca.pem"
CA_KEY = "ca.key"
SERVER = "server.pem"

# Whoever trusts this authority trusts it for the own machine and nothing else.
CONSTRAINTS = x509.NameConstraints(
    permitted_subtrees=[
        x509.DNSName("localhost"),
        x509.IPAddress(ipaddress.ip_network("127.0.0.0/8")),
        x509.IPAddress(ipaddress.ip_network("::1/128")),
    ],
    excluded_subtrees=None,
)
NAMES = x509.SubjectAlternativeName(
    [
        x509.DNSName("localhost"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        x509.IPAddress(ipaddress.ip_address("::1")),
    ]
)


def ensure_certificate(folder: Path, now: datetime) -> Path:
    """Return the file with certificate and key for HAProxy; renews it in its last month."""
    folder.mkdir(parents=True, exist_ok=True)
    server = folder / SERVER
    if expires_at(folder / CA) - now < RENEW_BEFORE or not (folder / CA_KEY).is_file():
        _make_authority(folder, now)
        server.unlink(missing_ok=True)
    if expires_at(server) - now < RENEW_BEFORE:
        _make_certificate(folder, now)
    return server


def expires_at(path: Path) -> datetime:
    """Return when the first certificate in *path* ends; a missing one ended long ago."""
    if not path.is_file():
        return datetime.min.replace(tzinfo=UTC)
    return x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc


def _make_authority(folder: Path, now: datetime) -> None:
    key = generate_private_key(SECP256R1())
    name = _name("PSA on this machine")
    certificate = (
        _builder(name, name, key, now, AUTHORITY_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(CONSTRAINTS, critical=True)
        .sign(key, hashes.SHA256())
    )
    _write_private(folder / CA_KEY, _key_pem(key))
    (folder / CA).write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _make_certificate(folder: Path, now: datetime) -> None:
    authority = x509.load_pem_x509_certificate((folder / CA).read_bytes())
    authority_key = serialization.load_pem_private_key((folder / CA_KEY).read_bytes(), None)
    assert isinstance(authority_key, EllipticCurvePrivateKey)
    key = generate_private_key(SECP256R1())
    certificate = (
        _builder(_name("localhost"), authority.subject, key, now, LIFETIME)
        .add_extension(NAMES, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()),
            critical=False,
        )
        .sign(authority_key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    _write_private(folder / SERVER, pem + _key_pem(key))


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: EllipticCurvePrivateKey,
    now: datetime,
    lifetime: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_TOLERANCE)
        .not_valid_after(now + lifetime)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _key_pem(key: EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write_private(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
