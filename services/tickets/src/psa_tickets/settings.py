"""What the service desk reads from its environment, once."""

from typing import Annotated

from msgspec import Meta

from psa_common.settings import ServiceSettings


class TicketsSettings(ServiceSettings, frozen=True, kw_only=True):
    """What both processes need."""

    #: Base64 of 32 bytes; after a comma, older keys that still open what they sealed.
    field_key: str
    #: Where attachments and raw mails lie, when no S3 service is named.
    storage_dir: str
    #: Such as s3://bucket/prefix; credentials and endpoint come from AWS_* variables.
    storage_url: str | None = None
    #: Such as https://10.0.30.41:9200; without it PostgreSQL searches.
    elasticsearch_url: str | None = None
    #: Where people reach the suite; links in mails start with it.
    public_url: str = "https://localhost:8443"
    attachment_mib: Annotated[int, Meta(ge=1, le=1_024)] = 25
    #: What one tenant may keep in attachments.
    attachment_quota_mib: Annotated[int, Meta(ge=1, le=100_000_000)] = 51_200
    #: Such as 127.0.0.1:3310; without it files are kept as unscanned.
    clamd_address: str | None = None
    mail_mib: Annotated[int, Meta(ge=1, le=1_024)] = 30
    #: Such as 127.0.0.0/8: where mail servers are reached besides public and private addresses.
    mail_networks: str = ""
