"""Settings complain all at once, and never show a value."""

import pytest

from psa_common.settings import ServiceSettings, SettingsError, read_settings

GOOD = {
    "PSA_DATABASE_DSN": "postgresql://",
    "PSA_AMQP_URL": "amqp://",
    "PSA_JWKS_URL": "http://",
    "PSA_TOKEN_ISSUER": "https://",
    "PSA_HTTP_PORT": "3030",
    "PSA_WORKER_PORT": "3035",
}


def test_settings_are_typed_and_have_defaults() -> None:
    settings = read_settings(ServiceSettings, GOOD)

    assert (settings.http_port, settings.http_host) == (3030, "127.0.0.1")


def test_every_fault_is_named_at_once_without_its_value() -> None:
    broken = {**GOOD, "PSA_HTTP_PORT": "s3cret", "PSA_AMQP_URL": ""}

    with pytest.raises(SettingsError) as error:
        read_settings(ServiceSettings, broken)

    assert "PSA_HTTP_PORT" in str(error.value)
    assert "PSA_AMQP_URL is not set" in str(error.value)
    assert "s3cret" not in str(error.value)
