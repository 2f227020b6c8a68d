"""The cabinet: where attachments lie, how much fits in, and who looks at what comes in."""

from dataclasses import dataclass

from psa_tickets.domain.attachment import Limits
from psa_tickets.settings import TicketsSettings
from psa_tickets.storage.clamd import Scanner, scanner_at
from psa_tickets.storage.objects import Objects, open_objects

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Cabinet:
    """Everything that keeping a file needs."""

    objects: Objects
    limits: Limits
    scanner: Scanner | None = None


def open_cabinet(settings: TicketsSettings) -> Cabinet:
    """Return the cabinet that the settings describe."""
    limits = Limits(
        file_bytes=settings.attachment_mib * MIB,
        tenant_bytes=settings.attachment_quota_mib * MIB,
    )
    objects = open_objects(folder=settings.storage_dir, url=settings.storage_url)
    return Cabinet(objects, limits, scanner_at(settings.clamd_address))
